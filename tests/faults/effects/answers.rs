//! Effects on what is answered: its status, words, content, time.

use super::*;

pub fn latency() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "latency", "fixed": "400ms"})));
    for raw in [true, false] {
        std::thread::scope(|scope| {
            let met = scope.spawn(|| match raw {
                true => meet(&server).text(),
                false => call(&server).unwrap().text(),
            });
            server.await_events(1);
            server.advance("399ms");
            assert!(!met.is_finished());
            server.advance("1ms");
            assert!(met.join().unwrap().contains("cutout_image_url"));
        });
    }
    let row = server.newest(2);
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

pub fn status() {
    let server = TestServer::new();
    let down =
        json!({"kind": "status", "status": 503, "body": {"down": true}, "headers": {"X-Why": "drill"}});
    server.fault(effect(down));
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

pub fn refusal() {
    let server = TestServer::new();
    let busy = json!({"kind": "refusal", "reason": "quota", "retry_after": "1500ms"});
    server.fault(fault("one").effect(busy));
    let answer = call(&server).unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (200, &json!(10040)));
    assert_eq!(answer.header("retry-after"), "2");
    // A code of the vendor's own catalogue, said before anybody's signature is looked at.
    let early = json!({"kind": "refusal", "reason": "RATE_LIMIT_EXCEEDED"});
    server.fault(fault("one").with("stage", "arrival").effect(early));
    let met = meet(&server);
    assert!(
        met.text().starts_with("HTTP/1.1 429 ") && met.text().contains("RATE_LIMIT_EXCEEDED"),
        "{}",
        met.text()
    );
    assert_eq!(met.header("x-understudy-cause"), "fault:one");
}

pub fn maintenance() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "maintenance", "notice": "mw-17"})));
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
    let row = server.newest(2);
    assert_eq!(row["attribution"]["notice"], "mw-17");
}

pub fn throttle() {
    let server = TestServer::new();
    server.fault(effect(
        json!({"kind": "throttle", "rate": "2/1m", "burst": 2, "retry_after": true}),
    ));
    let codes: Vec<Value> = (0..3)
        .map(|_| call(&server).unwrap().json()["code"].clone())
        .collect();
    assert_eq!(codes, [json!(10000), json!(10000), json!(10043)]);
    let met = meet(&server);
    assert_eq!(
        (met.header("retry-after"), met.header("x-understudy-cause")),
        ("30".into(), "fault:throttle".into())
    );
    server.advance("30s");
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    let receipt = &server.get("faults/throttle")["receipt"];
    assert_eq!(
        (&receipt["matched"], &receipt["injected"]),
        (&json!(5), &json!(2))
    );
}

pub fn clock_skew() {
    let server = TestServer::new();
    let truth = call(&server).unwrap().header("date").to_owned();
    server.fault(effect(json!({"kind": "clock-skew", "by": "-90s"})));
    let met = meet(&server);
    assert_eq!(
        (truth.as_str(), met.header("date").as_str()),
        ("Sun, 22 Nov 2026 04:00:00 GMT", "Sun, 22 Nov 2026 03:58:30 GMT")
    );
    assert!(met.text().contains("cutout_image_url"));
    // Far enough off, no client's signature is in time.
    server.fault(effect(json!({"kind": "clock-skew", "by": "1h"})));
    assert_eq!(call(&server).unwrap().json()["code"], 10045);
}

pub fn stale_result() {
    let server = TestServer::new();
    server.fault(fault("stale").with("requests", "2..").kind("stale-result"));
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

pub fn wrong_verdict() {
    let server = TestServer::new();
    let alpha = |picture: Vec<u8>| -> Vec<u8> {
        let picture = image::load_from_memory(&picture).unwrap().into_rgba8();
        picture.pixels().map(|pixel| pixel.0[3]).collect()
    };
    let truth = alpha(result_picture(&server, &call(&server).unwrap().json()));
    server.fault(effect(json!({"kind": "wrong-verdict"})));
    let met = meet(&server);
    let lie = alpha(result_picture(
        &server,
        &serde_json::from_slice(met.body()).unwrap(),
    ));
    assert!(truth.iter().zip(&lie).all(|(a, b)| a.abs_diff(255 - b) <= 1));
    assert_eq!(call(&server).unwrap().json()["result"]["status"], 0);
}

pub fn corrupt_json() {
    let server = TestServer::new();
    let whole = call(&server).unwrap();
    server.fault(effect(json!({"kind": "corrupt-json"})));
    for answer in [meet(&server).body().to_vec(), call(&server).unwrap().body] {
        assert_eq!(answer.len(), whole.body.len());
        assert!(serde_json::from_slice::<Value>(&answer).is_err());
    }
    assert_eq!(outcome(&server, 3).0, "answered");
}

pub fn corrupt_image() {
    let server = TestServer::new();
    let good = result_picture(&server, &call(&server).unwrap().json());
    server.fault(effect(json!({"kind": "corrupt-image"})));
    let met = meet(&server);
    let bad = result_picture(&server, &serde_json::from_slice(met.body()).unwrap());
    assert_eq!((bad.len(), &bad[..8]), (good.len(), &good[..8]));
    assert!(image::load_from_memory(&good).is_ok() && image::load_from_memory(&bad).is_err());
    // The good one keeps its own link.
    server.clear_faults();
    assert_eq!(result_picture(&server, &call(&server).unwrap().json()), good);
}

#[test]
fn pictures_inside_an_answer_are_damaged_and_lied_about_too() {
    let server = TestServer::new();
    let encoded = base64_of(&fixture("pictures/portrait.png"));
    let body = json!({"image": encoded}).to_string();
    let selfie = || {
        let answer = server.post("/jdai/SelfieSeg", body.as_bytes());
        let text = answer.json()["result"]["image"].as_str().unwrap().to_owned();
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    };
    let good = selfie();
    assert!(image::load_from_memory(&good).is_ok());
    server.fault(effect(json!({"kind": "corrupt-image"})));
    let bad = selfie();
    assert!(bad.len() == good.len() && image::load_from_memory(&bad).is_err());
    server.clear_faults();
    let photo = fixture("photos/astronaut.jpg");
    let parse = || {
        let answer = server.post("/jdai/human_parsing", &photo);
        answer.json()["result"]["humanParsingResult"][0].clone()
    };
    let truth = parse();
    server.fault(effect(json!({"kind": "wrong-verdict"})));
    let mut lie = parse();
    assert_ne!(lie, truth);
    lie.as_array_mut().unwrap().reverse();
    assert_eq!(lie, truth);
}

/// At a provider that signs its answers; where none does, it is refused.
pub fn bad_signature() {
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
    server.fault(effect(json!({"kind": "bad-signature"})));
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

fn result_picture(server: &TestServer, answer: &Value) -> Vec<u8> {
    let url = answer["result"]["cutout_image_url"].as_str().unwrap();
    let file = server.send("GET", url, &[], &[]);
    assert_eq!((file.status, file.header("content-type")), (200, "image/png"));
    file.body
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
