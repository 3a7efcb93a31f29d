//! Waiting and computing are different things: what waits holds no computing thread.

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
