//! The admin API and the providers answer while reports are being made.

use crate::support::{TestServer, fixture};
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
fn halting_faults_health_and_calls_do_not_wait_behind_reports() {
    let server = TestServer::new();
    let gate = Arc::new(Mutex::new(()));
    std::thread::scope(|scope| {
        let held = gate.lock().unwrap();
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
        let cutout = server.cutout(&fixture("pictures/plain.png"));
        assert_eq!(cutout.status, 200, "{}", cutout.text());
        // A provider's list that is read from the store.
        let keys = (server.demo("ak"), server.demo("sk"));
        let path = "/api/intel-templates?page=1&per_page=1";
        let templates = server.signed("GET", path, b"", (&keys.0, &keys.1));
        assert_eq!(templates.status, 200, "{}", templates.text());
        assert!(!recount.is_finished());
        drop(held);
        assert_eq!(recount.join().unwrap(), 200);
    });
}
