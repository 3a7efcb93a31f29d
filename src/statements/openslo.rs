//! The contract's service level as OpenSLO, as far as OpenSLO can express it.

use super::{CycleAccounts, StatementError};
use crate::sla::{AvailabilityMeasure, CycleRule};
use serde_json::{Value, json};

/// Outcomes of calls that never arrived, and of those that got no answer.
const UNDELIVERED: &str = "reset_before_read|refused_connection";
const NO_RESPONSE: &str = "no_response|reset_after_read|late";

/// The service level as OpenSLO v1, in YAML. Annotations hold what OpenSLO cannot express.
///
/// # Errors
/// When the contract promises no availability.
pub fn openslo_yaml(accounts: &CycleAccounts) -> Result<String, StatementError> {
    let impossible = |why: String| StatementError::impossible("provider", why);
    let Some(promised) = accounts.terms.contract.commitment else {
        return Err(impossible(
            "the agreement promises nothing, so there is no objective".to_owned(),
        ));
    };
    serde_saphyr::to_string(&document(accounts, promised)).map_err(|why| impossible(why.to_string()))
}

fn document(accounts: &CycleAccounts, promised: u32) -> Value {
    let terms = &accounts.terms;
    let (contract, provider) = (terms.contract, &terms.key.provider);
    let method = if is_mean(accounts) {
        "RatioTimeslices"
    } else {
        "Occurrences"
    };
    let mut objective = json!({"displayName": "availability", "target": target(promised)});
    if is_mean(accounts) {
        objective["timeSliceWindow"] = json!("5m");
    }
    let duration = match contract.cycle {
        CycleRule::Package => format!("{}d", terms.cycle.days()),
        CycleRule::NaturalMonth | CycleRule::Term => "1M".to_owned(),
    };
    let start = format!("{} 00:00:00", terms.cycle.start);
    json!({
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": format!("{provider}-availability"),
            "displayName": format!("{}, agreement {}", terms.title, contract.agreement),
            "annotations": annotations(accounts),
        },
        "spec": {
            "service": provider,
            "budgetingMethod": method,
            "timeWindow": [{
                "duration": duration,
                "isRolling": false,
                "calendar": {"startTime": start, "timeZone": "Asia/Shanghai"},
            }],
            "indicator": {
                "metadata": {"name": format!("{provider}-failures")},
                "spec": {"ratioMetric": metrics(accounts)},
            },
            "objectives": [objective],
        },
    })
}

fn is_mean(accounts: &CycleAccounts) -> bool {
    accounts.terms.contract.measure == AvailabilityMeasure::BucketMean
}

/// What OpenSLO cannot express.
fn annotations(accounts: &CycleAccounts) -> Value {
    let terms = &accounts.terms;
    let contract = terms.contract;
    json!({
        "understudy/cycle": format!("{} to {}", terms.cycle.start, terms.cycle.end),
        "understudy/empty-slices": "0 errors",
        "understudy/exclusions": contract.clause("exclusions"),
        "understudy/compensation": contract.clause("compensation"),
        "understudy/claim": contract.clause("claim window"),
        "understudy/queries": "over all worlds, with nothing left out: they alert, they do not settle",
        "understudy/world": terms.key.world,
    })
}

fn metrics(accounts: &CycleAccounts) -> Value {
    let provider = &accounts.terms.key.provider;
    let calls =
        |also: &str| format!("sum(increase(understudy_calls_total{{provider=\"{provider}\"{also}}}[5m]))");
    let (bad, total) = if is_mean(accounts) {
        let undelivered = calls(&format!(",outcome=~\"{UNDELIVERED}\""));
        let bad = format!("{} + {undelivered}", calls(",status=\"5xx\""));
        (bad, calls(&format!(",outcome!~\"{UNDELIVERED}\"")))
    } else {
        let bad = calls(&format!(",outcome=~\"{NO_RESPONSE}|{UNDELIVERED}\""));
        (bad, calls(""))
    };
    let metric = |query: &str| json!({"metricSource": {"type": "Prometheus", "spec": {"query": query}}});
    json!({"counter": true, "bad": metric(&bad), "total": metric(&total)})
}

/// Ten-thousandths as a decimal JSON number, which keeps its digits.
fn target(ten_thousandths: u32) -> Value {
    let digits = format!("0.{ten_thousandths:04}");
    serde_json::from_str(digits.trim_end_matches('0')).unwrap_or(Value::Null)
}
