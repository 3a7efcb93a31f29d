//! Calls by how the client's log and the ledger compare on them, and what would change if the client were right.

use crate::clock::Time;
use crate::exchange::{AttributionKey, RequestId, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
use std::collections::BTreeMap;
use std::ops::Range;

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
    /// Every class.
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

    /// The meaning for people.
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

/// Counts of service in the order of [`SERVICE_COUNTS`]; a change may lower them.
pub(super) type Counts = [i64; SERVICE_COUNTS.len()];

/// Calls of one class, and how the counts would change if the client were right on them.
#[derive(Clone, Debug, Default)]
pub struct MatchGroup {
    /// The number of calls.
    pub calls: u64,
    /// Some of them.
    pub examples: Vec<MatchExample>,
    changes: BTreeMap<(Time, AttributionKey), Counts>,
}

impl MatchGroup {
    /// Adds (`sign` 1) or takes away (`sign` -1) counts of the five minutes at an instant.
    pub(super) fn change(&mut self, at: Time, attribution: &AttributionKey, counts: &Counts, sign: i64) {
        let own = self
            .changes
            .entry((at.bucket(), attribution.clone()))
            .or_default();
        own.iter_mut()
            .zip(counts)
            .for_each(|(own, count)| *own += sign * count);
    }

    /// The counts there would be if the client were right on these calls, within a range of time.
    pub fn applied(&self, rows: &[ServiceBucket], within: Range<Time>) -> Vec<ServiceBucket> {
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
        let all = all.into_iter().filter(|((bucket, _), _)| within.contains(bucket));
        let rows = all.map(|((bucket, trouble), counts)| ServiceBucket {
            bucket,
            trouble,
            counts: ServiceCounts::from_values(counts),
        });
        rows.collect()
    }

    /// Adds another group.
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
