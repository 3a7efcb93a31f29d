//! Every effect, over a raw socket and by a real HTTP client.

use super::*;
use crate::support::acme;
use crate::support::tupu::Mailbox;
use understudy::faults::KINDS;

/// Each kind with what proves it.
const PROOFS: [(&str, fn()); 26] = [
    ("latency", latency),
    ("status", status),
    ("refusal", refusal),
    ("hang", hang),
    ("close", close),
    ("reset", reset),
    ("truncate", truncate),
    ("drip", drip),
    ("garbage", garbage),
    ("bad-chunk", bad_chunk),
    ("wrong-length", wrong_length),
    ("corrupt-json", corrupt_json),
    ("corrupt-image", corrupt_image),
    ("bad-signature", bad_signature),
    ("wrong-verdict", wrong_verdict),
    ("stale-result", stale_result),
    ("duplicate", duplicate),
    ("throttle", throttle),
    ("outage", outage),
    ("maintenance", maintenance),
    ("callback-drop", callback_drop),
    ("callback-duplicate", callback_duplicate),
    ("callback-delay", callback_delay),
    ("job-stuck", job_stuck),
    ("job-fail", job_fail),
    ("clock-skew", clock_skew),
];

#[test]
fn every_effect_arrives_exactly_so() {
    let names = PROOFS.map(|(name, _)| name);
    assert_eq!(
        names.to_vec(),
        KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>()
    );
    for (name, proof) in PROOFS {
        eprintln!("effect {name}");
        proof();
    }
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

/// At a provider that signs its answers; where none does, it is refused.
fn bad_signature() {
    needs("bad-signature", json!({}), "signs its answers");
    let server = TestServer::emulating(acme::providers(), |_| {});
    let (host, path) = (server.host(), "/acme-kling/do");
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx");
    let raw = || {
        let mut socket = connect(&server);
        socket.write_all(head.as_bytes()).unwrap();
        read_all(&mut socket, Duration::from_secs(20))
    };
    let honest = raw();
    assert_eq!(honest.header(acme::SIGNATURE), acme::signature(honest.body()));
    arm_kind(&server, json!({"kind": "bad-signature"}));
    let forged = raw();
    assert_eq!((forged.end, forged.body()), (End::Closed, honest.body()));
    assert!(forged.text().starts_with("HTTP/1.1 200"));
    assert_ne!(forged.header(acme::SIGNATURE), acme::signature(forged.body()));
    let answer = server.send("POST", &format!("http://{host}{path}"), &[], b"x");
    assert_eq!((answer.status, &answer.body[..]), (200, honest.body()));
    assert_eq!(answer.header(acme::SIGNATURE), forged.header(acme::SIGNATURE));
    assert_eq!(answer.header("x-understudy-cause"), "fault:bad-signature");
    assert_eq!(
        outcome(&server, 3),
        ("answered".to_owned(), json!(200), json!(200))
    );
}

/// A long text is submitted under a fault; its job's name, and where its report would go.
fn submitted(effect: Value) -> (TestServer, Mailbox, String) {
    needs(
        effect["kind"].as_str().unwrap(),
        effect.clone(),
        "has asynchronous jobs",
    );
    let (server, mailbox) = (TestServer::new(), Mailbox::kind());
    arm_kind(&server, effect);
    let fields = json!({"content": "hello", "callbackUrl": mailbox.url});
    let inner = server.tupu("/v3/recognition/text/async/", &fields);
    assert_eq!(inner["code"], 0, "{inner}");
    (server, mailbox, inner["requestId"].as_str().unwrap().to_owned())
}

fn state(server: &TestServer) -> Value {
    server.get("jobs")[0]["state"].clone()
}

fn callback_drop() {
    let (server, mailbox, _) = submitted(json!({"kind": "callback-drop"}));
    server.advance("1h");
    assert_eq!((state(&server), mailbox.rest()), (json!("succeeded"), 0));
}

fn callback_duplicate() {
    let (server, mailbox, id) = submitted(json!({"kind": "callback-duplicate"}));
    server.advance("2s");
    let twice = [mailbox.next(&server), mailbox.next(&server)];
    assert!(twice.iter().all(|report| report["requestId"] == *id));
    assert_eq!(mailbox.rest(), 0);
}

fn callback_delay() {
    let (server, mailbox, id) = submitted(json!({"kind": "callback-delay", "delay": "5s"}));
    server.advance("6s");
    assert_eq!((state(&server), mailbox.rest()), (json!("succeeded"), 0));
    server.advance("1s");
    let report = mailbox.next(&server);
    assert_eq!(
        (&report["requestId"], &report["timestamp"]),
        (&json!(id), &json!(server.now().millis()))
    );
}

fn job_stuck() {
    let (server, mailbox, id) = submitted(json!({"kind": "job-stuck"}));
    server.advance("1h");
    assert_eq!((state(&server), mailbox.rest()), (json!("running"), 0));
    let path = format!("jobs/{id}/complete");
    assert_eq!(
        server.admin("POST", &path, Value::Null).json()["state"],
        "succeeded"
    );
    assert_eq!(mailbox.next(&server)["code"], 0);
    assert_eq!(server.admin("POST", &path, Value::Null).status, 409);
}

fn job_fail() {
    let (server, mailbox, id) = submitted(json!({"kind": "job-fail", "message": "model crashed"}));
    server.advance("2s");
    let report = mailbox.next(&server);
    assert_eq!(
        (&report["code"], &report["message"]),
        (&json!(101), &json!("model crashed"))
    );
    assert_eq!(report["requestId"], *id);
    assert_eq!(report["57c4036c557603652aeeb222"], Value::Null);
}

fn outcome(server: &TestServer, count: usize) -> (String, Value, Value) {
    let row = newest(server, count);
    (
        row["outcome"].as_str().unwrap().to_owned(),
        row["status"].clone(),
        row["made"].clone(),
    )
}

fn latency() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "latency", "fixed": "400ms"}));
    for raw in [true, false] {
        std::thread::scope(|scope| {
            let met = scope.spawn(|| match raw {
                true => meet(&server).text(),
                false => call(&server).unwrap().text(),
            });
            await_events(&server, 1);
            advance(&server, "399ms");
            assert!(!met.is_finished());
            advance(&server, "1ms");
            assert!(met.join().unwrap().contains("cutout_image_url"));
        });
    }
    let row = newest(&server, 2);
    assert_eq!(
        (&row["injected_us"], &row["outcome"]),
        (&json!(400_000), &json!("answered"))
    );
    let explained = server.explain_last();
    assert!(
        explained
            .to_string()
            .contains("latency: toxicity 1: latency 400ms"),
        "{explained}"
    );
}

fn status() {
    let server = TestServer::new();
    let effect =
        json!({"kind": "status", "status": 503, "body": {"down": true}, "headers": {"X-Why": "drill"}});
    arm_kind(&server, effect);
    let met = meet(&server);
    assert!(met.text().starts_with("HTTP/1.1 503 "), "{}", met.text());
    assert_eq!((met.body(), met.end), (&br#"{"down":true}"#[..], End::Closed));
    assert_eq!(
        (met.header("x-why"), met.header("content-type")),
        ("drill".into(), "application/json".into())
    );
    assert_eq!(met.header("x-understudy-cause"), "fault:status");
    let answer = call(&server).unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (503, r#"{"down":true}"#));
    assert_eq!(outcome(&server, 2), ("answered".into(), json!(503), json!(503)));
}

fn refusal() {
    let server = TestServer::new();
    let effect = json!({"kind": "refusal", "reason": "quota", "retry_after": "1500ms"});
    arm(&server, json!({"id": "one", "effect": effect}));
    let answer = call(&server).unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(10040)));
    assert_eq!(answer.header("retry-after"), "2");
    // A code of the vendor's own catalogue, said before anybody's signature is looked at.
    arm(
        &server,
        json!({"id": "one", "stage": "arrival", "effect": {"kind": "refusal", "reason": "RATE_LIMIT_EXCEEDED"}}),
    );
    let met = meet(&server);
    assert!(
        met.text().starts_with("HTTP/1.1 429 ") && met.text().contains("RATE_LIMIT_EXCEEDED"),
        "{}",
        met.text()
    );
    assert_eq!(met.header("x-understudy-cause"), "fault:one");
}

fn hang() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "hang", "for": "30s"}));
    let mut socket = connect(&server);
    socket
        .write_all(&request(&server, &fixture("pictures/plain.jpg"), ""))
        .unwrap();
    await_events(&server, 1);
    let met = read_all(&mut socket, Duration::from_millis(200));
    assert_eq!((met.bytes.len(), met.end), (0, End::Open));
    advance(&server, "30s");
    let met = read_all(&mut socket, Duration::from_secs(20));
    assert_eq!((met.bytes.len(), met.end), (0, End::Closed));
    let row = newest(&server, 1);
    assert_eq!(
        (&row["outcome"], &row["injected_us"]),
        (&json!("no_response"), &json!(30_000_000))
    );
    assert_eq!((&row["status"], &row["units"]), (&Value::Null, &json!(0)));
    // Without an end: until the client leaves.
    arm_kind(&server, json!({"kind": "hang"}));
    let mut socket = connect(&server);
    socket
        .write_all(&request(&server, &fixture("pictures/plain.jpg"), ""))
        .unwrap();
    let met = read_all(&mut socket, Duration::from_millis(200));
    assert_eq!((met.bytes.len(), met.end), (0, End::Open));
    drop(socket);
    assert_eq!(outcome(&server, 2).0, "no_response");
    // A real client gives up in its own time.
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_millis(200)))
        .build()
        .into();
    let query = app_query(&server.demo("appkey"), &server.demo("secret"), server.now());
    let gave_up = agent
        .post(format!("http://{}/api/cutout?{query}", server.host()))
        .send("x");
    assert!(matches!(gave_up, Err(ureq::Error::Timeout(_))), "{gave_up:?}");
}

fn close() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "close"}));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Closed));
    assert!(call(&server).is_err());
    assert_eq!(
        outcome(&server, 2),
        ("no_response".into(), Value::Null, Value::Null)
    );
}

fn reset() {
    let server = TestServer::new();
    // Before reading: the body is never sent, and nobody waits for it.
    arm_kind(&server, json!({"kind": "reset", "when": "before-read"}));
    let mut socket = connect(&server);
    let whole = request(&server, &vec![7; 100_000], "");
    socket.write_all(&whole[..whole.len() - 100_000]).unwrap();
    let met = read_all(&mut socket, Duration::from_secs(20));
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    assert!(call(&server).is_err());
    let row = newest(&server, 2);
    assert_eq!(
        (&row["outcome"], &row["request"]["bytes"]),
        (&json!("reset_before_read"), &json!(0))
    );
    arm_kind(&server, json!({"kind": "reset"}));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    let row = newest(&server, 3);
    assert_eq!(row["outcome"], "reset_after_read");
    assert!(row["request"]["bytes"].as_u64().unwrap() > 0);
    arm_kind(&server, json!({"kind": "reset", "when": "mid-body"}));
    let met = meet(&server);
    assert!(met.text().starts_with("HTTP/1.1 200 "), "{}", met.text());
    let announced: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len(), met.end), (announced / 2, End::Reset));
    assert!(call(&server).is_err());
    assert_eq!(outcome(&server, 5), ("truncated".into(), json!(200), json!(200)));
}

fn truncate() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "truncate", "after": "40 B"}));
    let met = meet_with(&server, "");
    assert!(met.header("content-length").parse::<usize>().unwrap() > 40);
    assert_eq!((met.body().len(), met.end), (40, End::Closed));
    assert!(call(&server).is_err());
    let row = newest(&server, 2);
    assert_eq!(
        (&row["outcome"], &row["reply"]["bytes"]),
        (&json!("truncated"), &json!(40))
    );
    arm_kind(&server, json!({"kind": "truncate", "after": "0%"}));
    let met = meet(&server);
    assert_eq!((met.body().len(), met.end), (0, End::Closed));
}

fn drip() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "drip", "rate": "50 B", "chunk": 25}));
    let mut socket = connect(&server);
    socket
        .write_all(&request(
            &server,
            &fixture("pictures/plain.jpg"),
            "connection: close\r\n",
        ))
        .unwrap();
    await_events(&server, 1);
    let mut met = read_all(&mut socket, Duration::from_millis(300));
    assert_eq!((met.body().len(), met.end), (25, End::Open));
    advance(&server, "1s");
    met.bytes
        .extend(read_all(&mut socket, Duration::from_millis(300)).bytes);
    assert_eq!(met.body().len(), 75);
    advance(&server, "1m");
    let rest = read_all(&mut socket, Duration::from_secs(20));
    met.bytes.extend(&rest.bytes);
    let whole: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len(), rest.end), (whole, End::Closed));
    let row = newest(&server, 1);
    let pauses = whole.div_ceil(25) as u64 - 1;
    assert_eq!(
        (&row["outcome"], &row["injected_us"]),
        (&json!("answered"), &json!(pauses * 500_000))
    );
    // To a real client it is an answer like any other.
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| call(&server).unwrap());
        await_events(&server, 1);
        advance(&server, "1m");
        assert_eq!(answer.join().unwrap().json()["code"], 10000);
    });
}

fn garbage() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "garbage", "bytes": "100 B"}));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (100, End::Closed));
    assert!(!met.bytes.starts_with(b"HTTP"));
    assert!(call(&server).is_err());
    assert_eq!(
        outcome(&server, 2),
        ("no_response".into(), Value::Null, json!(200))
    );
}

fn bad_chunk() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "bad-chunk"}));
    let met = meet(&server);
    assert_eq!(
        (met.header("transfer-encoding"), met.header("content-length")),
        ("chunked".into(), String::new())
    );
    assert!(met.text().contains("\r\nZZZ\r\n"), "{}", met.text());
    assert_eq!(met.end, End::Closed);
    assert!(call(&server).is_err());
    assert_eq!(outcome(&server, 2).0, "truncated");
}

fn wrong_length() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "wrong-length", "by": 16}));
    let met = meet_with(&server, "");
    let announced: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len() + 16, met.end), (announced, End::Closed));
    assert!(call(&server).is_err());
    assert_eq!(outcome(&server, 2).0, "truncated");
    arm_kind(&server, json!({"kind": "wrong-length", "by": -10}));
    let met = meet(&server);
    let announced: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len() - 10, met.end), (announced, End::Closed));
    let short = call(&server).unwrap();
    assert!(
        serde_json::from_slice::<Value>(&short.body).is_err(),
        "{}",
        short.text()
    );
}

fn corrupt_json() {
    let server = TestServer::new();
    let whole = call(&server).unwrap();
    arm_kind(&server, json!({"kind": "corrupt-json"}));
    for answer in [meet(&server).body().to_vec(), call(&server).unwrap().body] {
        assert_eq!(answer.len(), whole.body.len());
        assert!(serde_json::from_slice::<Value>(&answer).is_err());
    }
    assert_eq!(outcome(&server, 3).0, "answered");
}

fn result_picture(server: &TestServer, answer: &Value) -> Vec<u8> {
    let url = answer["result"]["cutout_image_url"].as_str().unwrap();
    let file = server.send("GET", url, &[], &[]);
    assert_eq!((file.status, file.header("content-type")), (200, "image/png"));
    file.body
}

fn corrupt_image() {
    let server = TestServer::new();
    let good = result_picture(&server, &call(&server).unwrap().json());
    arm_kind(&server, json!({"kind": "corrupt-image"}));
    let met = meet(&server);
    let bad = result_picture(&server, &serde_json::from_slice(met.body()).unwrap());
    assert_eq!((bad.len(), &bad[..8]), (good.len(), &good[..8]));
    assert!(image::load_from_memory(&good).is_ok() && image::load_from_memory(&bad).is_err());
    // The good one keeps its own link.
    server.admin("DELETE", "faults", Value::Null);
    assert_eq!(result_picture(&server, &call(&server).unwrap().json()), good);
}

#[test]
fn pictures_inside_an_answer_are_damaged_and_lied_about_too() {
    let server = TestServer::new();
    let encoded = base64_of(&fixture("pictures/portrait.png"));
    let body = json!({"image": encoded}).to_string();
    let selfie = || {
        let answer = server.signed(
            "POST",
            "/jdai/SelfieSeg",
            body.as_bytes(),
            (&server.demo("ak"), &server.demo("sk")),
        );
        let text = answer.json()["result"]["image"].as_str().unwrap().to_owned();
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    };
    let good = selfie();
    assert!(image::load_from_memory(&good).is_ok());
    arm_kind(&server, json!({"kind": "corrupt-image"}));
    let bad = selfie();
    assert!(bad.len() == good.len() && image::load_from_memory(&bad).is_err());
    server.admin("DELETE", "faults", Value::Null);
    let photo = fixture("photos/astronaut.jpg");
    let parse = || {
        let answer = server.signed(
            "POST",
            "/jdai/human_parsing",
            &photo,
            (&server.demo("ak"), &server.demo("sk")),
        );
        answer.json()["result"]["humanParsingResult"][0].clone()
    };
    let truth = parse();
    arm_kind(&server, json!({"kind": "wrong-verdict"}));
    let mut lie = parse();
    assert_ne!(lie, truth);
    lie.as_array_mut().unwrap().reverse();
    assert_eq!(lie, truth);
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn wrong_verdict() {
    let server = TestServer::new();
    let alpha = |picture: Vec<u8>| -> Vec<u8> {
        let picture = image::load_from_memory(&picture).unwrap().into_rgba8();
        picture.pixels().map(|pixel| pixel.0[3]).collect()
    };
    let truth = alpha(result_picture(&server, &call(&server).unwrap().json()));
    arm_kind(&server, json!({"kind": "wrong-verdict"}));
    let met = meet(&server);
    let lie = alpha(result_picture(
        &server,
        &serde_json::from_slice(met.body()).unwrap(),
    ));
    assert!(truth.iter().zip(&lie).all(|(a, b)| a.abs_diff(255 - b) <= 1));
    assert_eq!(call(&server).unwrap().json()["result"]["status"], 0);
}

fn stale_result() {
    let server = TestServer::new();
    arm(
        &server,
        json!({"id": "stale", "requests": "2..", "effect": {"kind": "stale-result"}}),
    );
    let first = call(&server).unwrap();
    let other = fixture("pictures/grey.jpg");
    let second = call_with(&server, &other, &[]).unwrap();
    assert_eq!(
        (first.text(), second.header("x-understudy-cause")),
        (second.text(), "fault:stale")
    );
    let mut socket = connect(&server);
    socket
        .write_all(&request(&server, &other, "connection: close\r\n"))
        .unwrap();
    assert_eq!(read_all(&mut socket, Duration::from_secs(20)).body(), first.body);
}

fn duplicate() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "duplicate"}));
    let met = meet(&server);
    let text = met.text();
    assert_eq!((text.matches("HTTP/1.1 200 ").count(), met.end), (2, End::Closed));
    let bodies: Vec<&str> = text
        .split("HTTP/1.1 200 ")
        .skip(1)
        .map(|one| one.split("\r\n\r\n").nth(1).unwrap())
        .collect();
    assert_eq!(bodies[0], bodies[1]);
    // A client that reads one answer sees one.
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    assert_eq!(outcome(&server, 2).0, "answered");
}

fn throttle() {
    let server = TestServer::new();
    arm_kind(
        &server,
        json!({"kind": "throttle", "rate": "2/1m", "burst": 2, "retry_after": true}),
    );
    let codes: Vec<Value> = (0..3)
        .map(|_| call(&server).unwrap().json()["code"].clone())
        .collect();
    assert_eq!(codes, [json!(10000), json!(10000), json!(10043)]);
    let met = meet(&server);
    assert_eq!(
        (met.header("retry-after"), met.header("x-understudy-cause")),
        ("30".into(), "fault:throttle".into())
    );
    advance(&server, "30s");
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    let receipt = &server.get("faults/throttle")["receipt"];
    assert_eq!(
        (&receipt["matched"], &receipt["injected"]),
        (&json!(5), &json!(2))
    );
}

fn outage() {
    let server = TestServer::new();
    let mut kept = connect(&server);
    let body = fixture("pictures/plain.jpg");
    kept.write_all(&request(&server, &body, "")).unwrap();
    let mut some = [0; 4096];
    assert!(kept.read(&mut some).unwrap() > 0);
    // Of one operation: a reset, since the connection may be another's as well.
    arm(
        &server,
        json!({"id": "outage", "match": {"operation": "cutout"}, "effect": {"kind": "outage"}}),
    );
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    assert_eq!(outcome(&server, 2).0, "refused_connection");
    // Of everything: nobody listens, and a kept connection is reset at its next call.
    arm(
        &server,
        json!({"id": "outage", "window": {"for": "10m"}, "effect": {"kind": "outage"}}),
    );
    await_refusal(&server, true);
    assert!(call(&server).is_err());
    kept.write_all(&request(&server, &body, "")).unwrap();
    assert_eq!(read_all(&mut kept, Duration::from_secs(20)).end, End::Reset);
    advance(&server, "10m");
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    // Halted, it ends at once.
    arm(&server, json!({"id": "outage", "effect": {"kind": "outage"}}));
    await_refusal(&server, true);
    server.admin("POST", "faults/halt", Value::Null);
    await_refusal(&server, false);
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
}

/// Waits until connections are refused, or taken again.
pub fn await_refusal(server: &TestServer, refused: bool) {
    for _ in 0..2000 {
        let found =
            TcpStream::connect(server.host()).is_err_and(|why| why.kind() == ErrorKind::ConnectionRefused);
        if found == refused {
            return;
        }
        super::super::support::program::pause(Duration::from_millis(2));
    }
    panic!("connections refused: not {refused}");
}

fn maintenance() {
    let server = TestServer::new();
    arm_kind(&server, json!({"kind": "maintenance", "notice": "mw-17"}));
    let met = meet(&server);
    assert!(met.text().starts_with("HTTP/1.1 200 "), "{}", met.text());
    assert_eq!(
        serde_json::from_slice::<Value>(met.body()).unwrap()["code"],
        10020
    );
    let signed = server.cutout(&fixture("pictures/plain.jpg"));
    assert_eq!(
        (signed.status, &signed.json()["error"]["status"]),
        (503, &json!("UNAVAILABLE"))
    );
    let row = newest(&server, 2);
    assert_eq!(row["attribution"]["notice"], "mw-17");
}

fn clock_skew() {
    let server = TestServer::new();
    let truth = call(&server).unwrap().header("date").to_owned();
    arm_kind(&server, json!({"kind": "clock-skew", "by": "-90s"}));
    let met = meet(&server);
    assert_eq!(
        (truth.as_str(), met.header("date").as_str()),
        ("Sun, 22 Nov 2026 04:00:00 GMT", "Sun, 22 Nov 2026 03:58:30 GMT")
    );
    assert!(met.text().contains("cutout_image_url"));
    // Far enough off, no client's signature is in time.
    arm_kind(&server, json!({"kind": "clock-skew", "by": "1h"}));
    assert_eq!(call(&server).unwrap().json()["code"], 10045);
}
