//! Who may use the admin API: no pages of other origins, no forms of pages at all, no rebound names, and beyond loopback
//! only who has the token.

use super::ProblemDetails;
use crate::signing::digest::constant_time_eq;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};
use std::net::SocketAddr;

/// What the admin listener asks of a request.
#[derive(Clone, Debug)]
pub struct RequestGuard {
    /// Bearer token, where one is required.
    pub token: Option<String>,
    /// Host names beside loopback and the listener's own address.
    pub hosts: Vec<String>,
    /// The listener's address.
    pub address: SocketAddr,
}

/// Whether an address can only be reached from this machine.
pub fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().is_loopback()
}

impl RequestGuard {
    fn check(&self, request: &ServiceRequest) -> Result<(), ProblemDetails> {
        let header = |name: &str| {
            let value = request.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let forbidden = |what: String| Err(ProblemDetails::new(StatusCode::FORBIDDEN, what));
        let authority = || Some(request.uri().authority()?.to_string());
        let host = header("host").or_else(authority).unwrap_or_default();
        let host = host.as_str();
        if !self.knows(host) {
            return forbidden(format!(
                "Host {host:?} is none of this listener's names; add it to server.admin_hosts if it is"
            ));
        }
        if let Some(page) = foreign_page(&header, host) {
            return forbidden(format!("{page} may not use the admin API"));
        }
        if is_form(request, &header) {
            return forbidden(
                "a page's request that changes something needs content-type application/json".to_owned(),
            );
        }
        let Some(token) = &self.token else { return Ok(()) };
        let given = header("authorization").unwrap_or_default();
        if given
            .strip_prefix("Bearer ")
            .is_some_and(|given| constant_time_eq(given, token))
        {
            return Ok(());
        }
        let detail =
            "expected Authorization: Bearer <token>, as printed at the start or set in server.admin_token";
        Err(ProblemDetails::new(StatusCode::UNAUTHORIZED, detail))
    }

    fn knows(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            Some(_) | None => host,
        };
        let plain = name.trim_start_matches('[').trim_end_matches(']');
        let loopback =
            plain == "localhost" || plain.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        // An address cannot be rebound, only a name can.
        let own = plain
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| !is_loopback(&self.address) || ip == self.address.ip());
        loopback || own || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(plain))
    }
}

/// The page of another origin that a browser sends a request for. A page of ours stands at the address that it asks.
fn foreign_page(header: &impl Fn(&str) -> Option<String>, host: &str) -> Option<String> {
    if let Some(origin) = header("origin") {
        let own = origin.split_once("://").map(|(_, host)| host);
        if own.is_none_or(|own| !own.eq_ignore_ascii_case(host)) {
            return Some(format!("pages of {origin:?}"));
        }
    }
    let site = header("sec-fetch-site")?;
    (!matches!(site.as_str(), "same-origin" | "none")).then(|| format!("pages of another origin ({site})"))
}

/// Whether a browser sends a change as any page can, without asking first: as a form, as plain text, as nothing.
fn is_form(request: &ServiceRequest, header: &impl Fn(&str) -> Option<String>) -> bool {
    let is_browser = header("origin").is_some() || header("sec-fetch-site").is_some();
    let kind = header("content-type").unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_deliberate = matches!(kind.as_str(), "application/json" | "application/x-ndjson");
    is_browser && !request.method().is_safe() && !is_deliberate
}

/// The guard as middleware. It never reads bodies.
pub(super) async fn watch(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let checked = request
        .app_data::<Data<super::AdminState>>()
        .map_or(Ok(()), |admin| admin.guard.check(&request));
    match checked {
        Ok(()) => next.call(request).await,
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}
