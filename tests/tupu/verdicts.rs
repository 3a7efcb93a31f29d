//! Who decides a verdict, in its order.

use super::*;
use image::imageops::FilterType;
use understudy::imaging::{Picture, PictureFeatures, PixelRange};
use understudy::providers::Providers;

#[test]
fn an_expectation_comes_before_a_marker_before_the_words_before_the_default() {
    let server = TestServer::new();
    assert_eq!(server.tupu_text("good morning"), ("Normal".into(), "pass".into()));
    assert!(because(&server).contains("nothing in the text is of the lexicon"));
    assert_eq!(
        server.tupu_text("good morning, idiot"),
        ("Abuse".into(), "review".into())
    );
    assert!(because(&server).contains("terms of the lexicon"));
    let marked = "good morning, idiot [understudy:Terror/block]";
    assert_eq!(server.tupu_text(marked), ("Terror".into(), "block".into()));
    assert!(because(&server).contains("the marker"));
    let rule = json!({"id": "mine", "match": {"text": {"contains": "idiot"}},
        "verdicts": [{"label": "Normal", "action": "pass"}], "times": 1});
    server.expect(rule.clone());
    assert_eq!(server.admin("POST", "expectations", rule).status, 409);
    assert_eq!(server.tupu_text(marked), ("Normal".into(), "pass".into()));
    assert!(because(&server).contains("expectation"));
    // It is spent.
    assert_eq!(server.tupu_text(marked), ("Terror".into(), "block".into()));
    assert_eq!(server.get("expectations")[0]["spoken"], 1);
    assert_eq!(
        server.admin("DELETE", "expectations/mine", Value::Null).status,
        204
    );
    assert_eq!(
        server.admin("DELETE", "expectations/mine", Value::Null).status,
        404
    );
}

#[test]
fn expectations_know_hashes_names_tags_headers_sequences_and_perceptual_likeness() {
    let server = TestServer::new();
    let photo = fixture("photos/chelsea.jpg");
    let first = pictures(&server, std::slice::from_ref(&photo), &[PORN]);
    assert_eq!(first[PORN]["fileList"][0]["label"], 2, "{first}");
    server.expect(json!({"match": {"phash": phash(&photo), "distance": 3},
        "sequence": [[{"task": "porn", "label": "0", "rate": 0.5, "review": true}], [{"task": PORN, "label": "sexy"}]]}));
    // Smaller and compressed, it is still like it.
    let small = image::load_from_memory(&photo)
        .unwrap()
        .resize_exact(400, 300, FilterType::Triangle);
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 60)
        .encode_image(&small)
        .unwrap();
    let labels: Vec<Value> = (0..3)
        .map(|_| pictures(&server, &[jpeg.clone()], &[PORN])[PORN]["fileList"][0]["label"].clone())
        .collect();
    assert_eq!(labels, [json!(0), json!(1), json!(2)]);
    server.admin("POST", "reset", json!({}));
    for likeness in [
        json!({"tag": "room"}),
        json!({"header": {"x-case": "seven"}}),
        json!({"file_name": server.marker_url("porn-2.png")}),
        json!({"sha256": understudy::signing::digest::sha256_hex(&fixture("kit/porn-2.png"))}),
    ] {
        server.expect(json!({"match": likeness, "verdicts": [{"label": "1"}]}));
        let fields = json!({"image": server.marker_url("porn-2.png"), "task": PORN, "tag": "room"});
        let headers = [("x-case".to_owned(), "seven".to_owned())];
        let answer = server.tupu_raw(RECOGNITION, &fields, &headers);
        let inner = opened(&server.tupu_credential("provider_public_key_pem"), &answer.body);
        assert_eq!(inner[PORN]["fileList"][0]["label"], 1, "{likeness}");
        server.admin("POST", "reset", json!({}));
    }
}

/// As `explain` shows it.
fn phash(picture: &[u8]) -> String {
    let range = PixelRange {
        least: 1,
        most: 10_000,
    };
    let seen = PictureFeatures::measure(&Picture::decode(picture, range, 40_000_000).unwrap());
    assert!(seen.summary().contains(&format!("{:016x}", seen.phash)));
    format!("{:016x}", seen.phash)
}

#[test]
fn impossible_expectations_are_refused_by_their_field() {
    let server = TestServer::new();
    for (rule, field) in [
        (
            json!({"match": {"sha256": "abc"}, "verdicts": [{}]}),
            "match.sha256",
        ),
        (
            json!({"match": {"phash": "xyz"}, "verdicts": [{}]}),
            "match.phash",
        ),
        (
            json!({"match": {"text": {"regex": "("}}, "verdicts": [{}]}),
            "match.text.regex",
        ),
        (json!({"match": {}}), "verdicts"),
        (
            json!({"match": {}, "verdicts": [{"rate": 2}]}),
            "verdicts[0].rate",
        ),
        (
            json!({"match": {}, "verdicts": [{"action": "maybe"}]}),
            "verdicts[0].action",
        ),
    ] {
        let answer = server.admin("POST", "expectations", rule.clone());
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (422, &json!(field)),
            "{rule}"
        );
    }
    assert_eq!(
        server.admin("POST", "expectations", json!({"mach": {}})).status,
        422
    );
    assert_eq!(server.get("expectations"), json!([]));
}

#[test]
fn the_same_content_has_the_same_verdict_in_any_order_and_every_world() {
    let photos = ["astronaut", "chelsea", "coffee"].map(|name| fixture(&format!("photos/{name}.jpg")));
    let results = |order: &[usize]| {
        let server = TestServer::new();
        let mut all: Vec<(usize, Value)> = order
            .iter()
            .map(|n| {
                let inner = pictures(&server, &[photos[*n].clone()], &[]);
                let tasks = inner
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(name, _)| name.len() == 24);
                (*n, tasks.map(|(_, task)| task["fileList"][0].clone()).collect())
            })
            .collect();
        all.sort_by_key(|(n, _)| *n);
        all
    };
    assert_eq!(results(&[0, 1, 2]), results(&[2, 0, 1]));
}

#[test]
fn a_lie_is_believable_and_told_of() {
    let server = TestServer::new();
    let lie = json!({"kind": "wrong-verdict", "task": "text", "label": "Terror"});
    server.fault(effect(lie));
    assert_eq!(server.tupu_text("good morning").0, "Terror");
    assert!(because(&server).contains("a fault lies"));
}

/// Every picture of the kit, resized to half its size and compressed to quality 40, and as it is.
#[test]
fn the_kit_comes_back_as_marked_also_small_and_compressed() {
    let server = TestServer::new();
    let inner = |fields: &Value| server.tupu("/v3/recognition/image/sync/base64/", fields);
    let mut judged = 0;
    for item in Providers::default().marker_samples() {
        let Some((task, label)) = item
            .name
            .strip_suffix(".png")
            .and_then(|name| name.rsplit_once('-'))
        else {
            continue;
        };
        let decoded = image::load_from_memory(&item.bytes).unwrap();
        let small = decoded.resize_exact(256, 256, FilterType::Triangle);
        let mut jpeg = Vec::new();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 40)
            .encode_image(&small.to_rgb8())
            .unwrap();
        let reply = inner(&json!({"images": [base64_of(&item.bytes), base64_of(&jpeg)]}));
        let id = task_id(task);
        let reply = if reply[id].is_null() {
            inner(&json!({"images": [base64_of(&item.bytes), base64_of(&jpeg)], "tasks": [id]}))
        } else {
            reply
        };
        let label: u64 = label.parse().unwrap();
        for file in reply[id]["fileList"].as_array().unwrap() {
            assert_eq!(file["label"], label, "{}: {file}", item.name);
        }
        assert_eq!(reply[id]["fileList"].as_array().unwrap().len(), 2);
        judged += 1;
    }
    assert!(judged > 60, "{judged}");
}

fn task_id(name: &str) -> &'static str {
    match name {
        "porn" => PORN,
        "ads" => ADS,
        "violence" => "5e1d70adeec2874f7318dc52",
        "violence-old" => "5acb135cc40c6772b10ec73a",
        "politics" => "5b7be1f59b0c77a8c2afb351",
        "face-old" => "59101e2540f7575536ab3144",
        "scenes" => "5808841f5e1778ef49219a99",
        "vice" => "5eddb86afaf52c4ca704ea41",
        "vulgar-image" => "5ad37309616505867eeac264",
        "ads-old" => "54d1c23172f3d7264ba1c025",
        "people" => "559e65b3040a5ee37e4505b3",
        "scene" => "559e88fa6f7910b622d37fbb",
        "behaviour" => "5ac4405825146cb63afa643f",
        other => panic!("a task of the kit without an id here: {other}"),
    }
}

#[test]
fn texts_and_sounds_of_the_kit_come_back_as_marked() {
    let server = TestServer::new();
    for item in Providers::default().marker_samples() {
        if let Some(label) = item
            .name
            .strip_prefix("text-")
            .and_then(|name| name.strip_suffix(".txt"))
        {
            let text = String::from_utf8(item.bytes.to_vec()).unwrap();
            assert_eq!(server.tupu_text(&text).0, label);
        }
        let Some((task, label)) = item
            .name
            .strip_suffix(".wav")
            .and_then(|name| name.rsplit_once('-'))
        else {
            continue;
        };
        let fields = json!({"speech": server.marker_url(&item.name)});
        let reply = server.tupu("/v3/recognition/speech/", &fields);
        if task == "vulgar" {
            let found = &reply["5c8213b9bc807806aab0a574"]["speechs"][0];
            assert_eq!(found["label"], u64::from(label == "vulgar"), "{reply}");
        } else {
            let found = &reply["5caee6b2a76925c55a09a6d2"]["fileList"][0]["result"];
            assert_eq!(found["label"], label, "{reply}");
        }
    }
}

#[test]
fn the_kit_on_disk_is_the_one_the_program_makes() {
    let mut names: Vec<String> = Vec::new();
    for item in Providers::default().marker_samples() {
        assert!(
            fixture(&format!("kit/{}", item.name)) == item.bytes,
            "{} differs",
            item.name
        );
        names.push(item.name.clone());
    }
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/kit");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), names.len());
}

#[test]
fn what_is_seen_in_real_photographs_is_plausible_and_explained() {
    let server = TestServer::new();
    let inner = pictures(
        &server,
        &[fixture("photos/astronaut.jpg")],
        &[PORN, "5b7be1f59b0c77a8c2afb351", "559e65b3040a5ee37e4505b3"],
    );
    assert_eq!(inner[PORN]["fileList"][0]["label"], 2, "a portrait is no porn");
    assert!(
        !inner["5b7be1f59b0c77a8c2afb351"]["fileList"][0]["objects"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        inner["559e65b3040a5ee37e4505b3"]["fileList"][0]["label"], 0,
        "there is a person"
    );
    assert!(because(&server).contains("a face"));
}
