//! Worlds and keys as they are kept.

use super::StoreError;
use rusqlite::{Connection, params};

/// A world as kept: its settings and clock are JSON, since they are read and written whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldRow {
    /// Its name.
    pub name: String,
    /// Settings, as JSON.
    pub settings: String,
    /// The face of its own clock, as JSON, where it has one.
    pub clock: Option<String>,
    /// Real time of creation, in microseconds.
    pub created: i64,
}

impl WorldRow {
    pub(super) fn all(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut query =
            conn.prepare_cached("SELECT name, settings, clock, created FROM world ORDER BY name")?;
        let rows = query.query_map([], |row| {
            Ok(Self {
                name: row.get(0)?,
                settings: row.get(1)?,
                clock: row.get(2)?,
                created: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO world (name, settings, clock, created) VALUES (?1, ?2, ?3, ?4)";
        conn.execute(sql, params![self.name, self.settings, self.clock, self.created])?;
        Ok(())
    }
}

/// A key as kept.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The vendor it is for.
    pub vendor: String,
    /// The public part.
    pub id: String,
    /// The world it opens.
    pub world: String,
    /// Which of the vendor's schemes it belongs to.
    pub scheme: String,
    /// The secret part.
    pub secret: String,
    /// `active`, `disabled` …
    pub state: String,
    /// Operations it may use, as a JSON list; all where absent.
    pub operations: Option<String>,
    /// When its validity ends, in microseconds.
    pub expires: Option<i64>,
    /// Real time of creation, in microseconds.
    pub created: i64,
}

impl KeyRow {
    pub(super) fn all(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        let sql = "SELECT vendor, id, world, scheme, secret, state, operations, expires, created FROM credential \
                   ORDER BY created, vendor, id";
        let mut query = conn.prepare_cached(sql)?;
        let rows = query.query_map([], |row| {
            Ok(Self {
                vendor: row.get(0)?,
                id: row.get(1)?,
                world: row.get(2)?,
                scheme: row.get(3)?,
                secret: row.get(4)?,
                state: row.get(5)?,
                operations: row.get(6)?,
                expires: row.get(7)?,
                created: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO credential \
                   (vendor, id, world, scheme, secret, state, operations, expires, created) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        conn.execute(
            sql,
            params![
                self.vendor,
                self.id,
                self.world,
                self.scheme,
                self.secret,
                self.state,
                self.operations,
                self.expires,
                self.created
            ],
        )?;
        Ok(())
    }
}
