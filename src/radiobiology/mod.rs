//! BED with the Lea–Catcheside factor, EQD2, NTCP: every relation with its source and evidence level.
