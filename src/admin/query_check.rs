//! Refuses query parameters that a route does not document, whatever its method.

use super::{ProblemDetails, openapi};
use crate::spelling::expected_one_of;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
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

/// Every route, the most literal first; made when a query is first checked.
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

/// The first parameter of a request that its route does not document, as a problem.
fn check(method: &str, path: &str, query: &str) -> Result<(), ProblemDetails> {
    if query.is_empty() {
        return Ok(());
    }
    let mut routes = routes().iter();
    let Some(route) = routes.find(|route| route.method == method && fits(&route.path, path)) else {
        // Whatever answers there says that there is nothing.
        return Ok(());
    };
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
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(request.method().as_str(), request.path(), request.query_string()) {
        Ok(()) => next.call(request).await,
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}
