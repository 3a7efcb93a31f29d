//! The append-only record of calls: one row for each, whatever happens to it.
//!
//! A call reserves its place in the writer's queue before anything else is done for it, so that a destructor, which
//! cannot wait, can write its row. A full queue makes calls wait; no row is dropped.

mod pending_entry;
mod writer;

pub use pending_entry::PendingEntry;
pub use writer::{Ledger, LedgerSettings, WriterHealth};
