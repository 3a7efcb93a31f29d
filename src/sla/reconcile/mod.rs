//! Joins a client's log with the ledger: which calls both know, how they compare on each, and what the counts would be
//! if the client were right.

mod groups;
mod log;

pub use groups::{MatchClass, MatchExample, MatchGroup};
pub use log::{ClientLog, ClientLogLine, ClientOutcome, LogLineError};

use crate::clock::Time;
use crate::exchange::{AttributionKey, LedgerEntry, Outcome, Party, RequestId, ServiceCounts};
use groups::Counts;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::time::Duration;

/// How far apart the client's and the provider's times may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchTolerance {
    /// The most by which the times of a call joined by its content may differ.
    pub join: Duration,
    /// The difference beyond which a clock is called skewed.
    pub skew: Duration,
}

/// A log being joined with the ledger's rows.
pub struct LogJoin<'a> {
    lines: &'a [ClientLogLine],
    tolerance: MatchTolerance,
    cycle: Range<Time>,
    by_id: HashMap<RequestId, usize>,
    /// Lines without a request id, by content, in the order of time.
    by_content: HashMap<u128, Vec<usize>>,
    matched: HashSet<usize>,
    /// Lines that name a call a second time.
    pub duplicates: u64,
    /// Calls joined by their request ids.
    joined_by_request_id: u64,
    /// Calls joined by their contents.
    joined_by_content: u64,
    /// Differences of the clocks, in microseconds.
    skews: Vec<i64>,
    /// Calls that failed and were not served yet when sent again, by content.
    failing: HashMap<u128, FailedCall>,
    classes: BTreeMap<MatchClass, MatchGroup>,
}

/// A call that failed and may be sent again.
struct FailedCall {
    request_id: RequestId,
    arrived: Time,
    attribution: AttributionKey,
    counts: Counts,
}

impl FailedCall {
    fn new(entry: &LedgerEntry) -> Self {
        Self {
            request_id: entry.request_id,
            arrived: entry.arrived,
            attribution: AttributionKey::from_entry(entry),
            counts: counts(entry),
        }
    }
}

/// Examples of a class that are kept.
const EXAMPLES: usize = 5;

impl<'a> LogJoin<'a> {
    /// Starts to join a log with the rows of a cycle.
    pub fn new(log: &'a ClientLog, cycle: Range<Time>, tolerance: MatchTolerance) -> Self {
        let mut join = Self {
            lines: &log.lines,
            tolerance,
            cycle,
            by_id: HashMap::new(),
            by_content: HashMap::new(),
            matched: HashSet::new(),
            duplicates: 0,
            joined_by_request_id: 0,
            joined_by_content: 0,
            skews: Vec::new(),
            failing: HashMap::new(),
            classes: BTreeMap::new(),
        };
        for (at, line) in log.lines.iter().enumerate() {
            match (line.request_id, line.content) {
                (Some(id), _) if join.by_id.contains_key(&id) => {
                    join.duplicates += 1;
                    join.matched.insert(at);
                }
                (Some(id), _) => drop(join.by_id.insert(id, at)),
                (None, Some(content)) => join.by_content.entry(content).or_default().push(at),
                (None, None) => {}
            }
        }
        for own in join.by_content.values_mut() {
            own.sort_by_key(|at| log.lines[*at].time);
        }
        join
    }

    /// Joins a row with the line that names it, and compares the two.
    pub fn row(&mut self, entry: &LedgerEntry) {
        let is_counted = self.cycle.contains(&entry.arrived) && entry.outcome != Outcome::Broken;
        let found = self.line_of(entry);
        if let Some(at) = found {
            self.matched.insert(at);
            self.skews
                .push(self.lines[at].time.micros() - entry.arrived.micros());
        }
        if !is_counted {
            return;
        }
        self.note_retry(entry);
        if let Some(at) = found {
            return self.compare(entry, at);
        }
        let example = MatchExample {
            request_id: Some(entry.request_id),
            line: None,
        };
        let group = self.note(MatchClass::OnlyProvider, example);
        let key = AttributionKey::from_entry(entry);
        group.change(entry.arrived, &key, &counts(entry), -1);
    }

    fn line_of(&mut self, entry: &LedgerEntry) -> Option<usize> {
        if let Some(at) = self.by_id.get(&entry.request_id) {
            self.joined_by_request_id += 1;
            return Some(*at);
        }
        let candidates = self.by_content.get(&entry.content)?;
        let distance = |at: &usize| (self.lines[*at].time.micros() - entry.arrived.micros()).unsigned_abs();
        let free = candidates.iter().filter(|at| !self.matched.contains(*at));
        let nearest = *free.min_by_key(|at| distance(at))?;
        let is_near = u128::from(distance(&nearest)) <= self.tolerance.join.as_micros();
        self.joined_by_content += u64::from(is_near);
        is_near.then_some(nearest)
    }

    /// Notes a failed call whose content was served when it was sent again.
    fn note_retry(&mut self, entry: &LedgerEntry) {
        let own = ServiceCounts::from_entry(entry);
        if own.served == 0 {
            if own.status_4xx == 0 {
                self.failing.insert(entry.content, FailedCall::new(entry));
            }
            return;
        }
        if let Some(failed) = self.failing.remove(&entry.content) {
            let example = MatchExample {
                request_id: Some(failed.request_id),
                line: None,
            };
            let group = self.note(MatchClass::FailedThenServed, example);
            group.change(failed.arrived, &failed.attribution, &failed.counts, -1);
            group.change(
                failed.arrived,
                &failed.attribution,
                &counts_of_outcome(ClientOutcome::Answered(200)),
                1,
            );
        }
    }

    fn compare(&mut self, entry: &LedgerEntry, at: usize) {
        let line = self.lines[at].clone();
        let own = ServiceCounts::from_entry(entry);
        let is_silent = own.silent + own.undelivered > 0;
        let is_5xx = own.status_5xx + own.late_5xx > 0;
        let class = match line.outcome {
            ClientOutcome::NoResponse if is_silent => MatchClass::AgreeFailed,
            ClientOutcome::NoResponse => MatchClass::ClientFailedProviderAnswered,
            ClientOutcome::Answered(_) | ClientOutcome::ServerError(_) if is_silent => {
                MatchClass::ClientAnsweredProviderFailed
            }
            ClientOutcome::ServerError(_) if is_5xx => MatchClass::AgreeFailed,
            ClientOutcome::Answered(_) if !is_5xx => MatchClass::AgreeAnswered,
            ClientOutcome::Answered(_) | ClientOutcome::ServerError(_) => MatchClass::StatusDiffers,
        };
        let agrees = matches!(class, MatchClass::AgreeAnswered | MatchClass::AgreeFailed);
        let shifted = line.time.bucket() != entry.arrived.bucket();
        let example = MatchExample {
            request_id: Some(entry.request_id),
            line: Some(line.number),
        };
        let attribution = AttributionKey::from_entry(entry);
        if agrees && shifted {
            let group = self.note(MatchClass::BucketShifted, example);
            group.change(entry.arrived, &attribution, &counts(entry), -1);
            group.change(line.time, &attribution, &counts(entry), 1);
            return;
        }
        let group = self.note(class, example);
        if !agrees {
            group.change(entry.arrived, &attribution, &counts(entry), -1);
            group.change(entry.arrived, &attribution, &counts_of_outcome(line.outcome), 1);
        }
    }

    fn note(&mut self, class: MatchClass, example: MatchExample) -> &mut MatchGroup {
        let own = self.classes.entry(class).or_default();
        own.calls += 1;
        if own.examples.len() < EXAMPLES {
            own.examples.push(example);
        }
        own
    }

    /// The median difference of the clocks (the client's less the provider's), in microseconds; none where nothing
    /// was joined.
    fn median_skew(&self) -> Option<i64> {
        let mut all = self.skews.clone();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    }

    /// The result, once every row is joined.
    pub fn finish(mut self) -> JoinResult {
        let median = self.median_skew();
        let mut outside = 0;
        for (at, line) in self.lines.iter().enumerate() {
            if self.matched.contains(&at) {
                continue;
            }
            // In the provider's time, as far as the skew is known.
            let time = line.time.plus_micros(-median.unwrap_or(0));
            if !self.cycle.contains(&time) {
                outside += 1;
                continue;
            }
            let attribution = AttributionKey {
                party: Some(Party::Provider),
                ..AttributionKey::default()
            };
            let example = MatchExample {
                request_id: line.request_id,
                line: Some(line.number),
            };
            let counts = match line.outcome {
                ClientOutcome::NoResponse => ServiceCounts {
                    undelivered: 1,
                    ..ServiceCounts::default()
                }
                .values(),
                ClientOutcome::Answered(_) | ClientOutcome::ServerError(_) => counts_of_outcome(line.outcome),
            };
            self.note(MatchClass::OnlyClient, example)
                .change(time, &attribution, &counts, 1);
        }
        let limit = self.tolerance.skew.as_micros();
        let beyond = self
            .skews
            .iter()
            .filter(|skew| u128::from(skew.unsigned_abs()) > limit);
        JoinResult {
            duplicates: self.duplicates,
            outside,
            by_request_id: self.joined_by_request_id,
            by_content: self.joined_by_content,
            median_skew: median,
            skewed: beyond.count() as u64,
            classes: self.classes,
        }
    }
}

/// The result of a join.
#[derive(Clone, Debug)]
pub struct JoinResult {
    /// Lines that name a call a second time.
    pub duplicates: u64,
    /// Lines of calls outside of the cycle.
    pub outside: u64,
    /// Calls joined by their request ids.
    pub by_request_id: u64,
    /// Calls joined by their contents.
    pub by_content: u64,
    /// The median difference of the clocks, in microseconds.
    pub median_skew: Option<i64>,
    /// Calls whose times differ by more than the tolerance.
    pub skewed: u64,
    /// Calls by class.
    pub classes: BTreeMap<MatchClass, MatchGroup>,
}

/// The counts of a row without its charges, which do not depend on who is right.
fn counts(entry: &LedgerEntry) -> Counts {
    ServiceCounts {
        fee_fen: 0,
        coupon_fen: 0,
        granted_fen: 0,
        owed_fen: 0,
        ..ServiceCounts::from_entry(entry)
    }
    .values()
}

/// The counts of a call with the outcome that a client saw.
fn counts_of_outcome(outcome: ClientOutcome) -> Counts {
    let mut own = ServiceCounts::default();
    let count = match outcome {
        ClientOutcome::Answered(400..) => &mut own.status_4xx,
        ClientOutcome::Answered(_) => &mut own.served,
        ClientOutcome::ServerError(_) => &mut own.status_5xx,
        ClientOutcome::NoResponse => &mut own.silent,
    };
    *count = 1;
    own.values()
}
