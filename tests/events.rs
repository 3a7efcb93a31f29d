//! What a server publishes as it happens.

use super::support::tupu::Mailbox;
use super::support::{TestServer, fault, fixture};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use understudy::world::Event;

/// The events that have been published since, as JSON.
fn read(events: &mut Receiver<Event>) -> Vec<Value> {
    std::iter::from_fn(|| events.try_recv().ok())
        .map(|event| serde_json::to_value(event).unwrap())
        .collect()
}

#[test]
fn calls_faults_jobs_and_clocks_publish_their_changes() {
    let server = TestServer::new();
    let mut events = server.running.events();

    assert_eq!(server.cutout(&fixture("pictures/plain.jpg")).status, 200);
    let call = server.newest(1);
    let expected = json!({"event": "call", "world": "demo", "request_id": call["request_id"],
        "operation": "jdcloud-matting/cutout", "status": 200, "outcome": "answered"});
    assert_eq!(read(&mut events), [expected]);

    server.fault(fault("busy").status(503).always());
    server.clear_faults();
    assert_eq!(
        read(&mut events),
        [json!({"event": "faults"}), json!({"event": "faults"})]
    );

    let clock = server.advance("1m");
    assert_eq!(
        read(&mut events).last().unwrap(),
        &json!({"event": "clock", "now": clock["now"]})
    );
}

#[test]
fn a_job_tells_of_its_submission_its_callback_and_its_removal() {
    let server = TestServer::new();
    let mailbox = Mailbox::accepting_all();
    let mut events = server.running.events();
    let inner = server.tupu(
        "/v3/recognition/text/async/",
        &json!({"content": "x", "callbackUrl": mailbox.url}),
    );
    let id = inner["requestId"].as_str().unwrap();
    let jobs = |events: &mut Receiver<Event>| {
        let mut all = read(events);
        all.retain(|event| event["event"] == "job");
        all
    };
    let changed = json!({"event": "job", "world": "demo", "id": id, "is_removed": false});
    assert_eq!(
        jobs(&mut events),
        std::slice::from_ref(&changed),
        "it was submitted"
    );
    server.advance("2s");
    mailbox.next(&server);
    assert_eq!(jobs(&mut events), [changed], "it has called back");
    assert_eq!(server.admin("POST", "reset", json!({})).status, 200);
    let removed = json!({"event": "job", "world": "demo", "id": id, "is_removed": true});
    assert_eq!(jobs(&mut events), [removed]);
}

#[test]
fn who_reads_too_slowly_is_told_how_much_was_missed_and_holds_nobody_up() {
    let server = TestServer::new();
    let mut slow = server.running.events();
    let clock = server.running.clock();
    for _ in 0..1030 {
        clock.set(Some(clock.mapping()));
    }
    let missed = slow.try_recv();
    assert!(
        matches!(missed, Err(TryRecvError::Lagged(count)) if count > 0),
        "{missed:?}"
    );
    assert!(slow.try_recv().is_ok(), "the newest are there");
}
