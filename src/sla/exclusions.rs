//! From the counts of a ledger to what an agreement counts: which cause is granted, what failed, what was charged.

use super::{
    AvailabilityMeasure, BucketRun, ChangeNotice, Contract, CycleBill, CyclePlacement, CycleRequests,
    CycleTraffic, MeasuredTraffic, ReadingPolicy, RequestCounts, StatementInput, WorkdayCalendar,
};
use crate::clock::Time;
use crate::exchange::{AttributionKey, ServiceBucket};
use std::collections::BTreeMap;

/// Whose word on a cause is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CauseAuthority {
    /// What was so.
    #[default]
    Truth,
    /// What the provider claims.
    Provider,
}

/// What causes are granted by.
#[derive(Clone, Copy)]
pub struct ExclusionRules<'a> {
    /// The agreement.
    pub contract: &'static Contract,
    /// Its readings.
    pub policy: &'a ReadingPolicy,
    /// Working days.
    pub calendar: &'a WorkdayCalendar,
    /// Whose word is taken.
    pub word: CauseAuthority,
}

impl ExclusionRules<'_> {
    /// The cause that is granted, if any: one that asks for a notice is not granted without it.
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
            // Of a year nothing is known of, no notice is taken as kept.
            let kept = notice.is_in_time(announced.lead, self.calendar, self.policy);
            kept.unwrap_or(false)
        });
        if is_kept {
            return Some(cause.code);
        }
        announced.otherwise
    }

    /// The cycle's requests, as the agreement's ratio counts them.
    pub fn requests(&self, rows: &[ServiceBucket]) -> CycleRequests {
        let mut all = CycleRequests::default();
        for row in rows {
            let own = RequestCounts::of(&row.counts, self.policy);
            all.count(own, self.cause(&row.trouble));
        }
        all
    }

    /// The buckets of a cycle that had calls, in the order of time.
    pub fn buckets(&self, rows: &[ServiceBucket]) -> BTreeMap<Time, BucketRun> {
        let mut all: BTreeMap<Time, BucketRun> = BTreeMap::new();
        for row in rows {
            let own =
                BucketRun::of(&row.counts, row.trouble.party, self.policy).caused(self.cause(&row.trouble));
            all.entry(row.bucket).or_insert_with(BucketRun::empty).add(&own);
        }
        all
    }

    /// The figures of a cycle.
    pub fn figures(&self, place: CyclePlacement, rows: &[ServiceBucket], bill: CycleBill) -> StatementInput {
        let measured = match self.contract.measure {
            AvailabilityMeasure::RequestRatio => MeasuredTraffic::Requests(self.requests(rows)),
            AvailabilityMeasure::BucketMean => {
                MeasuredTraffic::Traffic(CycleTraffic::of(self.buckets(rows).into_values()))
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
