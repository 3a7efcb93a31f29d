//! The agreement's service level as OpenSLO, as far as OpenSLO reaches.

use super::books::CycleAccounts;
use crate::admin::{AdminState, ProblemDetails};
use crate::sla::{AvailabilityMeasure, CycleRule};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde_json::{Value, json};

/// Outcomes of calls that never arrived, and of those that got no answer.
const UNDELIVERED: &str = "reset_before_read|refused_connection";
const NO_RESPONSE: &str = "no_response|reset_after_read|late";

/// The service level as OpenSLO v1. What it cannot say stands in annotations.
#[utoipa::path(tag = "sla", params(
        ("word" = Option<String>, Query, description = "as for the statement"),
        ("policy" = Option<String>, Query, description = "as for the statement"),
        ("from" = Option<String>, Query, description = "as for the statement"),
    ),
    responses((status = 200, content_type = "application/yaml", body = String), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[get("/sla/{provider}/{world}/{cycle}/openslo.yaml")]
pub(in crate::admin) async fn export(
    admin: Data<AdminState>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, ProblemDetails> {
    let accounts = CycleAccounts::open(&admin, path.into_inner().into(), &request).await?;
    let Some(promised) = accounts.contract.commitment else {
        return Err(super::impossible(
            "provider",
            "the agreement promises nothing, so there is no objective",
        ));
    };
    let yaml = serde_saphyr::to_string(&document(&accounts, promised))
        .map_err(|why| super::impossible("provider", why.to_string()))?;
    Ok(HttpResponse::Ok().content_type("application/yaml").body(yaml))
}

fn document(accounts: &CycleAccounts, promised: u32) -> Value {
    let contract = accounts.contract;
    let provider = &accounts.asked.provider;
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
        CycleRule::Package => format!("{}d", accounts.cycle.days()),
        CycleRule::NaturalMonth | CycleRule::Term => "1M".to_owned(),
    };
    let start = format!("{} 00:00:00", accounts.cycle.start);
    json!({
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": format!("{provider}-availability"),
            "displayName": format!("{}, agreement {}", accounts.title, contract.agreement),
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
    accounts.contract.measure == AvailabilityMeasure::BucketMean
}

/// What OpenSLO cannot say.
fn annotations(accounts: &CycleAccounts) -> Value {
    let contract = accounts.contract;
    json!({
        "understudy/cycle": format!("{} to {}", accounts.cycle.start, accounts.cycle.end),
        "understudy/empty-slices": "0 errors",
        "understudy/exclusions": contract.clause("exclusions"),
        "understudy/compensation": contract.clause("compensation"),
        "understudy/claim": contract.clause("claim window"),
        "understudy/queries": "over all worlds, with nothing left out: they alert, they do not settle",
        "understudy/world": accounts.asked.world,
    })
}

fn metrics(accounts: &CycleAccounts) -> Value {
    let provider = &accounts.asked.provider;
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

/// Ten-thousandths as a decimal number; JSON numbers keep what they are written as.
fn target(ten_thousandths: u32) -> Value {
    let digits = format!("0.{ten_thousandths:04}");
    serde_json::from_str(digits.trim_end_matches('0')).unwrap_or(Value::Null)
}
