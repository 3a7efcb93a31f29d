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
//!     // What the ledger counted; and the journal, whose newest call comes first.
//!     assert_eq!(server.calls("jdcloud-matting/cutout"), 2);
//!     assert_eq!(server.journal_of(2)[1]["attribution"]["fault"], "busy");
//!     // Another world has its own keys and its own money.
//!     let poor = server.world("poor").with_settings(json!({"balance_fen": 0}));
//!     assert_eq!(poor.cutout(&photo).json()["code"], 10010);
//! }
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `server.rs` | starts and restarts servers, sends requests to both listeners. `demo`, `signed`, `signature`, `post`, `app_query`, `cutout` and `cutout_by_app` speak as clients of JD Cloud, the other verbs of no vendor |
//! | `verbs.rs` | what tests do with a server: clock, worlds, faults, expectations, journal, ledger |
//! | `fault.rs` | faults in words |
//! | `compose.rs` | a caller of JD Cloud's composing |
//! | `tupu.rs` | a caller of Tupu, and a receiver of its callbacks |
//! | `program.rs` | the real program as a process, and folders that are removed after a test |
//! | `acme.rs` | made-up providers, one for each formula of the agreements |
//! | `parcel.rs` | a made-up provider with everything a provider can have |
//! | `scenes.rs` | made-up pictures whose true matte is known |

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
