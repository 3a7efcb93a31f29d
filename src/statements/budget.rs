//! The error budget of a cycle: spent, left, how fast it burns, and when a breach became certain.

use super::{CycleAccounts, StatementError, StatementKey};
use crate::clock::Time;
use crate::sla::{
    AvailabilityMeasure, BurnAlert, BurnRates, FIVE_MINUTES, Ratio, RequestVolume, or_null, percent, ratio,
    to_json, whole,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The error budget of a cycle.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ErrorBudget {
    provider: String,
    world: String,
    cycle: String,
    #[schema(value_type = String)]
    as_of: Time,
    /// What is budgeted: `bucket_errors` (a bucket of nothing but errors is one) or `failures`.
    unit: &'static str,
    /// Five-minute buckets of the cycle, and those that are over.
    buckets: u64,
    elapsed: u64,
    #[schema(value_type = Object)]
    allowed: Value,
    #[schema(value_type = Object)]
    spent: Value,
    #[schema(value_type = Object)]
    left: Value,
    /// Spent of allowed.
    #[schema(value_type = Option<Object>)]
    spent_ratio: Value,
    /// Of what has been; and if nothing fails any more.
    availability_to_date: Option<String>,
    availability_best_case: Option<String>,
    /// Whether the promise cannot be kept any more, and since when.
    breach_certain: bool,
    #[schema(value_type = Option<String>)]
    breach_certain_at: Option<Time>,
    /// Requests without a failure that would bring a ratio of requests back to the promise; a mean over buckets does
    /// not come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovers_after_requests: Option<String>,
    /// How many times as fast as allowed it burns, within the last hour, six hours, day and three days.
    #[schema(value_type = Object)]
    burn: Map<String, Value>,
    /// Alerts of the SRE workbook, scaled to the cycle.
    #[schema(value_type = Vec<Object>)]
    alerts: Vec<Value>,
}

/// Windows of the burn rate, in buckets.
const WINDOWS: [(&str, u64); 4] = [("1h", 12), ("6h", 72), ("1d", 288), ("3d", 864)];

/// What budgets of both units have in common.
struct BudgetFigures<'a> {
    allowed: &'a Ratio,
    spent: &'a Ratio,
    /// The burn rate within a window of buckets.
    burn: &'a dyn Fn(u64) -> Option<Ratio>,
    alerts: Vec<BurnAlert>,
}

impl ErrorBudget {
    /// The error budget of a cycle.
    ///
    /// # Errors
    /// When the contract promises no availability.
    pub fn new(accounts: &CycleAccounts) -> Result<Self, StatementError> {
        if accounts.terms.contract.commitment.is_none() {
            return Err(StatementError::impossible(
                "provider",
                "the agreement promises nothing, so there is no budget",
            ));
        }
        let rates = burn_rates(accounts);
        Ok(match accounts.terms.contract.measure {
            AvailabilityMeasure::BucketMean => Self::by_mean(accounts, &rates),
            AvailabilityMeasure::RequestRatio | AvailabilityMeasure::Informative => {
                Self::by_ratio(accounts, &rates)
            }
        })
    }

    fn by_mean(accounts: &CycleAccounts, rates: &BurnRates) -> Self {
        let contract = accounts.terms.contract;
        let (allowed, spent) = (rates.allowed(contract), rates.spent());
        let share = |buckets: u64| (buckets > 0).then(|| percent(&(whole(1) - &spent / whole(buckets))));
        let after = rates.breached_after(contract);
        let at = after.and_then(|buckets| {
            Some(accounts.terms.cycle.start.start() + FIVE_MINUTES * u32::try_from(buckets).ok()?)
        });
        let figures = BudgetFigures {
            allowed: &allowed,
            spent: &spent,
            burn: &|window| rates.burn(contract, window),
            alerts: rates.alerts(contract),
        };
        Self {
            unit: "bucket_errors",
            availability_to_date: share(rates.elapsed),
            availability_best_case: share(rates.buckets),
            breach_certain: spent > allowed,
            breach_certain_at: at.filter(|at| *at <= accounts.now),
            ..Self::from_figures(accounts, rates, &figures)
        }
    }

    fn by_ratio(accounts: &CycleAccounts, rates: &BurnRates) -> Self {
        let contract = accounts.terms.contract;
        let all = rates.volume(u64::MAX);
        let share = ratio(10_000 - contract.commitment.unwrap_or(0), 10_000);
        let (allowed, spent) = (&share * whole(all.requests), whole(all.failures));
        let to_date = (all.requests > 0).then(|| percent(&(whole(1) - ratio(all.failures, all.requests))));
        let is_over = accounts.is_final() && spent > allowed;
        let needed = (&spent / &share).ceil() - whole(all.requests);
        let figures = BudgetFigures {
            allowed: &allowed,
            spent: &spent,
            burn: &|window| rates.burn_of_requests(contract, window),
            alerts: rates.alerts_of_requests(contract),
        };
        Self {
            unit: "failures",
            availability_to_date: to_date,
            // Later calls dilute the failures, as long as there can be any.
            breach_certain: is_over,
            breach_certain_at: is_over.then(|| accounts.terms.cycle.end.plus(1).start()),
            recovers_after_requests: (spent > allowed && !accounts.is_final()).then(|| needed.to_string()),
            ..Self::from_figures(accounts, rates, &figures)
        }
    }

    fn from_figures(accounts: &CycleAccounts, rates: &BurnRates, figures: &BudgetFigures<'_>) -> Self {
        let StatementKey {
            provider,
            world,
            cycle,
        } = accounts.terms.key.clone();
        let (allowed, spent) = (figures.allowed, figures.spent);
        let is_allowed = *allowed > whole(0);
        let burn = WINDOWS.map(|(name, window)| (name.to_owned(), or_null((figures.burn)(window).as_ref())));
        Self {
            provider,
            world,
            cycle,
            as_of: accounts.now,
            unit: "",
            buckets: rates.buckets,
            elapsed: rates.elapsed,
            allowed: to_json(allowed),
            spent: to_json(spent),
            left: to_json(&(allowed - spent)),
            spent_ratio: or_null(is_allowed.then(|| spent / allowed).as_ref()),
            availability_to_date: None,
            availability_best_case: None,
            breach_certain: false,
            breach_certain_at: None,
            recovers_after_requests: None,
            burn: burn.into_iter().collect(),
            alerts: figures.alerts.iter().map(alert_to_json).collect(),
        }
    }
}

fn burn_rates(accounts: &CycleAccounts) -> BurnRates {
    let cycle = &accounts.terms.cycle;
    let all = cycle.buckets().unsigned_abs();
    let mut rates = BurnRates::new(cycle, accounts.bucket(accounts.now).min(all));
    for (at, figure) in accounts.five_minutes() {
        let bucket = accounts.bucket(at);
        if figure.rate.errors > 0 {
            rates.by_bucket.insert(bucket, figure.rate);
        }
        let volume = RequestVolume {
            requests: figure.requests,
            failures: figure.failures,
        };
        rates.volumes.insert(bucket, volume);
    }
    rates
}

fn alert_to_json(alert: &BurnAlert) -> Value {
    json!({
        "severity": alert.severity,
        "long_minutes": alert.long * 5,
        "short_minutes": alert.short * 5,
        "factor": to_json(&alert.factor),
        "fires": alert.fires,
    })
}
