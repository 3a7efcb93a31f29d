//! The agreement's service level as OpenSLO, as far as OpenSLO reaches.

use super::books::Books;
use crate::admin::{Admin, Problem};
use crate::sla::{CycleRule, Measure};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use serde_json::{Value, json};

/// Outcomes of calls that never arrived, and of those that got no answer.
const UNDELIVERED: &str = "reset_before_read|refused_connection";
const NO_RESPONSE: &str = "no_response|reset_after_read|late";

/// The service level as OpenSLO v1. What it cannot say stands in annotations.
#[utoipa::path(tag = "sla",
    responses((status = 200, content_type = "application/yaml", body = String), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
#[get("/sla/{provider}/{world}/{cycle}/openslo.yaml")]
pub(in crate::admin) async fn export(
    admin: Data<Admin>,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let books = Books::open(&admin, path.into_inner().into(), &request).await?;
    let Some(promised) = books.contract.commitment else {
        return Err(super::impossible(
            "provider",
            "the agreement promises nothing, so there is no objective",
        ));
    };
    let yaml = serde_saphyr::to_string(&document(&books, promised))
        .map_err(|why| super::impossible("provider", why.to_string()))?;
    Ok(HttpResponse::Ok().content_type("application/yaml").body(yaml))
}

fn document(books: &Books, promised: u32) -> Value {
    let contract = books.contract;
    let provider = &books.asked.provider;
    let method = if is_mean(books) {
        "RatioTimeslices"
    } else {
        "Occurrences"
    };
    let mut objective = json!({"displayName": "availability", "target": target(promised)});
    if is_mean(books) {
        objective["timeSliceWindow"] = json!("5m");
    }
    let duration = match contract.cycle {
        CycleRule::Package => format!("{}d", books.cycle.days()),
        CycleRule::NaturalMonth | CycleRule::Term => "1M".to_owned(),
    };
    let start = format!("{} 00:00:00", books.cycle.start);
    json!({
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": format!("{provider}-availability"),
            "displayName": format!("{}, agreement {}", books.title, contract.agreement),
            "annotations": annotations(books),
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
                "spec": {"ratioMetric": metrics(books)},
            },
            "objectives": [objective],
        },
    })
}

fn is_mean(books: &Books) -> bool {
    books.contract.measure == Measure::BucketMean
}

/// What OpenSLO cannot say.
fn annotations(books: &Books) -> Value {
    let contract = books.contract;
    json!({
        "understudy/cycle": format!("{} to {}", books.cycle.start, books.cycle.end),
        "understudy/empty-slices": "0 errors",
        "understudy/exclusions": contract.clause("exclusions"),
        "understudy/compensation": contract.clause("compensation"),
        "understudy/claim": contract.clause("claim window"),
        "understudy/queries": "over all worlds, with nothing left out: they alert, they do not settle",
        "understudy/world": books.asked.world,
    })
}

fn metrics(books: &Books) -> Value {
    let provider = &books.asked.provider;
    let calls =
        |also: &str| format!("sum(increase(understudy_calls_total{{provider=\"{provider}\"{also}}}[5m]))");
    let (bad, total) = if is_mean(books) {
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
