//! Whether the admin API answers while everything else is busy.
//!
//! `cargo bench --bench isolation` starts the real program on a store of 1.5 million rows (`-- --rows 1500000`) and
//! times `GET health` and `POST faults/halt`, first on an idle server, then while
//! - a statement is counted anew from all rows, again and again, and
//! - as many calls as may fetch at once wait for pictures from a server that never answers, and more wait behind them.
//!
//! until three recounts have ended. It prints medians and the worst; it asserts nothing on time.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod drive;
mod rows;

use drive::measure::{percentiles, wall_ms};
use drive::program::{Folder, Program, agent, silent_server};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use understudy::clock::Clock;
use understudy::providers::tupu::sign::identity_proof;
use understudy::store::open;

/// Calls that wait for a picture: more than may fetch at once.
const HANGING: usize = 96;
/// Fetches at once, as the settings have it where they say nothing.
const FETCHES: usize = 64;
/// Least number of measured calls of each kind.
const CALLS: usize = 300;
/// Recounts that end while calls are measured.
const RECOUNTS: u64 = 3;
/// Between two measured calls.
const PAUSE: Duration = Duration::from_millis(2);

fn main() {
    let rows = rows::asked_rows(1_500_000);
    let folder = Folder::new("isolation");
    let store = open(&format!("sqlite:{}", folder.file("store.db").display())).unwrap();
    rows::fill(&*store, rows);
    drop(store);
    let program = Program::serve(&folder.0, &[]);
    measure(&program, "idle", || true);
    let (url, asked) = silent_server();
    let (is_over, recounts) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..HANGING {
            scope.spawn(|| fetch(&program, &url, &is_over));
        }
        let sockets: Vec<_> = (0..FETCHES).map(|_| asked.recv().unwrap()).collect();
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                program.ask("GET", "sla/jdcloud-matting/demo/2026-11?from=rows", &Value::Null);
                recounts.fetch_add(1, Ordering::Relaxed);
            }
        });
        measure(&program, "busy", || recounts.load(Ordering::Relaxed) >= RECOUNTS);
        is_over.store(true, Ordering::Relaxed);
        println!(
            "meanwhile {} recounts of {rows} rows ended, and {} fetches hung",
            recounts.load(Ordering::Relaxed),
            sockets.len()
        );
        drop(sockets);
        // Whoever asks now is sent away at once.
        drop(asked);
    });
    program.stop();
}

/// Calls with a picture that never comes, until all is over.
fn fetch(program: &Program, url: &str, is_over: &AtomicBool) {
    let tupu = &program.ready["credentials"]["tupu"];
    let field = |name: &str| tupu[name].as_str().unwrap();
    let (sid, key) = (field("secret_id"), field("private_key_pem"));
    let target = format!("http://{}/v3/recognition/{sid}", program.listen());
    while !is_over.load(Ordering::Relaxed) {
        let proof = identity_proof(sid, key, "0.5", Clock::real().now()).unwrap();
        let body = json!({"timestamp": proof.timestamp, "nonce": proof.nonce, "signature": proof.signature, "image": url});
        let sent = agent()
            .post(&target)
            .header("content-type", "application/json")
            .send(body.to_string());
        assert_eq!(
            sent.unwrap().status(),
            200,
            "a picture that cannot be had is the vendor's error 14"
        );
    }
}

/// Calls each path in turn, until it is enough.
fn measure(program: &Program, when: &str, is_enough: impl Fn() -> bool) {
    let paths = [("GET", "health"), ("POST", "faults/halt")];
    let mut times = [Vec::new(), Vec::new()];
    while times[0].len() < CALLS || !is_enough() {
        for ((method, path), times) in paths.iter().zip(&mut times) {
            times.push(wall_ms(|| drop(program.ask(method, path, &Value::Null))));
            std::thread::sleep(PAUSE);
        }
    }
    for ((method, path), times) in paths.iter().zip(times) {
        let calls = times.len();
        let [median, _, high, worst] = percentiles(times);
        println!(
            "{when}: {method} {path} median {median:.2} ms, 99th {high:.2} ms, worst {worst:.2} ms of {calls}"
        );
    }
}
