//! Signing against the vendor's published vectors, and against the check of our own.

use super::super::auth::authentication;
use super::*;
use crate::exchange::{Call, Credential};
use crate::providers::AuthContext;
use proptest::prelude::*;
use std::sync::OnceLock;

/// The signature at the end of `authorization`.
fn signature(headers: &[(String, String)]) -> &str {
    headers[2].1.rsplit('=').next().unwrap()
}

fn signer<'a>(version: SignatureVersion, keys: (&'a str, &'a str), service: &'a str) -> AccessKeySigner<'a> {
    AccessKeySigner {
        version,
        service,
        ..AccessKeySigner::new(keys.0, keys.1)
    }
}

/// One request of the vendor's pages and signers, and its signature there.
struct Published<'a> {
    signer: AccessKeySigner<'a>,
    request: UnsignedRequest<'a>,
    nonce: &'a str,
    date: &'a str,
    signature: &'a str,
}

#[test]
fn published_requests_get_their_published_signatures() {
    let (second, third) = (SignatureVersion::Jdcloud2, SignatureVersion::Jdcloud3);
    let json = ("content-type", "application/json");
    let cases = [
        // The documents.
        Published {
            signer: signer(second, ("TESTAK", "TESTSK"), "test"),
            request: UnsignedRequest {
                method: "POST",
                target: "/v1/resource:action?p1=p1&p0=p0&o=%&u=u",
                headers: &[("x-my-header", "test"), ("x-my-header_blank", " blank")],
                body: b"body data",
            },
            nonce: "testnonce",
            date: "20190214T104514Z",
            signature: "2a98f83c074e7bee260bfc8ef64f009c07595bd93f7f0c3f4e156bf6479ed9bf",
        },
        // The signer in C++.
        Published {
            signer: signer(second, ("ak", "sk"), "vm"),
            request: UnsignedRequest {
                method: "GET",
                target: "/",
                headers: &[("host", "vm.cn-north-1.jdcloud.net")],
                body: b"",
            },
            nonce: "uuid",
            date: "20090213T233130Z",
            signature: "43a76892222031f847c00c56cac8d4d2dc179a4e75a37868d09a5300435f4054",
        },
        // The signer in Rust.
        Published {
            signer: signer(second, ("ak", "sk"), "service_name"),
            request: UnsignedRequest {
                method: "get",
                target: "/v1/regions/cn-north-1/instances?pageSize=10&pageNumber=2",
                headers: &[json],
                body: b"",
            },
            nonce: "55f3919e-3a7d-4174-b117-f150ff25e274",
            date: "20180405T010203Z",
            signature: "cea138630c57ba3de51933926e3b1657c34b4d1b6f86d360511bf40a09f63729",
        },
        // The signer in JavaScript.
        Published {
            signer: signer(third, ("ak", "sk"), "apigatewaytestproductline"),
            request: UnsignedRequest {
                method: "GET",
                target: "/v1/",
                headers: &[("x-jdcloud-algorithm", "JDCLOUD3-HMAC-SHA256")],
                body: b"",
            },
            nonce: "X-Jdcloud-Nonce",
            date: "20190917T064708Z",
            signature: "caa8ed3df3aee0b59425221afd4f51b6662f89c641d84a0c91bf53a7fd2eeca0",
        },
    ];
    for case in cases {
        let at = Time::from_basic(case.date).unwrap();
        let headers = case.signer.headers(&case.request, case.nonce, at);
        assert_eq!(headers[0].1, case.date);
        assert_eq!(signature(&headers), case.signature, "{:?}", case.request);
    }
}

#[test]
fn an_app_key_signs_as_the_documents_have_it() {
    assert_eq!(
        app_key_query("k", "testsecret", Time::from_micros(1_551_600_000_000_000)),
        "appkey=k&timestamp=1551600000000&sign=07152f8f9e2d94e0faa2b38ee7b1344d"
    );
}

/// The request as it would arrive.
fn arrived(request: &UnsignedRequest<'_>, proof: &[(String, String)]) -> Call {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let own = request.headers.iter().copied();
    let proof = proof.iter().map(|(name, value)| (&**name, &**value));
    Call {
        method: request.method.into(),
        path: path.into(),
        query: query.into(),
        headers: own.chain(proof).collect(),
        body: request.body.to_vec().into(),
        ..Call::default()
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted_and_nothing_else(
        target in "/[a-z0-9/._~-]{0,12}(\\?[a-z]{1,3}=[a-z0-9%~ ]{0,6}(&[a-z]{1,3}=[a-z0-9]{0,6}){0,3})?",
        value in "[!-~]{1,12}",
        body in prop::collection::vec(any::<u8>(), 0..40),
        third: bool,
        seconds in 0_i64..2_000_000_000,
    ) {
        // JDCLOUD3 makes one of several slashes.
        prop_assume!(!target.contains("//"));
        let version = if third { SignatureVersion::Jdcloud3 } else { SignatureVersion::Jdcloud2 };
        let request = UnsignedRequest {
            method: "POST",
            target: &target,
            headers: &[("host", "x:80"), ("x-more", &value)],
            body: &body,
        };
        let now = Time::from_micros(seconds * 1_000_000);
        let proof = signer(version, ("ak", "sk"), "s").headers(&request, "n", now);
        let check = |call: &Call, secret: &str| {
            let known = Credential { id: "ak".into(), scheme: "aksk".into(), secret: secret.into() };
            (authentication(call).verify)(call, &AuthContext { credential: Some(&known), now, window: None })
        };
        let call = arrived(&request, &proof);
        prop_assert_eq!(check(&call, "sk"), Ok(()));
        prop_assert!(check(&call, "sk2").is_err());
        let changed = Call { body: [&body[..], b"x"].concat().into(), digest: OnceLock::new(), ..call };
        prop_assert!(check(&changed, "sk").is_err());
    }
}
