//! Rows of calls in SQL, each written with its place in the chain of hashes.

use super::service_rows::{instant, party};
use crate::clock::Time;
use crate::exchange::{
    Attribution, ChainHash, LedgerCsvWriter, LedgerEntry, Outcome, PaymentSplit, RequestId, chain_hash,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// A row of a call with its hash; rows of stores from before the chain have none.
pub type ChainedEntry = (LedgerEntry, Option<ChainHash>);

pub(super) const COLUMNS: &str = "request_id, world, provider, operation, key, arrived, ended, arrived_real, own_us, injected_us, \
    bytes_in, bytes_out, status, code, outcome, units, fee_fen, content, made, fault, party, cause, asserted, notice, \
    noticed, begun, pack_units, coupon_fen, granted_fen, owed_fen, drawn, hash";

/// Writes a batch, each row chained to the one before it of the same world and provider.
pub(super) fn insert(tx: &Transaction<'_>, batch: &[Arc<LedgerEntry>]) -> Result<(), rusqlite::Error> {
    let marks = vec!["?"; COLUMNS.split(',').count()].join(",");
    let mut insert = tx.prepare_cached(&format!("INSERT INTO call ({COLUMNS}) VALUES ({marks})"))?;
    let mut heads: HashMap<(Arc<str>, Cow<'static, str>), (ChainHash, i64)> = HashMap::new();
    let mut records = LedgerCsvWriter::default();
    for entry in batch {
        let key = (entry.world.clone(), entry.provider.clone());
        let (head, rows) = match heads.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let head = head(tx, &entry.world, &entry.provider)?;
                new.insert(head)
            }
        };
        *head = chain_hash(head, records.line(entry));
        *rows += 1;
        insert_one(&mut insert, entry, head)?;
        draw(tx, entry)?;
    }
    let mut keep = tx.prepare_cached(
        "INSERT OR REPLACE INTO chain (world, provider, head, rows) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for ((world, provider), (head, rows)) in heads {
        keep.execute(params![world, provider, head, rows])?;
    }
    Ok(())
}

/// The last hash of a chain, and how many rows it covers.
pub(super) fn head(
    conn: &Connection,
    world: &str,
    provider: &str,
) -> Result<(ChainHash, i64), rusqlite::Error> {
    let mut query = conn.prepare_cached("SELECT head, rows FROM chain WHERE world = ?1 AND provider = ?2")?;
    let found = query.query_row([world, provider], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?.unwrap_or_default())
}

fn insert_one(
    insert: &mut rusqlite::CachedStatement<'_>,
    entry: &LedgerEntry,
    hash: &ChainHash,
) -> Result<(), rusqlite::Error> {
    let why = entry.attribution.as_deref();
    let notice = why.and_then(|why| why.notice.as_ref());
    let drawn = (!entry.paid.drawn.is_empty()).then(|| drawn_text(&entry.paid.drawn));
    insert.execute(params![
        entry.request_id.to_bytes(),
        entry.world,
        entry.provider,
        entry.operation,
        entry.key,
        entry.arrived.micros(),
        entry.ended.micros(),
        entry.arrived_real.micros(),
        entry.processing_us.cast_signed(),
        entry.injected_delay_us.cast_signed(),
        entry.bytes_in.cast_signed(),
        entry.bytes_out.cast_signed(),
        entry.client_status,
        entry.code,
        entry.outcome.name(),
        entry.units,
        entry.fee_fen,
        entry.content.to_be_bytes(),
        entry.provider_status,
        why.map(|why| &*why.fault),
        why.map(|why| why.party.name()),
        why.and_then(|why| why.cause.as_deref()),
        why.and_then(|why| why.asserted.as_deref()),
        notice.map(|(id, _)| id.as_str()),
        notice.map(|(_, sent)| sent.micros()),
        why.map(|why| why.begun.micros()),
        entry.paid.pack_units,
        entry.paid.coupon_fen,
        entry.paid.granted_fen,
        entry.paid.owed_fen,
        drawn,
        hash,
    ])?;
    Ok(())
}

fn draw(tx: &Transaction<'_>, entry: &LedgerEntry) -> Result<(), rusqlite::Error> {
    for (name, amount) in &entry.paid.drawn {
        let sql = "INSERT INTO drawn (world, name, amount) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (world, name) DO UPDATE SET amount = amount + excluded.amount";
        tx.prepare_cached(sql)?
            .execute(params![entry.world, name, amount])?;
    }
    Ok(())
}

fn drawn_text(drawn: &[(String, i64)]) -> String {
    let all: serde_json::Map<_, _> = drawn
        .iter()
        .map(|(name, amount)| (name.clone(), (*amount).into()))
        .collect();
    serde_json::Value::Object(all).to_string()
}

fn read_drawn(text: Option<String>) -> Vec<(String, i64)> {
    let all = text.and_then(|text| serde_json::from_str::<serde_json::Map<_, _>>(&text).ok());
    let all = all.into_iter().flatten();
    all.filter_map(|(name, amount)| Some((name, amount.as_i64()?)))
        .collect()
}

pub(super) fn read(row: &Row<'_>) -> Result<ChainedEntry, rusqlite::Error> {
    let text = |at: usize| row.get::<_, String>(at);
    let entry = LedgerEntry {
        request_id: RequestId::from_bytes(row.get(0)?),
        world: text(1)?.into(),
        provider: Cow::Owned(text(2)?),
        operation: Cow::Owned(text(3)?),
        key: text(4)?,
        arrived: Time::from_micros(row.get(5)?),
        ended: Time::from_micros(row.get(6)?),
        arrived_real: Time::from_micros(row.get(7)?),
        processing_us: row.get::<_, i64>(8)?.cast_unsigned(),
        injected_delay_us: row.get::<_, i64>(9)?.cast_unsigned(),
        bytes_in: row.get::<_, i64>(10)?.cast_unsigned(),
        bytes_out: row.get::<_, i64>(11)?.cast_unsigned(),
        client_status: row.get(12)?,
        code: Cow::Owned(text(13)?),
        outcome: Outcome::of_name(&text(14)?),
        units: row.get(15)?,
        fee_fen: row.get(16)?,
        content: u128::from_be_bytes(row.get(17)?),
        provider_status: row.get(18)?,
        attribution: read_attribution(row)?.map(Box::new),
        paid: PaymentSplit {
            pack_units: row.get(26)?,
            coupon_fen: row.get(27)?,
            granted_fen: row.get(28)?,
            owed_fen: row.get(29)?,
            drawn: read_drawn(row.get(30)?),
        },
    };
    Ok((entry, row.get(31)?))
}

fn read_attribution(row: &Row<'_>) -> Result<Option<Attribution>, rusqlite::Error> {
    let Some(fault) = row.get::<_, Option<String>>(19)? else {
        return Ok(None);
    };
    let notice: Option<String> = row.get(23)?;
    let noticed: Option<i64> = row.get(24)?;
    Ok(Some(Attribution {
        fault: fault.into(),
        party: party(&row.get::<_, String>(20)?).unwrap_or_default(),
        cause: row.get(21)?,
        asserted: row.get(22)?,
        notice: notice.zip(noticed.and_then(instant)),
        begun: Time::from_micros(row.get::<_, Option<i64>>(25)?.unwrap_or(0)),
    }))
}
