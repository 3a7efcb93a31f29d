//! The guard that guarantees a row for every call.

use super::writer::WriterMessage;
use crate::exchange::LedgerEntry;
use std::sync::Arc;
use tokio::sync::mpsc::OwnedPermit;

/// A row being written. Dropping it sends the row to the ledger, whatever the reason.
#[must_use = "an entry that is dropped at once writes an empty row"]
pub struct PendingEntry {
    /// The row so far.
    pub entry: LedgerEntry,
    permit: Option<OwnedPermit<WriterMessage>>,
}

impl PendingEntry {
    pub(super) fn new(entry: LedgerEntry, permit: OwnedPermit<WriterMessage>) -> Self {
        Self {
            entry,
            permit: Some(permit),
        }
    }

    /// Sends the row to the writer, and returns it for the journal. Closing again does nothing.
    pub fn close(&mut self) -> Arc<LedgerEntry> {
        let entry = Arc::new(std::mem::take(&mut self.entry));
        if let Some(permit) = self.permit.take() {
            drop(permit.send(WriterMessage::Row(entry.clone())));
        }
        entry
    }
}

impl Drop for PendingEntry {
    fn drop(&mut self) {
        if self.permit.is_some() {
            self.close();
        }
    }
}
