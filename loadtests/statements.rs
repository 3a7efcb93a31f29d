//! How long a statement takes from roll-ups, how fast it is counted anew from rows, and whether both agree.
//!
//! `cargo bench --bench statements` runs, on a store in a file, without a server:
//! - a month whose roll-ups stand for 50 million calls, in every five minutes, with failures in most: the median time
//!   from the store to the settled statement, both families of agreements, and of all readings of it;
//! - a month of real rows (`-- --rows 5000000`): rows a second while it is counted anew, the memory it takes beyond
//!   the store's own, and that the counts are the same.
//!
//! It asserts that the counts agree; it asserts nothing on time.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod measure;
mod rows;

use measure::{median, peak_kib};
use rows::{asked_rows, fill, month};
use std::time::Instant;
use understudy::exchange::ServiceBucket;
use understudy::providers::contracts;
use understudy::sla::{
    CauseAuthority, Contract, Cycle, CycleBill, CyclePlacement, ExclusionRules, ReadingPolicy, Statement,
    WorkdayCalendar,
};
use understudy::store::{CallRange, open};

/// Calls the roll-ups of the large month stand for.
const CALLS: u64 = 50_000_000;
const ROUNDS: usize = 15;
const BUCKETS: u64 = 30 * 288;

fn main() {
    let rows = asked_rows(3_000_000);
    let folder = std::env::temp_dir().join(format!("understudy-statements-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let large = folder.join("large.db").display().to_string();
    from_rollups(&large);
    let real = folder.join("rows.db").display().to_string();
    from_rows(&real, rows);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn month_of_calls() -> CallRange<'static> {
    let (from, to) = month();
    CallRange {
        world: "demo",
        provider: "jdcloud-matting",
        from,
        to,
    }
}

fn contract(name: &str) -> &'static Contract {
    contracts()
        .into_iter()
        .find(|own| own.vector_name == name)
        .unwrap()
}

fn settle(
    name: &str,
    rows: &[ServiceBucket],
    policy: &ReadingPolicy,
    calendar: &WorkdayCalendar,
) -> Statement {
    let contract = contract(name);
    let grants = ExclusionRules {
        contract,
        policy,
        calendar,
        word: CauseAuthority::Truth,
    };
    let place = CyclePlacement::alone(Cycle::of_month("2026-11".parse().unwrap(), None));
    let bill = CycleBill {
        gross: 12_345_678,
        ..CycleBill::default()
    };
    Statement::new(contract, grants.figures(place, rows, bill), policy, calendar).unwrap()
}

/// A store whose roll-ups stand for many calls: the calls of a bucket are many times those that are written.
fn from_rollups(path: &str) {
    let store = open(&format!("sqlite:{path}")).unwrap();
    fill(&*store, BUCKETS * 60);
    let times = CALLS / (BUCKETS * 60);
    // Another number of calls in each bucket, so that no two rates are alike.
    let many = |rows: &[ServiceBucket]| -> Vec<ServiceBucket> {
        let grown = rows.iter().enumerate().map(|(nth, row)| {
            let mut own = row.clone();
            for _ in 1..times {
                own.counts.add(&row.counts);
            }
            own.counts.served += (nth as u64 * 7919) % 997;
            own
        });
        grown.collect()
    };
    let calendar = WorkdayCalendar::built_in();
    for name in ["jd_matting", "kling", "tupu"] {
        let policy = ReadingPolicy::defaults(contract(name).settings);
        let (mut times, mut calls) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let rows = store.service(month_of_calls()).unwrap();
            let read = begun.elapsed();
            let rows = many(&rows);
            calls = rows.iter().map(|row| row.counts.calls()).sum();
            let begun = Instant::now();
            std::hint::black_box(settle(name, &rows, &policy, &calendar).expect());
            times.push((read + begun.elapsed()).as_secs_f64() * 1e3);
        }
        println!(
            "{name}: a statement of {calls} calls from roll-ups in {:.1} ms (median of {ROUNDS})",
            median(times)
        );
    }
}

fn from_rows(path: &str, rows: u64) {
    let store = open(&format!("sqlite:{path}")).unwrap();
    println!("{rows} rows written at {:.0} rows a second", fill(&*store, rows));
    let range = month_of_calls();
    let before = peak_kib();
    let mut rates = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let anew = store.recount(range).unwrap();
        rates.push(rows as f64 / begun.elapsed().as_secs_f64());
        assert_eq!(anew, store.service(range).unwrap(), "counts agree exactly");
    }
    println!(
        "counted anew at {:.0} rows a second (median of 5), {} KiB more at the peak; the counts agree",
        median(rates),
        peak_kib() - before
    );
}
