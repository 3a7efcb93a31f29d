//! Heads of real files, as common encoders write them: rates, lengths, titles (`fixtures/media`).

use super::*;
use understudy::media::read_facts;

fn file(name: &str) -> Vec<u8> {
    fixture(&format!("media/{name}"))
}

#[test]
fn rates_and_lengths_of_real_files_are_read() {
    for (name, rate, lengths) in [
        ("speech.m4a", Some(16_000), 950..=1_200),
        ("speech.ogg", Some(16_000), 950..=1_100),
        // Opus is decoded at 48 kHz, but its head names the rate of what was recorded.
        ("speech.opus", Some(16_000), 950..=1_100),
        ("speech.mp3", Some(16_000), 950..=1_200),
        ("low.m4a", Some(7_350), 950..=1_400),
        ("low.ogg", Some(6_000), 950..=1_100),
        ("clip.mp4", None, 89_000..=90_100),
        // Its last fragment says that its last frame lasts longer.
        ("fragmented.mp4", None, 89_000..=91_000),
    ] {
        let read = read_facts(&file(name)).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(read.sample_rate, rate, "{name}");
        let length = read.milliseconds.unwrap_or_default();
        assert!(lengths.contains(&length), "{name}: {length} ms");
    }
}

#[test]
fn a_marker_in_the_title_of_a_real_file_decides() {
    let server = TestServer::new();
    for name in ["speech.m4a", "speech.ogg", "speech.opus", "speech.mp3"] {
        let inner = upload(
            &server,
            "/v3/recognition/speech/",
            "speech",
            (name, &file(name)),
            &[],
        );
        assert_eq!(inner[VULGAR]["speechs"][0]["label"], 1, "{name}: {inner}");
    }
    let clip = ("clip.mp4", &file("clip.mp4")[..]);
    let more = [("task", PORN), ("interval", "10")];
    let inner = upload(&server, "/v3/recognition/video/syncscan/", "video", clip, &more);
    let frames = inner[PORN]["fileList"].as_array().unwrap();
    assert_eq!(frames.len(), 9, "90 s, a frame every ten");
    assert!(frames.iter().all(|frame| frame["label"] == 0), "{inner}");
}

#[test]
fn a_real_file_of_too_low_a_rate_is_out_of_specification() {
    let server = TestServer::new();
    server.settings(json!({"strictness": {"tupu.sampling": "strict"}}));
    for name in ["low.m4a", "low.ogg"] {
        let inner = upload(
            &server,
            "/v3/recognition/speech/",
            "speech",
            (name, &file(name)),
            &[],
        );
        assert_eq!(inner["code"], 15, "{name}: {inner}");
    }
}

#[test]
fn a_video_in_fragments_has_as_many_frames_as_its_length_asks() {
    let server = TestServer::new();
    let clip = ("f.mp4", &file("fragmented.mp4")[..]);
    let inner = upload(
        &server,
        "/v3/recognition/video/syncscan/",
        "video",
        clip,
        &[("task", PORN)],
    );
    let count = inner[PORN]["fileList"].as_array().unwrap().len();
    assert!((90..=91).contains(&count), "{inner}");
}
