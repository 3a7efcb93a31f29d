//! The agreement's rules for inputs, strict and lenient, as the worked vectors have them.

use super::*;

fn strict(server: &TestServer, rule: &str) {
    server.settings(json!({"strictness": {rule: "strict"}}));
}

/// The newest row's cause.
fn cause(server: &TestServer) -> Value {
    let last = server.get("journal?limit=1");
    last[0]["attribution"]["cause"].clone()
}

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_slice(&fixture("sla/vectors.json")).unwrap();
    let own = all["vectors"].as_array().unwrap().iter();
    let own = own.filter(|one| {
        one["provider"] == "tupu"
            && one["kind"] == kind
            && one["policy"].as_object().is_none_or(|own| own.is_empty())
    });
    own.cloned().collect()
}

fn png(width: u64, height: u64) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width as u32, height as u32, |x, y| {
        image::Rgb([(x / 2) as u8, (y / 2) as u8, 90])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn pictures_are_judged_as_the_vectors_judge_them() {
    let (lenient, harsh) = (TestServer::new(), TestServer::new());
    strict(&harsh, "tupu.pictures");
    let all = vectors("image");
    assert!(all.len() > 10);
    for vector in all {
        let number = |name: &str| vector["input"][name].as_u64();
        let picture = base64_of(&png(number("width").unwrap(), number("height").unwrap()));
        let mut fields = json!({"images": [picture], "tasks": [PORN]});
        if let (Some(width), Some(height)) = (number("orig_width"), number("orig_height")) {
            fields["originalSize"] = json!(format!("{width}x{height}"));
        }
        let fits = vector["expect"]["in_spec"] == true;
        let path = "/v3/recognition/image/sync/base64/";
        let inner = lenient.tupu(path, &fields);
        assert_eq!(inner["code"], 0, "{vector}");
        assert_eq!(
            inner[PORN]["fileList"][0]["review"], !fits,
            "reliability is lower out of it: {vector}"
        );
        assert_eq!(
            cause(&lenient),
            if fits { Value::Null } else { json!("TP-S04") },
            "{vector}"
        );
        assert_eq!(
            harsh.tupu(path, &fields)["code"],
            if fits { 0 } else { 14 },
            "{vector}"
        );
    }
}

#[test]
fn characters_are_counted_as_the_vectors_count_them() {
    let (lenient, harsh) = (TestServer::new(), TestServer::new());
    strict(&harsh, "tupu.characters");
    for vector in vectors("text") {
        let parts = vector["input"]["parts"].as_array().unwrap().iter();
        let text: String = parts
            .map(|part| {
                part["s"]
                    .as_str()
                    .unwrap()
                    .repeat(part["times"].as_u64().unwrap() as usize)
            })
            .collect();
        let (path, fields) = if vector["input"]["interface"] == "sync" {
            ("/v3/recognition/text/", json!({"text": [{"content": text}]}))
        } else {
            ("/v3/recognition/text/async/", json!({"content": text}))
        };
        let fits = vector["expect"]["in_spec"] == true;
        assert_eq!(lenient.tupu(path, &fields)["code"], 0, "{vector}");
        assert_eq!(
            cause(&lenient),
            if fits { Value::Null } else { json!("TP-S06") },
            "{vector}"
        );
        assert_eq!(
            harsh.tupu(path, &fields)["code"],
            if fits { 0 } else { 15 },
            "{vector}"
        );
    }
}

fn wav(rate: u32) -> Vec<u8> {
    let mut head = Vec::new();
    let data = vec![0_u8; rate as usize];
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&(36 + data.len() as u32).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    head.extend_from_slice(&rate.to_le_bytes());
    head.extend_from_slice(&(rate * 2).to_le_bytes());
    head.extend_from_slice(b"\x02\0\x10\0data");
    head.extend_from_slice(&(data.len() as u32).to_le_bytes());
    head.extend_from_slice(&data);
    head
}

#[test]
fn sampling_rates_are_read_from_heads_and_judged_as_the_vectors_judge_them() {
    let (lenient, harsh) = (TestServer::new(), TestServer::new());
    strict(&harsh, "tupu.sampling");
    for vector in vectors("audio") {
        let file = wav(vector["input"]["sample_rate_hz"].as_u64().unwrap() as u32);
        let fits = vector["expect"]["in_spec"] == true;
        let call = |server| upload(server, "/v3/recognition/speech/", "speech", ("a.wav", &file), &[]);
        assert_eq!(call(&lenient)["code"], 0, "{vector}");
        assert_eq!(
            cause(&lenient),
            if fits { Value::Null } else { json!("TP-S07") },
            "{vector}"
        );
        assert_eq!(call(&harsh)["code"], if fits { 0 } else { 15 }, "{vector}");
    }
}

/// A pack of so many pictures.
fn pack(count: usize) -> Vec<u8> {
    let picture: bytes::Bytes = png(2, 2).into();
    let files: Vec<(String, bytes::Bytes)> = (0..count)
        .map(|n| (format!("{n:03}.png"), picture.clone()))
        .collect();
    understudy::media::pack(&files)
}

#[test]
fn frames_of_a_pack_are_judged_by_the_length_that_is_declared() {
    let (lenient, harsh) = (TestServer::new(), TestServer::new());
    strict(&harsh, "tupu.frames");
    for vector in vectors("frames")
        .into_iter()
        .filter(|one| one["expect"]["error"].is_null())
    {
        let number = |name: &str| vector["expect"][name].as_u64().unwrap() as usize;
        let seconds = (vector["input"]["duration_ms"].as_u64().unwrap() as f64 / 1000.0).to_string();
        for (count, fits) in [(number("frames_min") - 1, false), (number("frames_min"), true)] {
            let call = |server| {
                let more = [("duration", seconds.as_str()), ("task", PORN)];
                upload(
                    server,
                    "/v3/recognition/video/syncscan/",
                    "video",
                    ("f.zip", &pack(count)),
                    &more,
                )
            };
            let inner = call(&lenient);
            assert_eq!(
                inner[PORN]["fileList"].as_array().unwrap().len(),
                count,
                "{vector}"
            );
            assert_eq!(
                cause(&lenient),
                if fits { Value::Null } else { json!("TP-S05") },
                "{vector} {count}"
            );
            assert_eq!(
                call(&harsh)["code"],
                if fits { 0 } else { 15 },
                "{vector} {count}"
            );
        }
    }
}

#[test]
fn pictures_out_of_specification_never_count_as_failed() {
    let server = TestServer::new();
    let settings =
        json!({"wording": {"tupu/14": {"status": 500}}, "strictness": {"tupu.pictures": "strict"}});
    server.settings(settings);
    let small = json!({"images": [base64_of(&png(100, 100))], "tasks": [PORN]});
    let answer = server.tupu_raw("/v3/recognition/image/sync/base64/", &small, &[]);
    assert_eq!(answer.status, 500);
    assert_eq!(cause(&server), json!("TP-S04"));
}
