//! Waiting and computing are different things: what waits holds no computing thread, and no report holds up anybody.

use super::support::{TestServer, fixture};
use serde_json::json;
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc::channel;

/// An address whose server takes requests and never answers; the receiver tells of each.
fn silent_server() -> (String, std::sync::mpsc::Receiver<std::net::TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/picture.jpg", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            if socket.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                drop(sender.send(socket));
            }
        }
    });
    (url, asked)
}

#[test]
fn a_hanging_fetch_occupies_no_pool_thread() {
    let server = TestServer::with(|settings| {
        settings.pool.threads = Some(1);
        settings.pool.queue = 1;
        settings.outbound.timeout = std::time::Duration::from_secs(120);
    });
    let (url, asked) = silent_server();
    let fields = json!({ "image": url });
    std::thread::scope(|scope| {
        let hanging: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| server.tupu_raw("/v3/recognition/", &fields, &[])))
            .collect();
        // All four have asked for their picture, and wait for it.
        let sockets: Vec<_> = hanging.iter().map(|_| asked.recv().unwrap()).collect();
        let cutout = server.cutout(&fixture("pictures/plain.jpg"));
        assert_eq!(cutout.json()["code"], 10000, "{}", cutout.text());
        assert!(hanging.iter().all(|call| !call.is_finished()), "they wait still");
        drop(sockets);
        for call in hanging {
            // A picture that cannot be had is the vendor's error 14.
            let answer = call.join().unwrap();
            assert!(answer.text().contains("\\\"code\\\":14"), "{}", answer.text());
        }
    });
}

#[test]
fn halt_health_and_calls_answer_while_recounts_are_blocked() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("isolation");
    drop(std::fs::remove_dir_all(&folder));
    let url = format!("sqlite:{}", folder.join("u.db").display());
    let server = TestServer::with(|settings| settings.store.url = url);
    server.cutout(&fixture("pictures/plain.jpg"));
    let (started, running) = channel();
    let (release, gate) = channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    std::thread::scope(|scope| {
        for _ in 0..understudy::store::REPORTS {
            let (store, gate, started) = (
                server.running.statements().store.clone(),
                gate.clone(),
                started.clone(),
            );
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(store.report(move |_| {
                    started.send(()).unwrap();
                    gate.lock().unwrap().recv().unwrap();
                }));
            });
        }
        for _ in 0..understudy::store::REPORTS {
            running.recv().unwrap();
        }
        let statement = "sla/jdcloud-matting/demo/2026-11?from=rows";
        let recount = scope.spawn(|| server.get(statement));
        for path in [
            "health", "ready", "info", "faults", "journal", "clock", "jobs", "worlds", "usage",
        ] {
            assert_eq!(
                server.admin("GET", path, serde_json::Value::Null).status,
                200,
                "{path}"
            );
        }
        assert_eq!(
            server
                .admin("POST", "faults/halt", serde_json::Value::Null)
                .status,
            200
        );
        assert_eq!(server.admin("POST", "worlds", json!({"name": "w"})).status, 201);
        assert_eq!(server.cutout(&fixture("pictures/plain.png")).status, 200);
        let path = "/api/intel-templates?page=1&per_page=1";
        let templates = server.signed("GET", path, b"", (&server.demo("ak"), &server.demo("sk")));
        assert_eq!(templates.status, 200, "{}", templates.text());
        assert!(!recount.is_finished(), "it waits for its turn");
        for _ in 0..understudy::store::REPORTS {
            release.send(()).unwrap();
        }
        assert_eq!(recount.join().unwrap()["source"], "rows");
    });
}
