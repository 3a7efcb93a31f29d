//! Effects on the connection: what never comes, comes cut short, or comes as no client expects it.

use super::*;

pub fn hang() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "hang", "for": "30s"})));
    let mut socket = connect(&server);
    socket
        .write_all(&request(&server, &fixture("pictures/plain.jpg"), ""))
        .unwrap();
    server.await_events(1);
    let met = read_all(&mut socket, Duration::from_millis(200));
    assert_eq!((met.bytes.len(), met.end), (0, End::Open));
    server.advance("30s");
    let met = read_all(&mut socket, Duration::from_secs(20));
    assert_eq!((met.bytes.len(), met.end), (0, End::Closed));
    let row = server.newest(1);
    assert_eq!(
        (&row["outcome"], &row["injected_us"]),
        (&json!("no_response"), &json!(30_000_000))
    );
    assert_eq!((&row["status"], &row["units"]), (&Value::Null, &json!(0)));
    // Without an end: until the client leaves.
    server.fault(effect(json!({"kind": "hang"})));
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
    let query = server.app_query();
    let gave_up = agent
        .post(format!("http://{}/api/cutout?{query}", server.host()))
        .send("x");
    assert!(matches!(gave_up, Err(ureq::Error::Timeout(_))), "{gave_up:?}");
}

pub fn close() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "close"})));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Closed));
    assert!(call(&server).is_err());
    assert_eq!(
        outcome(&server, 2),
        ("no_response".into(), Value::Null, Value::Null)
    );
}

pub fn reset() {
    let server = TestServer::new();
    // Before reading: the body is never sent, and nobody waits for it.
    server.fault(effect(json!({"kind": "reset", "when": "before-read"})));
    let mut socket = connect(&server);
    let whole = request(&server, &vec![7; 100_000], "");
    socket.write_all(&whole[..whole.len() - 100_000]).unwrap();
    let met = read_all(&mut socket, Duration::from_secs(20));
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    assert!(call(&server).is_err());
    let row = server.newest(2);
    assert_eq!(
        (&row["outcome"], &row["request"]["bytes"]),
        (&json!("reset_before_read"), &json!(0))
    );
    server.fault(effect(json!({"kind": "reset"})));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    let row = server.newest(3);
    assert_eq!(row["outcome"], "reset_after_read");
    assert!(row["request"]["bytes"].as_u64().unwrap() > 0);
    server.fault(effect(json!({"kind": "reset", "when": "mid-body"})));
    let met = meet(&server);
    assert!(met.text().starts_with("HTTP/1.1 200 "), "{}", met.text());
    let announced: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len(), met.end), (announced / 2, End::Reset));
    assert!(call(&server).is_err());
    assert_eq!(outcome(&server, 5), ("truncated".into(), json!(200), json!(200)));
}

pub fn truncate() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "truncate", "after": "40 B"})));
    let met = meet_with(&server, "");
    assert!(met.header("content-length").parse::<usize>().unwrap() > 40);
    assert_eq!((met.body().len(), met.end), (40, End::Closed));
    assert!(call(&server).is_err());
    let row = server.newest(2);
    assert_eq!(
        (&row["outcome"], &row["reply"]["bytes"]),
        (&json!("truncated"), &json!(40))
    );
    server.fault(effect(json!({"kind": "truncate", "after": "0%"})));
    let met = meet(&server);
    assert_eq!((met.body().len(), met.end), (0, End::Closed));
}

pub fn drip() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "drip", "rate": "50 B", "chunk": 25})));
    let mut socket = connect(&server);
    socket
        .write_all(&request(
            &server,
            &fixture("pictures/plain.jpg"),
            "connection: close\r\n",
        ))
        .unwrap();
    server.await_events(1);
    let mut met = read_all(&mut socket, Duration::from_millis(300));
    assert_eq!((met.body().len(), met.end), (25, End::Open));
    server.advance("1s");
    met.bytes
        .extend(read_all(&mut socket, Duration::from_millis(300)).bytes);
    assert_eq!(met.body().len(), 75);
    server.advance("1m");
    let rest = read_all(&mut socket, Duration::from_secs(20));
    met.bytes.extend(&rest.bytes);
    let whole: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len(), rest.end), (whole, End::Closed));
    let row = server.newest(1);
    let pauses = whole.div_ceil(25) as u64 - 1;
    assert_eq!(
        (&row["outcome"], &row["injected_us"]),
        (&json!("answered"), &json!(pauses * 500_000))
    );
    // To a real client it is an answer like any other.
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| call(&server).unwrap());
        server.await_events(1);
        server.advance("1m");
        assert_eq!(answer.join().unwrap().json()["code"], 10000);
    });
}

pub fn garbage() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "garbage", "bytes": "100 B"})));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (100, End::Closed));
    assert!(!met.bytes.starts_with(b"HTTP"));
    assert!(call(&server).is_err());
    assert_eq!(
        outcome(&server, 2),
        ("no_response".into(), Value::Null, json!(200))
    );
}

pub fn bad_chunk() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "bad-chunk"})));
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

pub fn wrong_length() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "wrong-length", "by": 16})));
    let met = meet_with(&server, "");
    let announced: usize = met.header("content-length").parse().unwrap();
    assert_eq!((met.body().len() + 16, met.end), (announced, End::Closed));
    assert!(call(&server).is_err());
    assert_eq!(outcome(&server, 2).0, "truncated");
    server.fault(effect(json!({"kind": "wrong-length", "by": -10})));
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

pub fn duplicate() {
    let server = TestServer::new();
    server.fault(effect(json!({"kind": "duplicate"})));
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

pub fn outage() {
    let server = TestServer::new();
    let mut kept = connect(&server);
    let body = fixture("pictures/plain.jpg");
    kept.write_all(&request(&server, &body, "")).unwrap();
    let mut some = [0; 4096];
    assert!(kept.read(&mut some).unwrap() > 0);
    // Of one operation: a reset, since the connection may be another's as well.
    server.fault(fault("outage").with("match.operation", "cutout").kind("outage"));
    let met = meet(&server);
    assert_eq!((met.bytes.len(), met.end), (0, End::Reset));
    assert_eq!(outcome(&server, 2).0, "refused_connection");
    // Of everything: nobody listens, and a kept connection is reset at its next call.
    server.fault(fault("outage").with("window.for", "10m").kind("outage"));
    await_refusal(&server, true);
    assert!(call(&server).is_err());
    kept.write_all(&request(&server, &body, "")).unwrap();
    assert_eq!(read_all(&mut kept, Duration::from_secs(20)).end, End::Reset);
    server.advance("10m");
    assert_eq!(call(&server).unwrap().json()["code"], 10000);
    // Halted, it ends at once.
    server.fault(fault("outage").kind("outage"));
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
        pause(Duration::from_millis(2));
    }
    panic!("connections refused: not {refused}");
}
