//! What the path and the query of a statement say.

use crate::admin::{ProblemDetails, input};
use crate::sla::CauseAuthority;
use crate::statements::{CountSource, StatementError, StatementKey, StatementRequest};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Deserialize;

/// Provider, world and cycle. Handlers spell it out, because `utoipa` reads their signatures.
pub(super) type StatementPath = Path<(String, String, String)>;

/// A table of a statement, as CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StatementTable {
    /// Step by step.
    #[default]
    Steps,
    /// Five-minute buckets that had calls.
    Buckets,
}

/// The query of a statement.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementQuery {
    /// `truth` or `provider`.
    #[serde(default)]
    word: CauseAuthority,
    /// Readings other than the defaults, as a JSON object.
    policy: Option<String>,
    /// `rollups` or `rows`.
    #[serde(default)]
    from: CountSource,
    /// The table of a CSV.
    #[serde(default)]
    pub(super) table: StatementTable,
}

/// The key that a path names.
pub(super) fn key(path: StatementPath) -> StatementKey {
    let (provider, world, cycle) = path.into_inner();
    StatementKey {
        provider,
        world,
        cycle,
    }
}

impl StatementQuery {
    /// The request that a path and this query make.
    pub(super) fn request(self, path: StatementPath) -> StatementRequest {
        StatementRequest {
            key: key(path),
            word: self.word,
            policy: self.policy,
            source: self.from,
        }
    }
}

/// The statement that a request asks for.
pub(super) fn statement(
    path: StatementPath,
    request: &HttpRequest,
) -> Result<StatementRequest, ProblemDetails> {
    Ok(input::query::<StatementQuery>(request)?.request(path))
}

impl From<StatementError> for ProblemDetails {
    fn from(why: StatementError) -> Self {
        match why {
            StatementError::UnknownProvider(_)
            | StatementError::UnknownWorld(_)
            | StatementError::UnknownCycle { .. } => Self::not_found(why.to_string()),
            StatementError::Impossible { field, why } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, why).field(field)
            }
            StatementError::Conflict(why) => Self::new(StatusCode::CONFLICT, why).field("cycle"),
            StatementError::World(why) => why.into(),
            StatementError::Store(why) => why.into(),
        }
    }
}
