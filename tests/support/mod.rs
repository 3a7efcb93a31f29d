//! A server of one's own, with verbs.

pub mod acme;
pub mod compose;
pub mod parcel;
pub mod program;
pub mod scenes;
pub mod server;
pub mod signer;
pub mod tupu;

pub use server::{Answer, TestServer, fixture};

/// Skips a test for want of something outside the project, or fails where everything is required.
pub fn skip(why: &str) {
    #[expect(clippy::disallowed_methods, reason = "how CI says that a skip is a failure")]
    let required = std::env::var("UNDERSTUDY_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(!required, "required here, but {why}");
    eprintln!("skipped: {why}");
}
