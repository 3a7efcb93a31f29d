//! Keeps recent calls in full, bounded by bytes, for people and assertions.

use crate::exchange::{Call, DecisionLog, LedgerEntry, Reply, RequestId};
use bytes::Bytes;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

/// One call as it went. Without `capture` the bodies are left out, save short textual replies.
#[derive(Debug)]
pub struct JournalEntry {
    /// The ledger's row.
    pub entry: Arc<LedgerEntry>,
    /// The request; its body is empty unless captured.
    pub call: Call,
    /// Header fields of the reply.
    pub reply_headers: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The reply's body, where it is kept.
    pub reply_body: Option<Bytes>,
    /// What was decided on the way.
    pub decisions: DecisionLog,
}

/// Longest textual reply kept without `capture`.
const SHORT: usize = 2048;

impl JournalEntry {
    /// The entry of a finished call.
    pub fn new(
        entry: Arc<LedgerEntry>,
        call: Arc<Call>,
        reply: Option<Reply>,
        decisions: DecisionLog,
        capture: bool,
    ) -> Self {
        let mut call = Arc::unwrap_or_clone(call);
        call.form = OnceLock::new();
        if !capture {
            call.body = Bytes::new();
        }
        let textual = |reply: &Reply| {
            let kind = reply.header("content-type").unwrap_or_default();
            capture || (reply.body.len() <= SHORT && (kind.contains("json") || kind.starts_with("text/")))
        };
        let (reply_headers, reply_body) = reply.map_or_else(Default::default, |reply| {
            let kept = textual(&reply).then_some(reply.body);
            (reply.headers, kept)
        });
        Self {
            entry,
            call,
            reply_headers,
            reply_body,
            decisions,
        }
    }

    /// Bytes it takes in memory, about.
    fn weight(&self) -> usize {
        let bodies = self.call.body.len() + self.reply_body.as_ref().map_or(0, Bytes::len);
        let decisions: usize = self
            .decisions
            .iter()
            .map(|d| 80 + d.because.len() + d.otherwise.len())
            .sum();
        512 + self.call.headers.weight() + self.call.path.len() + self.call.query.len() + bodies + decisions
    }
}

/// The recent calls of one world; the oldest leave when it is full.
pub struct Journal {
    max_bytes: usize,
    /// Written once a call, read by the admin API; held for a push or for a clone of the pointers.
    ring: Mutex<Ring>,
}

#[derive(Default)]
struct Ring {
    records: VecDeque<Arc<JournalEntry>>,
    bytes: usize,
    dropped: u64,
}

impl Journal {
    /// An empty journal of at most `max_bytes`.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            ring: Mutex::default(),
        }
    }

    /// Keeps a record, letting the oldest go.
    pub fn push(&self, record: JournalEntry) {
        let weight = record.weight();
        let record = Arc::new(record);
        // Records that leave are freed after the lock is: that takes longer than the rest.
        let mut leaving = Vec::new();
        let mut ring = self.ring.lock().expect("no panic while held");
        ring.bytes += weight;
        ring.records.push_back(record);
        while ring.bytes > self.max_bytes && ring.records.len() > 1 {
            let oldest = ring.records.pop_front().expect("there are two or more");
            ring.bytes -= oldest.weight();
            ring.dropped += 1;
            leaving.push(oldest);
        }
        drop(ring);
    }

    /// All records, the newest first.
    pub fn records(&self) -> Vec<Arc<JournalEntry>> {
        self.ring
            .lock()
            .expect("no panic while held")
            .records
            .iter()
            .rev()
            .cloned()
            .collect()
    }

    /// One record by its call's name.
    pub fn find(&self, id: RequestId) -> Option<Arc<JournalEntry>> {
        let ring = self.ring.lock().expect("no panic while held");
        ring.records
            .iter()
            .rev()
            .find(|record| record.entry.request_id == id)
            .cloned()
    }

    /// Forgets everything; says how many records there were.
    pub fn clear(&self) -> usize {
        let mut ring = self.ring.lock().expect("no panic while held");
        std::mem::take(&mut *ring).records.len()
    }

    /// Records that had to leave because the journal was full.
    pub fn dropped(&self) -> u64 {
        self.ring.lock().expect("no panic while held").dropped
    }
}
