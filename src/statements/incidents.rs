//! Incidents: consecutive five-minute buckets with failures that count, merged.

use super::CycleAccounts;
use crate::clock::Time;
use crate::sla::{FIVE_MINUTES, FiveMinutes};
use std::collections::BTreeMap;

/// A time of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Start of its first bucket.
    pub from: Time,
    /// End of its last bucket.
    pub to: Time,
    /// Requests within it.
    pub requests: u64,
    /// Failures within it.
    pub failures: u64,
}

/// The incidents of a cycle, in the order of time.
pub fn incidents(accounts: &CycleAccounts) -> Vec<Incident> {
    merge(&accounts.five_minutes())
}

fn merge(figures: &BTreeMap<Time, FiveMinutes>) -> Vec<Incident> {
    let mut all: Vec<Incident> = Vec::new();
    for (start, own) in figures.iter().filter(|(_, own)| own.failures > 0) {
        match all.last_mut() {
            Some(last) if last.to == *start => {
                last.to = *start + FIVE_MINUTES;
                last.requests += own.requests;
                last.failures += own.failures;
            }
            Some(_) | None => all.push(Incident {
                from: *start,
                to: *start + FIVE_MINUTES,
                requests: own.requests,
                failures: own.failures,
            }),
        }
    }
    all
}
