//! Persistent storage: the only room that uses a database driver.
//!
//! One trait, [`Store`], covers the ledger, the worlds and all that belongs to them. SQL is written by hand, with a folder
//! of migrations for each dialect.

mod call_pages;
mod call_rows;
mod connections;
mod executor;
mod job_rows;
mod ledger_rows;
mod record_rows;
mod recount;
mod rollup;
mod service_rows;
mod sqlite;
mod template_rows;
mod world_rows;
mod write_behind;

pub use call_pages::CallRange;
pub use call_rows::ChainedEntry;
pub use executor::{REPORTS, StoreExecutor};
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

/// Why the store failed.
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

/// How much of a pack or coupon is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseDrawdown {
    /// The world.
    pub world: String,
    /// The name of the pack or coupon.
    pub name: String,
    /// Units of a pack, fen of a coupon.
    pub amount: i64,
}

/// Persistent storage, independent of the database. Methods block: call them from a blocking thread, or through
/// [`StoreExecutor`].
pub trait Store: Send + Sync {
    /// Writes rows and their roll-ups, all or nothing.
    ///
    /// # Errors
    /// When the database refuses; nothing is written then.
    fn append(&self, batch: &[Arc<LedgerEntry>]) -> Result<(), StoreError>;

    /// Reads a named value.
    ///
    /// # Errors
    /// When the database fails.
    fn meta(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a named value.
    ///
    /// # Errors
    /// When the database fails.
    fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Reads every world.
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

    /// Reads every key.
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

    /// Reads usage by local day within `[from, to)`, of one world or of all.
    ///
    /// # Errors
    /// When the database fails.
    fn usage(&self, world: Option<&str>, from: Time, to: Time) -> Result<Vec<DayUsage>, StoreError>;

    /// Reads the five-minute counts of service of a range of calls, in the order of time.
    ///
    /// # Errors
    /// When the database fails.
    fn service(&self, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError>;

    /// Counts the same again from the rows. Rows are read page by page, and nobody waits for more than a page; rows that
    /// are written meanwhile are not counted.
    ///
    /// # Errors
    /// When the database fails.
    fn recount(&self, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError>;

    /// Gives `visit` the rows of a range in the order in which they were written, and those between them that arrived
    /// outside of it, until it breaks off. Nobody waits for `visit`, nor for more than a page of rows.
    ///
    /// # Errors
    /// When the database fails.
    fn calls(
        &self,
        range: CallRange<'_>,
        visit: &mut dyn FnMut(ChainedEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Reads the hash of the row before those that [`calls`](Self::calls) gives; `None` where there is no such row.
    ///
    /// # Errors
    /// When the database fails.
    fn hash_before(&self, range: CallRange<'_>) -> Result<Option<ChainHash>, StoreError>;

    /// Reads the last hash of the rows of a world at a provider, and how many rows it covers.
    ///
    /// # Errors
    /// When the database fails.
    fn chain_head(&self, world: &str, provider: &str) -> Result<(ChainHash, i64), StoreError>;

    /// Reads what is used of packs and coupons, in all worlds.
    ///
    /// # Errors
    /// When the database fails.
    fn drawn(&self) -> Result<Vec<PurchaseDrawdown>, StoreError>;

    /// Reads every job.
    ///
    /// # Errors
    /// When the database fails.
    fn jobs(&self) -> Result<Vec<JobRow>, StoreError>;

    /// Writes new and changed jobs, and removes those without content, all or nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn save_jobs(&self, jobs: &[JobRow]) -> Result<(), StoreError>;

    /// Whether the ledger has the charge of this id, made at the end of a job.
    ///
    /// # Errors
    /// When the database fails.
    fn has_deferred_charge(&self, request_id: RequestId) -> Result<bool, StoreError>;

    /// Reads every record of the worlds, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    fn records(&self) -> Result<Vec<RecordRow>, StoreError>;

    /// Writes records, new or changed, and removes those without a value; all or nothing.
    ///
    /// # Errors
    /// When the database fails.
    fn save_records(&self, records: &[RecordRow]) -> Result<(), StoreError>;

    /// Reads the templates of a world, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    fn templates(&self, world: &str) -> Result<Vec<TemplateRow>, StoreError>;

    /// Counts the templates of a world.
    ///
    /// # Errors
    /// When the database fails.
    fn template_count(&self, world: &str) -> Result<usize, StoreError>;

    /// Reads a template.
    ///
    /// # Errors
    /// When the database fails.
    fn template(&self, world: &str, id: &str) -> Result<Option<TemplateRow>, StoreError>;

    /// Writes a new template. Writes nothing and returns `false` where the world has one with this id.
    ///
    /// # Errors
    /// When the database fails; nothing is written then.
    fn add_template(&self, template: &TemplateRow) -> Result<bool, StoreError>;

    /// Removes a template, so that no file of the store contains its bytes any more. Returns `false` where there is none.
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
