//! A month of calls in a store.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;
use understudy::clock::{Day, Time};
use understudy::exchange::{Attribution, LedgerEntry, Outcome, Party, RequestId};
use understudy::store::Store;

/// The number after `--rows`, or the usual one.
pub fn asked_rows(usual: u64) -> u64 {
    let words: Vec<String> = std::env::args().collect();
    let asked = words.iter().position(|word| word == "--rows");
    let asked = asked.and_then(|at| words.get(at + 1));
    asked.map_or(usual, |rows| rows.parse().unwrap())
}

/// November 2026, from its first instant to that after its last.
pub fn month() -> (Time, Time) {
    let first: Day = "2026-11-01".parse().unwrap();
    (first.start(), first.plus(30).start())
}

/// A row; most are served, some answered with 503, some never, some for a cause.
fn entry(nth: u64, arrived: Time) -> Arc<LedgerEntry> {
    let (outcome, status) = match nth % 199 {
        0 => (Outcome::NoResponse, None),
        1 | 2 => (Outcome::Answered, Some(503)),
        3 => (Outcome::Late, Some(200)),
        _ => (Outcome::Answered, Some(200)),
    };
    let attribution = nth.is_multiple_of(1990).then(|| {
        Box::new(Attribution {
            fault: "carrier".into(),
            party: Party::Carrier,
            cause: Some("JD-X03".to_owned()),
            ..Attribution::default()
        })
    });
    Arc::new(LedgerEntry {
        request_id: RequestId::from_bits(u128::from(nth)),
        world: "demo".into(),
        provider: Cow::Borrowed("jdcloud-matting"),
        operation: Cow::Borrowed("cutout"),
        key: "d3a0d3a0d3a0d3a0d3a0d3a0d3a00001".to_owned(),
        arrived,
        ended: arrived,
        arrived_real: arrived,
        processing_us: 30,
        bytes_in: 50_000,
        bytes_out: 400,
        client_status: status,
        provider_status: status,
        code: Cow::Borrowed("10000"),
        outcome,
        units: 1,
        fee_fen: 5,
        content: u128::from(nth).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        attribution,
        ..LedgerEntry::default()
    })
}

/// Writes rows evenly over a month. Gives rows a second.
pub fn fill(store: &dyn Store, rows: u64) -> f64 {
    let (from, to) = month();
    let step = (to.micros() - from.micros()) / rows.cast_signed();
    let begun = Instant::now();
    let mut batch = Vec::with_capacity(16_384);
    for nth in 0..rows {
        batch.push(entry(nth, from.plus_micros(step * nth.cast_signed())));
        if batch.len() == 16_384 || nth + 1 == rows {
            store.append(&batch).unwrap();
            batch.clear();
        }
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}
