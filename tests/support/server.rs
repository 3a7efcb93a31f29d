//! A server on free ports, its clock frozen, with a verb for what tests do.

use super::signer::{Unsigned, app_query, sign};
use serde_json::Value;
use std::path::PathBuf;
use understudy::clock::{Time, TimeMapping};
use understudy::providers::Providers;
use understudy::settings::{Settings, SignatureClock};
use understudy::{Running, Understudy};

/// When every bench begins.
pub const START: &str = "2026-11-22T12:00:00+08:00";

pub struct TestServer {
    pub running: Running,
    agent: ureq::Agent,
}

/// A whole reply.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|why| panic!("{why}: {:?}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

/// The bytes of a fixture.
pub fn fixture(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(path);
    std::fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

impl TestServer {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other settings than the tests' own.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::emulating(Providers::default(), change)
    }

    /// Of other providers.
    pub fn emulating(providers: Providers, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::for_tests();
        settings.auth.clock = SignatureClock::Virtual;
        change(&mut settings);
        let running = Understudy::builder()
            .settings(settings)
            .providers(providers)
            .start()
            .unwrap();
        let start: Time = START.parse().unwrap();
        running
            .clock()
            .set(Some(TimeMapping::frozen_at(start, running.clock().real_now())));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        Self { running, agent }
    }

    pub fn now(&self) -> Time {
        self.running.clock().now()
    }

    pub fn host(&self) -> String {
        self.running
            .ready()
            .listen
            .trim_start_matches("http://")
            .to_owned()
    }

    pub fn admin_host(&self) -> String {
        self.running
            .ready()
            .admin
            .trim_start_matches("http://")
            .to_owned()
    }

    /// A demo credential's part: `ak`, `sk`, `appkey`, `secret`.
    pub fn demo(&self, field: &str) -> String {
        self.running.ready().credentials["jdcloud"][field]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Any request.
    pub fn send(&self, method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut reply = self.agent.run(request.body(body).unwrap()).unwrap();
        let headers = reply
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let status = reply.status().as_u16();
        let body = reply
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()
            .unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }

    /// A request to the provider listener, signed with an access key.
    pub fn signed(&self, method: &str, path: &str, body: &[u8], (ak, sk): (&str, &str)) -> Answer {
        let host = self.host();
        let unsigned = Unsigned {
            method,
            path,
            host: &host,
            body,
            extra: &[],
        };
        let headers = sign(&unsigned, 2, ak, sk, self.now());
        self.send(method, &format!("http://{host}{path}"), &headers, body)
    }

    /// A cut-out with the demo world's access key.
    pub fn cutout(&self, body: &[u8]) -> Answer {
        self.signed("POST", "/api/cutout", body, (&self.demo("ak"), &self.demo("sk")))
    }

    /// A cut-out with an app key.
    pub fn cutout_by_app(&self, body: &[u8], (appkey, secret): (&str, &str)) -> Answer {
        let query = app_query(appkey, secret, self.now());
        self.send(
            "POST",
            &format!("http://{}/api/cutout?{query}", self.host()),
            &[],
            body,
        )
    }

    /// A request to the admin API.
    pub fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        let url = format!("{}/_understudy/{path}", self.running.ready().admin);
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.send(method, &url, &[], &body)
    }

    pub fn get(&self, path: &str) -> Value {
        self.admin("GET", path, Value::Null).json()
    }

    /// The newest call in the journal, explained.
    pub fn explain_last(&self) -> Value {
        let last = self.get("journal?limit=1");
        self.get(&format!(
            "journal/{}/explain",
            last[0]["request_id"].as_str().unwrap()
        ))
    }
}
