//! Five-minute counts of service, in SQL.

use super::StoreError;
use crate::clock::Time;
use crate::exchange::{
    AttributionKey, LedgerEntry, Outcome, Party, SERVICE_COUNTS, ServiceBucket, ServiceCounts,
};
use rusqlite::{Connection, Row, ToSql, Transaction, params};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
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

/// Adds the calls of a batch.
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
    for ((world, provider, bucket, trouble), counts) in sums {
        let (bucket, noticed, begun) = (bucket.micros(), micros(trouble.noticed), micros(trouble.begun));
        let party = trouble.party.map_or("", Party::name);
        let mut row: Vec<&dyn ToSql> = vec![
            &world,
            &provider,
            &bucket,
            &trouble.cause,
            &trouble.asserted,
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

/// The counts of a world at a provider within `[from, to)`, in the order of time.
pub(super) fn read(
    conn: &Connection,
    (world, provider): (&str, &str),
    from: Time,
    to: Time,
) -> Result<Vec<ServiceBucket>, StoreError> {
    let sql = format!(
        "SELECT bucket, cause, asserted, party, noticed, begun, {} FROM service \
         WHERE world = ?1 AND provider = ?2 AND bucket >= ?3 AND bucket < ?4 ORDER BY bucket",
        SERVICE_COUNTS.join(", ")
    );
    let mut query = conn.prepare_cached(&sql)?;
    let rows = query.query_map(params![world, provider, from.micros(), to.micros()], |row| {
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

/// The same, counted anew from every call: what the five-minute counts must agree with. Memory is bounded by the
/// counts, whatever the number of calls.
pub(super) fn recount(
    conn: &Connection,
    (world, provider): (&str, &str),
    from: Time,
    to: Time,
) -> Result<Vec<ServiceBucket>, StoreError> {
    let sql = "SELECT arrived, status, outcome, fee_fen, coupon_fen, granted_fen, owed_fen, party, cause, asserted, \
               noticed, begun FROM call WHERE world = ?1 AND provider = ?2 AND arrived >= ?3 AND arrived < ?4";
    let mut query = conn.prepare_cached(sql)?;
    let mut rows = query.query(params![world, provider, from.micros(), to.micros()])?;
    let mut sums: HashMap<Time, BTreeMap<Option<AttributionKey>, ServiceCounts>> = HashMap::new();
    // Rows lie in the order of time, about, and most are nobody's trouble: those of one bucket are added up first.
    let mut plain = (Time::from_micros(i64::MIN), ServiceCounts::default());
    while let Some(row) = rows.next()? {
        let outcome = Outcome::of_name(row.get_ref(2)?.as_str().unwrap_or_default());
        if outcome == Outcome::Broken {
            continue;
        }
        let bucket = Time::from_micros(row.get(0)?).bucket();
        let trouble = trouble(row)?;
        if trouble.is_some() {
            count(
                sums.entry(bucket).or_default().entry(trouble).or_default(),
                row,
                outcome,
            )?;
            continue;
        }
        if plain.0 != bucket {
            put_plain(&mut sums, &plain);
            plain = (bucket, ServiceCounts::default());
        }
        count(&mut plain.1, row, outcome)?;
    }
    put_plain(&mut sums, &plain);
    let mut all: Vec<_> = sums.into_iter().collect();
    all.sort_unstable_by_key(|(bucket, _)| *bucket);
    let of_bucket = |(bucket, sums): (Time, BTreeMap<Option<AttributionKey>, ServiceCounts>)| {
        let rows = sums.into_iter();
        rows.map(move |(trouble, counts)| ServiceBucket {
            bucket,
            trouble: trouble.unwrap_or_default(),
            counts,
        })
    };
    Ok(all.into_iter().flat_map(of_bucket).collect())
}

fn count(own: &mut ServiceCounts, row: &Row<'_>, outcome: Outcome) -> Result<(), rusqlite::Error> {
    own.add_one(row.get(1)?, outcome);
    own.fee_fen += row.get::<_, i64>(3)?;
    own.coupon_fen += row.get::<_, i64>(4)?;
    own.granted_fen += row.get::<_, i64>(5)?;
    own.owed_fen += row.get::<_, i64>(6)?;
    Ok(())
}

/// Puts what was added up of a bucket to the rest.
fn put_plain(
    sums: &mut HashMap<Time, BTreeMap<Option<AttributionKey>, ServiceCounts>>,
    (bucket, counts): &(Time, ServiceCounts),
) {
    if counts.calls() > 0 {
        let own = sums.entry(*bucket).or_default();
        own.entry(None).or_default().add(counts);
    }
}

/// Whose trouble a call was; none where no fault struck it, which is looked at first because most calls are so.
fn trouble(row: &Row<'_>) -> Result<Option<AttributionKey>, rusqlite::Error> {
    let Some(name) = row.get_ref(7)?.as_str_or_null().unwrap_or_default() else {
        return Ok(None);
    };
    let noticed = row.get::<_, Option<i64>>(10)?.and_then(instant);
    let begun = row.get::<_, Option<i64>>(11)?.map(Time::from_micros);
    Ok(Some(AttributionKey {
        party: party(name),
        cause: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        asserted: row.get::<_, Option<String>>(9)?.unwrap_or_default(),
        noticed,
        begun: begun.filter(|_| noticed.is_some()),
    }))
}
