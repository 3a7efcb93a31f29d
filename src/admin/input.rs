//! Reading JSON bodies and queries, with errors that name the field.

use super::ProblemDetails;
use crate::spelling::{field_of, with_suggestion};
use crate::strict_json;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A JSON body.
pub(super) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, ProblemDetails> {
    if body.trim_ascii().is_empty() {
        return Err(ProblemDetails::bad_request("expected JSON, found an empty body"));
    }
    let value = strict_json::parse(body).map_err(|why| {
        if why.inner().is_data() {
            refused("", &why.path().to_string(), &why.inner().to_string())
        } else {
            ProblemDetails::bad_request(format!("expected JSON: {}", why.inner()))
        }
    })?;
    json_within("", value)
}

/// A JSON body, or the default where it is empty.
pub(super) fn json_or_default<T: DeserializeOwned + Default>(body: &Bytes) -> Result<T, ProblemDetails> {
    if body.is_empty() {
        Ok(T::default())
    } else {
        json(body)
    }
}

/// A value that stands in the field `within` of a body.
pub(super) fn json_within<T: DeserializeOwned>(within: &str, value: Value) -> Result<T, ProblemDetails> {
    strict_json::from_value(value)
        .map_err(|why| refused(within, &why.path().to_string(), &why.inner().to_string()))
}

/// The query. Numbers and truths are read from their text. Parameters that the route does not document never come
/// here: see [`query_check`](super::query_check).
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ProblemDetails> {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|why| {
        let text = why.inner().to_string();
        let detail = format!("query: {}", with_suggestion(&text));
        ProblemDetails::bad_request(detail).field(field_of(&why.path().to_string(), &text))
    })
}

/// A field that cannot be what it is.
fn refused(within: &str, path: &str, message: &str) -> ProblemDetails {
    let own = field_of(path, message);
    let field = match (within.is_empty(), own.is_empty()) {
        (true, _) => own,
        (false, true) => within.to_owned(),
        (false, false) => format!("{within}.{own}"),
    };
    ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, with_suggestion(message)).field(field)
}
