//! The guard that writes a call's row.

use super::writer::WriterMessage;
use crate::exchange::LedgerEntry;
use std::sync::Arc;
use tokio::sync::mpsc::OwnedPermit;

/// The row of a call that is being served. Dropping it sends the row to the writer, also on disconnect or panic.
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

    /// Sends the row to the writer, and returns it for the journal. Closing it again does nothing.
    pub fn close(&mut self) -> Arc<LedgerEntry> {
        let entry = Arc::new(std::mem::take(&mut self.entry));
        if let Some(permit) = self.permit.take() {
            drop(permit.send(WriterMessage::Row(entry.clone())));
        }
        entry
    }
}

impl PendingEntry {
    /// Gives the place back without a row: there is nothing any more that the row could belong to.
    pub fn discard(&mut self) {
        drop(self.permit.take());
    }
}

impl Drop for PendingEntry {
    fn drop(&mut self) {
        if self.permit.is_some() {
            self.close();
        }
    }
}
