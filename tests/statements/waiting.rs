//! The control API answers while reports are being made.

use crate::support::TestServer;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, mpsc};
use understudy::store::REPORTS;

/// Makes as many reports as run at once, each of which ends when `gate` is free. Returns once all of them run.
fn occupy_reports<'scope>(
    server: &TestServer,
    gate: &Arc<Mutex<()>>,
    scope: &'scope std::thread::Scope<'scope, '_>,
) {
    let (started, all_started) = mpsc::channel();
    for _ in 0..REPORTS {
        let (store, started, gate) = (
            server.running.statements().store.clone(),
            started.clone(),
            gate.clone(),
        );
        scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(store.report(move |_| {
                started.send(()).unwrap();
                drop(gate.lock());
            }));
        });
    }
    for _ in 0..REPORTS {
        all_started.recv().unwrap();
    }
}

#[test]
fn halting_faults_and_asking_for_health_does_not_wait_behind_reports() {
    let server = TestServer::new();
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().unwrap();
    std::thread::scope(|scope| {
        occupy_reports(&server, &gate, scope);
        let recount = scope.spawn(|| {
            let path = "sla/jdcloud-matting/demo/2026-11?from=rows";
            server.admin("GET", path, Value::Null).status
        });
        for path in [
            "health", "ready", "info", "faults", "clock", "jobs", "journal", "metrics", "worlds",
        ] {
            assert_eq!(server.admin("GET", path, Value::Null).status, 200, "{path}");
        }
        assert_eq!(server.admin("POST", "faults/halt", Value::Null).status, 200);
        // Short work on the store does not wait either.
        assert_eq!(
            server.admin("POST", "worlds", json!({"name": "fresh"})).status,
            201
        );
        assert_eq!(server.admin("DELETE", "worlds/fresh", Value::Null).status, 204);
        assert_eq!(server.admin("PUT", "clock", json!({"frozen": true})).status, 200);
        assert!(!recount.is_finished());
        drop(held);
        assert_eq!(recount.join().unwrap(), 200);
    });
}
