//! Where things are kept: the only room with a database driver.
//!
//! One trait, [`Store`], for the ledger, the worlds and their keys. SQL is hand-written, with one folder of
//! migrations a dialect.

mod call_rows;
mod executor;
mod job_rows;
mod ledger_rows;
mod readers;
mod record_rows;
mod rollup;
mod service_rows;
mod sqlite;
mod template_rows;
mod world_rows;
mod write_behind;

pub use call_rows::{CallRange, ChainedEntry};
pub use executor::StoreExecutor;
pub use job_rows::JobRow;
pub use record_rows::RecordRow;
pub use rollup::{Rollup, RollupKey};
pub use sqlite::SqliteStore;
pub use template_rows::TemplateRow;
pub use world_rows::{KeyRow, WorldRow};
pub use write_behind::WriteBehind;

use crate::clock::{Day, Time};
use crate::exchange::{ChainHash, LedgerEntry, RequestId, ServiceBucket};
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::Arc;

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no store we know.
    #[error("store {0:?} is not known; expected sqlite:PATH or sqlite::memory:")]
    UnknownUrl(String),
    /// The store cannot be opened or written.
    #[error("store {url} cannot be used: {why}")]
    Unusable {
        /// The store, as configured.
        url: String,
        /// What the system or database said.
        why: String,
    },
    /// The database refused a statement.
    #[error("the store failed: {0}")]
    Database(#[from] rusqlite::Error),
}

/// Usage of one operation on one local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DayUsage {
    /// Local date (Asia/Shanghai), `2026-11-22`.
    pub day: Day,
    /// The world.
    pub world: String,
    /// The provider.
    pub provider: String,
    /// The operation.
    pub operation: String,
    /// Sums over the day.
    #[serde(flatten)]
    pub sums: Rollup,
}

/// How much of a pack or coupon is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseDrawdown {
    /// The world.
    pub world: String,
    /// Which pack or coupon.
    pub name: String,
    /// Units of a pack, fen of a coupon.
    pub amount: i64,
}

/// What the house keeps, whatever keeps it. Calls block; they are made on threads that may.
pub trait Store: Send + Sync {
    /// Writes rows and their roll-ups, all or nothing.
    ///
    /// # Errors
    /// When the database refuses; nothing is written then.
    fn append(&self, batch: &[Arc<LedgerEntry>]) -> Result<(), StoreError>;

    /// Reads a remembered value.
    ///
    /// # Errors
    /// When the database fails.
    fn meta(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Remembers a value.
    ///
    /// # Errors
    /// When the database fails.
    fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Every world.
    ///
    /// # Errors
    /// When the database fails.
    fn worlds(&self) -> Result<Vec<WorldRow>, StoreError>;

    /// Writes a world, new or changed.
    ///
    /// # Errors
    /// When the database fails.
    fn save_world(&self, world: &WorldRow) -> Result<(), StoreError>;

    /// Erases a world: its keys, rows and roll-ups with it.
    ///
    /// # Errors
    /// When the database fails; nothing is erased then.
    fn erase_world(&self, name: &str) -> Result<(), StoreError>;

    /// Every key.
    ///
    /// # Errors
    /// When the database fails.
    fn keys(&self) -> Result<Vec<KeyRow>, StoreError>;

    /// Writes a key, new or changed.
    ///
    /// # Errors
    /// When the database fails.
    fn save_key(&self, key: &KeyRow) -> Result<(), StoreError>;

    /// Removes a key.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_key(&self, vendor: &str, id: &str) -> Result<(), StoreError>;

    /// Usage by local day within `[from, to)`, of one world or of all.
    ///
    /// # Errors
    /// When the database fails.
    fn usage(&self, world: Option<&str>, from: Time, to: Time) -> Result<Vec<DayUsage>, StoreError>;

    /// Five-minute counts of service of a world at a provider within `[from, to)`, in the order of time.
    ///
    /// # Errors
    /// When the database fails.
    fn service(&self, of: (&str, &str), from: Time, to: Time) -> Result<Vec<ServiceBucket>, StoreError>;

    /// The same, counted anew from the rows.
    ///
    /// # Errors
    /// When the database fails.
    fn recount(&self, of: (&str, &str), from: Time, to: Time) -> Result<Vec<ServiceBucket>, StoreError>;

    /// Gives `visit` the rows of a range in the order in which they were written, and those between them that arrived
    /// outside of it, until it breaks off.
    ///
    /// # Errors
    /// When the database fails.
    fn calls(
        &self,
        range: CallRange<'_>,
        visit: &mut dyn FnMut(ChainedEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The hash of the row before those that [`calls`](Self::calls) gives; none where there is no such row.
    ///
    /// # Errors
    /// When the database fails.
    fn hash_before(&self, range: CallRange<'_>) -> Result<Option<ChainHash>, StoreError>;

    /// The last hash of the rows of a world at a provider, and how many rows it goes over.
    ///
    /// # Errors
    /// When the database fails.
    fn chain_head(&self, world: &str, provider: &str) -> Result<(ChainHash, i64), StoreError>;

    /// What is used up of packs and coupons, of all worlds.
    ///
    /// # Errors
    /// When the database fails.
    fn drawn(&self) -> Result<Vec<PurchaseDrawdown>, StoreError>;

    /// Every job.
    ///
    /// # Errors
    /// When the database fails.
    fn jobs(&self) -> Result<Vec<JobRow>, StoreError>;

    /// Writes jobs, new or changed, and removes those that are over; all or nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn save_jobs(&self, jobs: &[JobRow]) -> Result<(), StoreError>;

    /// Whether the ledger has a row of a call or charge of this id.
    ///
    /// # Errors
    /// When the database fails.
    fn has_deferred_charge(&self, request_id: RequestId) -> Result<bool, StoreError>;

    /// Every record of the worlds, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    fn records(&self) -> Result<Vec<RecordRow>, StoreError>;

    /// Writes records, new or changed, and removes those without a value; all or nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn save_records(&self, records: &[RecordRow]) -> Result<(), StoreError>;

    /// The templates of a world, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn templates(&self, world: &str) -> Result<Vec<TemplateRow>, StoreError>;

    /// How many templates a world has.
    ///
    /// # Errors
    /// When the database fails.
    fn template_count(&self, world: &str) -> Result<usize, StoreError>;

    /// A template.
    ///
    /// # Errors
    /// When the database fails.
    fn template(&self, world: &str, id: &str) -> Result<Option<TemplateRow>, StoreError>;

    /// Writes a new template, whole or not at all; `false` where the world has one of this id already.
    ///
    /// # Errors
    /// When the database fails; nothing is written then.
    fn add_template(&self, template: &TemplateRow) -> Result<bool, StoreError>;

    /// Removes a template so that its bytes are in no file of the store any more; `false` where there is none.
    ///
    /// # Errors
    /// When the database fails.
    fn remove_template(&self, world: &str, id: &str) -> Result<bool, StoreError>;

    /// Erases rows and roll-ups, of one world or of all.
    ///
    /// # Errors
    /// When the database fails; nothing is erased then.
    fn erase_ledger(&self, world: Option<&str>) -> Result<(), StoreError>;
}

/// Opens the store a URL names: `sqlite:PATH` or `sqlite::memory:`.
///
/// # Errors
/// When the URL is of no known kind, or the store cannot be opened for writing.
pub fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    match url.strip_prefix("sqlite:") {
        Some(":memory:") => Ok(Arc::new(SqliteStore::in_memory()?)),
        Some(path) if !path.is_empty() => Ok(Arc::new(SqliteStore::open(path.trim_start_matches("//"))?)),
        Some(_) | None => Err(StoreError::UnknownUrl(url.to_owned())),
    }
}
