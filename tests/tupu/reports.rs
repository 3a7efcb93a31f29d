//! What callbacks say: rules by task, early reports, sounds, the end of a stream.

use super::*;

const FILE: &str = "/v3/recognition/video/asyncscan/";
const STREAM: &str = "/v3/recognition/speech/stream/";
const CLOSE: &str = "/v3/recognition/speech/stream/close/";
const PEOPLE: &str = "5b7be1f59b0c77a8c2afb351";

/// The only report on the kit's pack of frames, which are porn 0, 1 and 2 (harmless), judged by these rules.
fn reported(server: &TestServer, rules: &Value) -> Value {
    let mailbox = Mailbox::accepting_all();
    let video = json!({
        "video": server.marker_url("frames.zip"), "task": [PORN, PEOPLE], "callbackRules": rules, "callbackUrl": mailbox.url,
    });
    let taken = server.tupu(FILE, &video);
    assert_eq!(taken["code"], 0, "{taken}");
    server.advance("2s");
    let report = mailbox.next(server);
    server.advance("1h");
    assert_eq!(mailbox.count_remaining(), 0);
    report
}

fn labels(object: &Value) -> Vec<i64> {
    let list = object["fileList"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .map(|frame| frame["label"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_rule_chooses_frames_by_all_that_it_names() {
    let server = TestServer::new();
    let of_porn = |rule: Value| labels(&reported(&server, &json!({PORN: [rule]}))[PORN]);
    assert_eq!(labels(&reported(&server, &json!({}))[PORN]), [0, 1]);
    assert_eq!(of_porn(json!({"label": 1})), [1]);
    assert_eq!(of_porn(json!({"label": 1, "review": true})), [] as [i64; 0]);
    assert_eq!(of_porn(json!({"label": 1, "total": true})), [0, 1, 2]);
    assert_eq!(of_porn(json!({"label": 3, "total": true})), [] as [i64; 0]);
    assert_eq!(
        of_porn(json!({"similarity": 0.1})),
        [] as [i64; 0],
        "no task of persons"
    );
    assert_eq!(of_porn(json!({"faceId": ["nobody"]})), [] as [i64; 0]);
    let flat = reported(&server, &json!([{"label": 2}]));
    assert_eq!(
        (labels(&flat[PORN]), labels(&flat[PEOPLE])),
        (vec![2], vec![2, 2, 2])
    );
    let people = reported(
        &server,
        &json!({PEOPLE: [{"similarity": 0.5, "typeName": [""], "offset": false}]}),
    );
    assert_eq!(labels(&people[PEOPLE]), [2, 2, 2]);
    assert_eq!(people[PEOPLE]["fileList"][1]["offset"], Value::Null);
    assert_eq!(people[PORN]["fileList"][1]["offset"], json!(3.0));
    let sure = reported(&server, &json!({PEOPLE: [{"similarity": 1.5}]}));
    assert_eq!(sure[PEOPLE], json!({}));
}

#[test]
fn a_video_reports_each_frame_while_it_is_worked_on_where_that_is_asked() {
    let server = TestServer::new();
    server.settings(json!({"jobs": {"tupu/video-async": {"duration": "30s"}}}));
    let mailbox = Mailbox::accepting_all();
    let video = json!({
        "video": server.marker_url("frames.zip"), "task": PORN, "realTimeCallback": true, "callbackUrl": mailbox.url,
    });
    let id = server.tupu(FILE, &video)["videoId"].clone();
    let start = server.now().millis();
    server.advance("1m");
    let reports: Vec<Value> = (0..3).map(|_| mailbox.next(&server)).collect();
    let told = reports.iter().map(|report| {
        assert_eq!(report["videoId"], id);
        (
            report["timestamp"].as_i64().unwrap() - start,
            labels(&report[PORN]),
        )
    });
    let told: Vec<(i64, Vec<i64>)> = told.collect();
    assert_eq!(told, [(10_000, vec![0]), (20_000, vec![1]), (30_000, vec![0, 1])]);
    assert_eq!(mailbox.count_remaining(), 0);
    let wrong =
        json!({"video": server.marker_url("frames.zip"), "task": PORN, "realTimeCallback": "perhaps"});
    assert_eq!(server.tupu(FILE, &wrong)["code"], 15);
}

#[test]
fn a_stream_says_what_its_rule_asks_and_links_to_the_sound() {
    let server = TestServer::new();
    let mailbox = Mailbox::accepting_all();
    let stream = |room: &str, rule: u8, pre: bool| {
        json!({"url": format!("rtmp://host/{room}"), "callback": mailbox.url, "roomId": room,
            "callbackRules": rule, "returnPreSpeech": pre})
    };
    let open = |one: Value| {
        let taken = server.tupu(STREAM, &json!({"speechStream": [one], "tasks": [VULGAR]}));
        json!([{"requestId": taken["result"][0]["requestId"]}])
    };
    let bad = "x?understudy:vulgar";
    for (room, rule, pre, slice, ends) in [
        ("quiet", 0, false, None, false),
        ("quiet", 1, false, Some("rtmp://host/quiet#t=0,60"), false),
        ("quiet", 2, false, None, true),
        (
            bad,
            0,
            false,
            Some("rtmp://host/x?understudy:vulgar#t=50,60"),
            false,
        ),
        (bad, 2, true, Some("rtmp://host/x?understudy:vulgar#t=0,60"), true),
    ] {
        let id = open(stream(room, rule, pre));
        server.advance("1m");
        let report = mailbox.next(&server);
        let sound = report[VULGAR]["texts"][0]["speechUrl"].as_str();
        assert_eq!(sound, slice, "{room} {rule} {report}");
        server.advance("10s");
        assert_eq!(server.tupu(CLOSE, &json!({"speechStream": id}))["code"], 0);
        if ends {
            let last = mailbox.next(&server);
            assert_eq!(
                (&last["status"], &last["requestId"]),
                (&json!("closed"), &id[0]["requestId"])
            );
        }
        server.advance("10m");
        assert_eq!(mailbox.count_remaining(), 0, "{room} {rule}");
    }
}
