//! Five-minute counts of service, counted again from the rows of calls.

use super::call_pages::{all_rows, pages};
use super::service_rows::{instant, party};
use super::{CallRange, SqliteStore, StoreError};
use crate::clock::Time;
use crate::exchange::{AttributionKey, Outcome, ServiceBucket, ServiceCounts};
use rusqlite::{Row, params};
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

/// Counts a range of calls again from its rows; the counts the ledger keeps must agree. Memory is bounded by the number
/// of counts, whatever the number of calls.
pub(super) fn recount(store: &SqliteStore, range: CallRange<'_>) -> Result<Vec<ServiceBucket>, StoreError> {
    let mut counter = Counter::default();
    if let Some(rows) = all_rows(store)? {
        for page in pages(rows) {
            counter.count_page(store, range, &page)?;
        }
    }
    Ok(counter.finish())
}

/// Counts by five minutes and attribution; `None` where no fault struck.
#[derive(Default)]
struct Counter {
    sums: HashMap<Time, BTreeMap<Option<AttributionKey>, ServiceCounts>>,
    /// Rows lie in the order of time, about, and no fault struck most of them: those of one bucket are added up here
    /// before they go into `sums`.
    plain: Option<(Time, ServiceCounts)>,
}

impl Counter {
    fn count_page(
        &mut self,
        store: &SqliteStore,
        range: CallRange<'_>,
        page: &RangeInclusive<i64>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT arrived, status, outcome, fee_fen, coupon_fen, granted_fen, owed_fen, party, cause, asserted, \
                   noticed, begun FROM call \
                   WHERE seq BETWEEN ?1 AND ?2 AND world = ?3 AND provider = ?4 AND arrived >= ?5 AND arrived < ?6";
        let conn = store.reader();
        let mut query = conn.prepare_cached(sql)?;
        let (from, to) = (range.from.micros(), range.to.micros());
        let mut rows = query.query(params![
            page.start(),
            page.end(),
            range.world,
            range.provider,
            from,
            to
        ])?;
        while let Some(row) = rows.next()? {
            self.count(row)?;
        }
        Ok(())
    }

    fn count(&mut self, row: &Row<'_>) -> Result<(), rusqlite::Error> {
        let outcome = Outcome::of_name(row.get_ref(2)?.as_str().unwrap_or_default());
        if outcome == Outcome::Broken {
            return Ok(());
        }
        let bucket = Time::from_micros(row.get(0)?).bucket();
        if let Some(attribution) = attribution(row)? {
            let own = self.sums.entry(bucket).or_default();
            return add(own.entry(Some(attribution)).or_default(), row, outcome);
        }
        match &mut self.plain {
            Some((own, counts)) if *own == bucket => add(counts, row, outcome),
            Some(_) | None => {
                self.put_plain();
                let mut counts = ServiceCounts::default();
                add(&mut counts, row, outcome)?;
                self.plain = Some((bucket, counts));
                Ok(())
            }
        }
    }

    fn put_plain(&mut self) {
        if let Some((bucket, counts)) = self.plain.take() {
            let own = self.sums.entry(bucket).or_default();
            own.entry(None).or_default().add(&counts);
        }
    }

    fn finish(mut self) -> Vec<ServiceBucket> {
        self.put_plain();
        let mut all: Vec<_> = self.sums.into_iter().collect();
        all.sort_unstable_by_key(|(bucket, _)| *bucket);
        let of_bucket = |(bucket, sums): (Time, BTreeMap<Option<AttributionKey>, ServiceCounts>)| {
            sums.into_iter().map(move |(attribution, counts)| ServiceBucket {
                bucket,
                trouble: attribution.unwrap_or_default(),
                counts,
            })
        };
        all.into_iter().flat_map(of_bucket).collect()
    }
}

fn add(own: &mut ServiceCounts, row: &Row<'_>, outcome: Outcome) -> Result<(), rusqlite::Error> {
    own.add_one(row.get(1)?, outcome);
    own.fee_fen += row.get::<_, i64>(3)?;
    own.coupon_fen += row.get::<_, i64>(4)?;
    own.granted_fen += row.get::<_, i64>(5)?;
    own.owed_fen += row.get::<_, i64>(6)?;
    Ok(())
}

/// The attribution of a call; `None` where no fault struck it, which is checked first because most calls are so.
fn attribution(row: &Row<'_>) -> Result<Option<AttributionKey>, rusqlite::Error> {
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

#[cfg(test)]
mod tests {
    use crate::clock::Time;
    use crate::exchange::{Attribution, LedgerEntry, Outcome, Party};
    use crate::store::call_pages::PAGE;
    use crate::store::{CallRange, ChainedEntry, SqliteStore, Store};
    use std::borrow::Cow;
    use std::ops::ControlFlow;
    use std::sync::Arc;

    const START: i64 = 1_790_000_000_000_000;

    /// A call a second; every seventh is of another world, every fifth was struck by a fault.
    fn entry(nth: i64) -> Arc<LedgerEntry> {
        let attribution = (nth % 5 == 0).then(|| {
            Box::new(Attribution {
                fault: "carrier".into(),
                party: Party::Carrier,
                cause: Some("X03".to_owned()),
                ..Attribution::default()
            })
        });
        Arc::new(LedgerEntry {
            world: if nth % 7 == 0 { "other" } else { "demo" }.into(),
            provider: Cow::Borrowed("acme"),
            arrived: Time::from_micros(START + nth * 1_000_000),
            client_status: Some(200),
            outcome: Outcome::Answered,
            fee_fen: 8,
            attribution,
            ..LedgerEntry::default()
        })
    }

    /// A store in memory, which has one connection, with rows on three pages.
    fn store() -> (SqliteStore, i64) {
        let (store, rows) = (SqliteStore::in_memory().unwrap(), 2 * PAGE + 100);
        let all: Vec<_> = (0..rows).map(entry).collect();
        store.append(&all).unwrap();
        (store, rows)
    }

    fn range(first: i64, end: i64) -> CallRange<'static> {
        CallRange {
            world: "demo",
            provider: "acme",
            from: Time::from_micros(START + first * 1_000_000).bucket(),
            to: Time::from_micros(START + end * 1_000_000).bucket(),
        }
    }

    #[test]
    fn a_recount_over_several_pages_agrees_with_the_counts_the_ledger_keeps() {
        let (store, rows) = store();
        for (first, end) in [(0, rows + 300), (PAGE - 400, PAGE + 400), (-9000, -8000)] {
            let range = range(first, end);
            assert_eq!(store.recount(range).unwrap(), store.service(range).unwrap());
        }
        let all = store.recount(range(0, rows + 300)).unwrap();
        let calls: u64 = all.iter().map(|row| row.counts.calls()).sum();
        assert_eq!(calls.cast_signed(), rows - (rows - 1) / 7 - 1);
    }

    #[test]
    fn a_walk_begins_and_ends_with_the_range_and_its_hashes_are_chained_across_pages() {
        let (store, rows) = store();
        let range = range(900, rows - 900);
        let (mut arrivals, mut walked) = (Vec::new(), 0);
        let walk = &mut |(entry, hash): ChainedEntry| {
            assert!(hash.is_some() && &*entry.world == "demo");
            arrivals.push(entry.arrived);
            walked += 1;
            // Nobody holds the only connection meanwhile.
            store.meta("writable").unwrap();
            ControlFlow::Continue(())
        };
        store.calls(range, walk).unwrap();
        assert!(arrivals.iter().all(|at| (range.from..range.to).contains(at)) && walked > PAGE);
        assert!(store.hash_before(range).unwrap().is_some());
        let from_start = CallRange {
            from: Time::from_micros(START),
            ..range
        };
        assert_eq!(store.hash_before(from_start).unwrap(), None);
    }
}
