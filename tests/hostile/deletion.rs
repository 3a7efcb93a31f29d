//! A world that is deleted while it is called.

use super::super::support::{TestServer, fault, fixture};
use serde_json::{Value, json};

#[test]
fn a_call_in_flight_leaves_nothing_behind_and_the_world_made_again_is_empty() {
    let server = TestServer::new();
    let doomed = server.world("doomed");
    // The call is answered, and held before the answer goes out.
    server.fault(fault("hold").in_world("doomed").latency("10m").always());
    std::thread::scope(|scope| {
        let call = scope.spawn(|| doomed.cutout(&fixture("pictures/plain.jpg")));
        server.await_events(1);
        assert_eq!(server.admin("DELETE", "worlds/doomed", Value::Null).status, 204);
        assert_eq!(
            server.admin("POST", "worlds", json!({"name": "doomed"})).status,
            201
        );
        server.advance("11m");
        let answer = call.join().unwrap();
        assert_eq!(answer.status, 200, "the client gets what it was promised");
        let file = answer.json()["result"]["cutout_image_url"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(server.send("GET", &file, &[], b"").status, 404);
    });
    let usage = server.usage();
    assert!(usage.iter().all(|day| day["world"] != "doomed"), "{usage:?}");
    assert!(server.journal().iter().all(|call| call["world"] != "doomed"));
    assert_eq!(server.get("worlds/doomed")["spent_fen"], 0);
    // The place of the row was given back: others are served, one row each.
    assert_eq!(server.cutout(&fixture("pictures/plain.jpg")).status, 200);
    assert_eq!(server.usage().len(), 1);
}
