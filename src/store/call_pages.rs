//! Reads rows of calls page by page, in the order in which they were written. Each function here borrows a connection for
//! one page and gives it back before it returns or goes on, so that nobody waits for a long read.

use super::call_rows::{COLUMNS, ChainedEntry, read};
use super::{SqliteStore, StoreError};
use crate::clock::Time;
use crate::exchange::ChainHash;
use rusqlite::{OptionalExtension, params};
use std::ops::{ControlFlow, RangeInclusive};

/// The calls to read.
#[derive(Clone, Copy, Debug)]
pub struct CallRange<'a> {
    /// The world that was called.
    pub world: &'a str,
    /// The provider that was called.
    pub provider: &'a str,
    /// The first instant of arrival.
    pub from: Time,
    /// The first instant of arrival after the range.
    pub to: Time,
}

/// Sequence numbers a page spans.
pub(super) const PAGE: i64 = 8192;

/// The sequence numbers of all rows there are, of whatever world.
pub(super) fn all_rows(store: &SqliteStore) -> Result<Option<RangeInclusive<i64>>, StoreError> {
    let conn = store.reader();
    // Two questions, because SQLite answers each from the ends of the table, and both together by reading all of it.
    let end = |which: &str| {
        let sql = format!("SELECT {which}(seq) FROM call");
        conn.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0))
    };
    Ok(end("MIN")?.zip(end("MAX")?).map(|(first, last)| first..=last))
}

/// Splits sequence numbers into pages, the lowest first.
pub(super) fn pages(rows: RangeInclusive<i64>) -> impl DoubleEndedIterator<Item = RangeInclusive<i64>> {
    let (first, last) = rows.into_inner();
    let count = (last - first).div_euclid(PAGE) + 1;
    (0..count).map(move |nth| {
        let start = first + nth * PAGE;
        start..=(start + PAGE - 1).min(last)
    })
}

/// Gives `visit` every row between the first and the last one that arrived within a range. Rows that were in flight at an
/// edge of the range may lie between, so that the chain is whole.
pub(super) fn walk(
    store: &SqliteStore,
    range: CallRange<'_>,
    visit: &mut dyn FnMut(ChainedEntry) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let Some(rows) = rows_of(store, range)? else {
        return Ok(());
    };
    for page in pages(rows) {
        for row in read_page(store, range, &page)? {
            if visit(row).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The hash before the first row [`walk`] gives; `None` where that row begins the chain.
pub(super) fn hash_before(
    store: &SqliteStore,
    range: CallRange<'_>,
) -> Result<Option<ChainHash>, StoreError> {
    let (Some(all), Some(rows)) = (all_rows(store)?, rows_of(store, range)?) else {
        return Ok(None);
    };
    let sql = "SELECT hash FROM call WHERE seq BETWEEN ?1 AND ?2 AND world = ?3 AND provider = ?4 \
               ORDER BY seq DESC LIMIT 1";
    for page in pages(*all.start()..=rows.start() - 1).rev() {
        let conn = store.reader();
        let mut query = conn.prepare_cached(sql)?;
        let bounds = params![page.start(), page.end(), range.world, range.provider];
        let found = query.query_row(bounds, |row| row.get::<_, Option<ChainHash>>(0));
        if let Some(hash) = found.optional()? {
            return Ok(hash);
        }
    }
    Ok(None)
}

/// From the first to the last row of a range; `None` where it has none.
fn rows_of(store: &SqliteStore, range: CallRange<'_>) -> Result<Option<RangeInclusive<i64>>, StoreError> {
    let Some(all) = all_rows(store)? else {
        return Ok(None);
    };
    let Some(first) = first_match(store, range, "MIN", pages(all.clone()))? else {
        return Ok(None);
    };
    let last = first_match(store, range, "MAX", pages(first..=*all.end()).rev())?;
    Ok(last.map(|last| first..=last))
}

/// The first or last row of a range, in the first of these pages that has one.
fn first_match(
    store: &SqliteStore,
    range: CallRange<'_>,
    which: &str,
    pages: impl Iterator<Item = RangeInclusive<i64>>,
) -> Result<Option<i64>, StoreError> {
    let sql = format!(
        "SELECT {which}(seq) FROM call \
         WHERE seq BETWEEN ?1 AND ?2 AND world = ?3 AND provider = ?4 AND arrived >= ?5 AND arrived < ?6"
    );
    let (from, to) = (range.from.micros(), range.to.micros());
    for page in pages {
        let conn = store.reader();
        let mut query = conn.prepare_cached(&sql)?;
        let bounds = params![page.start(), page.end(), range.world, range.provider, from, to];
        if let Some(seq) = query.query_row(bounds, |row| row.get::<_, Option<i64>>(0))? {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

fn read_page(
    store: &SqliteStore,
    range: CallRange<'_>,
    page: &RangeInclusive<i64>,
) -> Result<Vec<ChainedEntry>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM call WHERE seq BETWEEN ?1 AND ?2 AND world = ?3 AND provider = ?4 ORDER BY seq"
    );
    let conn = store.reader();
    let mut query = conn.prepare_cached(&sql)?;
    let bounds = params![page.start(), page.end(), range.world, range.provider];
    let rows = query.query_map(bounds, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_every_row_once() {
        let all = |rows| pages(rows).collect::<Vec<_>>();
        assert_eq!(all(5..=5), [5..=5]);
        assert_eq!(all(1..=PAGE), [1..=PAGE]);
        assert_eq!(all(1..=PAGE + 1), [1..=PAGE, PAGE + 1..=PAGE + 1]);
        let (first, last) = (1, 0);
        assert_eq!(pages(first..=last).count(), 0);
    }
}
