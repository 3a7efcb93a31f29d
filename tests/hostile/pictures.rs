//! Pictures that promise more than they hold, or ask for more work than they are worth.

use super::super::support::{TestServer, fixture};
use super::hostile;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytesize::ByteSize;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};

/// Each file, the status that a cut-out of it gets (12007: not a JPEG; 12005: too large or broken), and the code that
/// recognition gives (14: not to be had).
const FILES: [(&str, u64, u64); 30] = [
    ("289_real_codes.png", 12007, 0),
    ("GIF_6300x6300_200_frames_of_1x1_as_video.bin", 12007, 0),
    ("avif.avif", 12007, 14),
    ("bmp_huge.bmp", 12007, 14),
    ("bmp_minint.bmp", 12007, 14),
    ("finders_side_1024_step_30_scale_3_j4.png", 12007, 0),
    ("finders_side_768_step_20_scale_2_j0.png", 12007, 0),
    ("gif_lsd65535.gif", 12007, 14),
    ("gif_tiny_on_1000.gif", 12007, 0),
    ("gif_tiny_on_6300.gif", 12007, 0),
    ("ico.ico", 12007, 14),
    ("jpg6300_short.jpg", 12005, 14),
    ("jpg65500.jpg", 12005, 14),
    ("jpg_exif_loop.jpg", 0, 0),
    ("jpg_prog1.jpg", 12005, 0),
    ("jpg_scans3000_1000.jpg", 12005, 14),
    ("jpg_scans400_6300.jpg", 12005, 14),
    ("jpg_scans90_6300.jpg", 12005, 14),
    ("png6300_1bit.png", 12007, 0),
    ("png_1x32768.png", 12007, 0),
    ("png_1x40M.png", 12007, 14),
    ("png_32768x1200.png", 12007, 0),
    ("png_40M_x1.png", 12007, 14),
    ("png_adam7.png", 12007, 0),
    ("png_iccp.png", 12007, 0),
    ("qr_flood_1024.png", 12007, 0),
    ("svg.svg", 12007, 14),
    ("webp6300.webp", 12007, 0),
    ("webp_16383.webp", 12007, 14),
    ("webp_anim12x3000.webp", 12007, 0),
];

/// A server whose pictures take 700 MiB at most, and of a call no more than one and a half of the largest.
fn bounded() -> TestServer {
    TestServer::with(|settings| {
        settings.imaging.memory = Some(ByteSize::mib(700));
        settings.imaging.max_pixels_of_call = 60_000_000;
    })
}

#[test]
fn each_is_answered_and_another_world_is_served_meanwhile() {
    let server = bounded();
    let other = server.world("other");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let served = scope.spawn(|| {
            let mut served = 0;
            while !is_over.load(Ordering::Relaxed) {
                let answer = other.cutout(&fixture("pictures/plain.jpg"));
                assert_eq!(answer.json()["code"], 10000, "{}", answer.text());
                served += 1;
            }
            served
        });
        for (name, status, code) in FILES {
            let bytes = hostile(name);
            let cut = server.cutout(&bytes);
            assert_eq!(cut.json()["result"]["status"], status, "{name}: {}", cut.text());
            let images = json!({"images": [STANDARD.encode(&bytes)], "tasks": [super::PORN]});
            let seen = server.tupu("/v3/recognition/image/sync/base64/", &images);
            assert_eq!(seen["code"], code, "{name}: {seen}");
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(served.join().unwrap() > 0);
    });
    assert_eq!(server.get("health")["status"], "ok");
}

#[test]
fn a_pack_of_five_hundred_large_pictures_is_looked_at_until_the_budget_is_spent() {
    let server = bounded();
    let pack = STANDARD.encode(hostile("zip500.zip"));
    let fields = json!({"images": [pack], "tasks": [super::PORN]});
    let seen = server.tupu("/v3/recognition/image/sync/base64/", &fields);
    assert_eq!(seen["code"], 0, "{seen}");
    let summary = seen["summary"].as_array().unwrap();
    let looked_at = summary.iter().filter(|one| one["code"] != 14).count();
    assert_eq!((summary.len(), looked_at), (500, 2), "{}", summary[2]);
    let last = server.explain_last().to_string();
    assert!(last.contains("more pixels than one call may"), "{last}");
}
