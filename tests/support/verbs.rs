//! What tests do with a server: its clock, worlds, faults, expectations, journal, ledger.

use super::program::pause;
use super::server::{Answer, TestServer};
use serde_json::{Value, json};
use std::time::Duration;

/// A world of a server, by its name.
pub struct TestWorld<'a> {
    server: &'a TestServer,
    name: String,
    credentials: Value,
}

impl TestServer {
    /// The demo world, or another one, made now.
    pub fn world(&self, name: &str) -> TestWorld<'_> {
        let credentials = if name == "demo" {
            json!(self.running.ready().credentials)
        } else {
            let made = self.admin("POST", "worlds", json!({"name": name}));
            assert_eq!(made.status, 201, "{}", made.text());
            made.json()["credentials"].clone()
        };
        TestWorld {
            server: self,
            name: name.to_owned(),
            credentials,
        }
    }

    /// Changes settings of the demo world; they must be taken.
    pub fn settings(&self, settings: Value) {
        self.world("demo").with_settings(settings);
    }

    /// Lets so much time pass, with all that happens in it; gives the clock.
    pub fn advance(&self, by: &str) -> Value {
        self.moved("POST", "clock/advance", json!({"by": by}))
    }

    pub fn advance_to(&self, to: &str) -> Value {
        self.moved("POST", "clock/advance", json!({"to": to}))
    }

    /// Stops the clock at an instant, also an earlier one.
    pub fn freeze_at(&self, now: &str) -> Value {
        self.moved("PUT", "clock", json!({"now": now, "frozen": true}))
    }

    fn moved(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.admin(method, path, body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Defines a fault, or a list of them; they must be taken.
    pub fn fault(&self, fault: impl Into<Value>) -> Value {
        let fault = fault.into();
        let answer = self.admin("POST", "faults", fault.clone());
        assert_eq!(answer.status, 201, "{fault}: {}", answer.text());
        answer.json()
    }

    pub fn clear_faults(&self) {
        assert_eq!(self.admin("DELETE", "faults", Value::Null).status, 200);
    }

    /// Defines an expectation; it must be taken.
    pub fn expect(&self, rule: Value) {
        let answer = self.admin("POST", "expectations", rule.clone());
        assert_eq!(answer.status, 201, "{rule}: {}", answer.text());
    }

    /// All calls, the newest first.
    pub fn journal(&self) -> Vec<Value> {
        self.get("journal?limit=100000").as_array().unwrap().clone()
    }

    /// All calls, the newest first, once there are so many.
    pub fn journal_of(&self, count: usize) -> Vec<Value> {
        for _ in 0..2000 {
            let all = self.journal();
            if all.len() >= count {
                return all;
            }
            pause(Duration::from_millis(5));
        }
        panic!("{}", self.get("journal"));
    }

    /// The newest call, once there are so many.
    pub fn newest(&self, count: usize) -> Value {
        self.journal_of(count)[0].clone()
    }

    pub fn clear_journal(&self) {
        assert_eq!(self.admin("DELETE", "journal", Value::Null).status, 200);
    }

    /// The newest call in the journal, explained.
    pub fn explain_last(&self) -> Value {
        let last = self.get("journal?limit=1");
        let id = last[0]["request_id"].as_str().unwrap();
        self.get(&format!("journal/{id}/explain"))
    }

    /// What the ledger counted and charged since the start of the clock's month: a row for each day, world and operation.
    ///
    /// A row names `day`, `world`, `provider`, `operation` (`cutout`), and has the sums of `calls`, of calls by outcome
    /// (`answered`, `no_response`, `abandoned`, …) and by status (`status_4xx`, `status_429`, `status_5xx`), of `units`,
    /// `fee_fen` and its parts, `bytes_in`, `bytes_out`. `Rollup` in `src/store/rollup.rs` has them all.
    ///
    /// It needs no waiting: the server commits the rows of finished calls before it answers. Only a call without an
    /// answer, or with a large one, may finish a moment after its client has seen the end.
    pub fn usage(&self) -> Vec<Value> {
        self.get("usage").as_array().unwrap().clone()
    }

    /// How many calls of an operation, `jdcloud-matting/cutout`, the ledger counted, in all worlds. As [`Self::usage`],
    /// it needs no waiting.
    pub fn calls(&self, operation: &str) -> i64 {
        let (provider, id) = operation.split_once('/').expect("provider/operation");
        let days = self.usage().into_iter();
        days.filter(|day| day["provider"] == provider && day["operation"] == id)
            .map(|day| day["calls"].as_i64().unwrap())
            .sum()
    }

    /// Waits until so many events lie ahead on the clock.
    pub fn await_events(&self, count: usize) {
        for _ in 0..4000 {
            if self.running.clock().status().events >= count {
                return;
            }
            pause(Duration::from_millis(2));
        }
        panic!("{:?}", self.running.clock().status());
    }
}

impl TestWorld<'_> {
    /// Changes its settings; they must be taken.
    pub fn with_settings(self, settings: Value) -> Self {
        let path = format!("worlds/{}", self.name);
        let answer = self
            .server
            .admin("PATCH", &path, json!({"settings": settings.clone()}));
        assert_eq!(answer.status, 200, "{settings}: {}", answer.text());
        self
    }

    /// A part of its credential at a vendor, such as `jdcloud` and `ak`.
    pub fn credential(&self, vendor: &str, field: &str) -> &str {
        let part = self.credentials[vendor][field].as_str();
        part.unwrap_or_else(|| panic!("{vendor}.{field} is none of {}", self.credentials))
    }

    /// Its access key and secret key.
    pub fn access_key(&self) -> (&str, &str) {
        (self.credential("jdcloud", "ak"), self.credential("jdcloud", "sk"))
    }

    /// A cut-out with its access key.
    pub fn cutout(&self, body: &[u8]) -> Answer {
        let keys = self.access_key();
        self.server.signed("POST", "/api/cutout", body, keys)
    }
}
