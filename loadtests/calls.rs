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

#[path = "../tests/support/program.rs"]
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "only part of the tests' verbs is needed here"
)]
mod program;

use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};
use program::{Folder, Program};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 16;
const CALLS: u64 = 20_000;
const ROUNDS: usize = 5;

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

/// A JPEG of about so many bytes: a small one with bytes after its end, which decoders ignore.
fn picture(bytes: usize) -> Vec<u8> {
    let mut picture =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pictures/grey.jpg")).unwrap();
    picture.resize(picture.len().max(bytes), 0);
    picture
}

/// A request with a JDCLOUD2 signature that hashes the body.
fn signed(program: &Program, picture: &[u8]) -> Vec<u8> {
    use understudy::signing::digest::{hmac_sha256, sha256_hex};
    let now = understudy::clock::Clock::real().now();
    let utc = now - Duration::from_secs(8 * 3600);
    let date = utc.to_string()[..19].replace(['-', ':'], "") + "Z";
    let host = program.listen();
    let names = "host;x-jdcloud-date;x-jdcloud-nonce";
    let canonical = format!(
        "POST\n/api/cutout\n\nhost:{host}\nx-jdcloud-date:{date}\nx-jdcloud-nonce:n\n\n{names}\n{}",
        sha256_hex(picture)
    );
    let scope = format!("{}/cn-north-1/m/jdcloud2_request", &date[..8]);
    let text = format!(
        "JDCLOUD2-HMAC-SHA256\n{date}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let mut key = hmac_sha256(
        format!("JDCLOUD2{}", program.credential("sk")).as_bytes(),
        &date.as_bytes()[..8],
    );
    for part in ["cn-north-1", "m", "jdcloud2_request"] {
        key = hmac_sha256(&key, part.as_bytes());
    }
    let signature: String = hmac_sha256(&key, text.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let head = format!(
        "POST /api/cutout HTTP/1.1\r\nhost: {host}\r\nx-jdcloud-date: {date}\r\nx-jdcloud-nonce: n\r\n\
         authorization: JDCLOUD2-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\
         content-length: {}\r\n\r\n",
        program.credential("ak"),
        picture.len()
    );
    [head.as_bytes(), picture].concat()
}

/// Sends a request and reads one answer on a kept connection.
fn call(socket: &mut TcpStream, request: &[u8], buffer: &mut [u8]) {
    socket.write_all(request).unwrap();
    let mut have = 0;
    loop {
        have += socket.read(&mut buffer[have..]).unwrap();
        let text = &buffer[..have];
        if let Some(head) = text.windows(4).position(|w| w == b"\r\n\r\n") {
            let fields = std::str::from_utf8(&text[..head]).unwrap().to_ascii_lowercase();
            assert!(fields.starts_with("http/1.1 200"), "{fields}");
            let length: usize = fields
                .split("content-length: ")
                .nth(1)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .trim()
                .parse()
                .unwrap();
            if have >= head + 4 + length {
                return;
            }
        }
    }
}

fn closed_loop(address: &str, request: &[u8], calls: u64) {
    let left = AtomicU64::new(calls);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut socket = TcpStream::connect(address).unwrap();
                socket.set_nodelay(true).unwrap();
                let mut buffer = vec![0; 16 << 10];
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                    .is_ok()
                {
                    call(&mut socket, request, &mut buffer);
                }
            });
        }
    });
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
    let mut late = late.into_inner().unwrap();
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    println!(
        "open loop, {rate} calls a second of 75 kB for {span:?}: p50 {:.2} ms, p90 {:.2}, p99 {:.2}, worst {:.2}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    program.stop();
}

/// User and system time of a process for each call made meanwhile, in microseconds.
fn cpu_per_call(pid: u32, calls: impl FnOnce()) -> f64 {
    let before = cpu_ticks(pid);
    calls();
    // USER_HZ is 100 on every Linux.
    (cpu_ticks(pid) - before) as f64 * 10_000.0 / CALLS as f64
}

fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
