//! Faults: what goes wrong, how often it did, and the switch that ends it all.

use super::{AdminState, ProblemDetails, input, worlds};
use crate::clock::Time;
use crate::faults::{EffectKind, FaultSpec, FaultSpecError, FaultStage, KINDS, Receipt};
use crate::spelling::{field_of, with_suggestion};
use crate::strict_json;
use crate::world::faults::{FaultState, InstalledFault};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A fault, as it was written, and what it has done.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct FaultView {
    #[serde(flatten)]
    fault: FaultSpec,
    /// The stage of a call at which it takes effect.
    stage: FaultStage,
    state: FaultState,
    /// When it was defined, on its own clock: its world's, or the server's.
    defined: Time,
    /// When its life ends, on that clock.
    ends: Time,
    receipt: Receipt,
}

impl FaultView {
    fn of(installed: &Arc<InstalledFault>) -> Self {
        let fault = &installed.fault;
        Self {
            fault: FaultSpec {
                id: Some(fault.id.to_string()),
                stage: None,
                ..fault.spec.clone()
            },
            stage: fault.stage,
            state: installed.state(),
            defined: fault.defined_at,
            ends: fault.window.ends_at(),
            receipt: installed.receipt(),
        }
    }
}

/// One fault, or several that are put together or not at all.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<serde_json::Value>),
    One(serde_json::Value),
}

/// What was switched off.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HaltSummary {
    /// Faults that strike no more.
    faults: usize,
    /// Calls they held, which go on now.
    calls: u32,
}

/// How many faults were removed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RemovedFaults {
    removed: usize,
}

/// A kind of effect.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct KindView {
    kind: &'static str,
    /// Its parameters, optional ones in brackets.
    parameters: &'static str,
    /// The stages at which it can strike, the usual one first.
    stages: &'static [FaultStage],
    /// What the client meets.
    meets: &'static str,
    /// The outcome in the ledger's row.
    outcome: &'static str,
    /// What a provider must have for it.
    needs: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultQuery {
    world: Option<String>,
}

impl FaultQuery {
    /// The query of a request; the world it names must be there.
    fn read(request: &HttpRequest, admin: &AdminState) -> Result<Self, ProblemDetails> {
        let query: Self = input::query(request)?;
        if let Some(world) = &query.world {
            worlds::find(admin, world)?;
        }
        Ok(query)
    }

    /// Whether a fault is one of those asked for: of the world, or any.
    fn fits(&self, installed: &InstalledFault) -> bool {
        self.world.is_none() || self.world == installed.fault.scope.world
    }

    /// Makes faults those of the world, where one is named.
    fn apply(&self, specs: &mut [FaultSpec]) -> Result<(), ProblemDetails> {
        let Some(world) = &self.world else { return Ok(()) };
        for (nth, spec) in specs.iter_mut().enumerate() {
            let own = spec.matching.world.get_or_insert_with(|| world.clone());
            if own != world {
                let flaw = FaultSpecError::new(
                    "match.world",
                    format!("expected {world:?}, as in the query, or none"),
                );
                return Err(refused(flaw, Some(nth)));
            }
        }
        Ok(())
    }
}

pub(super) fn refused(flaw: FaultSpecError, nth: Option<usize>) -> ProblemDetails {
    let field = match nth {
        Some(nth) => format!("[{nth}].{}", flaw.field),
        None => flaw.field,
    };
    ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, flaw.expected).field(field)
}

/// One fault as written.
fn spec(value: serde_json::Value, nth: Option<usize>) -> Result<FaultSpec, ProblemDetails> {
    strict_json::from_value(value).map_err(|why| {
        let text = why.inner().to_string();
        let field = field_of(&why.path().to_string(), &text);
        refused(FaultSpecError::new(field, with_suggestion(&text)), nth)
    })
}

fn specs(body: &Bytes) -> Result<(Vec<FaultSpec>, bool), ProblemDetails> {
    match input::json(body)? {
        OneOrMore::One(one) => Ok((vec![spec(one, None)?], false)),
        OneOrMore::More(more) => {
            let all = more
                .into_iter()
                .enumerate()
                .map(|(nth, one)| spec(one, Some(nth)));
            Ok((all.collect::<Result<_, _>>()?, true))
        }
    }
}

fn put_all(
    admin: &AdminState,
    specs: Vec<FaultSpec>,
    is_list: bool,
    instead: Option<&dyn Fn(&InstalledFault) -> bool>,
) -> Result<Vec<FaultView>, ProblemDetails> {
    let put = admin.gateway.put_faults(specs, instead);
    let put = put.map_err(|(nth, flaw)| refused(flaw, is_list.then_some(nth)))?;
    Ok(put.iter().map(FaultView::of).collect())
}

/// All faults with their receipts, by id.
#[utoipa::path(tag = "faults", params(("world" = Option<String>, Query, description = "those of one world")),
    responses((status = 200, body = Vec<FaultView>)))]
#[get("/faults")]
pub(super) async fn list(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<Vec<FaultView>>, ProblemDetails> {
    let query = FaultQuery::read(&request, &admin)?;
    let all = admin.gateway.faults.all();
    let fits = all.iter().filter(|installed| query.fits(installed));
    Ok(Json(fits.map(FaultView::of).collect()))
}

/// Adds a fault, or a list of them together; one of the same name is replaced.
#[utoipa::path(tag = "faults", params(("world" = Option<String>, Query, description = "for this world alone")),
    request_body = FaultSpec, responses((status = 201, body = FaultView), (status = 422, body = ProblemDetails)))]
#[post("/faults")]
pub(super) async fn create(
    admin: Data<AdminState>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, ProblemDetails> {
    let query = FaultQuery::read(&request, &admin)?;
    let (mut specs, is_list) = specs(&body)?;
    query.apply(&mut specs)?;
    let mut put = put_all(&admin, specs, is_list, None)?;
    let mut created = HttpResponse::Created();
    Ok(match put.pop() {
        Some(one) if !is_list => created.json(one),
        last => {
            put.extend(last);
            created.json(put)
        }
    })
}

/// Puts a set of faults in the place of all others, or of all others of a world: all or nothing.
#[utoipa::path(tag = "faults", params(("world" = Option<String>, Query, description = "in place of this world's")),
    request_body = Vec<FaultSpec>,
    responses((status = 200, body = Vec<FaultView>), (status = 422, body = ProblemDetails)))]
#[put("/faults")]
pub(super) async fn replace(
    admin: Data<AdminState>,
    request: HttpRequest,
    body: Bytes,
) -> Result<Json<Vec<FaultView>>, ProblemDetails> {
    let query = FaultQuery::read(&request, &admin)?;
    let (mut specs, _) = specs(&body)?;
    query.apply(&mut specs)?;
    Ok(Json(put_all(
        &admin,
        specs,
        true,
        Some(&|installed| query.fits(installed)),
    )?))
}

/// Removes all faults, or all of a world, and lets go whatever they hold.
#[utoipa::path(tag = "faults", params(("world" = Option<String>, Query, description = "those of one world")),
    responses((status = 200, body = RemovedFaults)))]
#[delete("/faults")]
pub(super) async fn clear(
    admin: Data<AdminState>,
    request: HttpRequest,
) -> Result<Json<RemovedFaults>, ProblemDetails> {
    let query = FaultQuery::read(&request, &admin)?;
    let removed = admin.gateway.faults.remove(&|installed| query.fits(installed));
    Ok(Json(RemovedFaults { removed }))
}

/// The kill switch: no fault strikes any more, a tape stops playing, and whatever is held goes on.
#[utoipa::path(tag = "faults", responses((status = 200, body = HaltSummary)))]
#[post("/faults/halt")]
pub(super) async fn halt(admin: Data<AdminState>) -> Json<HaltSummary> {
    let (faults, calls) = admin.gateway.faults.halt();
    Json(HaltSummary { faults, calls })
}

/// Every kind of effect.
#[utoipa::path(tag = "faults", responses((status = 200, body = Vec<KindView>)))]
#[get("/faults/kinds")]
pub(super) async fn kinds(_: Data<AdminState>) -> Json<Vec<KindView>> {
    let view = |kind: &EffectKind| KindView {
        kind: kind.name,
        parameters: kind.parameters,
        stages: kind.stages,
        meets: kind.client_sees,
        outcome: kind.outcome,
        needs: kind.needs.description(),
    };
    Json(KINDS.iter().map(view).collect())
}

/// One fault with its receipt.
#[utoipa::path(tag = "faults", responses((status = 200, body = FaultView), (status = 404, body = ProblemDetails)))]
#[get("/faults/{id}")]
pub(super) async fn show(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<Json<FaultView>, ProblemDetails> {
    Ok(Json(FaultView::of(&find(&admin, &id)?)))
}

/// Puts a fault under a name, in place of the one that has it. Its counters begin anew.
#[utoipa::path(tag = "faults", request_body = FaultSpec,
    responses((status = 200, body = FaultView), (status = 422, body = ProblemDetails)))]
#[put("/faults/{id}")]
pub(super) async fn put_one(
    admin: Data<AdminState>,
    id: Path<String>,
    body: Bytes,
) -> Result<Json<FaultView>, ProblemDetails> {
    let mut spec = spec(input::json(&body)?, None)?;
    if spec.id.as_ref().is_some_and(|own| *own != *id) {
        return Err(refused(
            FaultSpecError::new("id", format!("expected {:?}, as in the path, or none", *id)),
            None,
        ));
    }
    spec.id = Some(id.into_inner());
    let mut put = put_all(&admin, vec![spec], false, None)?;
    Ok(Json(put.remove(0)))
}

/// Removes a fault and lets go whatever it holds.
#[utoipa::path(tag = "faults", responses((status = 204), (status = 404, body = ProblemDetails)))]
#[delete("/faults/{id}")]
pub(super) async fn remove(
    admin: Data<AdminState>,
    id: Path<String>,
) -> Result<HttpResponse, ProblemDetails> {
    find(&admin, &id)?;
    admin
        .gateway
        .faults
        .remove(&|installed| *installed.fault.id == **id);
    Ok(HttpResponse::NoContent().finish())
}

fn find(admin: &AdminState, id: &str) -> Result<Arc<InstalledFault>, ProblemDetails> {
    let found = admin.gateway.faults.get(id);
    found.ok_or_else(|| {
        let all = admin.gateway.faults.all();
        ProblemDetails::unknown("fault", id, all.iter().map(|own| &*own.fault.id))
    })
}
