//! The test that the documentation of `support` shows, so that it stays true.

use super::support::{TestServer, fault, fixture};
use serde_json::json;

#[test]
fn who_is_struck_by_a_fault_may_call_again_when_it_is_over() {
    // On free ports; its clock stands still until it is advanced.
    let server = TestServer::new();
    let photo = fixture("pictures/plain.jpg");
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
    // What the ledger counted; and the journal, whose newest call comes first.
    assert_eq!(server.calls("jdcloud-matting/cutout"), 2);
    assert_eq!(server.journal_of(2)[1]["attribution"]["fault"], "busy");
    // Another world has its own keys and its own money.
    let poor = server.world("poor").with_settings(json!({"balance_fen": 0}));
    assert_eq!(poor.cutout(&photo).json()["code"], 10010);
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
