//! Jobs and their callbacks: order, retries, lanes, a slow receiver, a restart.

use super::super::support::program::{Folder, Program, agent, pause};
use super::*;
use std::collections::HashMap;
use std::time::Duration;
use understudy::clock::{Clock, Time};
use understudy::providers::tupu::sign::identity_proof;

const LONG: &str = "/v3/recognition/text/async/";

fn submit(server: &TestServer, content: &str, url: &str) -> String {
    let inner = server.tupu(LONG, &json!({"content": content, "callbackUrl": url}));
    assert_eq!(inner["code"], 0, "{inner}");
    inner["requestId"].as_str().unwrap().to_owned()
}

#[test]
fn a_report_that_is_refused_is_tried_again_on_the_clock_and_then_given_up() {
    let server = TestServer::new();
    let mailbox = Mailbox::new(|_| 500);
    let id = submit(&server, "x", &mailbox.url);
    server.advance("1s");
    assert_eq!(mailbox.count_remaining(), 0, "it is not due yet");
    server.advance("1s");
    let first = mailbox.next(&server);
    assert_eq!(first["requestId"], *id);
    server.advance("9s");
    assert_eq!(mailbox.count_remaining(), 0);
    server.advance("1s");
    mailbox.next(&server);
    server.advance("1h");
    let last = mailbox.next(&server);
    assert_eq!(mailbox.count_remaining(), 0, "three tries, and no more");
    let sent = |report: &Value| report["timestamp"].as_i64().unwrap();
    assert_eq!(sent(&last) - sent(&first), 30_000, "10 s, then 20 s");
    let job = &server.get("jobs")[0];
    assert_eq!(
        (&job["callback"]["given_up"], &job["callback"]["last"]),
        (&json!(1), &json!("500"))
    );
}

#[test]
fn a_result_can_be_asked_for_two_hours_and_no_longer() {
    let server = TestServer::new();
    let inner = server.tupu(
        "/v3/recognition/image/async/",
        &json!({"image": server.marker_url("porn-0.png"), "task": PORN}),
    );
    let ask = || {
        server.tupu(
            "/v3/recognition/image/async/result/",
            &json!({"requestId": inner["requestId"]}),
        )
    };
    assert_eq!(ask()["status"], "running");
    server.advance("2s");
    assert_eq!(ask()[PORN]["fileList"][0]["label"], 0);
    server.advance("1h59m59s");
    assert_eq!(ask()["status"], "finished");
    server.advance("1s");
    assert_eq!(ask()["code"], 16);
}

#[test]
fn jobs_beyond_the_lanes_wait_and_streams_are_refused() {
    let server = TestServer::new();
    let jobs = json!({"tupu/text-async": {"concurrent": 2, "duration": "10s"}, "tupu/video-stream": {"concurrent": 1}});
    server.settings(json!({"jobs": jobs}));
    let mailbox = Mailbox::accepting_all();
    let ids: Vec<String> = (0..5)
        .map(|n| submit(&server, &n.to_string(), &mailbox.url))
        .collect();
    let states = |at: usize| -> Vec<String> {
        let all = server.get("jobs");
        let counted = all
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["state"].as_str().unwrap().to_owned());
        let mut sorted: Vec<String> = counted.collect();
        sorted.sort();
        assert_eq!(sorted.len(), at);
        sorted
    };
    assert_eq!(states(5), ["queued", "queued", "queued", "running", "running"]);
    server.advance("10s");
    assert_eq!(
        states(5),
        ["queued", "running", "running", "succeeded", "succeeded"]
    );
    server.advance("20s");
    let mut reported: Vec<String> = (0..5)
        .map(|_| mailbox.next(&server)["requestId"].as_str().unwrap().to_owned())
        .collect();
    reported.sort();
    let mut all = ids.clone();
    all.sort();
    assert_eq!(reported, all);
    let stream = json!({"video": "rtmp://room", "fragmentTime": 10, "task": PORN});
    let path = "/v3/recognition/video/stream/";
    let open = server.tupu(path, &stream);
    assert_eq!(server.tupu(path, &stream)["code"], 17);
    assert_eq!(
        server.tupu(
            "/v3/recognition/video/close/",
            &json!({"videoId": open["videoId"]})
        )["code"],
        0
    );
    assert_eq!(server.tupu(path, &stream)["code"], 0);
}

#[test]
fn callbacks_follow_an_advancing_clock_each_at_its_own_instant() {
    let server = TestServer::new();
    let mailbox = Mailbox::accepting_all();
    let stream = json!({"video": "rtmp://room?understudy:porn", "fragmentTime": 10, "task": PORN, "callbackUrl": mailbox.url});
    let id = server.tupu("/v3/recognition/video/stream/", &stream)["videoId"].clone();
    let start = server.now().millis();
    server.advance("1m");
    for nth in 1..=6 {
        let report = mailbox.next(&server);
        assert_eq!(
            (&report["videoId"], &report["timestamp"]),
            (&id, &json!(start + nth * 10_000))
        );
    }
    assert_eq!(
        server.tupu("/v3/recognition/video/close/", &json!({"videoId": id}))["code"],
        0
    );
    server.advance("10m");
    assert_eq!(mailbox.count_remaining(), 0);
}

#[test]
fn ten_thousand_callbacks_reach_a_slow_receiver_none_lost_and_each_jobs_in_order() {
    let server = TestServer::with(|settings| settings.jobs.callbacks = 16);
    let jobs = json!({"tupu/video-stream": {"concurrent": 2_000}});
    server.settings(json!({"jobs": jobs}));
    let mailbox = Mailbox::new(|nth| {
        // Slow, and now and then it fails.
        pause(Duration::from_micros(500));
        if nth % 97 == 0 { 503 } else { 200 }
    });
    let start = server.now();
    for _ in 0..1_000 {
        let room = "rtmp://room?understudy:porn";
        let stream = json!({"video": room, "fragmentTime": 60, "task": PORN, "callbackUrl": mailbox.url});
        assert_eq!(server.tupu("/v3/recognition/video/stream/", &stream)["code"], 0);
    }
    // As fast as it goes: the receiver is what is waited for.
    let clock = json!({"scale": 100_000.0, "frozen": false});
    assert_eq!(server.admin("PUT", "clock", clock).status, 200);
    let minute = Duration::from_mins(1);
    let mut last: HashMap<String, (Time, u64)> = HashMap::new();
    let mut complete = 0;
    while complete < 1_000 {
        let report = mailbox.next(&server);
        let slice = report[PORN]["fileList"][0]["sliceStartTime"].as_str().unwrap();
        let slice = Time::from_local_text(slice).unwrap();
        let job = last.entry(report["videoId"].as_str().unwrap().to_owned());
        let (before, count) = job.or_insert((start - minute, 0));
        // The next slice, or the same again where the receiver failed: none is left out, none comes too early.
        assert!(
            slice == *before || slice == *before + minute,
            "{slice} after {before}"
        );
        *count += u64::from(slice != *before);
        complete += u64::from(slice != *before && *count == 10);
        *before = slice;
    }
    assert_eq!(last.len(), 1_000);
    let delivered: u64 = server
        .get("jobs")
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["callback"]["delivered"].as_u64().unwrap())
        .sum();
    assert!(delivered >= 9_000, "{delivered}");
    assert_eq!(server.admin("POST", "reset", json!({})).status, 200);
    assert_eq!(server.get("jobs"), json!([]));
}

#[test]
fn a_restart_goes_on_with_the_jobs_that_were_under_way() {
    let folder = Folder::new("jobs");
    let mailbox = Mailbox::accepting_all();
    let settings = ["--clock", "2026-11-22T12:00:00+08:00"];
    let program = Program::serve(&folder.0, &settings);
    let tupu = &program.ready["credentials"]["tupu"];
    let text = |name: &str| tupu[name].as_str().unwrap().to_owned();
    let (sid, key) = (text("secret_id"), text("private_key_pem"));
    program.ask("PUT", "clock", &json!({"frozen": true}));
    let proof = identity_proof(&sid, &key, "1", Clock::real().now()).unwrap();
    let body = json!({"timestamp": proof.timestamp, "nonce": "1", "signature": proof.signature, "content": "傻逼", "callbackUrl": mailbox.url});
    let url = format!("http://{}{LONG}{sid}", program.listen());
    let mut answer = agent().post(&url).send(body.to_string().as_bytes()).unwrap();
    let inner = opened(
        &text("provider_public_key_pem"),
        &answer.body_mut().read_to_vec().unwrap(),
    );
    assert_eq!(inner["code"], 0);
    // What is gathered is written within 20 ms; then the program is killed.
    pause(Duration::from_millis(300));
    drop(program);
    let program = Program::serve(&folder.0, &[]);
    program.ask("POST", "clock/advance", &json!({"by": "5s"}));
    let report = {
        let server = TestServer::new();
        mailbox.next(&server)
    };
    assert_eq!(
        (&report["requestId"], &report[TEXT]["texts"][0]["label"]),
        (&inner["requestId"], &json!("Abuse"))
    );
    program.stop();
}
