//! Which calls are struck: the same at any concurrency, and as many as the share says.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use understudy::exchange::ContentDigest;
use understudy::faults::ConfidenceInterval;

const CALLS: usize = 10_000;
const SHARES: [(&str, f64); 6] = [
    ("never", 0.0),
    ("p0001", 0.001),
    ("p005", 0.05),
    ("p03", 0.3),
    ("p09", 0.9),
    ("always", 1.0),
];

/// 99 % of all samples of a share lie so many standard deviations around it.
const Z99: f64 = 2.575_829_303_548_901;

/// Struck calls by fault.
type Struck = BTreeMap<String, BTreeSet<usize>>;

/// `CALLS` distinct calls, so many at once, on kept connections.
fn storm(server: &TestServer, at_once: usize) -> Struck {
    let next = AtomicUsize::new(0);
    let struck = Mutex::new(Struck::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                let mut socket = connect(server);
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= CALLS {
                        return;
                    }
                    let ids = causes(server, &mut socket, nth);
                    let mut struck = struck.lock().unwrap();
                    for id in ids {
                        struck.entry(id).or_default().insert(nth);
                    }
                }
            });
        }
    });
    struck.into_inner().unwrap()
}

/// The faults that struck the `nth` call.
fn causes(server: &TestServer, socket: &mut TcpStream, nth: usize) -> Vec<String> {
    socket
        .write_all(&request(server, format!("call {nth}").as_bytes(), ""))
        .unwrap();
    let mut met = Met {
        bytes: Vec::new(),
        end: End::Open,
    };
    let mut some = [0; 4096];
    while met.header("content-length").is_empty()
        || met.body().len() < met.header("content-length").parse::<usize>().unwrap()
    {
        let n = socket.read(&mut some).unwrap();
        assert!(n > 0, "{}", met.text());
        met.bytes.extend(&some[..n]);
    }
    let causes = met.header("x-understudy-cause");
    causes
        .split(", ")
        .filter_map(|cause| cause.strip_prefix("fault:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_same_calls_are_struck_at_any_concurrency_and_as_many_as_the_share_says() {
    let server = TestServer::with(|settings| settings.journal.max_bytes = bytesize::ByteSize::kib(64));
    // An effect that changes nothing a client minds, so that one storm shows all faults at once.
    let faults: Vec<Value> = SHARES
        .iter()
        .map(|(id, toxicity)| json!({"id": id, "toxicity": toxicity, "effect": {"kind": "clock-skew", "by": "1us"}}))
        .collect();
    let mut seen: Vec<Struck> = Vec::new();
    for at_once in [1, 16, 256] {
        for _ in 0..3 {
            // Put anew, their counts begin anew.
            assert_eq!(server.admin("PUT", "faults", json!(faults)).status, 200);
            seen.push(storm(&server, at_once));
        }
    }
    assert!(seen.iter().all(|struck| *struck == seen[0]), "the sets differ");
    assert!(!seen[0].contains_key("never"));
    assert_eq!(seen[0]["always"].len(), CALLS);
    for (id, toxicity) in SHARES {
        let fault = server.get(&format!("faults/{id}"));
        let struck = seen[0].get(id).map_or(0, BTreeSet::len);
        assert_eq!(fault["receipt"]["matched"], CALLS, "{fault}");
        assert_eq!(fault["receipt"]["injected"], struck, "{fault}");
        let interval = ConfidenceInterval::wilson(struck as u64, CALLS as u64, Z99);
        assert!(
            interval.low <= toxicity && toxicity <= interval.high,
            "{id}: {struck} of {CALLS}"
        );
        eprintln!("{id}: {struck} of {CALLS}, share {toxicity}, 99 % interval {interval:?}");
    }
}

#[test]
fn a_repeated_input_is_drawn_anew_and_a_seed_repeats_the_run() {
    let run = |seed| {
        let server = TestServer::with(|settings| settings.seed = Some(seed));
        server.fault(fault("half").toxicity(0.5).status(500));
        (0..64)
            .map(|_| call_with(&server, b"same", &[]).unwrap().status == 500)
            .collect::<Vec<bool>>()
    };
    let first = run(5);
    assert!(first.contains(&true) && first.contains(&false));
    assert_eq!(first, run(5));
    assert_ne!(first, run(6));
}

fn struck(server: &TestServer, calls: usize) -> Vec<usize> {
    let hit = |_: &usize| call_with(server, b"same", &[]).unwrap().status == 500;
    (1..=calls).filter(hit).collect()
}

#[test]
fn every_nth_first_ranges_and_ordinals_count_matching_calls() {
    let server = TestServer::new();
    let one = fault("one").status(500);
    server.fault(one.clone().with("every", 3));
    assert_eq!(struck(&server, 7), [3, 6]);
    server.fault(one.clone().with("first", 2));
    assert_eq!(struck(&server, 5), [1, 2]);
    server.fault(one.clone().with("requests", "2..4"));
    assert_eq!(struck(&server, 6), [2, 3, 4]);
    let ordinal = one.toxicity(0.5).with("by", "ordinal");
    server.fault(ordinal.clone());
    let once = struck(&server, 40);
    server.fault(ordinal);
    assert_eq!(struck(&server, 40), once);
    assert!(once.len() > 8 && once.len() < 32);
}

#[test]
fn only_matching_calls_are_met() {
    let server = TestServer::new();
    server.world("other");
    let other = server.get("worlds/other/keys");
    let other = other
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["scheme"] == "appkey")
        .unwrap();
    let meant = |what: Value, body: &[u8], headers: &[(&str, &str)]| {
        server.fault(fault("one").with("match", what).status(500));
        call_with(&server, body, headers).unwrap().status == 500
    };
    assert!(meant(
        json!({"header": {"x-canary": "1"}}),
        b"x",
        &[("x-canary", "1")]
    ));
    assert!(!meant(
        json!({"header": {"x-canary": "1"}}),
        b"x",
        &[("x-canary", "2")]
    ));
    assert!(meant(
        json!({"header": {"X-Canary": "*"}}),
        b"x",
        &[("x-canary", "2")]
    ));
    assert!(meant(json!({"min_bytes": 3, "max_bytes": 5}), b"four", &[]));
    assert!(!meant(json!({"min_bytes": 5}), b"four", &[]));
    assert!(meant(json!({"path": "/api/*"}), b"x", &[]));
    assert!(!meant(json!({"path": "/api"}), b"x", &[]));
    assert!(meant(
        json!({"provider": "jdcloud-matting", "operation": "cutout", "method": "post"}),
        b"x",
        &[]
    ));
    assert!(!meant(
        json!({"operation": "jdcloud-matting/selfie-seg"}),
        b"x",
        &[]
    ));
    assert!(meant(json!({"world": "demo"}), b"x", &[]));
    assert!(!meant(json!({"world": "other"}), b"x", &[]));
    assert!(meant(json!({"key": server.demo("appkey")}), b"x", &[]));
    assert!(!meant(json!({"key": other["id"]}), b"x", &[]));
    let content = ContentDigest::of(b"this one").hex()[..32].to_owned();
    assert!(meant(json!({"content": content}), b"this one", &[]));
    assert!(!meant(json!({"content": content}), b"that one", &[]));
}

#[test]
fn several_faults_compose_in_their_order_and_one_ends_the_call() {
    let server = TestServer::new();
    server.fault(json!([
        {"id": "a-skew", "effect": {"kind": "clock-skew", "by": "10s"}},
        {"id": "b-status", "effect": {"kind": "status", "status": 500}},
        {"id": "c-close", "effect": {"kind": "close"}},
        {"id": "d-cut", "effect": {"kind": "truncate", "after": 1}},
    ]));
    let answer = call(&server).unwrap();
    assert_eq!(
        (answer.status, answer.header("x-understudy-cause")),
        (500, "fault:a-skew, fault:b-status")
    );
    let explained = server.explain_last().to_string();
    assert!(
        explained.contains("c-close: toxicity 1, but b-status has ended the call"),
        "{explained}"
    );
    for (id, injected, spared) in [
        ("a-skew", 1, 0),
        ("b-status", 1, 0),
        ("c-close", 0, 1),
        ("d-cut", 0, 1),
    ] {
        let receipt = &server.get(&format!("faults/{id}"))["receipt"];
        assert_eq!(
            (&receipt["injected"], &receipt["spared"]),
            (&json!(injected), &json!(spared)),
            "{id}"
        );
    }
    assert_eq!(server.newest(1)["attribution"]["fault"], "b-status");
}
