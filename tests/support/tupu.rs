//! A caller of Tupu, and a receiver of its callbacks.

use super::server::{Answer, TestServer};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use understudy::providers::tupu::sign::identity_proof;
use understudy::signing::rsa;

/// The inner object of an envelope, its signature verified over the exact inner text.
pub fn opened(key: &str, body: &[u8]) -> Value {
    let outer: Value = serde_json::from_slice(body).unwrap();
    let inner = outer["json"].as_str().unwrap();
    assert!(inner.is_ascii(), "{inner}");
    let signature = outer["signature"].as_str().unwrap();
    assert!(rsa::verify(key, inner.as_bytes(), signature), "{inner}");
    serde_json::from_str(inner).unwrap()
}

impl TestServer {
    pub fn tupu_credential(&self, field: &str) -> String {
        let field = &self.running.ready().credentials["tupu"][field];
        field.as_str().unwrap().to_owned()
    }

    /// A proof of identity, now.
    pub fn tupu_proof(&self, sid: &str, private_key: &str) -> Value {
        let proof = identity_proof(sid, private_key, "0.25", self.now()).unwrap();
        json!({"timestamp": proof.timestamp, "nonce": proof.nonce, "signature": proof.signature})
    }

    /// The demo world's secretId and a proof of it, now.
    pub fn tupu_demo_proof(&self) -> (String, Value) {
        let sid = self.tupu_credential("secret_id");
        let proof = self.tupu_proof(&sid, &self.tupu_credential("private_key_pem"));
        (sid, proof)
    }

    /// A call with JSON by the demo world's key, whatever becomes of it. `path` ends before the secretId.
    pub fn tupu_raw(&self, path: &str, fields: &Value, headers: &[(String, String)]) -> Answer {
        let (sid, mut body) = self.tupu_demo_proof();
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let mut all = vec![("content-type".to_owned(), "application/json".to_owned())];
        all.extend_from_slice(headers);
        let url = self.url(&format!("{path}{sid}"));
        self.send("POST", &url, &all, body.to_string().as_bytes())
    }

    /// The inner object of what a call gets, verified.
    pub fn tupu(&self, path: &str, fields: &Value) -> Value {
        let answer = self.tupu_raw(path, fields, &[]);
        opened(&self.tupu_credential("provider_public_key_pem"), &answer.body)
    }

    /// The label and action of one text.
    pub fn tupu_text(&self, content: &str) -> (String, String) {
        let inner = self.tupu("/v3/recognition/text/", &json!({"text": [{"content": content}]}));
        let text = &inner["57c4036c557603652aeeb222"]["texts"][0];
        let word = |name: &str| {
            text[name]
                .as_str()
                .unwrap_or_else(|| panic!("{inner}"))
                .to_owned()
        };
        (word("label"), word("action"))
    }

    /// The URL of an input that forces a verdict, by its file name: `porn-0.png`. `understudy kit` writes the same files.
    pub fn marker_url(&self, name: &str) -> String {
        format!("http://{}/_kit/{name}", self.host())
    }
}

struct Postman {
    answer: Box<dyn Fn(usize) -> u16 + Send + Sync>,
    count: AtomicUsize,
}

/// The body of the next request on a connection, where there is one.
fn next_body(socket: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut length, mut line) = (0, String::new());
    while socket.read_line(&mut line).ok()? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).ok()?;
    (length > 0).then_some(body)
}

/// Receives callbacks, and answers each with the status that `answer` gives for how many came before.
pub struct Mailbox {
    pub url: String,
    reports: Receiver<Vec<u8>>,
}

impl Mailbox {
    pub fn new(answer: impl Fn(usize) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/cb", listener.local_addr().unwrap());
        let (sender, reports) = channel();
        let context = Arc::new(Postman {
            answer: Box::new(answer),
            count: AtomicUsize::new(0),
        });
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (sender, context) = (sender.clone(), context.clone());
                std::thread::spawn(move || {
                    let mut socket = BufReader::new(socket);
                    while let Some(body) = next_body(&mut socket) {
                        let status = (context.answer)(context.count.fetch_add(1, Ordering::SeqCst));
                        // Nobody waits for the last of them.
                        drop(sender.send(body));
                        let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
                        drop(socket.get_mut().write_all(reply.as_bytes()));
                    }
                });
            }
        });
        Self { url, reports }
    }

    /// Answers every callback with status 200.
    pub fn accepting_all() -> Self {
        Self::new(|_| 200)
    }

    /// The next report, verified.
    pub fn next(&self, server: &TestServer) -> Value {
        let body = self.reports.recv_timeout(Duration::from_secs(20)).unwrap();
        opened(&server.tupu_credential("provider_public_key_pem"), &body)
    }

    /// How many callbacks are there, or come within 150 ms of the one before.
    pub fn count_remaining(&self) -> usize {
        let mut count = 0;
        while !matches!(
            self.reports.recv_timeout(Duration::from_millis(150)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
        ) {
            count += 1;
        }
        count
    }
}
