//! The error budget of a cycle: spent, left, how fast it burns, and when a breach became certain.

use super::books::CycleAccounts;
use crate::admin::{AdminState, ProblemDetails};
use crate::clock::Time;
use crate::sla::{
    AvailabilityMeasure, BurnAlert, BurnRates, FIVE_MINUTES, Ratio, RequestVolume, or_null, percent, ratio,
    to_json, whole,
};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The error budget of a cycle.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::admin) struct ErrorBudget {
    provider: String,
    world: String,
    cycle: String,
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

/// The error budget of a cycle.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, body = ErrorBudget), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/budget")]
pub(in crate::admin) async fn show(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<Json<ErrorBudget>, ProblemDetails> {
    let accounts = CycleAccounts::open(&admin, path.into_inner().into(), &request).await?;
    if accounts.contract.commitment.is_none() {
        return Err(super::impossible(
            "provider",
            "the agreement promises nothing, so there is no budget",
        ));
    }
    Ok(Json(of(&accounts)))
}

fn of(accounts: &CycleAccounts) -> ErrorBudget {
    let all = accounts.cycle.buckets().unsigned_abs();
    let mut rates = BurnRates::new(&accounts.cycle, accounts.bucket(accounts.now).min(all));
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
    match accounts.contract.measure {
        AvailabilityMeasure::BucketMean => by_mean(accounts, &rates),
        AvailabilityMeasure::RequestRatio | AvailabilityMeasure::Informative => by_ratio(accounts, &rates),
    }
}

fn by_mean(accounts: &CycleAccounts, rates: &BurnRates) -> ErrorBudget {
    let contract = accounts.contract;
    let (allowed, spent) = (rates.allowed(contract), rates.spent());
    let share = |buckets: u64| (buckets > 0).then(|| percent(&(whole(1) - &spent / whole(buckets))));
    let after = rates.breached_after(contract);
    let at = after
        .and_then(|buckets| Some(accounts.cycle.start.start() + FIVE_MINUTES * u32::try_from(buckets).ok()?));
    let burn = |window| rates.burn(contract, window);
    ErrorBudget {
        unit: "bucket_errors",
        availability_to_date: share(rates.elapsed),
        availability_best_case: share(rates.buckets),
        breach_certain: spent > allowed,
        breach_certain_at: at.filter(|at| *at <= accounts.now),
        ..common(
            accounts,
            rates,
            (&allowed, &spent),
            (&burn, &rates.alerts(contract)),
        )
    }
}

fn by_ratio(accounts: &CycleAccounts, rates: &BurnRates) -> ErrorBudget {
    let all = rates.volume(u64::MAX);
    let share = ratio(10_000 - accounts.contract.commitment.unwrap_or(0), 10_000);
    let (allowed, spent) = (&share * whole(all.requests), whole(all.failures));
    let to_date = (all.requests > 0).then(|| percent(&(whole(1) - ratio(all.failures, all.requests))));
    let is_over = accounts.is_final() && spent > allowed;
    let needed = (&spent / &share).ceil() - whole(all.requests);
    let burn = |window| rates.burn_of_requests(accounts.contract, window);
    ErrorBudget {
        unit: "failures",
        availability_to_date: to_date,
        // Later calls dilute it, as long as there can be any.
        breach_certain: is_over,
        breach_certain_at: is_over.then(|| accounts.cycle.end.plus(1).start()),
        recovers_after_requests: (spent > allowed && !accounts.is_final()).then(|| needed.to_string()),
        ..common(
            accounts,
            rates,
            (&allowed, &spent),
            (&burn, &rates.alerts_of_requests(accounts.contract)),
        )
    }
}

fn common(
    accounts: &CycleAccounts,
    rates: &BurnRates,
    (allowed, spent): (&Ratio, &Ratio),
    (burn, alerts): (&dyn Fn(u64) -> Option<Ratio>, &[BurnAlert]),
) -> ErrorBudget {
    let super::books::StatementKey {
        provider,
        world,
        cycle,
    } = accounts.asked.clone();
    let is_allowed = *allowed > whole(0);
    let burn = WINDOWS.map(|(name, window)| (name.to_owned(), or_null(burn(window).as_ref())));
    ErrorBudget {
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
        alerts: alerts.iter().map(shown).collect(),
    }
}

fn shown(alert: &BurnAlert) -> Value {
    json!({
        "severity": alert.severity,
        "long_minutes": alert.long * 5,
        "short_minutes": alert.short * 5,
        "factor": to_json(&alert.factor),
        "fires": alert.fires,
    })
}
