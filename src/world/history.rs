//! What a console of a provider would list of the past: records in the provider's own shape.

use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Records a world keeps; the oldest leave.
const MOST: usize = 10_000;

/// The records of a world, the oldest first.
#[derive(Default)]
pub struct RecognitionHistory {
    /// Held for an insertion or while a list is made.
    records: Mutex<VecDeque<(&'static str, Value)>>,
}

impl RecognitionHistory {
    /// Adds a record of a kind.
    pub fn push(&self, kind: &'static str, record: Value) {
        let mut records = self.records.lock().expect("no panic while held");
        if records.len() >= MOST {
            records.pop_front();
        }
        records.push_back((kind, record));
    }

    /// The records of a kind that fit, the oldest first.
    pub fn list(&self, kind: &str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let records = self.records.lock().expect("no panic while held");
        let own = records
            .iter()
            .filter(|(own, record)| *own == kind && fits(record));
        own.map(|(_, record)| record.clone()).collect()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.records.lock().expect("no panic while held").clear();
    }
}
