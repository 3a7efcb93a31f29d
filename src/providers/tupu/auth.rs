//! How Tupu knows its caller: an RSA signature over `secretId,timestamp,nonce` (`wire/tupu.md` §2).

use crate::clock::Time;
use crate::exchange::{AuthError, Call, Failure, InputError};
use crate::forms::Form;
use crate::providers::AuthContext;
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

/// The body's fields.
pub(super) fn form(call: &Call) -> Result<Form, Failure> {
    let kind = call.headers.get("content-type").unwrap_or_default();
    Form::read(kind, &call.body).map_err(|_| Failure::Input(InputError::NotJson))
}

/// What is signed and the signature, as they were written.
struct Signed<'a> {
    timestamp: Option<Cow<'a, str>>,
    nonce: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
}

/// Feedback carries them in header fields, everything else in the body (§1.3).
fn signed<'a>(call: &'a Call, form: &'a Form) -> Signed<'a> {
    let field = |name: &'static str| {
        if is_feedback(call) {
            call.headers.get(name).map(Cow::Borrowed)
        } else {
            form.raw_text(name).filter(|value| !value.is_empty())
        }
    };
    Signed {
        timestamp: field("timestamp"),
        nonce: field("nonce"),
        signature: field("signature"),
    }
}

fn is_feedback(call: &Call) -> bool {
    call.path.contains("/feedback/")
}

/// In the order of the codes' numbers as far as one presupposes another (INFERRED): 6, 9, 12, 1.
pub(super) fn authenticate(call: &Call, proof: &AuthContext<'_>) -> Result<(), Failure> {
    let flaw = Failure::Unauthenticated;
    let sid = sid(&call.path).ok_or(flaw(AuthError::UnknownKey))?;
    let credential = proof.credential.ok_or(flaw(AuthError::UnknownKey))?;
    if credential.secret.is_empty() {
        return Err(flaw(AuthError::Missing("certificate")));
    }
    let form = if is_feedback(call) {
        Form::default()
    } else {
        form(call)?
    };
    let signed = signed(call, &form);
    let timestamp = signed.timestamp.ok_or(flaw(AuthError::Missing("timestamp")))?;
    let at = instant(&timestamp).ok_or(flaw(AuthError::Malformed("timestamp")))?;
    if at.abs_diff(proof.now) > proof.window.unwrap_or(WINDOW) {
        return Err(flaw(AuthError::Skewed));
    }
    let nonce = signed.nonce.ok_or(flaw(AuthError::Missing("nonce")))?;
    let signature = signed.signature.ok_or(flaw(AuthError::Missing("signature")))?;
    let text = [sid, &timestamp, &nonce].join(",");
    if rsa::verify(&credential.secret, text.as_bytes(), &signature) {
        Ok(())
    } else {
        Err(flaw(AuthError::BadSignature))
    }
}

/// The nonce with its timestamp: a client that counts from 1 anew each time repeats the one, not both.
pub(super) fn nonce(call: &Call) -> Option<String> {
    let form = form(call).unwrap_or_default();
    let signed = signed(call, &form);
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
