//! Turns the counts of a ledger into the figures an agreement counts: applies exclusions, and tells which calls failed.

use super::{
    AvailabilityMeasure, BucketRun, ChangeNotice, Contract, CycleBill, CyclePlacement, CycleRequests,
    CycleTraffic, MeasuredTraffic, ReadingPolicy, RequestCounts, StatementInput, WorkdayCalendar,
};
use crate::clock::Time;
use crate::exchange::{AttributionKey, ServiceBucket};
use std::collections::BTreeMap;

/// Who decides what caused a failure.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum CauseAuthority {
    /// Nobody: what in fact caused it counts.
    #[default]
    Truth,
    /// The provider: what it claims counts.
    Provider,
}

impl CauseAuthority {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Truth => "truth",
            Self::Provider => "provider",
        }
    }
}

/// The rules by which causes exclude failures.
#[derive(Clone, Copy)]
pub struct ExclusionRules<'a> {
    /// The agreement.
    pub contract: &'static Contract,
    /// Its readings.
    pub policy: &'a ReadingPolicy,
    /// Working days.
    pub calendar: &'a WorkdayCalendar,
    /// Who decides what caused a failure.
    pub word: CauseAuthority,
}

impl ExclusionRules<'_> {
    /// The code of the cause that excludes a failure, if one does. A cause that needs a notice is not granted without it.
    pub fn cause(&self, trouble: &AttributionKey) -> Option<&'static str> {
        let claimed = self.word == CauseAuthority::Provider && !trouble.asserted.is_empty();
        let code = if claimed {
            &trouble.asserted
        } else {
            &trouble.cause
        };
        let cause = self.contract.cause(code)?;
        let Some(announced) = cause.announced else {
            return Some(cause.code);
        };
        let notice = trouble.noticed.zip(trouble.begun);
        let is_kept = notice.is_some_and(|(sent, effective)| {
            let notice = ChangeNotice { sent, effective };
            // In a year the calendar does not know, no notice is taken as sent in time.
            let kept = notice.is_in_time(announced.lead, self.calendar, self.policy);
            kept.unwrap_or(false)
        });
        if is_kept {
            return Some(cause.code);
        }
        announced.otherwise
    }

    /// Sums up the requests of a cycle for a ratio of requests.
    pub fn requests(&self, rows: &[ServiceBucket]) -> CycleRequests {
        let mut all = CycleRequests::default();
        for row in rows {
            let own = RequestCounts::from_counts(&row.counts, self.policy);
            all.count(own, self.cause(&row.trouble));
        }
        all
    }

    /// Sums up the buckets of a cycle that had calls for a mean over buckets, in the order of time.
    pub fn buckets(&self, rows: &[ServiceBucket]) -> BTreeMap<Time, BucketRun> {
        let mut all: BTreeMap<Time, BucketRun> = BTreeMap::new();
        for row in rows {
            let own = BucketRun::from_counts(&row.counts, row.trouble.party, self.policy)
                .caused(self.cause(&row.trouble));
            all.entry(row.bucket).or_insert_with(BucketRun::empty).add(&own);
        }
        all
    }

    /// The figures of a cycle that its statement is computed from.
    pub fn figures(&self, place: CyclePlacement, rows: &[ServiceBucket], bill: CycleBill) -> StatementInput {
        let measured = match self.contract.measure {
            AvailabilityMeasure::RequestRatio => MeasuredTraffic::Requests(self.requests(rows)),
            AvailabilityMeasure::BucketMean => {
                MeasuredTraffic::Traffic(CycleTraffic::from_buckets(self.buckets(rows).into_values()))
            }
            AvailabilityMeasure::Informative => {
                let counts = self.requests(rows).counts;
                MeasuredTraffic::Plain {
                    sent: counts.sent,
                    failed: counts.no_response + counts.http_5xx,
                }
            }
        };
        StatementInput {
            place: Some(place),
            measured,
            bill,
        }
    }
}
