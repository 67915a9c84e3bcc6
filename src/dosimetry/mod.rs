//! Time-integrated activity, S-values, mass scaling, absorbed dose (MIRD scheme).
