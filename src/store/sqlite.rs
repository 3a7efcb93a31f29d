//! SQLite: WAL, `synchronous=FULL`, one connection that writes and several that read.

use super::StoreError;
use super::connections::{Connections, LentConnection};
use super::executor::READERS;
use crate::clock::blocking_sleep;
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

const MIGRATIONS: [&str; 7] = [
    include_str!("migrations/sqlite/1_first_light.sql"),
    include_str!("migrations/sqlite/2_faults.sql"),
    include_str!("migrations/sqlite/3_service.sql"),
    include_str!("migrations/sqlite/4_payment.sql"),
    include_str!("migrations/sqlite/5_jobs.sql"),
    include_str!("migrations/sqlite/6_templates.sql"),
    include_str!("migrations/sqlite/7_records.sql"),
];

/// An SQLite store.
pub struct SqliteStore {
    /// The one connection that writes, lent for a transaction at a time.
    writer: Connections,
    /// The connections that read a file: they wait neither for the writer nor for each other. A store in memory has
    /// none, and reads with the connection that writes.
    readers: Option<Connections>,
    /// Held as long as the store is open.
    _lock: Option<File>,
}

/// How long a store waits for the server before it to end.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Locks a store for this process. A process that ends, however it does, lets go of it.
///
/// # Errors
/// When another process holds it, or the file beside the store cannot be made.
fn lock(path: &str) -> Result<File, String> {
    const STEP: Duration = Duration::from_millis(20);
    let name = format!("{path}.lock");
    let file = File::options().create(true).append(true).open(&name);
    let file = file.map_err(|why| format!("{name} cannot be made: {why}"))?;
    for _ in 0..LOCK_PATIENCE.as_millis() / STEP.as_millis() {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => blocking_sleep(STEP),
            Err(TryLockError::Error(why)) => return Err(format!("{name} cannot be locked: {why}")),
        }
    }
    Err("another server uses it; give each a store of its own with --store".to_owned())
}

impl SqliteStore {
    /// A store that lives as long as the process.
    ///
    /// # Errors
    /// When SQLite cannot be used at all.
    pub fn in_memory() -> Result<Self, StoreError> {
        let mut conn = Connection::open_in_memory()?;
        migrate(&mut conn)?;
        Ok(Self {
            writer: Connections::new(vec![conn]),
            readers: None,
            _lock: None,
        })
    }

    /// A store in a file, made with its folders where they do not exist.
    ///
    /// # Errors
    /// When the file cannot be opened or written.
    pub fn open(path: &str) -> Result<Self, StoreError> {
        let unusable = |why: String| StoreError::Unusable {
            url: format!("sqlite:{path}"),
            why,
        };
        if let Some(folder) = Path::new(path)
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)
                .map_err(|why| unusable(format!("folder {} cannot be made: {why}", folder.display())))?;
        }
        let lock = lock(path).map_err(unusable)?;
        let connect = || -> Result<Connection, rusqlite::Error> {
            let conn = Connection::open(path)?;
            conn.busy_timeout(Duration::from_secs(10))?;
            conn.pragma_update(None, "journal_mode", "WAL")?;
            conn.pragma_update(None, "synchronous", "FULL")?;
            // What is deleted is overwritten.
            conn.pragma_update(None, "secure_delete", "ON")?;
            conn.pragma_update(None, "cache_size", -2048)?;
            Ok(conn)
        };
        let mut write = connect().map_err(|why| unusable(why.to_string()))?;
        migrate(&mut write).map_err(|why| unusable(why.to_string()))?;
        let readers: Result<Vec<_>, _> = (0..READERS).map(|_| connect()).collect();
        Ok(Self {
            writer: Connections::new(vec![write]),
            readers: Some(Connections::new(
                readers.map_err(|why| unusable(why.to_string()))?,
            )),
            _lock: Some(lock),
        })
    }

    pub(super) fn writer(&self) -> LentConnection<'_> {
        self.writer.get()
    }

    pub(super) fn reader(&self) -> LentConnection<'_> {
        self.readers.as_ref().unwrap_or(&self.writer).get()
    }

    /// Empties the write-ahead log, which may still hold bytes that were deleted.
    pub(super) fn forget_deleted(&self) -> Result<(), StoreError> {
        let Some(readers) = &self.readers else {
            // A store in memory has no log.
            return Ok(());
        };
        let write = self.writer();
        // The log cannot be emptied while somebody reads.
        let _all = readers.all();
        write.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Brings the schema up to date, one transaction a step.
fn migrate(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    let done: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = done as usize;
    if done > MIGRATIONS.len() {
        return Err(rusqlite::Error::InvalidParameterName(format!(
            "the store is of a newer version ({done}) than this program knows ({})",
            MIGRATIONS.len()
        )));
    }
    for (step, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        let tx = conn.transaction()?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", step as i64 + 1)?;
        tx.commit()?;
    }
    // Opening an unwritable file succeeds; only a write fails.
    conn.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES ('writable', '1')",
        [],
    )?;
    Ok(())
}
