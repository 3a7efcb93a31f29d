//! Faults from outside: what exactly arrives, which calls are struck, and when.

mod attribution;
mod control;
mod draws;
mod effects;
mod schedule;
mod tape;
mod windows;

use super::support::signer::app_query;
use super::support::{Answer, TestServer, fixture};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use understudy::clock::Time;

/// How a connection ended, as a raw client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// FIN: a clean close.
    Closed,
    /// RST.
    Reset,
    /// Nothing more came, and the connection is open.
    Open,
}

/// What a raw client met.
#[derive(Debug)]
pub struct Met {
    pub bytes: Vec<u8>,
    pub end: End,
}

impl Met {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What came after the head.
    pub fn body(&self) -> &[u8] {
        let head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        &self.bytes[head.map_or(self.bytes.len(), |head| head + 4)..]
    }

    pub fn header(&self, name: &str) -> String {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let line = head.lines().find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        line.unwrap_or_default()
    }
}

/// Defines a fault; it must be taken.
pub fn arm(server: &TestServer, fault: Value) -> Value {
    let answer = server.admin("POST", "faults", fault.clone());
    assert_eq!(answer.status, 201, "{fault}: {}", answer.text());
    answer.json()
}

/// A fault of one effect, named after its kind.
pub fn arm_kind(server: &TestServer, effect: Value) -> Value {
    let id = effect["kind"].clone();
    arm(server, json!({"id": id, "effect": effect}))
}

/// The bytes of a cut-out call with the demo world's app key.
pub fn request(server: &TestServer, body: &[u8], further: &str) -> Vec<u8> {
    request_at(server, body, further, server.now())
}

/// The same, signed at an instant.
pub fn request_at(server: &TestServer, body: &[u8], further: &str, at: Time) -> Vec<u8> {
    let query = app_query(&server.demo("appkey"), &server.demo("secret"), at);
    let head = format!(
        "POST /api/cutout?{query} HTTP/1.1\r\nhost: {}\r\n{further}content-length: {}\r\n\r\n",
        server.host(),
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub fn connect(server: &TestServer) -> TcpStream {
    let socket = TcpStream::connect(server.host()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Reads to the end, or until nothing comes for so long.
pub fn read_all(socket: &mut TcpStream, patience: Duration) -> Met {
    socket.set_read_timeout(Some(patience)).unwrap();
    let mut bytes = Vec::new();
    let mut some = [0; 8192];
    let end = loop {
        match socket.read(&mut some) {
            Ok(0) => break End::Closed,
            Ok(n) => bytes.extend(&some[..n]),
            Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break End::Open,
            Err(why) if why.kind() == ErrorKind::ConnectionReset => break End::Reset,
            Err(why) => panic!("{why}"),
        }
    };
    Met { bytes, end }
}

/// What one cut-out of the plain picture meets on a connection of its own.
pub fn meet(server: &TestServer) -> Met {
    meet_with(server, "connection: close\r\n")
}

pub fn meet_with(server: &TestServer, further: &str) -> Met {
    let mut socket = connect(server);
    let body = fixture("pictures/plain.jpg");
    socket.write_all(&request(server, &body, further)).unwrap();
    read_all(&mut socket, Duration::from_secs(20))
}

/// The same call by a real HTTP client, on a connection of its own.
pub fn call(server: &TestServer) -> Result<Answer, ureq::Error> {
    call_with(server, &fixture("pictures/plain.jpg"), &[])
}

pub fn call_with(server: &TestServer, body: &[u8], headers: &[(&str, &str)]) -> Result<Answer, ureq::Error> {
    let query = app_query(&server.demo("appkey"), &server.demo("secret"), server.now());
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let mut request = agent.post(format!("http://{}/api/cutout?{query}", server.host()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut reply = request.send(body)?;
    let headers = reply.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    Ok(Answer {
        status: reply.status().as_u16(),
        headers: headers.collect(),
        body: reply.body_mut().read_to_vec()?,
    })
}

/// The newest call in the journal, once there are so many.
pub fn newest(server: &TestServer, count: usize) -> Value {
    let all = await_rows(server, count);
    all[0].clone()
}

/// The journal, once it holds so many calls.
pub fn await_rows(server: &TestServer, count: usize) -> Vec<Value> {
    for _ in 0..2000 {
        let all = server.get("journal?limit=100000");
        let all = all.as_array().unwrap();
        if all.len() >= count {
            return all.clone();
        }
        super::support::program::pause(Duration::from_millis(5));
    }
    panic!("{}", server.get("journal"));
}

/// Waits until so many events lie ahead on the server's clock.
pub fn await_events(server: &TestServer, count: usize) {
    for _ in 0..4000 {
        if server.running.clock().status().events >= count {
            return;
        }
        super::support::program::pause(Duration::from_millis(2));
    }
    panic!("{:?}", server.running.clock().status());
}

pub fn advance(server: &TestServer, by: &str) {
    let answer = server.admin("POST", "clock/advance", json!({"by": by}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}
