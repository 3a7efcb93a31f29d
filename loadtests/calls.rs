//! What a call costs beside its picture, and how the server holds under load.
//!
//! `cargo bench --bench calls` runs, against the real program in a process of its own, on loopback:
//! - paired closed-loop runs of a repeated cut-out and of a bare actix-web handler with the same body, and
//!   the CPU time of each server for a call (from `/proc`), as medians with their ratio;
//! - an open-loop run at a fixed rate, latency counted from the moment a call was due;
//! - time to readiness and idle memory.
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

use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};
use drive::measure::{median, percentiles};
use drive::program::{Folder, Program};
use drive::{CALLS, CONNECTIONS, ROUNDS, call, closed_loop, cpu_per_call, picture, signed};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    if std::env::args().any(|word| word == "--bare") {
        return bare();
    }
    startup();
    for bytes in [2_000usize, 75_000, 200_000] {
        compare(bytes);
    }
    open_loop(500.0, Duration::from_secs(8));
}

/// The same listener with a handler that reads the body and answers as many bytes: the floor.
fn bare() {
    async fn answer(_: Bytes) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("application/json")
            .body("x".repeat(230))
    }
    actix_web::rt::System::new()
        .block_on(async {
            let server = HttpServer::new(|| {
                App::new()
                    .app_data(web::PayloadConfig::new(1 << 24))
                    .default_service(web::route().to(answer))
            })
            .workers(2)
            .bind("127.0.0.1:0")?;
            println!("{}", server.addrs()[0]);
            server.run().await
        })
        .unwrap();
}

fn startup() {
    let mut ready = Vec::new();
    let mut idle = 0;
    for _ in 0..9 {
        let folder = Folder::new("startup");
        let begun = Instant::now();
        let program = Program::serve(&folder.0, &[]);
        ready.push(begun.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(100));
        idle = memory(program.child.id());
        program.stop();
    }
    println!(
        "ready after {:.0} ms (median of 9, process start included), idle {idle} kB resident",
        median(ready)
    );
}

fn compare(bytes: usize) {
    let folder = Folder::new("calls");
    let program = Program::serve(&folder.0, &[]);
    let mut floor = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("--bare")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(floor.stdout.take().unwrap()),
        &mut address,
    )
    .unwrap();
    let picture = picture(bytes);
    let request = signed(&program, &picture);
    closed_loop(program.listen(), &request, 64);
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let own = cpu_per_call(program.child.id(), || {
            closed_loop(program.listen(), &request, CALLS)
        });
        let bare = cpu_per_call(floor.id(), || closed_loop(address.trim(), &request, CALLS));
        ours.push(own);
        theirs.push(bare);
        ratios.push(own / bare);
    }
    let hash = sha256_us(&picture);
    println!(
        "{bytes:>7} byte picture from the cache: {:.1} µs CPU a call, bare actix {:.1} µs, ratio {:.2}; SHA-256 of the body {hash:.1} µs",
        median(ours),
        median(theirs),
        median(ratios)
    );
    floor.kill().unwrap();
    floor.wait().unwrap();
    program.stop();
}

/// Calls due at even intervals; a late one counts from when it was due.
fn open_loop(rate: f64, span: Duration) {
    let folder = Folder::new("open");
    let program = Program::serve(&folder.0, &[]);
    let request = signed(&program, &picture(75_000));
    closed_loop(program.listen(), &request, 64);
    let total = (rate * span.as_secs_f64()) as u64;
    let next = AtomicU64::new(0);
    let late = Mutex::new(Vec::new());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS * 2 {
            scope.spawn(|| {
                let mut socket = TcpStream::connect(program.listen()).unwrap();
                let mut buffer = vec![0; 16 << 10];
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= total {
                        return;
                    }
                    let due = begun + Duration::from_secs_f64(nth as f64 / rate);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    call(&mut socket, &request, &mut buffer);
                    late.lock().unwrap().push(due.elapsed().as_secs_f64() * 1e3);
                }
            });
        }
    });
    let [half, most, nearly_all, worst] = percentiles(late.into_inner().unwrap());
    println!(
        "open loop, {rate} calls a second of 75 kB for {span:?}: p50 {half:.2} ms, p90 {most:.2}, p99 {nearly_all:.2}, worst {worst:.2}"
    );
    program.stop();
}

fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn sha256_us(bytes: &[u8]) -> f64 {
    let begun = Instant::now();
    for _ in 0..100 {
        std::hint::black_box(understudy::signing::digest::sha256_hex(std::hint::black_box(
            bytes,
        )));
    }
    begun.elapsed().as_secs_f64() * 1e4
}
