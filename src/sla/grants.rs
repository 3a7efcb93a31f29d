//! From the counts of a ledger to what an agreement counts: which cause is granted, what failed, what was charged.

use super::vectors::shown_requests;
use super::{Calendar, Contract, Cycle, Measure, Notice, Policy, RequestCounts, Requests};
use crate::exchange::{Service, ServiceRow, Trouble};
use serde_json::{Value, json};

/// Whose word on a cause is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// What was so.
    #[default]
    Truth,
    /// What the provider claims.
    Provider,
}

/// What causes are granted by.
#[derive(Clone, Copy)]
pub struct Grants<'a> {
    /// The agreement.
    pub contract: &'static Contract,
    /// Its readings.
    pub policy: &'a Policy,
    /// Working days.
    pub calendar: &'a Calendar,
    /// Whose word is taken.
    pub word: Word,
}

impl Grants<'_> {
    /// The cause that is granted, if any: one that asks for a notice is not granted without it.
    pub fn cause(&self, trouble: &Trouble) -> Option<&'static str> {
        let claimed = self.word == Word::Provider && !trouble.asserted.is_empty();
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
            let notice = Notice { sent, effective };
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
    pub fn requests(&self, rows: &[ServiceRow]) -> Requests {
        let mut all = Requests::default();
        for row in rows {
            let own = self.request_counts(&row.counts);
            all.counts.add(own);
            if let Some(code) = self.cause(&row.trouble) {
                all.excluded.entry(code.to_owned()).or_default().add(own);
            }
        }
        all
    }

    /// A late answer is no response to a client that has given up (J6); one that left before the deadline was not
    /// failed.
    fn request_counts(&self, counts: &Service) -> RequestCounts {
        let late = counts.late + counts.late_4xx + counts.late_5xx;
        let is_answer = self.policy.is("late", "answered");
        RequestCounts {
            sent: u128::from(counts.calls()),
            no_response: u128::from(counts.silent + counts.undelivered + if is_answer { 0 } else { late }),
            http_5xx: u128::from(counts.status_5xx + if is_answer { counts.late_5xx } else { 0 }),
        }
    }

    /// A cycle as a vector of the form `sla_vectors/1`, so that anybody can compute it again.
    ///
    /// # Errors
    /// Why the agreement cannot be settled for a natural month.
    pub fn vector_input(&self, cycle: &Cycle, rows: &[ServiceRow]) -> Result<Value, String> {
        let fee: i64 = rows.iter().map(|row| row.counts.fee_fen).sum();
        match self.contract.measure {
            Measure::RequestRatio => {
                let requests = self.requests(rows);
                Ok(json!({
                    "service_month": cycle.month().to_string(),
                    "applied_on": null,
                    "requests": shown_requests(&requests),
                    "fee": {"gross_fen": fee, "coupon_fen": 0, "free": false},
                }))
            }
            Measure::BucketMean | Measure::Informative => {
                Err("the agreement is settled by terms or packages, which worlds do not have yet".to_owned())
            }
        }
    }
}
