//! What the fault engine costs, and how exactly a delay ends.
//!
//! `cargo bench --bench faults` runs, against the real program on loopback:
//! - paired closed-loop runs of a repeated cut-out with no fault, 10 and 1,000 faults defined (for other calls), and
//!   1,000 that each ask for one content; CPU time for a call as medians, and their ratios to the first;
//! - the same against another build of the program, where one is named: `-- --against PATH`;
//! - the delay error (actual minus asked, our own work left out) with 1,000 and 5,000 delayed calls in flight;
//! - an advance of 31 days with 10,000 delayed events.
//!
//! It asserts nothing on time: these are figures, not tests.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod drive;

use drive::measure::{median, percentiles};
use drive::program::{Folder, Program};
use drive::{CALLS, ROUNDS, closed_loop, cpu_per_call, picture, signed};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use understudy::clock::{Clock, Time};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let against = words
        .iter()
        .position(|word| word == "--against")
        .and_then(|at| words.get(at + 1));
    overhead(against.map(String::as_str));
    for calls in [1000, 5000] {
        delay_error(calls);
    }
    advance();
}

/// Faults that no call of these runs is for, spread over what faults ask for.
fn elsewhere(count: usize) -> Vec<Value> {
    let asked = |nth: usize| match nth % 4 {
        0 => json!({"header": {"x-canary": nth.to_string()}}),
        1 => json!({"key": format!("key-{nth}")}),
        2 => json!({"operation": "selfie-seg"}),
        _ => json!({"path": format!("/api/{nth}")}),
    };
    let fault =
        |nth| json!({"match": asked(nth), "toxicity": 0.5, "effect": {"kind": "latency", "fixed": "1s"}});
    (0..count).map(fault).collect()
}

fn by_content(count: usize) -> Vec<Value> {
    let fault = |nth| json!({"match": {"content": format!("{nth:032x}")}, "effect": {"kind": "close"}});
    (0..count).map(fault).collect()
}

fn overhead(against: Option<&str>) {
    let sets = [
        ("no fault", Vec::new()),
        ("10 faults", elsewhere(10)),
        ("1,000 faults", elsewhere(1000)),
        ("1,000 faults by content", by_content(1000)),
    ];
    let picture = picture(2000);
    let folders: Vec<Folder> = (0..sets.len())
        .map(|nth| Folder::new(&format!("faults-{nth}")))
        .collect();
    let mut runs: Vec<(String, u32, String, Vec<u8>)> = Vec::new();
    let programs: Vec<Program> = folders
        .iter()
        .map(|folder| Program::serve(&folder.0, &[]))
        .collect();
    for (program, (name, faults)) in programs.iter().zip(&sets) {
        program.ask("PUT", "faults", &json!(faults));
        let request = signed(program, &picture);
        runs.push((
            (*name).to_owned(),
            program.child.id(),
            program.listen().to_owned(),
            request,
        ));
    }
    let folder = Folder::new("faults-other");
    let other = against.map(|build| Program::serve_build(build, &folder.0, &[]));
    if let Some(other) = &other {
        let request = signed(other, &picture);
        runs.push((
            "the other build".to_owned(),
            other.child.id(),
            other.listen().to_owned(),
            request,
        ));
    }
    for (_, _, listen, request) in &runs {
        closed_loop(listen, request, 2000);
    }
    let mut costs: Vec<Vec<f64>> = vec![Vec::new(); runs.len()];
    for round in 0..ROUNDS * 2 {
        for at in 0..runs.len() {
            // No run is always the first of its round.
            let at = (at + round) % runs.len();
            let (_, pid, listen, request) = &runs[at];
            costs[at].push(cpu_per_call(*pid, || closed_loop(listen, request, CALLS)));
        }
    }
    for (at, (name, ..)) in runs.iter().enumerate() {
        let ratios = costs[at]
            .iter()
            .zip(&costs[0])
            .map(|(own, first)| own / first)
            .collect();
        println!(
            "{name}: {:.2} µs CPU a call, {:.3} of the first",
            median(costs[at].clone()),
            median(ratios)
        );
    }
    other.into_iter().for_each(Program::stop);
    programs.into_iter().for_each(Program::stop);
}

/// Calls all in flight at once, each delayed by the same span.
fn delay_error(calls: usize) {
    const ASKED: Duration = Duration::from_secs(4);
    let folder = Folder::new("delays");
    let config = folder.file("understudy.toml");
    std::fs::write(
        &config,
        "[journal]\nmax_bytes = \"64 MiB\"\n[server]\nmax_connections = 20000\n",
    )
    .unwrap();
    let program = Program::serve(&folder.0, &["--config", &config.display().to_string()]);
    let fault = json!({"id": "slow", "effect": {"kind": "latency", "fixed": "4s"}});
    program.ask("POST", "faults", &fault);
    let request: Arc<[u8]> = signed(&program, &picture(2000)).into();
    let listen = program.listen().to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        let one = |nth: usize| {
            let (request, listen) = (request.clone(), listen.clone());
            async move {
                // Spread over two seconds, so that they do not all end at one instant.
                tokio::time::sleep(Duration::from_secs_f64(2.0 * nth as f64 / calls as f64)).await;
                let mut socket = tokio::net::TcpStream::connect(listen).await.unwrap();
                socket.write_all(&request).await.unwrap();
                let mut some = [0; 4096];
                assert!(socket.read(&mut some).await.unwrap() > 0);
            }
        };
        let local = tokio::task::LocalSet::new();
        let all: Vec<_> = (0..calls).map(|nth| local.spawn_local(one(nth))).collect();
        local.await;
        for one in all {
            one.await.unwrap();
        }
    });
    let took = begun.elapsed();
    let rows = program.ask("GET", &format!("journal?limit={calls}"), &Value::Null);
    let instant = |value: &Value| value.as_str().unwrap().parse::<Time>().unwrap();
    let error = |row: &Value| {
        let whole = instant(&row["ended"])
            .since(instant(&row["arrived"]))
            .as_secs_f64();
        (whole - ASKED.as_secs_f64()) * 1e3 - row["own_us"].as_f64().unwrap() / 1e3
    };
    let errors: Vec<f64> = rows.as_array().unwrap().iter().map(error).collect();
    let count = errors.len();
    let [half, most, nearly_all, worst] = percentiles(errors);
    println!(
        "{count} delayed calls in {took:.1?}: delay error p50 {half:.3} ms, p90 {most:.3}, p99 {nearly_all:.3}, worst {worst:.3}"
    );
    program.stop();
}

/// 10,000 events of a month, on the clock alone.
fn advance() {
    let start: Time = "2026-11-01T00:00:00+08:00".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let took: Vec<f64> = (0..5)
        .map(|_| {
            runtime.block_on(async {
                let clock = Clock::frozen(start);
                for nth in 0..10_000u64 {
                    let clock = clock.clone();
                    let due = start + Duration::from_millis(nth * 2_654_435_761 % (31 * 86_400_000));
                    tokio::spawn(async move { drop(clock.sleep_until(due).await) });
                }
                while clock.status().events < 9_999 {
                    tokio::task::yield_now().await;
                }
                let begun = Instant::now();
                clock.advance_to(start + Duration::from_secs(31 * 86_400)).await;
                begun.elapsed().as_secs_f64() * 1e3
            })
        })
        .collect();
    println!(
        "advance by 31 days over 10,000 events: {:.0} ms (median of 5)",
        median(took)
    );
}
