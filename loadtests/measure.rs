//! Figures of benchmarks: medians, percentiles, time and memory of this process.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each benchmark needs a part of it"
)]

use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The median of so many measurements.
pub fn median_of(times: usize, measure: impl FnMut() -> f64) -> f64 {
    median(std::iter::repeat_with(measure).take(times).collect())
}

/// The 50th, 90th and 99th percentile, and the worst.
pub fn percentiles(mut values: Vec<f64>) -> [f64; 4] {
    values.sort_by(f64::total_cmp);
    [0.5, 0.9, 0.99, 1.0].map(|share| values[((values.len() - 1) as f64 * share) as usize])
}

/// Milliseconds that pass while it works.
pub fn wall_ms(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1e3
}

/// Milliseconds of CPU of the whole process while it works.
pub fn cpu_ms(work: impl FnOnce()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
    };
    let begun = now();
    work();
    now() - begun
}

/// The most memory the process ever had, in KiB.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
