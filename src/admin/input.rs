//! Reading JSON bodies and queries, with errors that name the field.

use super::ProblemDetails;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use serde::de::DeserializeOwned;

/// A JSON body.
pub(super) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, ProblemDetails> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|why| {
        let (path, inner) = (why.path().to_string(), why.inner());
        if inner.is_data() {
            ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, inner.to_string()).field(path)
        } else {
            ProblemDetails::bad_request(format!("expected JSON: {inner}"))
        }
    })
}

/// A JSON body, or the default where it is empty.
pub(super) fn json_or_default<T: DeserializeOwned + Default>(body: &Bytes) -> Result<T, ProblemDetails> {
    if body.is_empty() {
        Ok(T::default())
    } else {
        json(body)
    }
}

/// The query. Numbers and truths are read from their text; unknown parameters are refused.
pub(super) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, ProblemDetails> {
    let query = actix_web::web::Query::<T>::from_query(request.query_string());
    query
        .map(actix_web::web::Query::into_inner)
        .map_err(|why| ProblemDetails::bad_request(format!("query: {why}")))
}
