//! Checks of an effect that the types cannot make: values in their bounds, names that the providers know.

use super::quantity::ByteSize;
use super::{Effect, FaultScope, FaultSpecError, ValidationContext};
use crate::exchange::{Failure, TaskNames};
use crate::spelling::{expected_one_of, nearest_name, suggest};
use std::collections::BTreeMap;

/// Longest body or run of garbage a fault may make.
const MOST_BYTES: u64 = 1 << 20;

impl Effect {
    /// Checks what the types cannot.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "of all kinds of effect few are meant here"
    )]
    pub(super) fn check(&self) -> Result<(), FaultSpecError> {
        let flaw =
            |field: &str, expected: &str| Err(FaultSpecError::new(format!("effect.{field}"), expected));
        match self {
            Effect::Latency(latency) => latency.model().map(drop),
            Effect::Status {
                status,
                headers,
                body,
            } => {
                if !(200..=599).contains(status) {
                    return flaw("status", "expected 200 to 599");
                }
                if matches!(status, 204 | 304) && !body.is_null() {
                    return flaw("body", "expected none: an answer of this status has no body");
                }
                if body.to_string().len() as u64 > MOST_BYTES {
                    return flaw("body", "expected at most 1 MiB");
                }
                check_headers(headers)
            }
            Effect::Drip {
                rate: ByteSize(0), ..
            } => flaw("rate", "expected 1 byte a second or more"),
            Effect::Drip {
                chunk: Some(ByteSize(0)),
                ..
            } => flaw("chunk", "expected 1 byte or more"),
            Effect::Garbage { bytes } if !(1..=MOST_BYTES).contains(&bytes.0) => {
                flaw("bytes", "expected 1 B to 1 MiB")
            }
            Effect::WrongLength { by: 0 } => flaw("by", "expected a length that is wrong, such as 16 or -16"),
            Effect::Throttle { burst: Some(0), .. } => flaw("burst", "expected 1 or more"),
            _ => Ok(()),
        }
    }

    /// Checks that the providers it can strike know what it speaks of.
    pub(super) fn check_known(
        &self,
        scope: &FaultScope,
        known: &ValidationContext,
    ) -> Result<(), FaultSpecError> {
        let provider = scope.provider.as_deref();
        let needs = super::kinds::find_kind(self.kind()).needs;
        if !known.providers_in_scope(provider).any(|one| needs.is_met_by(one)) {
            let expected = format!(
                "expected a provider that {}: none of those meant does",
                needs.description()
            );
            return Err(FaultSpecError::new("effect.kind", expected));
        }
        if let Effect::WrongVerdict { task, label } = self {
            return check_verdict(task.as_deref(), label.as_deref(), scope, known);
        }
        let Effect::Refusal { reason, .. } = self else {
            return Ok(());
        };
        let documented = || {
            known
                .providers_in_scope(provider)
                .flat_map(|one| one.errors.iter().copied())
        };
        if Failure::from_name(reason).is_some() || documented().any(|code| code == reason) {
            return Ok(());
        }
        let names = Failure::NAMES.join(", ");
        let mut expected =
            format!("expected one of {names}, or a code the provider documents, found {reason:?}");
        suggest(
            &mut expected,
            nearest_name(reason, Failure::NAMES.into_iter().chain(documented())),
        );
        Err(FaultSpecError::new("effect.reason", expected))
    }
}

/// Checks that a verdict is one of those the calls that are struck can get.
fn check_verdict(
    task: Option<&str>,
    label: Option<&str>,
    scope: &FaultScope,
    known: &ValidationContext,
) -> Result<(), FaultSpecError> {
    let all = known
        .providers_in_scope(scope.provider.as_deref())
        .flat_map(|one| one.tasks);
    let operation = scope.operation.as_deref().and_then(|name| name.split_once('/'));
    let all = all.filter(|task| operation.is_none_or(|(_, id)| task.is_of(id)));
    let all: Vec<&TaskNames> = all.collect();
    let meant = all.iter().copied();
    let meant: Vec<_> = meant
        .filter(|own| task.is_none_or(|word| own.is_named(word)))
        .collect();
    if let Some(word) = task
        && meant.is_empty()
    {
        let expected = expected_one_of(word, all.iter().map(|task| task.name));
        return Err(FaultSpecError::new("effect.task", expected));
    }
    match label {
        Some(word) if !meant.iter().any(|task| task.has_label(word)) => Err(FaultSpecError::new(
            "effect.label",
            expected_one_of(word, TaskNames::labels_of(&meant)),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Fields that frame the answer are not a status's business.
fn check_headers(headers: &BTreeMap<String, String>) -> Result<(), FaultSpecError> {
    const FRAMING: [&str; 4] = ["content-length", "transfer-encoding", "connection", "date"];
    for (name, value) in headers {
        let field = || format!("effect.headers.{name}");
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(token) {
            return Err(FaultSpecError::new(field(), "expected a header name"));
        }
        if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
            let expected =
                "expected no field that frames the answer; wrong-length, bad-chunk and clock-skew do that";
            return Err(FaultSpecError::new(field(), expected));
        }
        if !value
            .bytes()
            .all(|byte| byte == b'\t' || (32..127).contains(&byte))
        {
            return Err(FaultSpecError::new(field(), "expected a value of visible ASCII"));
        }
    }
    Ok(())
}
