//! Signs requests as JD Cloud's clients do.

use understudy::clock::Time;
use understudy::signing::digest::{hmac_sha256, md5_hex, sha256_hex};

/// A request to be signed.
pub struct Unsigned<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub host: &'a str,
    pub body: &'a [u8],
    /// Further headers to sign, names in lower case, sorted after `host`.
    pub extra: &'a [(&'a str, &'a str)],
}

/// Headers of a JDCLOUD2 or JDCLOUD3 signature at an instant.
pub fn sign(request: &Unsigned<'_>, version: u8, ak: &str, sk: &str, at: Time) -> Vec<(String, String)> {
    let date = basic(at);
    let mut signed: Vec<(&str, &str)> = vec![
        ("host", request.host),
        ("x-jdcloud-date", &date),
        ("x-jdcloud-nonce", "nonce"),
    ];
    signed.extend(request.extra);
    signed.sort_unstable();
    let headers: String = signed
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
    let canonical = format!(
        "{}\n{path}\n{query}\n{headers}\n{names}\n{}",
        request.method,
        sha256_hex(request.body)
    );
    let (algorithm, term) = (
        format!("JDCLOUD{version}-HMAC-SHA256"),
        format!("jdcloud{version}_request"),
    );
    let scope = format!("{}/cn-north-1/matting/{term}", &date[..8]);
    let text = format!(
        "{algorithm}\n{date}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let mut key = hmac_sha256(format!("JDCLOUD{version}{sk}").as_bytes(), &date.as_bytes()[..8]);
    for part in ["cn-north-1", "matting", &term] {
        key = hmac_sha256(&key, part.as_bytes());
    }
    let signature = hex(&hmac_sha256(&key, text.as_bytes()));
    vec![
        ("x-jdcloud-date".into(), date),
        ("x-jdcloud-nonce".into(), "nonce".into()),
        (
            "authorization".into(),
            format!("{algorithm} Credential={ak}/{scope}, SignedHeaders={names}, Signature={signature}"),
        ),
    ]
}

/// The query of an app-key signature at an instant.
pub fn app_query(appkey: &str, secret: &str, at: Time) -> String {
    let timestamp = at.millis();
    format!(
        "appkey={appkey}&timestamp={timestamp}&sign={}",
        md5_hex(format!("{secret}{timestamp}").as_bytes())
    )
}

/// `YYYYMMDDTHHMMSSZ`.
pub fn basic(at: Time) -> String {
    let utc = at - std::time::Duration::from_hours(8);
    // The display form is local, eight hours ahead of the one wanted.
    utc.to_string()[..19].replace(['-', ':'], "") + "Z"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
