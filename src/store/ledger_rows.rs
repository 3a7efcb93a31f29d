//! Implements [`Store`] for SQLite, with the SQL of roll-ups.

use super::rollup::{COLUMNS, sum};
use super::{
    CallRange, ChainedEntry, DayUsage, JobRow, KeyRow, PurchaseDrawdown, RecordRow, Rollup, SqliteStore,
    Store, StoreError, TemplateRow, WorldRow, call_pages, call_rows, recount, service_rows,
};
use crate::clock::Time;
use crate::exchange::{ChainHash, LedgerEntry, RequestId, ServiceBucket};
use rusqlite::{OptionalExtension, Transaction, params};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A local day in microseconds, and the offset of local midnight from UTC midnight.
const DAY: i64 = 86_400_000_000;
const OFFSET: i64 = 8 * 3_600_000_000;

impl Store for SqliteStore {
    fn append(&self, batch: &[Arc<LedgerEntry>]) -> Result<(), StoreError> {
        let mut conn = self.writer();
        let tx = conn.transaction()?;
        call_rows::insert(&tx, batch)?;
        upsert_rollups(&tx, batch)?;
        service_rows::upsert(&tx, batch)?;
        Ok(tx.commit()?)
    }

    fn meta(&self, name: &str) -> Result<Option<String>, StoreError> {
        let conn = self.reader();
        Ok(conn
            .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
            .optional()?)
    }

    fn set_meta(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.writer().execute(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)",
            [name, value],
        )?;
        Ok(())
    }

    fn worlds(&self) -> Result<Vec<WorldRow>, StoreError> {
        WorldRow::all(&self.reader())
    }

    fn save_world(&self, world: &WorldRow) -> Result<(), StoreError> {
        world.save(&self.writer())
    }

    fn erase_world(&self, name: &str) -> Result<(), StoreError> {
        let mut conn = self.writer();
        let tx = conn.transaction()?;
        for table in [
            "call",
            "rollup",
            "service",
            "drawn",
            "chain",
            "credential",
            "job",
            "record",
            "template",
        ] {
            tx.execute(&format!("DELETE FROM {table} WHERE world = ?1"), [name])?;
        }
        tx.execute("DELETE FROM world WHERE name = ?1", [name])?;
        tx.commit()?;
        drop(conn);
        self.forget_deleted()
    }

    fn templates(&self, world: &str) -> Result<Vec<TemplateRow>, StoreError> {
        TemplateRow::all(world, &self.reader())
    }

    fn template_count(&self, world: &str) -> Result<usize, StoreError> {
        TemplateRow::count(world, &self.reader())
    }

    fn template(&self, world: &str, id: &str) -> Result<Option<TemplateRow>, StoreError> {
        TemplateRow::find(world, id, &self.reader())
    }

    fn add_template(&self, template: &TemplateRow) -> Result<bool, StoreError> {
        template.add(&self.writer())
    }

    fn remove_template(&self, world: &str, id: &str) -> Result<bool, StoreError> {
        let is_removed = TemplateRow::remove(world, id, &self.writer())?;
        self.forget_deleted()?;
        Ok(is_removed)
    }

    fn jobs(&self) -> Result<Vec<JobRow>, StoreError> {
        JobRow::all(&self.reader())
    }

    fn save_jobs(&self, jobs: &[JobRow]) -> Result<(), StoreError> {
        JobRow::save(jobs, &mut self.writer())
    }

    fn has_deferred_charge(&self, request_id: RequestId) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM call WHERE request_id = ?1 AND outcome = 'deferred_charge')";
        let conn = self.reader();
        Ok(conn.query_row(sql, [request_id.to_bytes()], |row| row.get(0))?)
    }

    fn records(&self) -> Result<Vec<RecordRow>, StoreError> {
        RecordRow::all(&self.reader())
    }

    fn save_records(&self, records: &[RecordRow]) -> Result<(), StoreError> {
        RecordRow::save(records, &mut self.writer())
    }

    fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        KeyRow::all(&self.reader())
    }

    fn save_key(&self, key: &KeyRow) -> Result<(), StoreError> {
        key.save(&self.writer())
    }

    fn remove_key(&self, vendor: &str, id: &str) -> Result<(), StoreError> {
        self.writer().execute(
            "DELETE FROM credential WHERE vendor = ?1 AND id = ?2",
            [vendor, id],
        )?;
        Ok(())
    }

    fn usage(&self, world: Option<&str>, from: Time, to: Time) -> Result<Vec<DayUsage>, StoreError> {
        let sums = COLUMNS.map(|column| format!("SUM({column})")).join(", ");
        let sql = format!(
            "SELECT MIN(bucket), world, provider, operation, {sums} FROM rollup \
             WHERE bucket >= ?1 AND bucket < ?2 AND (?3 IS NULL OR world = ?3) GROUP BY (bucket + {OFFSET}) / {DAY}, 2, 3, 4 ORDER BY (bucket + {OFFSET}) / {DAY}, 2, 3, 4"
        );
        let conn = self.reader();
        let mut query = conn.prepare_cached(&sql)?;
        let rows = query.query_map(params![from.micros(), to.micros(), world], |row| {
            let mut values = [0; COLUMNS.len()];
            for (at, value) in values.iter_mut().enumerate() {
                *value = row.get(at + 4)?;
            }
            Ok(DayUsage {
                day: Time::from_micros(row.get(0)?).day(),
                world: row.get(1)?,
                provider: row.get(2)?,
                operation: row.get(3)?,
                sums: Rollup::from_values(values),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn service(&self, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError> {
        service_rows::read(&self.reader(), range)
    }

    fn recount(&self, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError> {
        recount::recount(self, range)
    }

    fn calls(
        &self,
        range: CallRange<'_>,
        visit: &mut dyn FnMut(ChainedEntry) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        call_pages::walk(self, range, visit)
    }

    fn hash_before(&self, range: CallRange<'_>) -> Result<Option<ChainHash>, StoreError> {
        call_pages::hash_before(self, range)
    }

    fn chain_head(&self, world: &str, provider: &str) -> Result<(ChainHash, i64), StoreError> {
        Ok(call_rows::head(&self.reader(), world, provider)?)
    }

    fn drawn(&self) -> Result<Vec<PurchaseDrawdown>, StoreError> {
        let conn = self.reader();
        let mut query = conn.prepare_cached("SELECT world, name, amount FROM drawn")?;
        let rows = query.query_map([], |row| {
            Ok(PurchaseDrawdown {
                world: row.get(0)?,
                name: row.get(1)?,
                amount: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn erase_ledger(&self, world: Option<&str>) -> Result<(), StoreError> {
        let mut conn = self.writer();
        let tx = conn.transaction()?;
        for table in ["call", "rollup", "service", "drawn", "chain"] {
            tx.execute(
                &format!("DELETE FROM {table} WHERE ?1 IS NULL OR world = ?1"),
                [world],
            )?;
        }
        Ok(tx.commit()?)
    }
}

fn upsert_rollups(tx: &Transaction<'_>, batch: &[Arc<LedgerEntry>]) -> Result<(), rusqlite::Error> {
    let marks = vec!["?"; COLUMNS.len() + 4].join(",");
    let sums = COLUMNS
        .map(|column| format!("{column} = {column} + excluded.{column}"))
        .join(", ");
    let sql = format!(
        "INSERT INTO rollup (world, provider, operation, bucket, {}) VALUES ({marks}) \
         ON CONFLICT (world, provider, operation, bucket) DO UPDATE SET {sums}",
        COLUMNS.join(", ")
    );
    let mut upsert = tx.prepare_cached(&sql)?;
    for (key, sums) in sum(batch) {
        let bucket = key.bucket.micros();
        let values = sums.values();
        let mut row: Vec<&dyn rusqlite::ToSql> = vec![&key.world, &key.provider, &key.operation, &bucket];
        row.extend(values.iter().map(|value| value as &dyn rusqlite::ToSql));
        upsert.execute(&row[..])?;
    }
    Ok(())
}
