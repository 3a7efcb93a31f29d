//! Back to the start, without a restart.

use super::{AdminState, ProblemDetails, input, worlds};
use actix_web::post;
use actix_web::web::{Bytes, Data, Json};
use serde::{Deserialize, Serialize};

/// What to reset; everything but the ledger where empty.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ResetRequest {
    /// One world, or all where absent.
    world: Option<String>,
    /// The ledger too: rows, roll-ups, usage and money spent.
    ledger: bool,
}

/// What was reset.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ResetSummary {
    worlds: Vec<String>,
    /// Calls the journals forgot.
    forgotten: usize,
    /// Faults there are now: those of the configuration.
    faults: usize,
    /// Whether the ledger was erased.
    ledger: bool,
}

/// Empties journals, expectations, jobs and rate limits, puts back the faults of the configuration, on request empties the ledger
/// too. What a fault holds is let go. Worlds, keys and clocks stay.
#[utoipa::path(tag = "server", request_body = ResetRequest,
    responses((status = 200, body = ResetSummary), (status = 404, body = ProblemDetails)))]
#[post("/reset")]
pub(super) async fn reset(
    admin: Data<AdminState>,
    body: Bytes,
) -> Result<Json<ResetSummary>, ProblemDetails> {
    let reset: ResetRequest = input::json_or_default(&body)?;
    let chosen = match &reset.world {
        Some(name) => vec![worlds::find(&admin, name)?],
        None => admin.gateway.worlds.all(),
    };
    let faults = first_faults(&admin, reset.world.as_deref())?;
    if reset.ledger {
        admin.gateway.ledger.flush().await;
        let world = reset.world.clone();
        let erase = admin.store.run(move |store| store.erase_ledger(world.as_deref()));
        erase.await?;
    }
    admin.gateway.jobs.erase(reset.world.as_deref());
    let mut forgotten = 0;
    for world in &chosen {
        forgotten += world.journal.clear();
        world.admission.refill();
        world.forget_answers();
        world.expectations.clear();
        admin.gateway.records.erase(Some(&world.name));
        world.nonces.clear();
        if reset.ledger {
            world.admission.clear();
        }
    }
    let worlds = chosen.iter().map(|world| world.name.to_string()).collect();
    Ok(Json(ResetSummary {
        worlds,
        forgotten,
        faults,
        ledger: reset.ledger,
    }))
}

/// Puts the faults of the configuration, of one world or all, in the place of those there are. Those of worlds that
/// were deleted since are left out.
fn first_faults(admin: &AdminState, world: Option<&str>) -> Result<usize, ProblemDetails> {
    let board = &admin.gateway.faults;
    let of_it = |own: Option<&str>| world.is_none() || own == world;
    let first = board
        .initial()
        .iter()
        .filter(|spec| of_it(spec.matching.world.as_deref()))
        .filter(|spec| {
            let own = spec.matching.world.as_deref();
            own.is_none_or(|own| admin.gateway.worlds.get(own).is_some())
        });
    if world.is_none() {
        board.stop_playing();
        board.recorder.record(false);
    }
    let put = admin.gateway.put_faults(
        first.cloned().collect(),
        Some(&|installed| of_it(installed.fault.scope.world.as_deref())),
    );
    let put = put.map_err(|(nth, flaw)| super::faults::refused(flaw, Some(nth)))?;
    Ok(put.len())
}
