//! A client that would have the server call itself: as the operator, or as another client.

use super::super::support::{TestServer, fault};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;

const LONG: &str = "/v3/recognition/text/async/";

/// An address that leads on to another.
fn redirect_to(target: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x.jpg", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            drop(socket.read(&mut [0; 4096]));
            let head = format!("HTTP/1.1 307 Moved\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
            drop(socket.write_all(head.as_bytes()));
        }
    });
    url
}

#[test]
fn callbacks_and_pictures_reach_neither_the_admin_api_nor_other_calls() {
    let server = TestServer::new();
    server.fault(
        fault("busy")
            .matching("jdcloud-matting/cutout")
            .status(503)
            .always(),
    );
    let port = server.admin_host().rsplit(':').next().unwrap().to_owned();
    let halt = "_understudy/faults/halt";
    for url in [
        format!("http://127.0.0.1:{port}/{halt}"),
        format!("http://localhost:{port}/{halt}"),
        format!("http://[::ffff:7f00:1]:{port}/{halt}"),
        format!("http://2130706433:{port}/{halt}"),
        format!("http://{}/api/cutout", server.host()),
    ] {
        let refused = server.tupu(LONG, &json!({"content": "x", "callbackUrl": url}));
        assert_ne!(refused["code"], 0, "{url}: {refused}");
        let picture = server.tupu("/v3/recognition/", &json!({"image": url}));
        assert_eq!(picture["code"], 14, "{url}: {picture}");
    }
    // Nor by way of another server.
    let away = redirect_to(format!("http://{}/{halt}", server.admin_host()));
    let taken = server.tupu(LONG, &json!({"content": "x", "callbackUrl": away}));
    assert_eq!(taken["code"], 0, "{taken}");
    server.advance("2m");
    let job = &server.get("jobs")[0];
    assert_eq!(job["callback"]["given_up"], 1, "{job}");
    let why = job["callback"]["last"].as_str().unwrap();
    assert!(why.contains("is this server itself"), "{why}");

    let faults = server.get("faults");
    assert_eq!(faults.as_array().unwrap().len(), 1, "{faults}");
    assert_eq!(
        server
            .cutout(&super::super::support::fixture("pictures/plain.jpg"))
            .status,
        503
    );
    // Inputs of the kit are there to be fetched.
    let kit = json!({"image": server.marker_url("porn-0.png")});
    assert_eq!(server.tupu("/v3/recognition/", &kit)["code"], 0);
}
