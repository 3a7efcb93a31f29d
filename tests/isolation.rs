//! Waiting and computing are different things: what waits holds no computing thread.

use super::support::program::silent_server;
use super::support::{TestServer, fixture};
use serde_json::json;

#[test]
fn a_hanging_fetch_occupies_no_pool_thread() {
    let server = TestServer::with(|settings| {
        settings.pool.threads = Some(1);
        settings.pool.queue = 8;
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
