//! Templates of a world's own (001 2.1): uploaded, listed, shown, deleted beyond recovery.

use super::{AdminState, ProblemDetails, input, worlds};
use crate::clock::Time;
use crate::composition::{CanvasSize, Template};
use crate::world::{KeptTemplate, TemplateError, TemplateStore};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::{Deserialize, Serialize};

/// Whether a template is what was uploaded.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum Soundness {
    /// It is.
    Intact,
    /// It is not; it is never served.
    Damaged,
}

/// A template of a world's own.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TemplateView {
    id: String,
    /// SHA-256 over its id, a zero byte and its bytes, as it was uploaded.
    sha256: String,
    bytes: usize,
    /// In the world's time.
    created: Time,
    state: Soundness,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<CanvasSize>,
    /// All of it; where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    template: Option<Template>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdQuery {
    id: Option<String>,
}

impl TemplateView {
    fn of(kept: KeptTemplate) -> Self {
        let template = kept.template.as_deref();
        Self {
            sha256: kept.sha256,
            bytes: kept.bytes,
            created: kept.created,
            state: template.map_or(Soundness::Damaged, |_| Soundness::Intact),
            name: template.map(|template| template.name.clone()),
            style: template.map(|template| template.style),
            size: template.map(|template| template.size),
            id: kept.id,
            template: None,
        }
    }
}

impl From<TemplateError> for ProblemDetails {
    fn from(why: TemplateError) -> Self {
        let unprocessable =
            |field: &str| ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()).field(field);
        match &why {
            TemplateError::Unknown(_) => ProblemDetails::not_found(why.to_string()),
            TemplateError::Exists(_) | TemplateError::Full => {
                ProblemDetails::new(StatusCode::CONFLICT, why.to_string())
            }
            TemplateError::Id => unprocessable("id"),
            TemplateError::Flaw(flaw) => unprocessable(&flaw.path),
            TemplateError::Damaged(_) | TemplateError::Store(_) => {
                ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
            }
        }
    }
}

/// Reads or writes templates on a blocking thread.
async fn with_templates<T: Send + 'static>(
    admin: &AdminState,
    work: impl FnOnce(&TemplateStore) -> Result<T, TemplateError> + Send + 'static,
) -> Result<T, ProblemDetails> {
    let templates = admin.gateway.templates.clone();
    Ok(admin.store.run(move |_| work(&templates)).await?)
}

/// A world's own templates, the oldest first. Each is read and checked.
#[utoipa::path(tag = "templates", responses((status = 200, body = Vec<TemplateView>), (status = 404, body = ProblemDetails)))]
#[get("/worlds/{world}/templates")]
pub(super) async fn list(
    admin: Data<AdminState>,
    world: Path<String>,
) -> Result<Json<Vec<TemplateView>>, ProblemDetails> {
    let world = worlds::find(&admin, &world)?;
    let all = with_templates(&admin, move |templates| templates.all(&world.name)).await?;
    Ok(Json(all.into_iter().map(TemplateView::of).collect()))
}

/// Keeps a template, written to disk before this answers. `id` is drawn from its content where none is given.
#[utoipa::path(tag = "templates", params(("id" = Option<String>, Query)), request_body = Object,
    responses((status = 201, body = TemplateView), (status = 404, body = ProblemDetails), (status = 409, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
#[post("/worlds/{world}/templates")]
pub(super) async fn create(
    admin: Data<AdminState>,
    world: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, ProblemDetails> {
    let query: IdQuery = input::query(&request)?;
    let world = worlds::find(&admin, &world)?;
    let kept = with_templates(&admin, move |templates| {
        let now = world.clock.now();
        templates.add(&world.name, query.id.as_deref(), &body, now)
    });
    Ok(HttpResponse::Created().json(TemplateView::of(kept.await?)))
}

/// A template with all that is in it. What is damaged is not shown.
#[utoipa::path(tag = "templates", responses((status = 200, body = TemplateView), (status = 404, body = ProblemDetails),
    (status = 500, body = ProblemDetails)))]
#[get("/worlds/{world}/templates/{id}")]
pub(super) async fn show(
    admin: Data<AdminState>,
    path: Path<(String, String)>,
) -> Result<Json<TemplateView>, ProblemDetails> {
    let (world, id) = path.into_inner();
    let world = worlds::find(&admin, &world)?;
    let kept = with_templates(&admin, move |templates| templates.find(&world.name, &id)).await?;
    let Some(template) = kept.template.clone() else {
        return Err(TemplateError::Damaged(kept.id).into());
    };
    let whole = TemplateView {
        template: Some((*template).clone()),
        ..TemplateView::of(kept)
    };
    Ok(Json(whole))
}

/// Deletes a template. Nothing of it is left in the store.
#[utoipa::path(tag = "templates", responses((status = 204), (status = 404, body = ProblemDetails)))]
#[delete("/worlds/{world}/templates/{id}")]
pub(super) async fn remove(
    admin: Data<AdminState>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ProblemDetails> {
    let (world, id) = path.into_inner();
    let world = worlds::find(&admin, &world)?;
    with_templates(&admin, move |templates| templates.remove(&world.name, &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
