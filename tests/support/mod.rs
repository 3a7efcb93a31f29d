//! A server of one's own, with verbs. A whole test, put into a file of `tests/` that `all.rs` names:
//!
//! ```ignore
//! use super::support::{TestServer, fault, fixture};
//! use serde_json::json;
//!
//! #[test]
//! fn who_is_struck_by_a_fault_may_call_again_when_it_is_over() {
//!     // On free ports; its clock stands still until it is advanced.
//!     let server = TestServer::new();
//!     let photo = fixture("pictures/plain.jpg");
//!     server.settings(json!({"balance_fen": 100}));
//!     server.fault(
//!         fault("busy")
//!             .matching("jdcloud-matting/cutout")
//!             .status(503)
//!             .always()
//!             .ttl("30m"),
//!     );
//!     assert_eq!(server.cutout(&photo).status, 503);
//!     server.advance("30m");
//!     assert_eq!(server.cutout(&photo).json()["code"], 10000);
//!     // The newest call comes first; `usage` is what the ledger counted.
//!     assert_eq!(server.journal_of(2)[1]["attribution"]["fault"], "busy");
//!     assert_eq!(server.usage()[0]["calls"], 2);
//!     // A world of its own has keys of its own.
//!     let other = server
//!         .world("other")
//!         .with_settings(json!({"limits": {"*": {"concurrency": 1}}}));
//!     assert_eq!(other.cutout(&photo).status, 200);
//! }
//! ```
//!
//! `server.rs` starts servers and sends calls, `verbs.rs` has the verbs, `fault.rs` the words for faults, `program.rs` the
//! real program as a process; `compose.rs` and `tupu.rs` are callers of those products.

pub mod acme;
pub mod compose;
pub mod fault;
pub mod parcel;
pub mod program;
pub mod scenes;
pub mod server;
pub mod tupu;
pub mod verbs;

pub use fault::{effect, fault};
pub use server::{Answer, TestServer, fixture};

/// Skips a test for want of something outside the project, or fails where everything is required.
pub fn skip(why: &str) {
    #[expect(clippy::disallowed_methods, reason = "how CI says that a skip is a failure")]
    let required = std::env::var("UNDERSTUDY_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(!required, "required here, but {why}");
    eprintln!("skipped: {why}");
}
