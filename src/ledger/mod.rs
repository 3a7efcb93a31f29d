//! The append-only record: one row a call, whatever happens to it.
//!
//! A call reserves its place in the writer's queue before anything else is done for it, so that its row can
//! be written from a destructor, where nothing can wait. A full queue makes calls wait; no row is dropped.

mod pending_entry;
mod writer;

pub use pending_entry::PendingEntry;
pub use writer::{Ledger, LedgerSettings, WriterHealth};
