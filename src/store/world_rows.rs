//! Rows of worlds and keys.

use super::StoreError;
use rusqlite::{Connection, params};

/// A row of a world. Its settings and clock are JSON, because they are read and written as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldRow {
    /// The world's name.
    pub name: String,
    /// The settings, as JSON.
    pub settings: String,
    /// The mapping of the world's own clock, as JSON; `None` where the world follows the server's clock.
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

/// A row of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The vendor that accepts it.
    pub vendor: String,
    /// The public part.
    pub id: String,
    /// The world it belongs to.
    pub world: String,
    /// The vendor's scheme it belongs to.
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
