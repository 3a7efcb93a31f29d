//! Back to the start, without a restart.

use super::{Admin, Problem, input, worlds};
use actix_web::post;
use actix_web::web::{Bytes, Data, Json};
use serde::{Deserialize, Serialize};

/// What to reset; everything but the ledger where empty.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Reset {
    /// One world, or all where absent.
    world: Option<String>,
    /// The ledger too: rows, roll-ups, usage and money spent.
    ledger: bool,
}

/// What was reset.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Done {
    worlds: Vec<String>,
    /// Calls the journals forgot.
    forgotten: usize,
    /// Whether the ledger was erased.
    ledger: bool,
}

/// Empties journals and rate limits, on request the ledger too. Worlds, keys and clocks stay.
#[utoipa::path(tag = "server", request_body = Reset,
    responses((status = 200, body = Done), (status = 404, body = Problem)))]
#[post("/reset")]
pub(super) async fn reset(admin: Data<Admin>, body: Bytes) -> Result<Json<Done>, Problem> {
    let reset: Reset = input::json_or_default(&body)?;
    let chosen = match &reset.world {
        Some(name) => vec![worlds::find(&admin, name)?],
        None => admin.gateway.worlds.all(),
    };
    if reset.ledger {
        admin.gateway.ledger.flush().await;
        admin.store.erase_ledger(reset.world.as_deref())?;
    }
    let mut forgotten = 0;
    for world in &chosen {
        forgotten += world.journal.clear();
        world.admission.refill();
        if reset.ledger {
            world.admission.clear();
        }
    }
    let worlds = chosen.iter().map(|world| world.name.to_string()).collect();
    Ok(Json(Done {
        worlds,
        forgotten,
        ledger: reset.ledger,
    }))
}
