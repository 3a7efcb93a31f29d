//! What recognition costs, in CPU time of one thread: signatures, words, pictures, and a whole text call.
//!
//! `cargo bench --bench recognition` prints medians.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic,
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, may panic, and prints what it found"
)]

mod measure;

use measure::{cpu_ms, median_of, wall_ms};
use serde_json::json;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use understudy::Understudy;
use understudy::dice::Dice;
use understudy::imaging::{Picture, PictureFeatures, PixelRange};
use understudy::providers::tupu::sign::identity_proof;
use understudy::recognition::{detect_flood, find_terms};
use understudy::signing::rsa;

fn main() {
    for bits in [1024, 2048] {
        let key = rsa::generate(&mut Dice::new(7).stream(&[b"bench"]), bits);
        let public = rsa::public_pem(&key).unwrap();
        let signature = rsa::sign(&key, b"a,1,2").unwrap();
        let sign = median(301, || drop(black_box(rsa::sign(&key, b"a,1,2"))));
        let verify = median(301, || assert!(rsa::verify(&public, b"a,1,2", &signature)));
        println!("RSA-{bits}: sign {sign:>7.1} µs, verify {verify:>6.1} µs");
    }
    let sentence = "今天天气很好，我们去公园散步吧。The train leaves at five, see you at the station. ";
    let long: String = sentence.chars().cycle().take(20_000).collect();
    find_terms(&long);
    let words = median(101, || drop(black_box((find_terms(&long), detect_flood(&long)))));
    println!("the lexicon and flooding over 20,000 characters: {words:.0} µs");
    let photo = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/photos/astronaut.jpg");
    let photo = image::open(photo)
        .unwrap()
        .resize_exact(512, 512, image::imageops::FilterType::Triangle);
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90)
        .encode_image(&photo.to_rgb8())
        .unwrap();
    let range = PixelRange { least: 1, most: 8192 };
    let decode = || Picture::decode(&jpeg, range, 40_000_000).unwrap();
    let decoded = decode();
    let decoding = median(31, || drop(black_box(decode()))) / 1e3;
    let looking = median(31, || drop(black_box(PictureFeatures::measure(&decoded)))) / 1e3;
    println!("a 512×512 JPEG: decode {decoding:.1} ms, look {looking:.1} ms");
    let (text, signatures) = text_call();
    println!(
        "a text call over a kept connection: {text:.0} µs of CPU in all threads, of them {signatures:.0} the two signatures"
    );
}

/// Microseconds of CPU of the whole process for a call, the client's few left in; and of the two signatures alone.
fn text_call() -> (f64, f64) {
    const CALLS: usize = 2_000;
    let server = Understudy::builder().start().unwrap();
    let tupu = &server.ready().credentials["tupu"];
    let (sid, key) = (
        tupu["secret_id"].as_str().unwrap(),
        tupu["private_key_pem"].as_str().unwrap(),
    );
    let proof = identity_proof(sid, key, "1", server.clock().real_now()).unwrap();
    let body = json!({"timestamp": proof.timestamp, "nonce": proof.nonce, "signature": proof.signature, "text": [{"content": "good morning"}]}).to_string();
    let host = server.ready().listen.trim_start_matches("http://").to_owned();
    let request = format!(
        "POST /v3/recognition/text/{sid} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(&host).unwrap();
    let mut reply = vec![0; 64 << 10];
    let mut call = || {
        socket.write_all(request.as_bytes()).unwrap();
        let length = socket.read(&mut reply).unwrap();
        assert!(reply[..length].starts_with(b"HTTP/1.1 200"));
    };
    (0..200).for_each(|_| call());
    let spent = cpu_ms(|| (0..CALLS).for_each(|_| call())) * 1e3 / CALLS as f64;
    let signed = format!("{sid},{},{}", proof.timestamp, proof.nonce);
    let both = median(301, || {
        assert!(rsa::verify(key, signed.as_bytes(), &proof.signature));
        drop(black_box(rsa::sign(key, b"an answer")));
    });
    (spent, both)
}

/// The median of so many runs, in microseconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    median_of(runs, || wall_ms(&mut work) * 1e3)
}
