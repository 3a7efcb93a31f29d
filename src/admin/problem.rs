//! Errors of the admin API (RFC 9457).

use super::openapi::MOST_BODY;
use crate::spelling::{nearest_name, suggest};
use crate::store::StoreError;
use crate::world::{FieldError, WorldError};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

/// A problem, as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProblemDetails {
    /// Always `about:blank`: the title says it.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The HTTP status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, and what was expected.
    detail: String,
    /// The field it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl ProblemDetails {
    /// A problem of some status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
        }
    }

    /// The request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// There is no such thing of a kind under a name; the nearest of the names that there are is told.
    pub fn unknown<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let mut detail = format!("there is no {kind} {name:?}");
        suggest(&mut detail, nearest_name(name, known));
        Self::not_found(detail).field(kind)
    }

    /// What is wrong, and what was expected.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The field it is about; an empty path, or `.`, is the whole and no field.
    #[must_use]
    pub fn field(self, field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()).filter(|field: &String| !matches!(field.as_str(), "" | ".")),
            ..self
        }
    }
}

/// What the server library refuses by itself, such as a body that is too large, as a problem too. Middleware.
pub(super) async fn refuse_in_problems(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem"));
    let status = response.status();
    if !status.is_client_error() || is_problem {
        return Ok(response);
    }
    let own = response.response().error().map(ToString::to_string);
    let detail = match status {
        StatusCode::PAYLOAD_TOO_LARGE => format!("expected a body of at most {MOST_BODY} bytes"),
        _ => own.unwrap_or_else(|| status.to_string()),
    };
    let problem = ProblemDetails::new(status, detail);
    Ok(response.into_response(problem.error_response()))
}

impl std::fmt::Display for ProblemDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for ProblemDetails {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).json(self);
        let kind = actix_web::http::header::HeaderValue::from_static("application/problem+json");
        response
            .headers_mut()
            .insert(actix_web::http::header::CONTENT_TYPE, kind);
        response
    }
}

impl From<WorldError> for ProblemDetails {
    fn from(why: WorldError) -> Self {
        if let WorldError::Setting(flaw) = why {
            return Self::from(FieldError::new(format!("settings.{}", flaw.field), flaw.expected));
        }
        let status = match &why {
            WorldError::Exists(_) => StatusCode::CONFLICT,
            WorldError::Unknown(_) => StatusCode::NOT_FOUND,
            WorldError::Invalid(_) | WorldError::Setting(_) => StatusCode::UNPROCESSABLE_ENTITY,
            WorldError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        ProblemDetails::new(status, why.to_string())
    }
}

impl From<FieldError> for ProblemDetails {
    fn from(flaw: FieldError) -> Self {
        ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, flaw.expected).field(flaw.field)
    }
}

impl From<StoreError> for ProblemDetails {
    fn from(why: StoreError) -> Self {
        ProblemDetails::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
    }
}
