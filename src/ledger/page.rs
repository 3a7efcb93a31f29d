//! The guard that turns a call into a row.

use super::writer::Line;
use crate::exchange::Entry;
use std::sync::Arc;
use tokio::sync::mpsc::OwnedPermit;

/// A row being written. It reaches the ledger when this is dropped, however that comes about.
#[must_use = "a page that is dropped at once writes an empty row"]
pub struct Page {
    /// The row so far.
    pub entry: Entry,
    permit: Option<OwnedPermit<Line>>,
}

impl Page {
    pub(super) fn new(entry: Entry, permit: OwnedPermit<Line>) -> Self {
        Self {
            entry,
            permit: Some(permit),
        }
    }

    /// Sends the row to the writer, and gives it for those who keep it as well. Closing again does nothing.
    pub fn close(&mut self) -> Arc<Entry> {
        let entry = Arc::new(std::mem::take(&mut self.entry));
        if let Some(permit) = self.permit.take() {
            drop(permit.send(Line::Row(entry.clone())));
        }
        entry
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if self.permit.is_some() {
            self.close();
        }
    }
}
