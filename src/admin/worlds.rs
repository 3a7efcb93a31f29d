//! Worlds: isolated tenants, one POST away.

use super::clock::ClockView;
use super::{AdminState, ProblemDetails, health, input, merge_patch};
use crate::clock::Time;
use crate::world::{World, WorldSettings, Worlds};
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A world.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct WorldView {
    name: String,
    /// Real time of creation.
    created: Time,
    settings: WorldSettings,
    clock: ClockView,
    /// Fees so far, in fen.
    spent_fen: i64,
    /// Records that had to leave the journal because it was full.
    journal_dropped: u64,
    /// Its credentials in the vendors' own field names; only where the world was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    credentials: Option<Value>,
}

/// A world to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWorld {
    /// 1 to 64 of a-z, 0-9, `-`, `_`, `.`.
    name: String,
    #[serde(default)]
    settings: WorldSettings,
}

/// Changes to a world's settings.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldChange {
    /// A merge patch (RFC 7396): absent keys stay, `null` removes.
    #[schema(value_type = Object)]
    settings: BTreeMap<String, Value>,
}

fn view(admin: &AdminState, world: &World, with_credentials: bool) -> WorldView {
    let keys = admin.gateway.worlds.keys_of(&world.name);
    WorldView {
        name: world.name.to_string(),
        created: world.created,
        settings: (*world.settings()).clone(),
        clock: ClockView::of(&world.clock),
        spent_fen: world.admission.usage(|usage| usage.spent_fen()),
        journal_dropped: world.journal.dropped(),
        credentials: with_credentials.then(|| health::credentials(admin.gateway.providers, world, &keys)),
    }
}

/// A world by its name, or a 404.
pub(super) fn find(admin: &AdminState, name: &str) -> Result<std::sync::Arc<World>, ProblemDetails> {
    let found = admin.gateway.worlds.find(name);
    found.map_err(|none| ProblemDetails::not_found(none.to_string()).field("world"))
}

/// All worlds, by name.
#[utoipa::path(tag = "worlds", responses((status = 200, body = Vec<WorldView>)))]
#[get("/worlds")]
pub(super) async fn list(admin: Data<AdminState>) -> Json<Vec<WorldView>> {
    Json(
        admin
            .gateway
            .worlds
            .all()
            .iter()
            .map(|world| view(&admin, world, false))
            .collect(),
    )
}

/// Makes a world with fresh credentials for every provider.
#[utoipa::path(tag = "worlds", request_body = NewWorld,
    responses((status = 201, body = WorldView), (status = 409, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[post("/worlds")]
pub(super) async fn create(admin: Data<AdminState>, body: Bytes) -> Result<HttpResponse, ProblemDetails> {
    let new: NewWorld = input::json(&body)?;
    let create = move |worlds: &Worlds| worlds.create(&new.name, new.settings);
    let world = admin.change_worlds(create).await?;
    Ok(HttpResponse::Created().json(view(&admin, &world, true)))
}

/// One world.
#[utoipa::path(tag = "worlds", responses((status = 200, body = WorldView), (status = 404, body = ProblemDetails)))]
#[get("/worlds/{world}")]
pub(super) async fn show(
    admin: Data<AdminState>,
    name: Path<String>,
) -> Result<Json<WorldView>, ProblemDetails> {
    let world = find(&admin, &name)?;
    Ok(Json(view(&admin, &world, false)))
}

/// Changes a world's settings.
#[utoipa::path(tag = "worlds", request_body = WorldChange,
    responses((status = 200, body = WorldView), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[patch("/worlds/{world}")]
pub(super) async fn change(
    admin: Data<AdminState>,
    name: Path<String>,
    body: Bytes,
) -> Result<Json<WorldView>, ProblemDetails> {
    let world = find(&admin, &name)?;
    let change: WorldChange = input::json(&body)?;
    let _changing = admin.changes.lock().await;
    let mut settings = serde_json::to_value(&*world.settings())
        .map_err(|why| ProblemDetails::bad_request(why.to_string()))?;
    let names = admin.gateway.providers.known_names();
    let patch = change.settings.into_iter().collect();
    merge_patch::check_removals(&patch, &settings, &names)?;
    merge_patch::merge(&mut settings, Value::Object(patch));
    let settings: WorldSettings = input::json_within("settings", settings)?;
    let changed = world.clone();
    let configure = move |worlds: &Worlds| worlds.configure(&changed, settings);
    admin.change_worlds(configure).await?;
    Ok(Json(view(&admin, &world, false)))
}

/// Erases a world: its keys, rows, journal and files with it.
#[utoipa::path(tag = "worlds",
    responses((status = 204), (status = 404, body = ProblemDetails), (status = 422, body = ProblemDetails)))]
#[delete("/worlds/{world}")]
pub(super) async fn remove(
    admin: Data<AdminState>,
    name: Path<String>,
) -> Result<HttpResponse, ProblemDetails> {
    let world = find(&admin, &name)?;
    admin.gateway.worlds.check_deletion(&name)?;
    // Rows still on their way would outlive the world. Calls in flight enter none from now on.
    world.set_erased(true);
    admin.gateway.ledger.flush().await;
    admin.gateway.jobs.erase(Some(&name));
    let _changing = admin.changes.lock().await;
    admin.gateway.records.erase(Some(&name));
    let erased = name.clone();
    let delete = move |worlds: &Worlds| worlds.delete(&erased);
    if let Err(why) = admin.change_worlds(delete).await {
        world.set_erased(false);
        return Err(why);
    }
    let of_it = |world: Option<&str>| world == Some(name.as_str());
    admin
        .gateway
        .faults
        .remove(&|installed| of_it(installed.fault.scope.world.as_deref()));
    Ok(HttpResponse::NoContent().finish())
}
