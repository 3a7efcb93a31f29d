//! All routes, in one list, and the OpenAPI document made of them.

use super::guard::watch;
use super::problem::refuse_in_problems;
use super::query_check::refuse_unknown;
use super::{
    ProblemDetails, charges, clock, contracts, expectations, faults, health, jobs, journal, keys, metrics,
    reset, sla, tape, templates, usage, verify, worlds,
};
use actix_web::http::header::ContentType;
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, PayloadConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_actix_web::{AppExt, scope};

#[derive(OpenApi)]
#[openapi(info(
    title = "Understudy admin API",
    description = "Worlds, keys, clock, faults, journal, usage and contracts of a stand-in provider.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
))]
struct Head;

/// Largest body the admin API takes.
pub(super) const MOST_BODY: usize = 4 << 20;

fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(health::health)
        .service(health::ready)
        .service(health::info)
        .configure(tenants)
        .service(jobs::list)
        .service(jobs::complete)
        .service(jobs::fail)
        .service(expectations::list)
        .service(expectations::create)
        .service(expectations::remove)
        .service(clock::show)
        .service(clock::set)
        .service(clock::advance)
        .service(faults::list)
        .service(faults::create)
        .service(faults::replace)
        .service(faults::clear)
        .service(faults::halt)
        .service(faults::kinds)
        .service(tape::download)
        .service(tape::state)
        .service(tape::record)
        .service(tape::play)
        .service(tape::stop)
        .service(faults::show)
        .service(faults::put_one)
        .service(faults::remove)
        .service(journal::list)
        .service(verify::verify)
        .service(journal::show)
        .service(journal::explain)
        .service(journal::clear)
        .service(usage::usage)
        .service(charges::list)
        .service(charges::focus)
        .service(sla::claims::list)
        .service(sla::claims::calendar)
        .service(sla::claims::submit)
        .service(sla::statement::csv)
        .service(sla::page::show)
        .service(sla::statement::show)
        .service(sla::budget::show)
        .service(sla::evidence::download)
        .service(sla::openslo::export)
        .service(sla::reconcile::submit)
        .service(sla::readings::list)
        .service(contracts::list)
        .service(contracts::show)
        .service(metrics::metrics)
        .service(reset::reset);
}

/// Worlds and what is theirs.
fn tenants(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(worlds::list)
        .service(worlds::create)
        .service(worlds::show)
        .service(worlds::change)
        .service(worlds::remove)
        .service(keys::list)
        .service(keys::create)
        .service(keys::change)
        .service(keys::remove)
        .service(keys::export)
        .service(templates::list)
        .service(templates::create)
        .service(templates::show)
        .service(templates::remove);
}

/// Where the OpenAPI document itself is.
pub(super) const DOCUMENT_PATH: &str = "/_understudy/openapi.json";

/// Makes the OpenAPI document. It takes megabytes: what is needed again is kept in a smaller form.
pub(super) fn document() -> Document {
    let app = actix_web::App::new().into_utoipa_app().openapi(Head::openapi());
    app.service(scope::scope("/_understudy").configure(routes))
        .split_for_parts()
        .1
}

/// Mounts the admin API.
pub fn mount(config: &mut ServiceConfig) {
    let guarded = actix_web::web::scope("/_understudy")
        .wrap(from_fn(refuse_unknown))
        .wrap(from_fn(watch))
        .wrap(from_fn(refuse_in_problems))
        .app_data(PayloadConfig::new(MOST_BODY))
        .configure(|config| routes(&mut utoipa_actix_web::service_config::ServiceConfig::new(config)))
        .route("/openapi.json", actix_web::web::get().to(openapi));
    config.service(guarded.default_service(actix_web::web::route().to(nothing)));
}

/// The document, written when it is first asked for.
async fn openapi() -> HttpResponse {
    static WRITTEN: LazyLock<Bytes> = LazyLock::new(|| {
        let text = document().to_json();
        Bytes::from(text.expect("a document of texts and numbers can be written as JSON"))
    });
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(WRITTEN.clone())
}

/// What answers everywhere else.
pub async fn nothing(request: HttpRequest) -> HttpResponse {
    ProblemDetails::not_found(format!(
        "{} {} is nothing of the admin API; see /_understudy/openapi.json",
        request.method(),
        request.path()
    ))
    .error_response()
}
