//! Drives the real program over loopback: signed requests, closed loops, CPU time of a process.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each benchmark needs a part of it"
)]

#[path = "measure.rs"]
pub mod measure;
#[path = "../tests/support/program.rs"]
pub mod program;

use program::Program;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};

/// Connections of a closed loop.
pub const CONNECTIONS: usize = 16;
/// Calls of one measured run.
pub const CALLS: u64 = 20_000;
/// Paired rounds, of which the median counts.
pub const ROUNDS: usize = 5;

/// A JPEG of about so many bytes: a small one with bytes after its end, which decoders ignore.
pub fn picture(bytes: usize) -> Vec<u8> {
    let mut picture =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pictures/grey.jpg")).unwrap();
    picture.resize(picture.len().max(bytes), 0);
    picture
}

/// A cut-out with a JDCLOUD2 signature that hashes the body, as bytes on the wire.
pub fn signed(program: &Program, picture: &[u8]) -> Vec<u8> {
    let host = program.listen();
    let mut head = format!("POST /api/cutout HTTP/1.1\r\nhost: {host}\r\n");
    for (name, value) in program.signature(("POST", "/api/cutout"), &[("host", host)], picture) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", picture.len()));
    [head.as_bytes(), picture].concat()
}

/// Sends a request and reads one answer on a kept connection.
pub fn call(socket: &mut TcpStream, request: &[u8], buffer: &mut [u8]) {
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

pub fn closed_loop(address: &str, request: &[u8], calls: u64) {
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

/// User and system time of a process for each call made meanwhile, in microseconds.
pub fn cpu_per_call(pid: u32, calls: impl FnOnce()) -> f64 {
    let before = cpu_ticks(pid);
    calls();
    // USER_HZ is 100 on every Linux.
    (cpu_ticks(pid) - before) as f64 * 10_000.0 / CALLS as f64
}

pub fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
