//! How JD Cloud knows its caller: signed requests with an access key (JDCLOUD2, JDCLOUD3), or app key,
//! timestamp and sign on the URL (`wire/jdcloud.md` §2).

mod canonical;

use super::{AKSK, APPKEY};
use crate::clock::Time;
use crate::exchange::{AuthError, Call};
use crate::providers::{AuthContext, Authentication};
use crate::signing::digest::{constant_time_eq, md5_hex};
use crate::signing::scoped::{CanonicalRequest, SignatureDialect, SignatureHeader, sign, signing_key};
use std::borrow::Cow;
use std::time::Duration;

pub(super) const JDCLOUD2: SignatureDialect = SignatureDialect {
    algorithm: "JDCLOUD2-HMAC-SHA256",
    key_prefix: "JDCLOUD2",
    terminator: "jdcloud2_request",
};
pub(super) const JDCLOUD3: SignatureDialect = SignatureDialect {
    algorithm: "JDCLOUD3-HMAC-SHA256",
    key_prefix: "JDCLOUD3",
    terminator: "jdcloud3_request",
};

/// How far a signature's date may be off. Not documented for JDCLOUD2; ±15 minutes INFERRED (§2.1 rule 10).
const SIGNED_WINDOW: Duration = Duration::from_secs(15 * 60);
/// How far an app key's timestamp may be off (code 10045).
const APPKEY_WINDOW: Duration = Duration::from_secs(5 * 60);

/// The host whose callers sign with an app key.
const APPKEY_HOST: &str = "aiapi.jd.com";

/// Which proof a call attempts, and so which errors it understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AuthMethod {
    /// `Authorization: JDCLOUD2-HMAC-SHA256 …`; errors are the API gateway's.
    AccessKey,
    /// `?appkey=…&timestamp=…&sign=…`; errors are system codes in the body.
    AppKey,
}

/// Judged by what the call shows: any app-key parameter, or the host only app keys are used at.
pub(super) fn auth_method(call: &Call) -> AuthMethod {
    let has = |name: &str| {
        call.query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let by_query = !call.query.is_empty() && ["appkey", "timestamp", "sign"].into_iter().any(has);
    if call.headers.get("authorization").is_none() && (by_query || call.host().starts_with(APPKEY_HOST)) {
        AuthMethod::AppKey
    } else {
        AuthMethod::AccessKey
    }
}

/// Requests signed with an access key.
static ACCESS_KEY: Authentication = Authentication {
    name: "access-key",
    claimed_key: |call| access_key_id(call).map(Cow::Borrowed).into(),
    verify: |call, context| Ok(access_key(call, &context.for_scheme(AKSK))?),
    nonce: |call| call.headers.get("x-jdcloud-nonce").map(Cow::Borrowed),
};

/// App key, timestamp and sign on the URL.
static APP_KEY: Authentication = Authentication {
    name: "app-key",
    claimed_key: |call| call.param("appkey").into(),
    verify: |call, context| Ok(app_key(call, &context.for_scheme(APPKEY))?),
    nonce: |call| call.headers.get("x-jdcloud-nonce").map(Cow::Borrowed),
};

/// The way to authenticate that a call chooses.
pub(super) fn authentication(call: &Call) -> &'static Authentication {
    match auth_method(call) {
        AuthMethod::AccessKey => &ACCESS_KEY,
        AuthMethod::AppKey => &APP_KEY,
    }
}

fn access_key_id(call: &Call) -> Option<&str> {
    let header = call.headers.get("authorization")?;
    let claim = SignatureHeader::parse(header, dialect(header)?).ok()?;
    Some(claim.access_key)
}

/// In the order of §3.3: 10004, 10001, 10041, 10046, 10045, 10042, 10047.
fn app_key(call: &Call, context: &AuthContext<'_>) -> Result<(), AuthError> {
    let given = |name: &str| call.param(name).filter(|value| !value.is_empty());
    given("appkey").ok_or(AuthError::Absent)?;
    let credential = context.credential.ok_or(AuthError::UnknownKey)?;
    let timestamp = given("timestamp").ok_or(AuthError::Missing("timestamp"))?;
    let millis: i64 = timestamp.parse().map_err(|_| AuthError::Malformed("timestamp"))?;
    if Time::from_micros(millis.saturating_mul(1000)).abs_diff(context.now)
        > context.window.unwrap_or(APPKEY_WINDOW)
    {
        return Err(AuthError::Skewed);
    }
    let given_sign = given("sign").ok_or(AuthError::Missing("sign"))?;
    let expected = md5_hex(format!("{}{timestamp}", credential.secret).as_bytes());
    if constant_time_eq(&given_sign.to_ascii_lowercase(), &expected) {
        Ok(())
    } else {
        Err(AuthError::BadSignature)
    }
}

fn access_key(call: &Call, context: &AuthContext<'_>) -> Result<(), AuthError> {
    let header = call.headers.get("authorization").ok_or(AuthError::Absent)?;
    let dialect = dialect(header).ok_or(AuthError::Malformed("algorithm"))?;
    let claim = SignatureHeader::parse(header, dialect).map_err(AuthError::Malformed)?;
    let date = call
        .headers
        .get("x-jdcloud-date")
        .ok_or(AuthError::Missing("x-jdcloud-date"))?;
    call.headers
        .get("x-jdcloud-nonce")
        .ok_or(AuthError::Missing("x-jdcloud-nonce"))?;
    let signed_at = Time::from_basic(date.trim()).ok_or(AuthError::Malformed("x-jdcloud-date"))?;
    // Rule 7: a security token must be covered by the signature; what it says is of no interest.
    let token = "x-jdcloud-security-token";
    if call.headers.get(token).is_some_and(|value| !value.is_empty()) && !claim.has_signed(token) {
        return Err(AuthError::Unsigned(token));
    }
    let credential = context.credential.ok_or(AuthError::UnknownKey)?;
    if !verify(call, &claim, dialect, &credential.secret, date.trim()) {
        return Err(AuthError::BadSignature);
    }
    if !date.trim().starts_with(claim.date)
        || signed_at.abs_diff(context.now) > context.window.unwrap_or(SIGNED_WINDOW)
    {
        return Err(AuthError::Skewed);
    }
    Ok(())
}

fn dialect(header: &str) -> Option<&'static SignatureDialect> {
    [&JDCLOUD2, &JDCLOUD3].into_iter().find(|dialect| {
        header
            .strip_prefix(dialect.algorithm)
            .is_some_and(|rest| rest.starts_with(' '))
    })
}

/// Whether the signature is right under any of the canonical forms real clients use (§2.1 rules 1–8).
fn verify(
    call: &Call,
    claim: &SignatureHeader<'_>,
    dialect: &SignatureDialect,
    secret: &str,
    date: &str,
) -> bool {
    let key = signing_key(dialect, secret, claim);
    let scope = claim.scope(dialect);
    // Rule 3: a payload hash that is sent is taken as it is. Clients send the hash of nothing with a file.
    let payload_hash = match call
        .headers
        .get("x-jdcloud-content-sha256")
        .filter(|hash| !hash.is_empty())
    {
        Some(sent) => Cow::Borrowed(sent),
        None => Cow::Owned(call.content().hex()),
    };
    let signature = claim.signature.to_ascii_lowercase();
    // A method sent in lower case is signed in upper case (vector 34 of S26).
    let method = call.method.to_ascii_uppercase();
    let forms = canonical::forms(call, claim, *dialect == JDCLOUD3);
    forms.uris.iter().any(|uri| {
        forms.queries.iter().any(|query| {
            forms.headers.iter().any(|headers| {
                let canonical = CanonicalRequest {
                    method: &method,
                    uri,
                    query,
                    headers,
                    signed_headers: claim.signed_headers,
                    payload_hash: &payload_hash,
                };
                let expected = sign(dialect, &key, date, &scope, &canonical.hash());
                constant_time_eq(&signature, &expected)
            })
        })
    })
}

#[cfg(test)]
mod tests;
