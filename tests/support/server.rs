//! A server on free ports, its clock frozen, and calls to its two listeners. `verbs.rs` has what tests do with it.

use super::program::Folder;
use serde_json::Value;
use std::path::PathBuf;
use understudy::clock::{Time, TimeMapping};
use understudy::providers::Providers;
use understudy::providers::jdcloud::sign::{AccessKeySigner, UnsignedRequest, app_key_query};
use understudy::settings::{Settings, SignatureClock};
use understudy::{Running, Understudy};

/// What the clock of every server shows when it starts, or is started again.
pub const START: &str = "2026-11-22T12:00:00+08:00";

pub struct TestServer {
    pub running: Running,
    settings: Settings,
    providers: Providers,
    agent: ureq::Agent,
    /// Where its store is, if not in memory. Removed with the server.
    folder: Option<Folder>,
}

/// What signatures of tests are made with.
pub const NONCE: &str = "nonce";

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
        Self::start(settings, providers)
    }

    /// With its store in a file, so that it can be restarted. `name` is the test's own.
    pub fn on_disk(name: &str) -> Self {
        Self::emulating_on_disk(Providers::default(), name)
    }

    /// Of other providers, with its store in a file.
    pub fn emulating_on_disk(providers: Providers, name: &str) -> Self {
        let folder = Folder::new(name);
        let url = format!("sqlite:{}", folder.file("store.db").display());
        let mut server = Self::emulating(providers, |settings| settings.store.url = url);
        server.folder = Some(folder);
        server
    }

    fn start(settings: Settings, providers: Providers) -> Self {
        let running = Understudy::builder()
            .settings(settings.clone())
            .providers(providers)
            .start()
            .unwrap();
        let start: Time = START.parse().unwrap();
        running
            .clock()
            .set(Some(TimeMapping::frozen_at(start, running.clock().real_now())));
        Self {
            running,
            settings,
            providers,
            agent: super::program::agent(),
            folder: None,
        }
    }

    /// Stops it and starts it again on its store, which must be a file; the clock stands where every test begins.
    pub fn restart(self) -> Self {
        let Self {
            running,
            settings,
            providers,
            folder,
            ..
        } = self;
        assert!(
            !settings.store.url.contains(":memory:"),
            "a store in memory is gone with its server: begin with `on_disk`"
        );
        drop(running);
        Self {
            folder,
            ..Self::start(settings, providers)
        }
    }

    /// Stops it, and gives the folder of its store (`store.db`), which must be a file.
    pub fn stop(self) -> Folder {
        drop(self.running);
        self.folder.expect("a server that was started `on_disk`")
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

    /// The fields of a signature with the demo world's access key, for `host` and further fields.
    pub fn signature(
        &self,
        (method, target): (&str, &str),
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<(String, String)> {
        let request = UnsignedRequest {
            method,
            target,
            headers: fields,
            body,
        };
        AccessKeySigner::new(&self.demo("ak"), &self.demo("sk")).headers(&request, NONCE, self.now())
    }

    /// A query signed with the demo world's app key.
    pub fn app_query(&self) -> String {
        app_key_query(&self.demo("appkey"), &self.demo("secret"), self.now())
    }

    /// An address of the provider listener.
    pub fn url(&self, target: &str) -> String {
        format!("{}{target}", self.running.ready().listen)
    }

    /// A request to the provider listener, signed with an access key.
    pub fn signed(&self, method: &str, path: &str, body: &[u8], (ak, sk): (&str, &str)) -> Answer {
        let host = self.host();
        let request = UnsignedRequest {
            method,
            target: path,
            headers: &[("host", &host)],
            body,
        };
        let headers = AccessKeySigner::new(ak, sk).headers(&request, NONCE, self.now());
        self.send(method, &self.url(path), &headers, body)
    }

    /// A POST to the provider listener, signed with the demo world's access key.
    pub fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.signed("POST", path, body, (&self.demo("ak"), &self.demo("sk")))
    }

    /// A cut-out with the demo world's access key.
    pub fn cutout(&self, body: &[u8]) -> Answer {
        self.post("/api/cutout", body)
    }

    /// A cut-out with an app key.
    pub fn cutout_by_app(&self, body: &[u8], (appkey, secret): (&str, &str)) -> Answer {
        let query = app_key_query(appkey, secret, self.now());
        self.send("POST", &self.url(&format!("/api/cutout?{query}")), &[], body)
    }

    /// An address of the admin API.
    pub fn admin_url(&self, path: &str) -> String {
        format!("{}/_understudy/{path}", self.running.ready().admin)
    }

    /// A request to the admin API.
    pub fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.send(method, &self.admin_url(path), &[], &body)
    }

    pub fn get(&self, path: &str) -> Value {
        self.admin("GET", path, Value::Null).json()
    }
}
