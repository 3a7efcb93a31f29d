//! The published and recomputed vectors of `wire/jdcloud.md` §2.2–2.4.

use super::*;
use crate::clock::Time;
use crate::exchange::Credential;
use crate::exchange::Refusal;
use crate::providers::ClaimedKey;

fn check_proof(call: &Call, credential: Option<&Credential>, now: Time) -> Result<(), Refusal> {
    let window = None;
    (authentication(call).verify)(
        call,
        &AuthContext {
            credential,
            now,
            window,
        },
    )
}
use bytes::Bytes;

struct Vector<'a> {
    keys: (&'a str, &'a str),
    date: &'a str,
    scope: &'a str,
    request: (&'a str, &'a str),
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl Vector<'_> {
    fn call(&self, dialect: &SignatureDialect) -> Call {
        let (method, target) = self.request;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: crate::exchange::Headers = self.headers.iter().copied().collect();
        headers.push("x-jdcloud-date", self.date);
        headers.push(
            "authorization",
            &format!(
                "{} Credential={}/{}/{}/{}, SignedHeaders={}, Signature={}",
                dialect.algorithm,
                self.keys.0,
                &self.date[..8],
                self.scope,
                dialect.terminator,
                self.signed,
                self.signature
            ),
        );
        Call {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers,
            body: Bytes::copy_from_slice(self.body.as_bytes()),
            ..Call::default()
        }
    }

    fn check(&self, dialect: &SignatureDialect) {
        let call = self.call(dialect);
        let now = Time::from_basic(self.date).unwrap();
        let credential = Credential {
            id: self.keys.0.into(),
            scheme: AKSK.into(),
            secret: self.keys.1.into(),
        };
        assert_eq!(
            (authentication(&call).claimed_key)(&call),
            ClaimedKey::Id(self.keys.0.into())
        );
        assert_eq!(
            check_proof(&call, Some(&credential), now),
            Ok(()),
            "{:?}",
            self.request
        );
        let wrong = Credential {
            secret: "wrong".into(),
            ..credential.clone()
        };
        let bad = Err(Refusal::from(AuthError::BadSignature));
        assert_eq!(check_proof(&call, Some(&wrong), now), bad);
        let late = now + SIGNED_WINDOW + Duration::from_secs(1);
        let skewed = Err(Refusal::from(AuthError::Skewed));
        assert_eq!(check_proof(&call, Some(&credential), late), skewed);
    }
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn v1_of_the_documents() {
    Vector {
        keys: ("TESTAK", "TESTSK"),
        date: "20190214T104514Z",
        scope: "cn-north-1/test",
        request: ("POST", "/v1/resource:action?p1=p1&p0=p0&o=%&u=u"),
        headers: &[
            ("x-jdcloud-nonce", "testnonce"),
            ("x-my-header", "test"),
            ("x-my-header_blank", " blank"),
        ],
        body: "body data",
        signed: "x-jdcloud-date;x-jdcloud-nonce;x-my-header;x-my-header_blank",
        signature: "2a98f83c074e7bee260bfc8ef64f009c07595bd93f7f0c3f4e156bf6479ed9bf",
    }
    .check(&JDCLOUD2);
}

#[test]
fn v1_key_derivation_step_by_step() {
    let claim = SignatureHeader {
        access_key: "TESTAK",
        date: "20190214",
        region: "cn-north-1",
        service: "test",
        signed_headers: "x",
        signature: "",
    };
    let key = signing_key(&JDCLOUD2, "TESTSK", &claim);
    assert_eq!(
        hex::encode(key),
        "a4e50bcb6001be0008696b173c30172b5ce22a77db00d21c6a9d69de2ba33b7d"
    );
}

#[test]
fn v2_of_the_cpp_signer() {
    Vector {
        keys: ("ak", "sk"),
        date: "20090213T233130Z",
        scope: "cn-north-1/vm",
        request: ("GET", "/"),
        headers: &[("host", "vm.cn-north-1.jdcloud.net"), ("x-jdcloud-nonce", "uuid")],
        body: "",
        signed: "host;x-jdcloud-date;x-jdcloud-nonce",
        signature: "43a76892222031f847c00c56cac8d4d2dc179a4e75a37868d09a5300435f4054",
    }
    .check(&JDCLOUD2);
}

#[test]
fn v3_of_the_rust_signer() {
    Vector {
        keys: ("ak", "sk"),
        date: "20180405T010203Z",
        scope: "cn-north-1/service_name",
        request: ("GET", "/v1/regions/cn-north-1/instances?pageNumber=2&pageSize=10"),
        headers: &[
            ("content-type", "application/json"),
            ("x-jdcloud-nonce", "55f3919e-3a7d-4174-b117-f150ff25e274"),
        ],
        body: "",
        signed: "content-type;x-jdcloud-date;x-jdcloud-nonce",
        signature: "cea138630c57ba3de51933926e3b1657c34b4d1b6f86d360511bf40a09f63729",
    }
    .check(&JDCLOUD2);
}

#[test]
fn v4_of_the_go_signer() {
    Vector {
        keys: ("access key", "secret key"),
        date: "20190214T104514Z",
        scope: "cn-north-1/test",
        request: (
            "PATCH",
            "/v1/region/cn-north-1/test?filters.1.name=id&filters.1.values.1=v1&filters.1.values.2=v2",
        ),
        headers: &[
            ("content-type", "application/json"),
            ("x-jdcloud-nonce", "test nonce"),
        ],
        body: "this is body",
        signed: "content-type;x-jdcloud-date;x-jdcloud-nonce",
        signature: "1912eba02012ce6eb482302bae29cfa8e721ad66c188c533f9070e69aad2c896",
    }
    .check(&JDCLOUD2);
}

/// V5–V11: what the Python SDK sends, with clock and nonce frozen.
fn python(request: (&str, &str), content_type: &str, host: &str, body: Option<&str>, signature: &str) {
    let mut headers = vec![
        ("content-type", content_type),
        ("host", host),
        ("x-jdcloud-nonce", "testnonce"),
    ];
    let signed = if body.is_some() {
        "content-type;host;x-jdcloud-date;x-jdcloud-nonce"
    } else {
        headers.push(("x-jdcloud-content-sha256", EMPTY));
        "content-type;host;x-jdcloud-content-sha256;x-jdcloud-date;x-jdcloud-nonce"
    };
    Vector {
        keys: ("TESTAK", "TESTSK"),
        date: "20190214T104514Z",
        scope: "jdcloud-api/simpleclient",
        request,
        headers: &headers,
        // A file goes out under the hash of nothing.
        body: body.unwrap_or("\u{fffd} a picture"),
        signed,
        signature,
    }
    .check(&JDCLOUD2);
}

#[test]
fn v5_to_v11_of_the_python_sdk() {
    const LOCAL: &str = "127.0.0.1:9009";
    const OCTETS: &str = "application/octet-stream";
    const JSON: &str = "application/json";
    let cases = [
        (
            ("POST", "/api/cutout"),
            OCTETS,
            LOCAL,
            None,
            "47aa433283e4be55d2a446f18856c930b99a48304d3b838d6114e6a46a62acee",
        ),
        (
            ("POST", "/api/cutout/"),
            OCTETS,
            LOCAL,
            None,
            "bf9cbee2796f39f638a1a1c0421eaf3f857d28311510b4f13b602f453e81bccd",
        ),
        (
            ("POST", "/api/cutout"),
            OCTETS,
            "wko7luloi5tj.cn-north-1.jdcloud-api.net",
            None,
            "22ba33acd20810e25d0e7a64249721c84f11719340767c5fd9f60a7dbe75d910",
        ),
        (
            ("POST", "/jdai/SelfieSeg"),
            JSON,
            LOCAL,
            Some("{\"image\": \"AAAA\"}"),
            "84dc91454913f4220d4efeb68640c3551e5e54f22e28af79da21465bda038050",
        ),
        (
            ("GET", "/api/intel-templates?page=1&per_page=10"),
            JSON,
            LOCAL,
            Some(""),
            "8b79a2958a78b472f97bf699014527deb2df8116f25d240c97d4e5b19b8f30cc",
        ),
        (
            ("POST", "/api/compose/design"),
            "multipart/form-data; boundary=BOUND",
            LOCAL,
            None,
            "7a5541b8a6835ef5489ddaea8417d498fd9a5bab0e0a19dccdf79843ff651455",
        ),
        (
            ("POST", "/v1/res:act?p=a%20b%3Ac"),
            JSON,
            LOCAL,
            Some("plain"),
            "2888ae38278b3e04fd021a8dbc49b18d52f13a2b34a270a89e2e16aa6ee4ab5a",
        ),
    ];
    for (request, kind, host, body, signature) in cases {
        python(request, kind, host, body, signature);
    }
}

#[test]
fn jdcloud3_of_the_node_signer() {
    Vector {
        keys: ("ak", "sk"),
        date: "20190917T064708Z",
        scope: "cn-north-1/apigatewaytestproductline",
        request: ("GET", "/v1/"),
        headers: &[
            ("host", "apigw-internal-dev.cn-north-1.jcloudcs.com:8000"),
            ("x-jdcloud-algorithm", "JDCLOUD3-HMAC-SHA256"),
            ("x-jdcloud-nonce", "X-Jdcloud-Nonce"),
        ],
        body: "",
        signed: "x-jdcloud-algorithm;x-jdcloud-date;x-jdcloud-nonce",
        signature: "caa8ed3df3aee0b59425221afd4f51b6662f89c641d84a0c91bf53a7fd2eeca0",
    }
    .check(&JDCLOUD3);
}

fn signed_with_app_key(query: &str) -> Call {
    Call {
        method: "POST".into(),
        path: "/jdai/SelfieSeg".into(),
        query: query.into(),
        ..Call::default()
    }
}

#[test]
fn app_key_vectors_and_order_of_checks() {
    let known = Credential {
        id: "k".into(),
        scheme: APPKEY.into(),
        secret: "testsecret".into(),
    };
    let now = Time::from_micros(1_551_600_000_000_000);
    let check = |query: &str, credential: Option<&Credential>, at: Time| {
        check_proof(&signed_with_app_key(query), credential, at)
    };
    let flaw = |flaw| Err(Refusal::from(flaw));
    let good = "appkey=k&timestamp=1551600000000&sign=07152f8f9e2d94e0faa2b38ee7b1344d";
    assert_eq!(check(good, Some(&known), now), Ok(()));
    assert_eq!(
        check(&good.replace("07", "08"), Some(&known), now),
        flaw(AuthError::BadSignature)
    );
    assert_eq!(check("timestamp=1", Some(&known), now), flaw(AuthError::Absent));
    assert_eq!(check("appkey=k", None, now), flaw(AuthError::UnknownKey));
    assert_eq!(
        check("appkey=k", Some(&known), now),
        flaw(AuthError::Missing("timestamp"))
    );
    assert_eq!(
        check("appkey=k&timestamp=x", Some(&known), now),
        flaw(AuthError::Malformed("timestamp"))
    );
    assert_eq!(
        check("appkey=k&timestamp=1551600000000", Some(&known), now),
        flaw(AuthError::Missing("sign"))
    );
    let late = now + Duration::from_secs(301);
    assert_eq!(check(good, Some(&known), late), flaw(AuthError::Skewed));
    assert_eq!(check(good, Some(&known), now + Duration::from_secs(300)), Ok(()));
}

#[test]
fn flaws_of_the_authorization_header_are_told_apart() {
    let now = Time::from_basic("20190214T104514Z").unwrap();
    let with = |fields: &[(&str, &str)]| {
        let call = Call {
            headers: fields.iter().copied().collect(),
            path: "/".into(),
            ..Call::default()
        };
        check_proof(&call, None, now)
    };
    let flaw = |flaw| Err(Refusal::from(flaw));
    let auth = "JDCLOUD2-HMAC-SHA256 Credential=a/20190214/r/s/jdcloud2_request, SignedHeaders=host, \
                Signature=0000000000000000000000000000000000000000000000000000000000000000";
    let date = ("x-jdcloud-date", "20190214T104514Z");
    assert_eq!(with(&[]), flaw(AuthError::Absent));
    assert_eq!(
        with(&[("authorization", "Basic eA==")]),
        flaw(AuthError::Malformed("algorithm"))
    );
    assert_eq!(
        with(&[("authorization", "JDCLOUD2-HMAC-SHA256 x")]),
        flaw(AuthError::Malformed("Credential"))
    );
    assert_eq!(
        with(&[("authorization", auth)]),
        flaw(AuthError::Missing("x-jdcloud-date"))
    );
    assert_eq!(
        with(&[("authorization", auth), date]),
        flaw(AuthError::Missing("x-jdcloud-nonce"))
    );
    let nonce = ("x-jdcloud-nonce", "n");
    let token = ("x-jdcloud-security-token", "t");
    let unsigned = flaw(AuthError::Unsigned("x-jdcloud-security-token"));
    assert_eq!(with(&[("authorization", auth), date, nonce, token]), unsigned);
    assert_eq!(
        with(&[("authorization", auth), date, nonce]),
        flaw(AuthError::UnknownKey)
    );
}

/// One of the vectors of the vendor's JavaScript signer (S26), as requests would arrive.
#[derive(serde::Deserialize)]
struct Published {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    signed: String,
    region: String,
    body: String,
    signature: String,
}

#[test]
fn every_published_jdcloud3_vector_is_accepted_and_no_other_signature() {
    let vectors = include_str!("../../../../fixtures/jdcloud-matting/vectors/jdcloud3.json");
    let vectors: Vec<Published> = serde_json::from_str(vectors).unwrap();
    assert_eq!(vectors.len(), 31);
    for (nth, vector) in vectors.iter().enumerate() {
        let headers: Vec<(&str, &str)> = vector.headers.iter().map(|(k, v)| (&**k, &**v)).collect();
        let scope = format!("{}/apigatewaytestproductline", vector.region);
        let call = |signature: &str| {
            let mut call = Vector {
                keys: ("ak", "sk"),
                date: "20190917T064708Z",
                scope: &scope,
                request: (&vector.method, ""),
                headers: &headers,
                body: &vector.body,
                signed: &vector.signed,
                signature,
            }
            .call(&JDCLOUD3);
            call.path.clone_from(&vector.path);
            call.query.clone_from(&vector.query);
            call
        };
        let credential = Credential {
            id: "ak".into(),
            scheme: AKSK.into(),
            secret: "sk".into(),
        };
        let now = Time::from_basic("20190917T064708Z").unwrap();
        let verdict = |signature| check_proof(&call(signature), Some(&credential), now);
        assert_eq!(
            verdict(&vector.signature),
            Ok(()),
            "vector {nth}: {}",
            vector.path
        );
        let other = "0".repeat(64);
        let refused = Err(Refusal::from(AuthError::BadSignature));
        assert_eq!(verdict(&other), refused);
    }
}
