//! Counters for Prometheus.

use super::AdminState;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use std::sync::atomic::Ordering;

/// Counters in the Prometheus text format.
#[utoipa::path(tag = "server", responses((status = 200, content_type = "text/plain", body = String)))]
#[get("/metrics")]
pub(super) async fn metrics(admin: Data<AdminState>) -> HttpResponse {
    let gateway = &admin.gateway;
    let gauge = |name: &str, value: usize| {
        gateway
            .metrics
            .gauge(name, i64::try_from(value).unwrap_or(i64::MAX));
    };
    let health = gateway.ledger.health();
    gauge("ledger_backlog", gateway.ledger.backlog().0);
    gauge(
        "ledger_rows_written",
        health.written.load(Ordering::Relaxed) as usize,
    );
    gauge(
        "ledger_failures",
        health.failures.load(Ordering::Relaxed) as usize,
    );
    gauge("pool_waiting", gateway.pool.waiting());
    let faults = gateway.faults.all();
    gauge("faults", faults.iter().filter(|one| !one.is_stopped()).count());
    gauge(
        "calls_held",
        faults.iter().map(|one| one.receipt().active as usize).sum(),
    );
    gauge("worlds", gateway.worlds.all().len());
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(gateway.metrics.text())
}
