//! Times of failure: five-minute buckets with failures that count, put together where they follow each other.

use super::books::CycleAccounts;
use crate::clock::Time;
use crate::sla::{FIVE_MINUTES, FiveMinutes};
use std::collections::BTreeMap;

/// A time of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Incident {
    /// Start of its first bucket.
    pub(super) from: Time,
    /// End of its last bucket.
    pub(super) to: Time,
    /// Requests within it.
    pub(super) requests: u64,
    /// Failures within it.
    pub(super) failures: u64,
}

/// The times of failure of a cycle.
pub(super) fn incidents(accounts: &CycleAccounts) -> Vec<Incident> {
    join(&accounts.five_minutes())
}

fn join(figures: &BTreeMap<Time, FiveMinutes>) -> Vec<Incident> {
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
