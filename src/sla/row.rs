//! Rows of a ledger as an agreement reads them, and the counts they add up to.

use super::{Contract, Cycle, Errors, Policy, RequestCounts, Requests, Run, View};
use crate::clock::Time;
use crate::exchange::Party;
use std::collections::BTreeMap;

/// What an agreement wants to know of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// When the client sent it.
    pub sent: Time,
    /// When the provider received it; none where it never did.
    pub received: Option<Time>,
    /// HTTP status, where one was given.
    pub status: Option<u16>,
    /// Whether there was a response.
    pub responded: bool,
    /// The exclusion code it carries.
    pub cause: Option<String>,
    /// Whose fault it was.
    pub party: Option<Party>,
}

/// How a row is read by a ratio of requests.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers to questions that are independent"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatioReading {
    /// Whether it lies in the cycle.
    pub in_cycle: bool,
    /// Whether it is one of the requests.
    pub in_denominator: bool,
    /// Whether it is a failure, before exclusion.
    pub error: bool,
    /// Whether it counts as one.
    pub counts: bool,
}

/// How a row is read by a mean over buckets.
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers to questions that are independent"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketReading {
    /// Start of its bucket, where it lies in the cycle.
    pub bucket: Option<Time>,
    /// Whether it is a valid request.
    pub valid: bool,
    /// Whether it is an error, before exclusion.
    pub error: bool,
    /// Whether it counts as one in the published availability.
    pub published: bool,
    /// Whether it counts as one in the compensable availability.
    pub compensable: bool,
}

impl Row {
    fn is_5xx(&self) -> bool {
        self.status.is_some_and(|status| status >= 500)
    }

    /// By a ratio of requests: placed by when it was sent (000 2.7).
    pub fn by_ratio(&self, contract: &Contract, cycle: &Cycle, policy: &Policy) -> RatioReading {
        if !cycle.holds(self.sent.day()) {
            return RatioReading::default();
        }
        let error = self.counts().failed(policy) > 0;
        let is_left_out = self.known_cause(contract).is_some();
        let out_of_denominator = match policy.reading("exclusion") {
            "numerator_only" => false,
            "window_both" => is_left_out,
            _ => is_left_out && error,
        };
        RatioReading {
            in_cycle: true,
            in_denominator: !out_of_denominator,
            error,
            counts: error && !is_left_out,
        }
    }

    /// By a mean over buckets: placed by when it was received, or sent where it never was (003 SLA 1).
    pub fn by_bucket(&self, contract: &Contract, cycle: &Cycle, policy: &Policy) -> BucketReading {
        let at = self.received.unwrap_or(self.sent);
        if !cycle.holds(at.day()) {
            return BucketReading::default();
        }
        let error = self.is_error(policy);
        let left_out = |view| {
            let cause = self.known_cause(contract).and_then(|code| contract.cause(code));
            cause.is_some_and(|cause| cause.is_left_out(view, policy))
        };
        BucketReading {
            bucket: Some(at.bucket()),
            valid: self.is_valid(policy),
            error,
            published: error && !left_out(View::Published),
            compensable: error && !left_out(View::Compensable),
        }
    }

    fn is_valid(&self, policy: &Policy) -> bool {
        let is_4xx = self.status.is_some_and(|status| (400..500).contains(&status));
        self.received.is_some() && !(is_4xx && policy.is("valid", "received_non_4xx"))
    }

    fn is_error(&self, policy: &Policy) -> bool {
        match self.received {
            None => self.party == Some(Party::Provider),
            // Where no setting reads it otherwise, a request that was received and not answered failed (T1, K2).
            Some(_) => self.is_5xx() || !self.responded && !policy.is("received_no_response", "not_error"),
        }
    }

    fn known_cause(&self, contract: &Contract) -> Option<&str> {
        self.cause
            .as_deref()
            .filter(|code| contract.cause(code).is_some())
    }

    fn counts(&self) -> RequestCounts {
        RequestCounts {
            sent: 1,
            no_response: u128::from(!self.responded),
            http_5xx: u128::from(self.responded && self.is_5xx()),
        }
    }
}

/// What the rows of a cycle add up to, for a ratio of requests.
pub fn requests(rows: &[Row], contract: &Contract, cycle: &Cycle) -> Requests {
    let mut all = Requests::default();
    for row in rows.iter().filter(|row| cycle.holds(row.sent.day())) {
        let own = row.counts();
        all.counts.add(own);
        if let Some(code) = row.known_cause(contract) {
            all.excluded.entry(code.to_owned()).or_default().add(own);
        }
    }
    all
}

impl RequestCounts {
    /// Adds others.
    pub fn add(&mut self, other: RequestCounts) {
        self.sent += other.sent;
        self.no_response += other.no_response;
        self.http_5xx += other.http_5xx;
    }
}

/// What the rows of a cycle add up to by bucket, for a mean over buckets.
pub fn buckets(rows: &[Row], contract: &Contract, cycle: &Cycle, policy: &Policy) -> BTreeMap<Time, Run> {
    let mut all: BTreeMap<Time, Run> = BTreeMap::new();
    for row in rows {
        let reading = row.by_bucket(contract, cycle, policy);
        let Some(bucket) = reading.bucket else { continue };
        let run = all.entry(bucket).or_insert_with(|| Run {
            buckets: 1,
            ..Run::default()
        });
        run.valid += u64::from(reading.valid);
        if !reading.error {
            continue;
        }
        let is_received = row.received.is_some();
        let own = Errors {
            http_5xx: u64::from(is_received),
            undelivered: u64::from(!is_received),
        };
        run.http_5xx += own.http_5xx;
        run.undelivered += own.undelivered;
        if let Some(code) = row.known_cause(contract) {
            let excluded = run.excluded.entry(code.to_owned()).or_default();
            excluded.http_5xx += own.http_5xx;
            excluded.undelivered += own.undelivered;
        }
    }
    all
}
