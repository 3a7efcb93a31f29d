//! Pictures made to be taken for each other: both have one XXH3-128.

use super::super::support::TestServer;
use super::hostile;
use understudy::signing::digest::sha256_hex;
use xxhash_rust::xxh3::xxh3_128;

#[test]
fn a_world_never_gets_the_cut_out_of_another_worlds_picture() {
    let server = TestServer::new();
    let other = server.world("other");
    let (a, b) = (hostile("collide_a.jpg"), hostile("collide_b.jpg"));
    assert_eq!(xxh3_128(&a), xxh3_128(&b), "that is what they were made for");
    let cut = |body: &[u8]| {
        let alone = TestServer::new();
        alone.cutout(body).json()["result"]["cutout_image_url"].clone()
    };
    assert_ne!(
        cut(&a),
        cut(&b),
        "the pictures differ, and what is cut out of them"
    );

    let file = |answer: &serde_json::Value| {
        let url = answer["result"]["cutout_image_url"].as_str().unwrap();
        server.send("GET", url, &[], b"").body
    };
    let first = file(&server.cutout(&a).json());
    let second = file(&other.cutout(&b).json());
    assert_ne!(first, second);
    let content = |call: &serde_json::Value| {
        let id = call["request_id"].as_str().unwrap();
        server.get(&format!("journal/{id}"))["request"]["content"].clone()
    };
    let calls = server.journal_of(2);
    assert_ne!(content(&calls[0]), content(&calls[1]));
    assert_eq!(content(&calls[1]), sha256_hex(&a)[..32]);
}
