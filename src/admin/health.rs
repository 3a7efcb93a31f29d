//! Liveness, readiness, and what is running here.

use super::{AdminState, ProblemDetails};
use crate::clock::Time;
use crate::exchange::Vendor;
use crate::providers::Providers;
use crate::signing::rsa;
use crate::world::{ApiKey, World};
use actix_web::get;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The process lives.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HealthView {
    /// Always `ok`.
    status: &'static str,
    /// How pictures without a uniform border are matted here.
    matte: &'static str,
}

/// What is running here.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct InfoView {
    /// `understudy`.
    name: &'static str,
    /// Version of the program.
    version: &'static str,
    /// Seed of all dice.
    seed: u64,
    /// Which run on this store this is.
    run: u64,
    /// Where things are kept.
    store: String,
    /// Virtual time.
    now: Time,
    /// Real time of the start.
    started: Time,
    /// The providers that are emulated.
    providers: Vec<&'static str>,
    /// Rows of the ledger committed since the start.
    rows_written: u64,
    /// Commits that failed.
    ledger_failures: u64,
}

/// Liveness.
#[utoipa::path(tag = "server", responses((status = 200, body = HealthView)))]
#[get("/health")]
pub(super) async fn health(admin: Data<AdminState>) -> Json<HealthView> {
    Json(HealthView {
        status: "ok",
        matte: admin.gateway.studio.matte_methods(),
    })
}

/// Readiness: the store answers, and the ledger's queue has room.
#[utoipa::path(tag = "server", responses((status = 200, body = Object), (status = 503, body = ProblemDetails)))]
#[get("/ready")]
pub(super) async fn ready(admin: Data<AdminState>) -> Result<Json<Value>, ProblemDetails> {
    let unready = |why: String| ProblemDetails::new(StatusCode::SERVICE_UNAVAILABLE, why);
    if let Some(why) = admin.gateway.ledger.health().failing() {
        return Err(unready(why));
    }
    let (backlog, most) = admin.gateway.ledger.backlog();
    if backlog * 10 > most * 9 {
        return Err(unready(format!(
            "the ledger's queue is nearly full: {backlog} of {most}"
        )));
    }
    Ok(Json(
        json!({"status": "ready", "ledger_backlog": backlog, "pool_waiting": admin.gateway.pool.waiting()}),
    ))
}

/// What is running here.
#[utoipa::path(tag = "server", responses((status = 200, body = InfoView)))]
#[get("/info")]
pub(super) async fn info(admin: Data<AdminState>) -> Json<InfoView> {
    let writer = admin.gateway.ledger.health();
    Json(InfoView {
        name: "understudy",
        version: env!("CARGO_PKG_VERSION"),
        seed: admin.seed,
        run: admin.run,
        store: admin.store_url.clone(),
        now: admin.clock.now(),
        started: admin.started,
        providers: admin.gateway.providers.specs().map(|spec| spec.id).collect(),
        rows_written: writer.written.load(Ordering::Relaxed),
        ledger_failures: writer.failures.load(Ordering::Relaxed),
    })
}

/// A world's credentials by vendor, in the vendors' own field names: the oldest key of each scheme, and the public key
/// of vendors that sign their answers.
pub fn credentials(providers: Providers, world: &World, keys: &[Arc<ApiKey>]) -> Value {
    let mut all = Map::new();
    for vendor in providers.vendors() {
        let mut fields = Map::new();
        for scheme in vendor.schemes {
            let own = keys
                .iter()
                .find(|key| key.vendor == vendor.id && key.credential.scheme == scheme.name);
            if let Some(key) = own {
                fields.insert(scheme.id_field.into(), key.credential.id.clone().into());
                fields.insert(scheme.secret_field.into(), key.credential.secret.clone().into());
            }
        }
        if let Some(pem) = provider_public_key(world, vendor) {
            fields.insert("provider_public_key_pem".into(), pem.into());
        }
        all.insert(vendor.id.into(), fields.into());
    }
    all.into()
}

/// The public half of the key a vendor signs with in a world, in PEM, where it signs.
pub(super) fn provider_public_key(world: &World, vendor: &'static Vendor) -> Option<String> {
    rsa::public_pem(&world.provider_key(vendor)?).ok()
}
