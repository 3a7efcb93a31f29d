//! Records of the worlds as they are kept.

use super::StoreError;
use rusqlite::{Connection, params};
use std::borrow::Cow;
use std::sync::Arc;

/// A record as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The world it is of.
    pub world: Arc<str>,
    /// The provider that keeps it.
    pub provider: Cow<'static, str>,
    /// Its kind within the provider.
    pub kind: Cow<'static, str>,
    /// Its id within the kind.
    pub id: Arc<str>,
    /// Its place in the order in which records were made.
    pub position: i64,
    /// When it expires on the world's clock, in microseconds; absent where it does not.
    pub expires: Option<i64>,
    /// Its value, as JSON; absent where it is to be removed.
    pub value: Option<String>,
}

impl RecordRow {
    pub(super) fn all(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let sql = "SELECT world, provider, kind, id, position, expires, value FROM record ORDER BY position";
        let mut query = conn.prepare_cached(sql)?;
        let rows = query.query_map([], |row| {
            Ok(Self {
                world: row.get(0)?,
                provider: Cow::Owned(row.get(1)?),
                kind: Cow::Owned(row.get(2)?),
                id: row.get(3)?,
                position: row.get(4)?,
                expires: row.get(5)?,
                value: row.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes records, new or changed, and removes those without a value; all or nothing.
    pub(super) fn save(rows: &[Self], conn: &mut Connection) -> Result<(), StoreError> {
        let tx = conn.transaction()?;
        {
            let mut save = tx.prepare_cached(
                "INSERT OR REPLACE INTO record (world, provider, kind, id, position, expires, value) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let mut remove = tx.prepare_cached(
                "DELETE FROM record WHERE world = ?1 AND provider = ?2 AND kind = ?3 AND id = ?4",
            )?;
            for row in rows {
                let key = params![row.world, row.provider, row.kind, row.id];
                match &row.value {
                    None => remove.execute(key)?,
                    Some(value) => save.execute(params![
                        row.world,
                        row.provider,
                        row.kind,
                        row.id,
                        row.position,
                        row.expires,
                        value
                    ])?,
                };
            }
        }
        Ok(tx.commit()?)
    }
}
