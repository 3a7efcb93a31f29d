//! The test that the documentation of `support` shows, so that it stays true.

use super::support::{TestServer, fault, fixture};
use serde_json::json;

#[test]
fn who_is_struck_by_a_fault_may_call_again_when_it_is_over() {
    // On free ports; its clock stands still until it is advanced.
    let server = TestServer::new();
    let photo = fixture("pictures/plain.jpg");
    server.settings(json!({"balance_fen": 100}));
    server.fault(
        fault("busy")
            .matching("jdcloud-matting/cutout")
            .status(503)
            .always()
            .ttl("30m"),
    );
    assert_eq!(server.cutout(&photo).status, 503);
    server.advance("30m");
    assert_eq!(server.cutout(&photo).json()["code"], 10000);
    // The newest call comes first; `usage` is what the ledger counted.
    assert_eq!(server.journal_of(2)[1]["attribution"]["fault"], "busy");
    assert_eq!(server.usage()[0]["calls"], 2);
    // A world of its own has keys of its own.
    let other = server
        .world("other")
        .with_settings(json!({"limits": {"*": {"concurrency": 1}}}));
    assert_eq!(other.cutout(&photo).status, 200);
}

#[test]
fn the_documentation_shows_the_test_above() {
    let shown: Vec<&str> = include_str!("support/mod.rs")
        .lines()
        .skip_while(|line| !line.contains("```"))
        .skip(1)
        .take_while(|line| !line.contains("```"))
        .map(|line| {
            line.trim_start_matches("//!")
                .strip_prefix(' ')
                .unwrap_or_default()
        })
        .collect();
    assert!(
        include_str!("example.rs").contains(&shown.join("\n")),
        "{shown:#?}"
    );
}
