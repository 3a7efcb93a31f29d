//! Writes changes behind the calls that make them: a thread gathers them for some milliseconds and writes them together.

use super::StoreError;
use crate::clock::blocking_sleep;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long changes are gathered before they are written: what a kill -9 can cost.
const GATHERED: Duration = Duration::from_millis(20);

/// Writes rows behind the calls. Of two changes of one key within a batch the later is written.
pub struct WriteBehind<K, R> {
    shared: Arc<Shared<K, R>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Writes a batch of rows, all or nothing.
type SaveRows<R> = dyn Fn(&[R]) -> Result<(), StoreError> + Send + Sync;

struct Shared<K, R> {
    /// Held for an insertion, or to take the batch.
    changes: Mutex<Changes<K, R>>,
    woken: Condvar,
    save: Box<SaveRows<R>>,
    what: &'static str,
}

struct Changes<K, R> {
    rows: HashMap<K, R>,
    closed: bool,
}

impl<K: Eq + Hash + Send + 'static, R: Send + 'static> WriteBehind<K, R> {
    /// Starts the thread. `what` names the rows in the log; `save` writes a batch, all or nothing.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        what: &'static str,
        save: impl Fn(&[R]) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            changes: Mutex::new(Changes {
                rows: HashMap::new(),
                closed: false,
            }),
            woken: Condvar::new(),
            save: Box::new(save),
            what,
        });
        let own = shared.clone();
        let thread = std::thread::Builder::new().name(what.into());
        let thread = thread
            .spawn(move || own.run())
            .map_err(|why| StoreError::Unusable {
                url: format!("the thread that writes {what}"),
                why: why.to_string(),
            })?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Enters a change, to be written within the next milliseconds.
    pub fn write(&self, key: K, row: R) {
        self.shared.changes().rows.insert(key, row);
        self.shared.woken.notify_one();
    }

    /// Writes what is still to be written, and ends the thread.
    pub fn close(&self) {
        self.shared.changes().closed = true;
        self.shared.woken.notify_all();
        if let Some(thread) = self.thread.lock().expect("no panic while held").take() {
            drop(thread.join());
        }
    }
}

impl<K, R> Drop for WriteBehind<K, R> {
    fn drop(&mut self) {
        self.shared.changes().closed = true;
        self.shared.woken.notify_all();
        if let Some(thread) = self.thread.lock().expect("no panic while held").take() {
            drop(thread.join());
        }
    }
}

impl<K, R> Shared<K, R> {
    fn changes(&self) -> MutexGuard<'_, Changes<K, R>> {
        self.changes.lock().expect("no panic while held")
    }
}

impl<K: Eq + Hash, R> Shared<K, R> {
    fn run(&self) {
        loop {
            let mut changes = self.changes();
            while changes.rows.is_empty() {
                if changes.closed {
                    return;
                }
                changes = self.woken.wait(changes).expect("no panic while held");
            }
            drop(changes);
            blocking_sleep(GATHERED);
            let batch = std::mem::take(&mut self.changes().rows);
            let (keys, rows): (Vec<K>, Vec<R>) = batch.into_iter().unzip();
            if let Err(why) = (self.save)(&rows) {
                tracing::error!(%why, rows = rows.len(), what = self.what, "not written; it is tried again");
                let mut changes = self.changes();
                if changes.closed {
                    return;
                }
                for (key, row) in keys.into_iter().zip(rows) {
                    changes.rows.entry(key).or_insert(row);
                }
            }
        }
    }
}
