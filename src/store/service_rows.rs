//! Five-minute counts of service, in SQL.

use super::{CallRange, StoreError};
use crate::clock::Time;
use crate::exchange::{AttributionKey, LedgerEntry, Party, SERVICE_COUNTS, ServiceBucket, ServiceCounts};
use rusqlite::{Connection, ToSql, Transaction, params};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

type Key = (Arc<str>, Cow<'static, str>, Time, AttributionKey);

const NAMES: &str = "world, provider, bucket, cause, asserted, party, noticed, begun";

pub(super) fn party(name: &str) -> Option<Party> {
    let name: StrDeserializer<'_, Error> = name.into_deserializer();
    Party::deserialize(name).ok()
}

fn micros(time: Option<Time>) -> i64 {
    time.map_or(0, Time::micros)
}

pub(super) fn instant(micros: i64) -> Option<Time> {
    (micros != 0).then(|| Time::from_micros(micros))
}

/// Adds the calls of a batch to the counts.
pub(super) fn upsert(tx: &Transaction<'_>, batch: &[Arc<LedgerEntry>]) -> Result<(), rusqlite::Error> {
    let mut sums: BTreeMap<Key, ServiceCounts> = BTreeMap::new();
    for entry in batch {
        let key = (
            entry.world.clone(),
            entry.provider.clone(),
            entry.arrived.bucket(),
            AttributionKey::from_entry(entry),
        );
        sums.entry(key)
            .or_default()
            .add(&ServiceCounts::from_entry(entry));
    }
    let marks = vec!["?"; 8 + SERVICE_COUNTS.len()].join(",");
    let added = SERVICE_COUNTS
        .map(|name| format!("{name} = {name} + excluded.{name}"))
        .join(", ");
    let sql = format!(
        "INSERT INTO service ({NAMES}, {}) VALUES ({marks}) ON CONFLICT ({NAMES}) DO UPDATE SET {added}",
        SERVICE_COUNTS.join(", ")
    );
    let mut upsert = tx.prepare_cached(&sql)?;
    for ((world, provider, bucket, attribution), counts) in sums {
        let (bucket, noticed, begun) = (
            bucket.micros(),
            micros(attribution.noticed),
            micros(attribution.begun),
        );
        let party = attribution.party.map_or("", Party::name);
        let mut row: Vec<&dyn ToSql> = vec![
            &world,
            &provider,
            &bucket,
            &attribution.cause,
            &attribution.asserted,
            &party,
            &noticed,
            &begun,
        ];
        let values = counts.values();
        row.extend(values.iter().map(|value| value as &dyn ToSql));
        upsert.execute(&row[..])?;
    }
    Ok(())
}

/// The counts of a range of calls, in the order of time.
pub(super) fn read(conn: &Connection, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError> {
    let sql = format!(
        "SELECT bucket, cause, asserted, party, noticed, begun, {} FROM service \
         WHERE world = ?1 AND provider = ?2 AND bucket >= ?3 AND bucket < ?4 ORDER BY bucket",
        SERVICE_COUNTS.join(", ")
    );
    let mut query = conn.prepare_cached(&sql)?;
    let (from, to) = (range.from.micros(), range.to.micros());
    let rows = query.query_map(params![range.world, range.provider, from, to], |row| {
        let mut values = [0; SERVICE_COUNTS.len()];
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.get(at + 6)?;
        }
        Ok(ServiceBucket {
            bucket: Time::from_micros(row.get(0)?),
            trouble: AttributionKey {
                cause: row.get(1)?,
                asserted: row.get(2)?,
                party: party(&row.get::<_, String>(3)?),
                noticed: instant(row.get(4)?),
                begun: instant(row.get(5)?),
            },
            counts: ServiceCounts::from_values(values),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
