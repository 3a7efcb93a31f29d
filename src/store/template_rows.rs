//! Rows of templates.

use super::StoreError;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A row of a template. Its reader checks whether it is intact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRow {
    /// The template's world.
    pub world: String,
    /// The template's id.
    pub id: String,
    /// The checksum it was written with, in hexadecimal.
    pub sha256: String,
    /// The template.
    pub body: Vec<u8>,
    /// When it was uploaded, in microseconds of its world's time.
    pub created: i64,
}

const COLUMNS: &str = "world, id, sha256, body, created";

impl TemplateRow {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            world: row.get(0)?,
            id: row.get(1)?,
            sha256: row.get(2)?,
            body: row.get(3)?,
            created: row.get(4)?,
        })
    }

    /// The templates of a world, the oldest first.
    pub(super) fn all(world: &str, conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM template WHERE world = ?1 ORDER BY created, id");
        let mut query = conn.prepare_cached(&sql)?;
        let rows = query.query_map([world], Self::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn count(world: &str, conn: &Connection) -> Result<usize, StoreError> {
        let sql = "SELECT COUNT(*) FROM template WHERE world = ?1";
        let count: u32 = conn.query_row(sql, [world], |row| row.get(0))?;
        Ok(count as usize)
    }

    pub(super) fn find(world: &str, id: &str, conn: &Connection) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM template WHERE world = ?1 AND id = ?2");
        let mut query = conn.prepare_cached(&sql)?;
        Ok(query.query_row([world, id], Self::read).optional()?)
    }

    /// Writes a new template. Writes nothing and returns `false` where the world has one with this id.
    pub(super) fn add(&self, conn: &Connection) -> Result<bool, StoreError> {
        let sql = format!("INSERT OR IGNORE INTO template ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)");
        let row = params![self.world, self.id, self.sha256, self.body, self.created];
        Ok(conn.execute(&sql, row)? > 0)
    }

    pub(super) fn remove(world: &str, id: &str, conn: &Connection) -> Result<bool, StoreError> {
        let sql = "DELETE FROM template WHERE world = ?1 AND id = ?2";
        Ok(conn.execute(sql, [world, id])? > 0)
    }
}
