//! HMAC signatures over a canonical request, with a key derived for a date, region and service (the
//! lineage of AWS Signature Version 4). What goes into the canonical request is the vendor's business.

use super::digest::{hmac_sha256, sha256_hex, to_hex};

/// One vendor's names within the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureDialect {
    /// The first word of `Authorization`, also the first line of the string to sign.
    pub algorithm: &'static str,
    /// What the secret is prefixed with.
    pub key_prefix: &'static str,
    /// The last part of the scope.
    pub terminator: &'static str,
}

/// What an `Authorization` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHeader<'a> {
    /// The access key.
    pub access_key: &'a str,
    /// `yyyymmdd` of the scope.
    pub date: &'a str,
    /// Region of the scope.
    pub region: &'a str,
    /// Service of the scope.
    pub service: &'a str,
    /// Names of the signed headers, joined by `;` as sent.
    pub signed_headers: &'a str,
    /// The signature, in hex.
    pub signature: &'a str,
}

impl<'a> SignatureHeader<'a> {
    /// Reads `ALG Credential=ak/date/region/service/term, SignedHeaders=a;b, Signature=hex`.
    ///
    /// # Errors
    /// Names the part that cannot be read.
    pub fn parse(header: &'a str, dialect: &SignatureDialect) -> Result<Self, &'static str> {
        let rest = header.strip_prefix(dialect.algorithm).ok_or("algorithm")?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .map(str::trim)
        };
        let credential = part("Credential").ok_or("Credential")?;
        // The access key comes first and may hold slashes of its own, so the scope is read from the end.
        let mut scope = credential.rsplitn(5, '/');
        let mut next = || scope.next().filter(|text| !text.is_empty()).ok_or("Credential");
        let (term, service, region, date, access_key) = (next()?, next()?, next()?, next()?, next()?);
        if term != dialect.terminator {
            return Err("Credential");
        }
        let signed_headers = part("SignedHeaders")
            .filter(|text| !text.is_empty())
            .ok_or("SignedHeaders")?;
        let signature = part("Signature")
            .filter(|text| text.len() == 64)
            .ok_or("Signature")?;
        Ok(Self {
            access_key,
            date,
            region,
            service,
            signed_headers,
            signature,
        })
    }

    /// The scope, `date/region/service/terminator`.
    pub fn scope(&self, dialect: &SignatureDialect) -> String {
        [self.date, self.region, self.service, dialect.terminator].join("/")
    }

    /// Whether a header is among the signed ones.
    pub fn signs(&self, name: &str) -> bool {
        self.signed_headers
            .split(';')
            .any(|signed| signed.eq_ignore_ascii_case(name))
    }
}

/// The six lines that are hashed.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalRequest<'a> {
    /// Upper-case method.
    pub method: &'a str,
    /// Canonical path.
    pub uri: &'a str,
    /// Canonical query.
    pub query: &'a str,
    /// `name:value\n` for each signed header.
    pub headers: &'a str,
    /// Names of the signed headers, joined by `;`.
    pub signed_headers: &'a str,
    /// Hash of the payload, as claimed or computed.
    pub payload_hash: &'a str,
}

impl CanonicalRequest<'_> {
    /// SHA-256 of the canonical request, in hex.
    pub fn hash(&self) -> String {
        let lines = [
            self.method,
            self.uri,
            self.query,
            self.headers,
            self.signed_headers,
            self.payload_hash,
        ];
        sha256_hex(lines.join("\n").as_bytes())
    }
}

/// The key that signs for a scope.
pub fn signing_key(dialect: &SignatureDialect, secret: &str, claim: &SignatureHeader<'_>) -> [u8; 32] {
    let prefixed = [dialect.key_prefix, secret].concat();
    let date = hmac_sha256(prefixed.as_bytes(), claim.date.as_bytes());
    let region = hmac_sha256(&date, claim.region.as_bytes());
    let service = hmac_sha256(&region, claim.service.as_bytes());
    hmac_sha256(&service, dialect.terminator.as_bytes())
}

/// The signature in lower-case hex of a canonical request at `timestamp`.
pub fn sign(
    dialect: &SignatureDialect,
    key: &[u8; 32],
    timestamp: &str,
    scope: &str,
    canonical_hash: &str,
) -> String {
    let text = [dialect.algorithm, timestamp, scope, canonical_hash].join("\n");
    to_hex(&hmac_sha256(key, text.as_bytes()))
}
