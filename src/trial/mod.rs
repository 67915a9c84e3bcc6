//! Populations and arms; this floor is laid by a later issue, its door is the paired run of `regimen`.
