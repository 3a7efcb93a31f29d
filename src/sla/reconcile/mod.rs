//! A client's log against the ledger: which calls both know, what each says of them, and the counts that would be if
//! the client were right.

mod log;

pub use log::{ClientLog, ClientLogLine, ClientOutcome, LogLineError};

use crate::clock::Time;
use crate::exchange::{
    AttributionKey, LedgerEntry, Outcome, Party, RequestId, SERVICE_COUNTS, ServiceBucket, ServiceCounts,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

/// How the two sides compare on a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchClass {
    /// Both say it was answered.
    AgreeAnswered,
    /// Both say it failed.
    AgreeFailed,
    /// The client had no answer, the provider gave one: late, or lost on the way.
    ClientFailedProviderAnswered,
    /// The client had an answer, the ledger knows of none.
    ClientAnsweredProviderFailed,
    /// Both know of an answer, one of them of a 5XX.
    StatusDiffers,
    /// The same, at another time than the client's: its clock puts it into other five minutes.
    BucketShifted,
    /// The client sent it, the provider never saw it.
    OnlyClient,
    /// The provider saw it, the client's log does not have it.
    OnlyProvider,
    /// It failed, and the same content was served when it was sent again. These calls are in another class too.
    FailedThenServed,
}

impl MatchClass {
    /// All of them.
    pub const ALL: [MatchClass; 9] = [
        MatchClass::AgreeAnswered,
        MatchClass::AgreeFailed,
        MatchClass::ClientFailedProviderAnswered,
        MatchClass::ClientAnsweredProviderFailed,
        MatchClass::StatusDiffers,
        MatchClass::BucketShifted,
        MatchClass::OnlyClient,
        MatchClass::OnlyProvider,
        MatchClass::FailedThenServed,
    ];

    /// What it means.
    pub fn what(self) -> &'static str {
        match self {
            MatchClass::AgreeAnswered => "both say it was answered",
            MatchClass::AgreeFailed => "both say it failed",
            MatchClass::ClientFailedProviderAnswered => {
                "no answer reached the client, the provider gave one: late or lost"
            }
            MatchClass::ClientAnsweredProviderFailed => "the client had an answer, the ledger knows of none",
            MatchClass::StatusDiffers => "one side knows of a 5XX, the other does not",
            MatchClass::BucketShifted => "both agree, but the client's clock puts it into other five minutes",
            MatchClass::OnlyClient => "the client sent it, the provider never saw it",
            MatchClass::OnlyProvider => "the provider saw it, the client's log does not have it",
            MatchClass::FailedThenServed => {
                "it failed, and was served when it was sent again (also in another class)"
            }
        }
    }
}

/// How far apart things may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchTolerance {
    /// Client's and provider's times of a call that is joined by its content.
    pub join: Duration,
    /// Their difference beyond which a clock is called skewed.
    pub skew: Duration,
}

/// A call as an example of a class.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct MatchExample {
    /// The call, where the provider knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// The line of the client's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

type Counts = [i64; SERVICE_COUNTS.len()];

/// Calls of one class, and what would change if the client were right on them.
#[derive(Clone, Debug, Default)]
pub struct MatchGroup {
    /// How many.
    pub calls: u64,
    /// Some of them.
    pub examples: Vec<MatchExample>,
    changes: BTreeMap<(Time, AttributionKey), Counts>,
}

/// A log being joined with the ledger's rows.
pub struct LogJoin<'a> {
    lines: &'a [ClientLogLine],
    tolerance: MatchTolerance,
    cycle: (Time, Time),
    by_id: HashMap<RequestId, usize>,
    /// Lines without a name, by content, in the order of time.
    by_content: HashMap<u128, Vec<usize>>,
    matched: HashSet<usize>,
    /// Lines that name a call a second time.
    pub duplicates: u64,
    /// Calls joined by their names, and by their contents.
    pub joined: (u64, u64),
    /// Differences of the clocks, in microseconds.
    skews: Vec<i64>,
    /// Contents whose last call failed, with that call.
    failing: HashMap<u128, Failing>,
    classes: BTreeMap<MatchClass, MatchGroup>,
}

/// A call that failed.
struct Failing {
    request_id: RequestId,
    arrived: Time,
    trouble: AttributionKey,
    counts: Counts,
}

impl Failing {
    fn of(entry: &LedgerEntry) -> Self {
        Self {
            request_id: entry.request_id,
            arrived: entry.arrived,
            trouble: AttributionKey::from_entry(entry),
            counts: counts(entry),
        }
    }
}

/// Examples of a class that are kept.
const EXAMPLES: usize = 5;

impl<'a> LogJoin<'a> {
    /// A join of a log with the rows of a cycle, `[from, to)`.
    pub fn new(log: &'a ClientLog, cycle: (Time, Time), tolerance: MatchTolerance) -> Self {
        let mut join = Self {
            lines: &log.lines,
            tolerance,
            cycle,
            by_id: HashMap::new(),
            by_content: HashMap::new(),
            matched: HashSet::new(),
            duplicates: 0,
            joined: (0, 0),
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

    /// Joins a row.
    pub fn row(&mut self, entry: &LedgerEntry) {
        let is_counted =
            (self.cycle.0..self.cycle.1).contains(&entry.arrived) && entry.outcome != Outcome::Broken;
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
        let difference = self.note(MatchClass::OnlyProvider, example);
        difference.change(
            entry.arrived,
            &AttributionKey::from_entry(entry),
            &counts(entry),
            -1,
        );
    }

    fn line_of(&mut self, entry: &LedgerEntry) -> Option<usize> {
        if let Some(at) = self.by_id.get(&entry.request_id) {
            self.joined.0 += 1;
            return Some(*at);
        }
        let candidates = self.by_content.get(&entry.content)?;
        let distance = |at: &usize| (self.lines[*at].time.micros() - entry.arrived.micros()).unsigned_abs();
        let free = candidates.iter().filter(|at| !self.matched.contains(*at));
        let nearest = *free.min_by_key(|at| distance(at))?;
        let is_near = u128::from(distance(&nearest)) <= self.tolerance.join.as_micros();
        self.joined.1 += u64::from(is_near);
        is_near.then_some(nearest)
    }

    /// What was served in the end did not fail its user, whatever came before.
    fn note_retry(&mut self, entry: &LedgerEntry) {
        let own = ServiceCounts::from_entry(entry);
        if own.served == 0 {
            if own.status_4xx == 0 {
                self.failing.insert(entry.content, Failing::of(entry));
            }
            return;
        }
        if let Some(failed) = self.failing.remove(&entry.content) {
            let example = MatchExample {
                request_id: Some(failed.request_id),
                line: None,
            };
            let difference = self.note(MatchClass::FailedThenServed, example);
            difference.change(failed.arrived, &failed.trouble, &failed.counts, -1);
            difference.change(
                failed.arrived,
                &failed.trouble,
                &said(ClientOutcome::Answered(200)),
                1,
            );
        }
    }

    fn compare(&mut self, entry: &LedgerEntry, at: usize) {
        let line = self.lines[at].clone();
        let own = ServiceCounts::from_entry(entry);
        let is_silent = own.silent + own.undelivered > 0;
        let is_5xx = own.status_5xx + own.late_5xx > 0;
        let class = match line.said {
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
        let trouble = AttributionKey::from_entry(entry);
        if agrees && shifted {
            let difference = self.note(MatchClass::BucketShifted, example);
            difference.change(entry.arrived, &trouble, &counts(entry), -1);
            difference.change(line.time, &trouble, &counts(entry), 1);
            return;
        }
        let difference = self.note(class, example);
        if !agrees {
            difference.change(entry.arrived, &trouble, &counts(entry), -1);
            difference.change(entry.arrived, &trouble, &said(line.said), 1);
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

    /// What came of it, once every row was given.
    pub fn finish(mut self) -> JoinResult {
        let median = self.median_skew();
        let mut outside = 0;
        for (at, line) in self.lines.iter().enumerate() {
            if self.matched.contains(&at) {
                continue;
            }
            // By the provider's clock, as far as it is known.
            let time = line.time.plus_micros(-median.unwrap_or(0));
            if !(self.cycle.0..self.cycle.1).contains(&time) {
                outside += 1;
                continue;
            }
            let trouble = AttributionKey {
                party: Some(Party::Provider),
                ..AttributionKey::default()
            };
            let example = MatchExample {
                request_id: line.request_id,
                line: Some(line.number),
            };
            let counts = match line.said {
                ClientOutcome::NoResponse => ServiceCounts {
                    undelivered: 1,
                    ..ServiceCounts::default()
                }
                .values(),
                ClientOutcome::Answered(_) | ClientOutcome::ServerError(_) => said(line.said),
            };
            self.note(MatchClass::OnlyClient, example)
                .change(time, &trouble, &counts, 1);
        }
        let limit = self.tolerance.skew.as_micros();
        let beyond = self
            .skews
            .iter()
            .filter(|skew| u128::from(skew.unsigned_abs()) > limit);
        JoinResult {
            duplicates: self.duplicates,
            outside,
            joined: self.joined,
            median_skew: median,
            skewed: beyond.count() as u64,
            classes: self.classes,
        }
    }
}

/// What came of a join.
#[derive(Clone, Debug)]
pub struct JoinResult {
    /// Lines that name a call a second time.
    pub duplicates: u64,
    /// Lines of calls outside of the cycle.
    pub outside: u64,
    /// Calls joined by their names, and by their contents.
    pub joined: (u64, u64),
    /// The median difference of the clocks, in microseconds.
    pub median_skew: Option<i64>,
    /// Calls whose times differ by more than the tolerance.
    pub skewed: u64,
    /// Calls by class.
    pub classes: BTreeMap<MatchClass, MatchGroup>,
}

impl MatchGroup {
    fn change(&mut self, at: Time, trouble: &AttributionKey, counts: &Counts, sign: i64) {
        let own = self.changes.entry((at.bucket(), trouble.clone())).or_default();
        own.iter_mut()
            .zip(counts)
            .for_each(|(own, count)| *own += sign * count);
    }

    /// The counts there would be if the client were right on these calls; those outside of `[from, to)` left out.
    pub fn applied(&self, rows: &[ServiceBucket], (from, to): (Time, Time)) -> Vec<ServiceBucket> {
        let mut all: BTreeMap<(Time, AttributionKey), Counts> = BTreeMap::new();
        for row in rows {
            all.insert((row.bucket, row.trouble.clone()), row.counts.values());
        }
        for (key, change) in &self.changes {
            let own = all.entry(key.clone()).or_default();
            own.iter_mut()
                .zip(change)
                .for_each(|(own, change)| *own += change);
        }
        let within = all
            .into_iter()
            .filter(|((bucket, _), _)| (from..to).contains(bucket));
        let rows = within.map(|((bucket, trouble), counts)| ServiceBucket {
            bucket,
            trouble,
            counts: ServiceCounts::from_values(counts),
        });
        rows.collect()
    }

    /// Adds others.
    pub fn add(&mut self, other: &MatchGroup) {
        self.calls += other.calls;
        for (key, change) in &other.changes {
            let own = self.changes.entry(key.clone()).or_default();
            own.iter_mut()
                .zip(change)
                .for_each(|(own, change)| *own += change);
        }
    }
}

/// The counts of a row without its money: that does not depend on who is right.
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

fn said(said: ClientOutcome) -> Counts {
    let mut own = ServiceCounts::default();
    let count = match said {
        ClientOutcome::Answered(400..) => &mut own.status_4xx,
        ClientOutcome::Answered(_) => &mut own.served,
        ClientOutcome::ServerError(_) => &mut own.status_5xx,
        ClientOutcome::NoResponse => &mut own.silent,
    };
    *count = 1;
    own.values()
}
