//! Processor time: on a machine that others use too, wall time measures them.

/// Processor time of this process so far, all threads together, s.
pub fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // cannot fail: the clock exists on every Unix and the place is valid
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
