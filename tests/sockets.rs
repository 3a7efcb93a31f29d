//! Raw sockets: chunked bodies, absolute-form targets, pipelining, clients that leave, malformed heads.

use super::support::program::pause;
use super::support::{TestServer, fixture};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// A signed cutout as bytes on the wire, with the body framed as asked.
fn request(server: &TestServer, target: &str, host: &str, body: &[u8], chunked: bool) -> Vec<u8> {
    let mut head = format!("POST {target} HTTP/1.1\r\nhost: {host}\r\n");
    for (name, value) in server.signature(("POST", "/api/cutout"), &[("host", host)], body) {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    let mut out = if chunked {
        (head + "transfer-encoding: chunked\r\n\r\n").into_bytes()
    } else {
        (head + &format!("content-length: {}\r\n\r\n", body.len())).into_bytes()
    };
    if chunked {
        for chunk in body.chunks(1000) {
            out.extend(format!("{:x}\r\n", chunk.len()).bytes());
            out.extend(chunk);
            out.extend(b"\r\n");
        }
        out.extend(b"0\r\n\r\n");
    } else {
        out.extend(body);
    }
    out
}

fn connect(server: &TestServer) -> TcpStream {
    let socket = TcpStream::connect(server.host()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Reads until the text holds `end`.
fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut all = Vec::new();
    let mut some = [0; 4096];
    loop {
        let n = socket.read(&mut some).unwrap();
        all.extend(&some[..n]);
        let text = String::from_utf8_lossy(&all).into_owned();
        if text.contains(end) || n == 0 {
            return text;
        }
    }
}

fn exchange(server: &TestServer, bytes: &[u8]) -> String {
    let mut socket = connect(server);
    socket.write_all(bytes).unwrap();
    read_until(&mut socket, "\"requestId\"")
}

#[test]
fn chunked_bodies_and_absolute_targets_are_served() {
    let server = TestServer::new();
    let picture = fixture("pictures/plain.jpg");
    let host = "wko7luloi5tj.cn-north-1.jdcloud-api.net";
    let chunked = exchange(
        &server,
        &request(&server, "/api/cutout", &server.host(), &picture, true),
    );
    assert!(chunked.contains("cutout_image_url"), "{chunked}");
    let absolute = exchange(
        &server,
        &request(
            &server,
            &format!("http://{host}/api/cutout"),
            host,
            &picture,
            false,
        ),
    );
    assert!(absolute.contains(&format!("http://{host}/_files/")), "{absolute}");
}

#[test]
fn an_empty_chunked_body_is_an_illegal_param() {
    let server = TestServer::new();
    let answer = exchange(
        &server,
        &request(&server, "/api/cutout", &server.host(), b"", true),
    );
    assert!(answer.contains("12001"), "{answer}");
}

#[test]
fn pipelined_calls_are_answered_in_order() {
    let server = TestServer::new();
    let one = request(&server, "/api/cutout", &server.host(), b"one", false);
    let two = request(
        &server,
        "/api/cutout",
        &server.host(),
        &fixture("pictures/plain.jpg"),
        false,
    );
    let mut socket = connect(&server);
    socket.write_all(&[one, two].concat()).unwrap();
    let text = read_until(&mut socket, "cutout_image_url");
    assert!(text.find("12007").unwrap() < text.find("cutout_image_url").unwrap());
}

/// Waits until the ledger holds so many rows of an outcome.
fn await_outcome(server: &TestServer, outcome: &str, count: usize) {
    for _ in 0..2000 {
        if server
            .get(&format!("journal?outcome={outcome}"))
            .as_array()
            .unwrap()
            .len()
            == count
        {
            return;
        }
        pause(Duration::from_millis(10));
    }
    panic!("{}", server.get("journal"));
}

#[test]
fn a_client_that_leaves_while_uploading_leaves_a_row() {
    let server = TestServer::new();
    let whole = request(
        &server,
        "/api/cutout",
        &server.host(),
        &fixture("photos/astronaut.jpg"),
        false,
    );
    let mut socket = connect(&server);
    socket.write_all(&whole[..whole.len() / 2]).unwrap();
    pause(Duration::from_millis(50));
    drop(socket);
    await_outcome(&server, "abandoned", 1);
    let record = server.get("journal")[0].clone();
    assert_eq!(
        (record["status"].is_null(), record["fee_fen"].as_i64()),
        (true, Some(0))
    );
    assert_eq!(server.get("usage")[0]["abandoned"], 1);
}

#[test]
fn a_client_that_leaves_before_the_answer_leaves_a_row() {
    let server = TestServer::with(|settings| settings.pool.threads = Some(1));
    let mut bodies = fixture("photos/astronaut.jpg");
    for nth in 0..6u8 {
        bodies.push(nth);
        let mut socket = connect(&server);
        socket
            .write_all(&request(&server, "/api/cutout", &server.host(), &bodies, false))
            .unwrap();
        if nth == 5 {
            // The five before it keep the only worker busy.
            pause(Duration::from_millis(100));
            drop(socket);
        } else {
            std::thread::spawn(move || read_until(&mut socket, "\"requestId\""));
        }
    }
    await_outcome(&server, "abandoned", 1);
    await_outcome(&server, "answered", 5);
}

#[test]
fn malformed_heads_get_an_answer_and_nothing_hangs() {
    let server = TestServer::new();
    let cases: [&[u8]; 7] = [
        b"GARBAGE\r\n\r\n",
        b"POST /api/cutout HTTP/9.9\r\n\r\n",
        b"POST /api/cutout HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"POST /api/cutout HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /api/cutout HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        b"POST /api/cutout HTTP/1.1\r\nhost: a b\r\ncontent-length: 0\r\n\r\n",
        b"POST /api/cutout HTTP/1.1\r\nhost: x\r\nauthorization: \xff\xfe\r\ncontent-length: 0\r\n\r\n",
    ];
    for case in cases {
        let mut socket = connect(&server);
        socket.write_all(case).unwrap();
        drop(socket.shutdown(Shutdown::Write));
        let mut answer = Vec::new();
        drop(socket.read_to_end(&mut answer));
        let text = String::from_utf8_lossy(&answer);
        assert!(
            !text.contains("HTTP/1.1 5"),
            "{}: {text}",
            String::from_utf8_lossy(case)
        );
    }
    assert_eq!(server.cutout(&fixture("pictures/plain.jpg")).status, 200);
}

#[test]
fn a_body_beyond_all_measure_is_refused_without_being_kept() {
    let server = TestServer::new();
    let head = "POST /api/cutout HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\r\n";
    let mut socket = connect(&server);
    socket.write_all(head.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..19 {
        socket.write_all(&zeros).unwrap();
    }
    socket.write_all(&zeros[..20_000_000 - 19 * (1 << 20)]).unwrap();
    let text = read_until(&mut socket, "\"requestId\"");
    assert!(text.contains("\"status\":12009"), "{text}");
}
