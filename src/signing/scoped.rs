//! HMAC signatures over a canonical request with a key derived for date, region and service, as in AWS Signature
//! Version 4. Providers build the canonical request.

use super::digest::{hmac_sha256, sha256_hex, to_hex};

/// The constants that differ between vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureDialect {
    /// The first word of `Authorization`, also the first line of the string to sign.
    pub algorithm: &'static str,
    /// Prefix of the secret in key derivation.
    pub key_prefix: &'static str,
    /// The last part of the scope.
    pub terminator: &'static str,
}

/// A parsed `Authorization` header.
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
    /// Parses `ALG Credential=ak/date/region/service/term, SignedHeaders=a;b, Signature=hex`.
    ///
    /// # Errors
    /// Names the invalid part.
    pub fn parse(header: &'a str, dialect: &SignatureDialect) -> Result<Self, &'static str> {
        let rest = header.strip_prefix(dialect.algorithm).ok_or("algorithm")?;
        let part = |name: &str| {
            rest.split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .map(str::trim)
        };
        let credential = part("Credential").ok_or("Credential")?;
        // The access key comes first and may contain slashes, so the scope is split off from the end.
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

    /// Whether a header is signed.
    pub fn has_signed(&self, name: &str) -> bool {
        self.signed_headers
            .split(';')
            .any(|signed| signed.eq_ignore_ascii_case(name))
    }
}

/// The six parts of a canonical request.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalRequest<'a> {
    /// Method in upper case.
    pub method: &'a str,
    /// Canonical path.
    pub uri: &'a str,
    /// Canonical query.
    pub query: &'a str,
    /// `name:value\n` for each signed header.
    pub headers: &'a str,
    /// Names of the signed headers, joined by `;`.
    pub signed_headers: &'a str,
    /// Hash of the payload, as claimed by the client or computed.
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

/// Derives the signing key for a scope.
pub fn signing_key(dialect: &SignatureDialect, secret: &str, header: &SignatureHeader<'_>) -> [u8; 32] {
    let prefixed = [dialect.key_prefix, secret].concat();
    let date = hmac_sha256(prefixed.as_bytes(), header.date.as_bytes());
    let region = hmac_sha256(&date, header.region.as_bytes());
    let service = hmac_sha256(&region, header.service.as_bytes());
    hmac_sha256(&service, dialect.terminator.as_bytes())
}

/// Signs the hash of a canonical request at `timestamp`; the signature is in lower-case hex.
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
