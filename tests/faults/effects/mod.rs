//! Every effect, over a raw socket and by a real HTTP client: a test for each kind.

mod answers;
mod connections;
mod jobs;

use super::*;
use crate::support::acme;
use crate::support::program::pause;
use crate::support::tupu::Mailbox;
use understudy::faults::KINDS;

/// A test for each kind, named after it, and the list of their names.
macro_rules! tests_of_kinds {
    ($($group:ident: $($kind:ident),+;)+) => {
        const TESTED: &[&str] = &[$($(stringify!($kind)),+),+];

        mod each {
            $($(#[test]
            fn $kind() {
                super::$group::$kind();
            })+)+
        }
    };
}

tests_of_kinds! {
    answers: latency, status, refusal, maintenance, throttle, clock_skew, stale_result, wrong_verdict, corrupt_json, corrupt_image, bad_signature;
    connections: hang, close, reset, truncate, drip, garbage, bad_chunk, wrong_length, duplicate, outage;
    jobs: callback_drop, callback_duplicate, callback_delay, job_stuck, job_fail;
}

#[test]
fn every_kind_has_its_test() {
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(
        sorted(TESTED.iter().map(|name| name.replace('_', "-")).collect()),
        sorted(KINDS.iter().map(|kind| kind.name.to_owned()).collect())
    );
}

/// The provider has nothing that the effect is about: it is refused, not silently without effect.
fn needs(kind: &str, mut effect: Value, what: &str) {
    let server = TestServer::new();
    effect["kind"] = json!(kind);
    let fault = json!({"effect": effect, "match": {"provider": "jdcloud-matting"}});
    let answer = server.admin("POST", "faults", fault);
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["field"], "effect.kind");
    assert!(answer.text().contains(what), "{}", answer.text());
}

fn outcome(server: &TestServer, count: usize) -> (String, Value, Value) {
    let row = server.newest(count);
    (
        row["outcome"].as_str().unwrap().to_owned(),
        row["status"].clone(),
        row["made"].clone(),
    )
}
