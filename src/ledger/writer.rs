//! One thread that writes rows in batches.

use super::PendingEntry;
use crate::clock::blocking_sleep;
use crate::exchange::LedgerEntry;
use crate::store::{Store, StoreError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How rows are batched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerSettings {
    /// Calls that may be in flight or queued before further ones wait.
    pub queue: usize,
    /// How long the writer gathers rows before it commits: what a kill -9 can cost.
    pub linger: Duration,
}

/// Rows in one transaction at most.
const BATCH: usize = 16_384;

pub(super) enum WriterMessage {
    Row(Arc<LedgerEntry>),
    /// Commit what came before, then answer.
    Flush(oneshot::Sender<()>),
}

/// How the writer does.
#[derive(Debug, Default)]
pub struct WriterHealth {
    /// Rows committed since the start.
    pub written: AtomicU64,
    /// Commits that failed; each is tried again until it succeeds or the server stops.
    pub failures: AtomicU64,
}

/// The durable record of calls.
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
        let writer = Writer {
            store,
            lines,
            linger: settings.linger,
            health: health.clone(),
            batch: Vec::new(),
        };
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || writer.run())?;
        Ok(Self {
            lines: Mutex::new(Some(sender)),
            writer: Mutex::new(Some(thread)),
            queue: settings.queue,
            health,
        })
    }

    /// Opens a page, waiting for a place in the queue where it is full. From here on a row is certain.
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

    /// Commits what is queued and ends the writer. Pages still open keep it alive until they are dropped.
    pub fn close(&self) {
        drop(self.lines.lock().expect("no panic while held").take());
        if let Some(thread) = self.writer.lock().expect("no panic while held").take() {
            drop(thread.join());
        }
    }

    /// Rows closed but not yet committed, and the most there may be.
    pub fn backlog(&self) -> (usize, usize) {
        let free = self.sender().map_or(self.queue, |sender| sender.capacity());
        (self.queue - free, self.queue)
    }

    /// How the writer does.
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
    fn run(mut self) {
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

    /// Commits the batch. A store that fails is asked again: meanwhile the queue fills and calls wait.
    fn commit(&mut self) {
        while !self.batch.is_empty() {
            match self.store.append(&self.batch) {
                Ok(()) => {
                    self.health
                        .written
                        .fetch_add(self.batch.len() as u64, Ordering::Relaxed);
                    self.batch.clear();
                }
                Err(why) if self.lines.is_closed() => {
                    self.give_up(&why);
                }
                Err(why) => {
                    self.health.failures.fetch_add(1, Ordering::Relaxed);
                    tracing::error!(%why, rows = self.batch.len(), "the ledger could not be written; trying again");
                    blocking_sleep(Duration::from_millis(200));
                }
            }
        }
    }

    fn give_up(&mut self, why: &StoreError) {
        self.health.failures.fetch_add(1, Ordering::Relaxed);
        tracing::error!(%why, rows = self.batch.len(), "the server stops and the ledger cannot be written: rows are lost");
        self.batch.clear();
    }
}
