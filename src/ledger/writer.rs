//! The thread that writes rows in batches.

use super::PendingEntry;
use crate::clock::blocking_sleep;
use crate::exchange::LedgerEntry;
use crate::store::Store;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How the writer batches rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerSettings {
    /// Calls that may be in flight or queued; further ones wait.
    pub queue: usize,
    /// How long the writer gathers rows before it commits; a `kill -9` loses at most the rows of this span.
    pub linger: Duration,
}

/// Why rows are not written where the writer itself breaks.
const BROKEN: &str = "the thread that writes the ledger broke";

/// The most rows in one transaction.
const BATCH: usize = 16_384;

pub(super) enum WriterMessage {
    Row(Arc<LedgerEntry>),
    /// Commit what came before, then answer.
    Flush(oneshot::Sender<()>),
}

/// The health of the writer, kept in memory so that nobody asks the store for it.
#[derive(Debug, Default)]
pub struct WriterHealth {
    /// Rows committed since the start.
    pub written: AtomicU64,
    /// Commits that failed; each is tried again until it succeeds or the server stops.
    pub failures: AtomicU64,
    /// Rows that were lost because they could not be written before the server stopped.
    pub lost: AtomicU64,
    /// Why the last commit failed; `None` once one succeeds.
    failing: Mutex<Option<String>>,
}

impl WriterHealth {
    /// Why the last commit failed; `None` where it succeeded.
    pub fn failing(&self) -> Option<String> {
        self.failing.lock().expect("no panic while held").clone()
    }

    fn note_success(&self, rows: usize) {
        self.written.fetch_add(rows as u64, Ordering::Relaxed);
        *self.failing.lock().expect("no panic while held") = None;
    }

    fn note_failure(&self, why: &str) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        *self.failing.lock().expect("no panic while held") = Some(why.to_string());
    }
}

/// The durable record of calls: hands rows to the writer's thread.
pub struct Ledger {
    lines: Mutex<Option<mpsc::Sender<WriterMessage>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    queue: usize,
    health: Arc<WriterHealth>,
}

impl Ledger {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(store: Arc<dyn Store>, settings: LedgerSettings) -> std::io::Result<Self> {
        let (sender, lines) = mpsc::channel(settings.queue);
        let health = Arc::new(WriterHealth::default());
        let mut writer = Writer {
            store,
            lines,
            linger: settings.linger,
            health: health.clone(),
            batch: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || writer.keep_running())?;
        Ok(Self {
            lines: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(thread)),
            queue: settings.queue,
            health,
        })
    }

    /// Reserves a place in the queue for a row, waiting while the queue is full. The row is written whatever happens to
    /// the call.
    ///
    /// `None` once the ledger is closed: the server is stopping.
    pub async fn open(&self, entry: LedgerEntry) -> Option<PendingEntry> {
        let permit = self.sender()?.reserve_owned().await.ok()?;
        Some(PendingEntry::new(entry, permit))
    }

    /// Waits until every row closed so far is committed.
    pub async fn flush(&self) {
        let Some(sender) = self.sender() else { return };
        let (done, committed) = oneshot::channel();
        if sender.send(WriterMessage::Flush(done)).await.is_ok() {
            drop(committed.await);
        }
    }

    /// Commits what is queued and ends the writer's thread, which first waits for every [`PendingEntry`] to be dropped.
    /// Returns the number of rows that were lost, because the store could not be written.
    pub fn close(&self) -> u64 {
        drop(self.lines.lock().expect("no panic while held").take());
        if let Some(thread) = self.writer.lock().expect("no panic while held").take() {
            drop(thread.join());
        }
        self.health.lost.load(Ordering::Relaxed)
    }

    /// The number of places in the queue that are taken, and the number there are.
    pub fn backlog(&self) -> (usize, usize) {
        let free = self.sender().map_or(self.queue, |sender| sender.capacity());
        (self.queue - free, self.queue)
    }

    /// The health of the writer.
    pub fn health(&self) -> &WriterHealth {
        &self.health
    }

    fn sender(&self) -> Option<mpsc::Sender<WriterMessage>> {
        self.lines.lock().expect("no panic while held").clone()
    }
}

struct Writer {
    store: Arc<dyn Store>,
    lines: mpsc::Receiver<WriterMessage>,
    linger: Duration,
    health: Arc<WriterHealth>,
    batch: Vec<Arc<LedgerEntry>>,
}

impl Writer {
    /// Writes until the ledger is closed. Where that breaks, it begins again with the batch that it has.
    fn keep_running(&mut self) {
        while catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            self.health.note_failure(BROKEN);
            tracing::error!(
                rows = self.batch.len(),
                "the ledger's thread broke; it begins again"
            );
            if self.lines.is_closed() {
                return self.give_up(BROKEN);
            }
            blocking_sleep(Duration::from_millis(200));
        }
    }

    fn run(&mut self) {
        // What a run that broke has left.
        self.commit();
        while let Some(line) = self.lines.blocking_recv() {
            let mut flushed = self.take(line);
            if flushed.is_empty() {
                blocking_sleep(self.linger);
            }
            while self.batch.len() < BATCH {
                let Ok(line) = self.lines.try_recv() else { break };
                flushed.extend(self.take(line));
            }
            self.commit();
            for done in flushed {
                let _ = done.send(());
            }
        }
    }

    fn take(&mut self, line: WriterMessage) -> Vec<oneshot::Sender<()>> {
        match line {
            WriterMessage::Row(entry) => {
                self.batch.push(entry);
                Vec::new()
            }
            WriterMessage::Flush(done) => vec![done],
        }
    }

    /// Commits the batch. Tries again while the store fails; meanwhile the queue fills and calls wait.
    fn commit(&mut self) {
        while !self.batch.is_empty() {
            match self.store.append(&self.batch) {
                Ok(()) => {
                    self.health.note_success(self.batch.len());
                    self.batch.clear();
                }
                Err(why) if self.lines.is_closed() => {
                    self.give_up(&why.to_string());
                }
                Err(why) => {
                    self.health.note_failure(&why.to_string());
                    tracing::error!(%why, rows = self.batch.len(), "the ledger could not be written; trying again");
                    blocking_sleep(Duration::from_millis(200));
                }
            }
        }
    }

    fn give_up(&mut self, why: &str) {
        self.health.note_failure(why);
        let rows = self.batch.len() as u64;
        self.health.lost.fetch_add(rows, Ordering::Relaxed);
        tracing::error!(%why, rows = self.batch.len(), "the server stops and the ledger cannot be written: rows are lost");
        self.batch.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writer_is_failing_from_a_commit_that_fails_to_one_that_succeeds() {
        let health = WriterHealth::default();
        assert_eq!(health.failing(), None);
        health.note_failure("the disk is full");
        assert!(health.failing().is_some_and(|why| why.contains("full")));
        health.note_success(3);
        assert_eq!(health.failing(), None);
        assert_eq!(health.written.load(Ordering::Relaxed), 3);
    }
}
