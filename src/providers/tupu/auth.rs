//! How Tupu knows its caller: an RSA signature over `secretId,timestamp,nonce` (`wire/tupu.md` §2).

use crate::clock::Time;
use crate::exchange::{AuthError, Call, Refusal};
use crate::forms::FormError;
use crate::providers::{AuthContext, Authentication};
use crate::signing::rsa;
use std::borrow::Cow;
use std::time::Duration;

/// How far a timestamp may be off. Not published; ±5 minutes INFERRED (§2).
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Length of a secretId.
const SID: usize = 24;

/// Timestamps from here on are milliseconds: as seconds they would be past the year 5000.
const MILLIS_FROM: f64 = 1e11;

/// The secretId a path ends in. One client doubles it when it closes a second video (§7).
pub(super) fn sid(path: &str) -> Option<&str> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let once = match last.split_at_checked(SID) {
        Some((first, second)) if first == second => first,
        Some(_) | None => last,
    };
    (once.len() == SID && once.bytes().all(|b| b.is_ascii_hexdigit())).then_some(once)
}

/// A signature over `secretId,timestamp,nonce`.
static SIGNATURE: Authentication = Authentication {
    name: "rsa",
    claimed_key: |call| sid(&call.path).map(Cow::Borrowed).into(),
    verify: authenticate,
    nonce: |call| nonce(call).map(Cow::Owned),
};

/// The one way to authenticate.
pub(super) fn authentication() -> &'static Authentication {
    &SIGNATURE
}

/// What is signed and the signature, as they were written.
struct Signed<'a> {
    timestamp: Option<Cow<'a, str>>,
    nonce: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
}

/// Feedback carries them in header fields, everything else in the body (§1.3).
fn signed(call: &Call) -> Result<Signed<'_>, FormError> {
    let is_feedback = is_feedback(call);
    let form = if is_feedback { None } else { Some(call.form()?) };
    let field = |name: &'static str| match form {
        None => call.headers.get(name).map(Cow::Borrowed),
        Some(form) => form.text(name).filter(|value| !value.is_empty()),
    };
    Ok(Signed {
        timestamp: field("timestamp"),
        nonce: field("nonce"),
        signature: field("signature"),
    })
}

fn is_feedback(call: &Call) -> bool {
    call.path.contains("/feedback/")
}

/// In the order of the codes' numbers as far as one presupposes another (INFERRED): 6, 9, 12, 1.
fn authenticate(call: &Call, context: &AuthContext<'_>) -> Result<(), Refusal> {
    let sid = sid(&call.path).ok_or(Refusal::from(AuthError::UnknownKey))?;
    let credential = context.credential.ok_or(Refusal::from(AuthError::UnknownKey))?;
    if credential.secret.is_empty() {
        return Err(Refusal::from(AuthError::Missing("certificate")));
    }
    let signed = signed(call)?;
    let timestamp = signed
        .timestamp
        .ok_or(Refusal::from(AuthError::Missing("timestamp")))?;
    let at = instant(&timestamp).ok_or(Refusal::from(AuthError::Malformed("timestamp")))?;
    if at.abs_diff(context.now) > context.window.unwrap_or(WINDOW) {
        return Err(Refusal::from(AuthError::Skewed));
    }
    let nonce = signed.nonce.ok_or(Refusal::from(AuthError::Missing("nonce")))?;
    let signature = signed
        .signature
        .ok_or(Refusal::from(AuthError::Missing("signature")))?;
    let text = [sid, &timestamp, &nonce].join(",");
    if rsa::verify(&credential.secret, text.as_bytes(), &signature) {
        Ok(())
    } else {
        Err(Refusal::from(AuthError::BadSignature))
    }
}

/// The nonce with its timestamp: a client that counts from 1 anew each time repeats the one, not both.
fn nonce(call: &Call) -> Option<String> {
    let signed = signed(call).ok()?;
    Some([signed.timestamp?, signed.nonce?].join(","))
}

/// Seconds or milliseconds, whole or broken.
fn instant(text: &str) -> Option<Time> {
    let number: f64 = text.trim().parse().ok()?;
    if !number.is_finite() || !(0.0..1e15).contains(&number) {
        return None;
    }
    let unit = if number < MILLIS_FROM { 1e6 } else { 1e3 };
    Some(Time::from_micros((number * unit) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_id_is_found_whatever_clients_make_of_the_path() {
        let id = "5d3a6cad92eea7b32fe6a014";
        for path in [
            format!("/v3/recognition/{id}"),
            format!("/v3/recognition/text/{id}/"),
            format!("/v3/recognition/video/close/{id}{id}"),
        ] {
            assert_eq!(sid(&path), Some(id), "{path}");
        }
        assert_eq!(sid("/v3/recognition/text"), None);
        assert_eq!(sid("/v3/recognition/5d3a6cad92eea7b32fe6a01g"), None);
    }

    #[test]
    fn timestamps_are_seconds_or_milliseconds() {
        let at = |text: &str| instant(text).map(Time::micros);
        assert_eq!(at("1541499770"), Some(1_541_499_770_000_000));
        assert_eq!(at("1541499770123"), Some(1_541_499_770_123_000));
        assert_eq!(at("1795301277.5"), Some(1_795_301_277_500_000));
        for no in ["", "now", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(at(no), None, "{no}");
        }
    }
}
