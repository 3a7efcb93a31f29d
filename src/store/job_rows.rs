//! Rows of jobs.

use super::StoreError;
use rusqlite::{Connection, params};

/// A row of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// The job's id.
    pub id: String,
    /// The job's world.
    pub world: String,
    /// The job as JSON; `None` to remove it.
    pub job: Option<String>,
}

impl JobRow {
    pub(super) fn all(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut query = conn.prepare_cached("SELECT id, world, job FROM job ORDER BY id")?;
        let rows = query.query_map([], |row| {
            Ok(Self {
                id: row.get(0)?,
                world: row.get(1)?,
                job: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes new and changed jobs, and removes those without content, all or nothing.
    pub(super) fn save(rows: &[Self], conn: &mut Connection) -> Result<(), StoreError> {
        let tx = conn.transaction()?;
        {
            let mut save =
                tx.prepare_cached("INSERT OR REPLACE INTO job (id, world, job) VALUES (?1, ?2, ?3)")?;
            let mut remove = tx.prepare_cached("DELETE FROM job WHERE id = ?1")?;
            for row in rows {
                match &row.job {
                    Some(job) => save.execute(params![row.id, row.world, job])?,
                    None => remove.execute(params![row.id])?,
                };
            }
        }
        Ok(tx.commit()?)
    }
}
