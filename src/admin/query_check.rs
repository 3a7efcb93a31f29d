//! Refuses what a route does not document, whatever its method: query parameters, and bodies where it takes none.

use super::{ProblemDetails, openapi};
use crate::spelling::expected_one_of;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, ResponseError};
use std::sync::OnceLock;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};

/// A route and the query parameters it documents.
struct KnownRoute {
    method: &'static str,
    path: String,
    /// How many letters of the path are no parameters: of two routes that fit, the one with more of them is meant.
    literal: usize,
    parameters: Vec<String>,
    takes_body: bool,
}

impl KnownRoute {
    fn new(path: &str, method: &'static str, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().flatten();
        let parameters = parameters.filter_map(|one| match one {
            RefOr::T(one) => (one.parameter_in == ParameterIn::Query).then_some(one),
            RefOr::Ref(_) => None,
        });
        let literal = path
            .split('{')
            .map(|part| part.rsplit('}').next().unwrap_or(part).len());
        Self {
            method,
            path: path.to_owned(),
            literal: literal.sum(),
            parameters: parameters.map(|one| one.name.clone()).collect(),
            takes_body: operation.request_body.is_some(),
        }
    }
}

/// Whether a path is one of a route's, `/faults/{id}`: a parameter stands for a part of a segment, or for all of it.
fn fits(route: &str, path: &str) -> bool {
    let mut own = route.split('/');
    let mut given = path.split('/');
    loop {
        match (own.next(), given.next()) {
            (None, None) => return true,
            (Some(own), Some(given)) if is_segment(own, given) => {}
            (_, _) => return false,
        }
    }
}

fn is_segment(own: &str, given: &str) -> bool {
    let Some((start, rest)) = own.split_once('{') else {
        return own == given;
    };
    let end = rest.split_once('}').map_or("", |(_, end)| end);
    given.len() > start.len() + end.len() && given.starts_with(start) && given.ends_with(end)
}

/// Every route, the most literal first; made when a request is first checked.
fn routes() -> &'static [KnownRoute] {
    static MADE: OnceLock<Vec<KnownRoute>> = OnceLock::new();
    MADE.get_or_init(|| {
        let paths = openapi::document().paths.paths;
        let mut all: Vec<_> = paths
            .iter()
            .flat_map(|(path, item)| of_path(path, item))
            .collect();
        all.push(KnownRoute::new(openapi::DOCUMENT_PATH, "GET", &Operation::new()));
        all.sort_by_key(|route| std::cmp::Reverse(route.literal));
        all
    })
}

fn of_path(path: &str, item: &PathItem) -> Vec<KnownRoute> {
    let methods = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let routes = methods
        .into_iter()
        .filter_map(|(method, operation)| Some(KnownRoute::new(path, method, operation.as_ref()?)));
    routes.collect()
}

/// The route of a request; whatever answers where there is none says so.
fn route_of(method: &str, path: &str) -> Option<&'static KnownRoute> {
    let mut routes = routes().iter();
    routes.find(|route| route.method == method && fits(&route.path, path))
}

/// The first parameter of a request that its route does not document, as a problem.
fn check(route: &KnownRoute, query: &str) -> Result<(), ProblemDetails> {
    let known = || route.parameters.iter().map(String::as_str);
    let mut names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    match names.find(|name| known().all(|own| own != name)) {
        Some(name) => {
            let detail = format!("query: {}", expected_one_of(&name, known()));
            Err(ProblemDetails::bad_request(detail).field(name))
        }
        None => Ok(()),
    }
}

/// The check as middleware.
pub(super) async fn refuse_unknown(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let has_body = has_body(&request);
    if !has_body && request.query_string().is_empty() {
        return next.call(request).await;
    }
    let Some(route) = route_of(request.method().as_str(), request.path()) else {
        return next.call(request).await;
    };
    let mut refused = check(route, request.query_string()).err();
    if has_body && !route.takes_body {
        refused = refused.or(check_nothing(&mut request).await.err());
    }
    match refused {
        None => next.call(request).await,
        Some(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// Whether a request announces a body.
fn has_body(request: &ServiceRequest) -> bool {
    let header = |name| request.headers().get(name);
    header(CONTENT_LENGTH).is_some_and(|length| length != "0") || header(TRANSFER_ENCODING).is_some()
}

/// Reads a body that says nothing. Some clients send `{}` with every request.
async fn check_nothing(request: &mut ServiceRequest) -> Result<(), ProblemDetails> {
    let body = request.extract::<Bytes>().await;
    let body = body.map_err(|why| ProblemDetails::bad_request(why.to_string()))?;
    match body.trim_ascii() {
        b"" | b"{}" | b"null" => Ok(()),
        _ => Err(ProblemDetails::bad_request(
            "expected no body: what this route is asked stands in its path and its query",
        )),
    }
}
