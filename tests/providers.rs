//! What a provider can be, shown with a vendor that no engine knows: keys in form fields, GET and POST of one path,
//! jobs in a shared lane, signed callbacks, durable records, charges at the end of jobs.

use super::support::TestServer;
use super::support::parcel;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use understudy::signing::digest::hmac_sha256;

/// A POST of form fields by the demo key, whose secret comes first and whose id comes last.
fn post(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    post_as(server, path, fields, "parceldemo000001", "parcelsecret0001")
}

fn post_as(
    server: &TestServer,
    path: &str,
    fields: &[(&str, &str)],
    key: &str,
    secret: &str,
) -> (u16, Value) {
    let mut body = format!("api_secret={secret}");
    for (name, value) in fields {
        body += &format!("&{name}={value}");
    }
    body += &format!("&api_key={key}");
    let kind = (
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    );
    let url = format!("http://{}/parcel/{path}", server.host());
    let answer = server.send("POST", &url, &[kind], body.as_bytes());
    (answer.status, answer.json())
}

fn get(server: &TestServer, path: &str) -> (u16, Value) {
    let proof = "api_key=parceldemo000001&api_secret=parcelsecret0001";
    let answer = server.send(
        "GET",
        &format!("http://{}/parcel/{path}?{proof}", server.host()),
        &[],
        &[],
    );
    (answer.status, answer.json())
}

/// A whole request that a receiver got.
struct Received {
    head: String,
    body: Vec<u8>,
}

/// Answers every request of a connection with 204, until the client closes it.
fn take_requests(socket: TcpStream, received: &Sender<Received>) {
    let mut socket = BufReader::new(socket);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if socket.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let head = head.to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let mut body = vec![0; length.split("\r\n").next().unwrap().parse().unwrap()];
        socket.read_exact(&mut body).unwrap();
        drop(received.send(Received { head, body }));
        socket.get_mut().write_all(b"HTTP/1.1 204 X\r\n\r\n").unwrap();
    }
}

/// Receives callbacks, and takes each.
fn receiver() -> (String, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || take_requests(socket, &sender));
        }
    });
    (url, received)
}

fn next(received: &Receiver<Received>) -> Received {
    received.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn a_key_in_the_body_chooses_the_world_whatever_the_order_of_the_fields() {
    let server = TestServer::emulating(parcel::PROVIDERS, |_| {});
    let world = server.admin("POST", "worlds", json!({"name": "other"})).json();
    let own = &world["credentials"]["parcel"];
    let (key, secret) = (
        own["api_key"].as_str().unwrap(),
        own["api_secret"].as_str().unwrap(),
    );
    assert_eq!(
        post_as(&server, "boxes/7", &[("content", "tea")], key, secret).0,
        200
    );
    assert_eq!(server.get("journal?limit=1")[0]["world"], "other");
    assert_eq!(server.get("journal?limit=1")[0]["operation"], "fill");
    // The record is that world's alone.
    assert_eq!(get(&server, "boxes/7").0, 400);
    assert_eq!(server.get("journal?limit=1&world=demo")[0]["operation"], "show");
    let (status, refusal) = post_as(&server, "boxes/7", &[("content", "tea")], key, "wrong");
    assert_eq!(
        (status, &refusal["error"]),
        (400, &json!("Unauthenticated(BadSignature)"))
    );
    assert_eq!(server.get("journal?limit=1")[0]["world"], "other");
    let (_, refusal) = post_as(&server, "boxes/7", &[], "nobody", secret);
    assert_eq!(refusal["error"], "Unauthenticated(UnknownKey)");
    assert_eq!(server.get("journal?limit=1")[0]["world"], "demo");
    // A fault of the world strikes calls whose key stands in the body.
    let fault = json!({"match": {"world": "other"}, "effect": {"kind": "status", "status": 503}});
    assert_eq!(server.admin("POST", "faults", fault).status, 201);
    let long = "x".repeat(100_000);
    let url = format!("http://{}/parcel/boxes/8", server.host());
    let body = format!("content={long}&api_secret={secret}&api_key={key}");
    let kind = (
        "content-type".to_owned(),
        "application/x-www-form-urlencoded".to_owned(),
    );
    assert_eq!(server.send("POST", &url, &[kind], body.as_bytes()).status, 503);
    assert_eq!(post(&server, "boxes/8", &[("content", "tea")]).0, 200);
}

#[test]
fn a_key_in_the_query_is_found_with_and_without_a_body_and_explained_by_its_way() {
    let server = TestServer::emulating(parcel::PROVIDERS, |_| {});
    let proof = "api_key=parceldemo000001&api_secret=parcelsecret0001";
    let url = format!("http://{}/parcel/boxes/7?{proof}", server.host());
    let kind = ("content-type".to_owned(), "application/json".to_owned());
    let filled = server.send("POST", &url, &[kind], br#"{"content": "tea"}"#);
    assert_eq!(filled.status, 200, "{}", filled.text());
    assert_eq!(get(&server, "boxes/7").1["content"], "tea");
    let why = |server: &TestServer| {
        let explained = server.explain_last();
        let all = explained["decisions"].as_array().unwrap().clone();
        let own = all.into_iter().find(|own| own["rule"] == "signature").unwrap();
        own["because"].as_str().unwrap().to_owned()
    };
    assert_eq!(why(&server), "the proof is right, by form-fields");
    server.send("GET", &url.replace("secret0001", "secret0002"), &[], b"");
    assert_eq!(why(&server), "Unauthenticated(BadSignature), by form-fields");
}

#[test]
fn get_and_post_of_one_path_are_two_operations_with_a_typed_parameter() {
    let server = TestServer::emulating(parcel::PROVIDERS, |_| {});
    assert_eq!(
        post(&server, "boxes/42", &[("content", "tea")]),
        (200, json!({"id": 42}))
    );
    assert_eq!(
        get(&server, "boxes/42"),
        (200, json!({"id": 42, "content": "tea"}))
    );
    let (status, refusal) = get(&server, "boxes/forty-two");
    assert_eq!((status, &refusal["error"]), (400, &json!("Input(Field(\"id\"))")));
    let (_, refusal) = get(&server, "boxes/43");
    assert_eq!(refusal["error"], "the documented error NO_SUCH_BOX: 43");
    let url = format!("http://{}/parcel/boxes/42", server.host());
    let refusal = server.send("DELETE", &url, &[], &[]).json();
    assert_eq!(refusal["error"], "MethodNotAllowed");
}

#[test]
fn jobs_of_two_operations_share_a_lane_by_weight_and_are_found_by_the_clients_id() {
    let server = TestServer::emulating(parcel::PROVIDERS, |_| {});
    let state = |name: &str| post(&server, "track", &[("name", name)]).1["state"].clone();
    assert_eq!(post(&server, "ship", &[("name", "heavy")]).0, 200);
    assert_eq!(post(&server, "post", &[("name", "light")]).0, 200);
    assert_eq!(post(&server, "ship", &[("name", "second")]).0, 200);
    assert_eq!(post(&server, "post", &[("name", "third")]).0, 200);
    // Three and one of four places are taken; the light job behind the heavy one does not overtake it.
    assert_eq!(
        ["heavy", "light", "second", "third"].map(&state),
        ["running", "running", "queued", "queued"].map(Value::from)
    );
    server.advance("10s");
    assert_eq!(
        ["heavy", "light", "second", "third"].map(&state),
        ["succeeded", "succeeded", "running", "running"].map(Value::from)
    );
    assert_eq!(post(&server, "track", &[("name", "unknown")]).0, 400);
}

#[test]
fn an_end_is_charged_when_it_comes_and_only_once() {
    let server = TestServer::emulating_on_disk(parcel::PROVIDERS, "charge");
    let units = |server: &TestServer| -> i64 {
        let days = server.usage();
        days.iter().map(|day| day["units"].as_i64().unwrap()).sum()
    };
    post(&server, "ship", &[("name", "a")]);
    post(&server, "post", &[("name", "b")]);
    assert_eq!(units(&server), 0);
    server.advance("10s");
    assert_eq!(units(&server), 4);
    post(&server, "ship", &[("name", "failing")]);
    let id = post(&server, "track", &[("name", "failing")]).1["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        server.admin("POST", &format!("jobs/{id}/fail"), json!({})).status,
        200
    );
    post(&server, "ship", &[("name", "c")]);
    server.advance("10s");
    assert_eq!(units(&server), 7, "what fails is not charged");
    assert_eq!(server.calls("parcel/ship"), 3, "a charge is no call");
    let server = server.restart();
    server.advance("1h");
    assert_eq!(units(&server), 7);
    let charges = server.get("charges");
    assert_eq!(
        charges["charges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| day["fee_fen"].as_i64().unwrap())
            .sum::<i64>(),
        70
    );
}

#[test]
fn callbacks_are_whole_requests_with_method_headers_and_a_signature_over_the_body() {
    let server = TestServer::emulating(parcel::PROVIDERS, |_| {});
    let (url, received) = receiver();
    post(&server, "ship", &[("name", "a"), ("notify_url", &url)]);
    // The first report is sent at once; the job waits on the clock for the next when it has been.
    server.await_events(1);
    server.advance("10s");
    for status in ["submitted", "packing", "delivered"] {
        let report = next(&received);
        assert!(report.head.starts_with("put /notify http/1.1"), "{}", report.head);
        let signature = hex::encode(hmac_sha256(b"parcelsecret0001", &report.body));
        assert!(
            report.head.contains(&format!("x-parcel-signature: {signature}")),
            "{}",
            report.head
        );
        let body: Value = serde_json::from_slice(&report.body).unwrap();
        assert_eq!(body["status"], status);
    }
    let jobs = server.get("jobs");
    assert_eq!(jobs[0]["callback"]["delivered"], 3);
}

#[test]
fn jobs_records_and_what_is_due_outlive_a_restart_and_end_with_their_world() {
    let server = TestServer::emulating_on_disk(parcel::PROVIDERS, "restart");
    let (url, received) = receiver();
    post(&server, "boxes/1", &[("content", "tea")]);
    post(&server, "ship", &[("name", "a"), ("notify_url", &url)]);
    assert_eq!(
        serde_json::from_slice::<Value>(&next(&received).body).unwrap()["status"],
        "submitted"
    );
    let server = server.restart();
    assert_eq!(get(&server, "boxes/1").1["content"], "tea");
    server.advance("10s");
    for status in ["packing", "delivered"] {
        assert_eq!(
            serde_json::from_slice::<Value>(&next(&received).body).unwrap()["status"],
            status
        );
    }
    assert_eq!(post(&server, "track", &[("name", "a")]).1["state"], "succeeded");
    server.advance("1h");
    assert_eq!(
        get(&server, "boxes/1").0,
        400,
        "records expire on their world's clock"
    );

    let world = server.admin("POST", "worlds", json!({"name": "w"})).json();
    let own = &world["credentials"]["parcel"];
    let (key, secret) = (
        own["api_key"].as_str().unwrap(),
        own["api_secret"].as_str().unwrap(),
    );
    post_as(&server, "boxes/1", &[("content", "salt")], key, secret);
    post_as(
        &server,
        "ship",
        &[("name", "b"), ("notify_url", &url)],
        key,
        secret,
    );
    next(&received);
    assert_eq!(server.admin("DELETE", "worlds/w", Value::Null).status, 204);
    server.advance("1m");
    assert!(
        received.recv_timeout(Duration::from_millis(300)).is_err(),
        "nothing is sent for a world that is gone"
    );
    let folder = server.stop();
    let bytes = std::fs::read(folder.file("store.db")).unwrap();
    assert!(
        !bytes.windows(4).any(|four| four == b"salt"),
        "what was the world's is in no file"
    );
}
