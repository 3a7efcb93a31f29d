//! Assertions on what came in, with near misses.

use super::{AdminState, ProblemDetails, input, journal};
use crate::exchange::Outcome;
use crate::spelling::expected_one_of;
use crate::world::{FieldError, JournalEntry};
use actix_web::http::StatusCode;
use actix_web::post;
use actix_web::web::{Bytes, Data, Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which calls are meant; absent fields fit all.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JournalFilter {
    pub(super) world: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) operation: Option<String>,
    pub(super) key: Option<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    /// HTTP status.
    pub(super) status: Option<u16>,
    /// The vendor's own code.
    pub(super) code: Option<String>,
    pub(super) outcome: Option<Outcome>,
    /// The fault that decided.
    pub(super) fault: Option<String>,
    /// Header fields with their exact values, names in lower case.
    #[serde(default)]
    pub(super) header: BTreeMap<String, String>,
    /// Least bytes of request body.
    pub(super) min_bytes: Option<u64>,
    /// The first 32 hexadecimal digits of the SHA-256 of the request body.
    pub(super) content: Option<String>,
}

/// Where a call differs from what was asked for.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FieldDifference {
    field: String,
    expected: String,
    found: String,
}

impl JournalFilter {
    /// Checks that there is what it names: a filter on anything else would never find a call.
    pub(super) fn check(&self, admin: &AdminState) -> Result<(), FieldError> {
        let worlds = admin.gateway.worlds.all();
        let specs = || admin.gateway.providers.specs();
        let operations = specs().flat_map(|spec| spec.operations).map(|own| own.id);
        let names: [(&str, &Option<String>, Vec<&str>); 3] = [
            (
                "world",
                &self.world,
                worlds.iter().map(|own| &*own.name).collect(),
            ),
            ("provider", &self.provider, specs().map(|spec| spec.id).collect()),
            ("operation", &self.operation, operations.collect()),
        ];
        for (field, wanted, known) in names {
            if let Some(name) = wanted
                && !known.contains(&name.as_str())
            {
                return Err(FieldError::new(field, expected_one_of(name, known)));
            }
        }
        Ok(())
    }

    /// Every field in which a call differs.
    pub(super) fn differences(&self, record: &JournalEntry) -> Vec<FieldDifference> {
        let (entry, call) = (&record.entry, &record.call);
        let mut all = Vec::new();
        let mut compare = |field: &str, expected: Option<String>, found: String| {
            if let Some(expected) = expected.filter(|expected| *expected != found) {
                all.push(FieldDifference {
                    field: field.to_owned(),
                    expected,
                    found,
                });
            }
        };
        compare("world", self.world.clone(), entry.world.to_string());
        compare("provider", self.provider.clone(), entry.provider.to_string());
        compare("operation", self.operation.clone(), entry.operation.to_string());
        compare("key", self.key.clone(), entry.key.clone());
        compare("method", self.method.clone(), call.method.clone());
        compare("path", self.path.clone(), call.path.clone());
        let status = entry
            .client_status
            .map_or("none".to_owned(), |status| status.to_string());
        compare("status", self.status.map(|status| status.to_string()), status);
        compare("code", self.code.clone(), entry.code.to_string());
        compare(
            "outcome",
            self.outcome.map(|o| o.name().to_owned()),
            entry.outcome.name().to_owned(),
        );
        let fault = entry.attribution.as_ref().map(|why| why.fault.to_string());
        compare(
            "fault",
            self.fault.clone(),
            fault.unwrap_or_else(|| "none".to_owned()),
        );
        compare("content", self.content.clone(), format!("{:032x}", entry.content));
        for (name, value) in &self.header {
            let found = call.headers.get(name).unwrap_or("absent").to_owned();
            compare(&format!("header.{name}"), Some(value.clone()), found);
        }
        if let Some(least) = self.min_bytes.filter(|least| entry.bytes_in < *least) {
            compare(
                "min_bytes",
                Some(format!("at least {least}")),
                entry.bytes_in.to_string(),
            );
        }
        all
    }
}

/// An assertion. Without a number: at least one call.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JournalAssertion {
    #[serde(default, rename = "match")]
    filter: JournalFilter,
    /// Exactly so many.
    count: Option<usize>,
    /// So many or more.
    at_least: Option<usize>,
    /// So many or fewer.
    at_most: Option<usize>,
}

/// What came of an assertion.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AssertionResult {
    passed: bool,
    matched: usize,
    /// What was asked for, in words.
    expected: String,
    /// The first matching calls, the newest first.
    requests: Vec<String>,
    /// Where it failed: the calls that came nearest, and in what they differ.
    near_misses: Vec<NearMiss>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct NearMiss {
    request_id: String,
    differs: Vec<FieldDifference>,
}

/// Checks an assertion on recent calls.
#[utoipa::path(tag = "journal", request_body = JournalAssertion,
    responses((status = 200, body = AssertionResult), (status = 422, body = ProblemDetails)))]
#[post("/journal/verify")]
pub(super) async fn verify(
    admin: Data<AdminState>,
    body: Bytes,
) -> Result<Json<AssertionResult>, ProblemDetails> {
    let assertion: JournalAssertion = input::json(&body)?;
    assertion
        .filter
        .check(&admin)
        .map_err(|flaw| FieldError::new(format!("match.{}", flaw.field), flaw.expected))?;
    let given = [assertion.count, assertion.at_least, assertion.at_most];
    if assertion.count.is_some() && given.iter().flatten().count() > 1 {
        let detail = "expected either count, or at_least and at_most";
        return Err(ProblemDetails::new(StatusCode::UNPROCESSABLE_ENTITY, detail).field("count"));
    }
    let least = assertion
        .count
        .or(assertion.at_least)
        .unwrap_or(usize::from(assertion.at_most.is_none()));
    let most = assertion.count.or(assertion.at_most).unwrap_or(usize::MAX);
    let mut near: Vec<NearMiss> = Vec::new();
    let mut requests = Vec::new();
    for record in journal::records(&admin, assertion.filter.world.as_deref()) {
        let request_id = record.entry.request_id.to_string();
        let differs = assertion.filter.differences(&record);
        if differs.is_empty() {
            requests.push(request_id);
        } else {
            near.push(NearMiss { request_id, differs });
        }
    }
    let matched = requests.len();
    let passed = (least..=most).contains(&matched);
    near.sort_by_key(|miss| miss.differs.len());
    near.truncate(if passed { 0 } else { 5 });
    requests.truncate(20);
    let expected = match (least, most) {
        (a, b) if a == b => format!("exactly {a}"),
        (a, usize::MAX) => format!("at least {a}"),
        (a, b) => format!("{a} to {b}"),
    };
    Ok(Json(AssertionResult {
        passed,
        matched,
        expected,
        requests,
        near_misses: near,
    }))
}
