//! What the agreements of JD Cloud's products have in common: 000 and 001 differ in few words.

use crate::sla::{Cause, ClaimRule, Lead, Leaves, NoticeRule, Setting, Tier};

/// Compensations (000 2.10, 001 2.10).
pub(super) static TIERS: [Tier; 3] = [
    Tier::new("jd_t1", 9500, 15),
    Tier::new("jd_t2", 9000, 30),
    Tier::new("jd_t3", 0, 60),
];

/// 000 2.10.2, 001 2.10.2.
pub(super) const CLAIM: ClaimRule = ClaimRule {
    workday: 3,
    months: 1,
};

/// 000 2.7.1(1), 001 2.7.1(1); J23.
pub(super) const NOTICE: NoticeRule = NoticeRule {
    name: "jd_advance",
    lead: Lead::BeforeStart,
    needed: "any time before the start (2.7.1(1) gives no lead time)",
};

/// Ambiguities, each with its default reading first.
pub(super) static SETTINGS: [Setting; 12] = [
    Setting::new("failure", "J5", &["no_response", "no_response_or_5xx"]),
    Setting::new("late", "J6", &["no_response", "answered"]),
    Setting::new(
        "exclusion",
        "J8",
        &["failed_both", "numerator_only", "window_both"],
    ),
    Setting::new("zero_requests", "J9", &["full", "undefined"]),
    Setting::COMPARE,
    Setting::new("fee_base", "J11", &["gross", "cash"]),
    Setting::new("cap", "J12", &["own_words", "cash_paid", "cash_payable"]),
    Setting::MONEY_ROUNDING,
    Setting::CLAIM_OPEN,
    Setting::new("claim_close", "J20", &["end_of_next_month", "corresponding_day"]),
    Setting::CLAIM_ROLL,
    Setting::WORKDAY,
];

/// The causes an agreement leaves out. 000 prints (11) twice, and the second is X12 (J3).
macro_rules! causes {
    ($agreement:literal, $last:literal) => {
        [
            $crate::providers::jdcloud::terms::noticed(
                "JD-X01",
                concat!($agreement, " 2.7.1(1)"),
                "maintenance notified in advance",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X02",
                concat!($agreement, " 2.7.1(2)"),
                "network, device or configuration that is not JD's",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X03",
                concat!($agreement, " 2.7.1(3)"),
                "a carrier's fault",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X04",
                concat!($agreement, " 2.7.1(4)"),
                "the user did not follow manual or recommendations",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X05",
                concat!($agreement, " 2.7.1(5)"),
                "illegal content",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X06",
                concat!($agreement, " 2.7.1(6)"),
                "the user's application or data were attacked",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X07",
                concat!($agreement, " 2.7.1(7)"),
                "the user lost or leaked data or passwords",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X08",
                concat!($agreement, " 2.7.1(8)"),
                "the user upgraded its own operating system",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X09",
                concat!($agreement, " 2.7.1(9)"),
                "the user's application or installation",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X10",
                concat!($agreement, " 2.7.1(10)"),
                "the user's negligence or authorized operation",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X11",
                concat!($agreement, " 2.7.1(11)"),
                "force majeure and accidents",
            ),
            $crate::providers::jdcloud::terms::cause(
                "JD-X12",
                concat!($agreement, " 2.7.1", $last),
                "other reasons that are not JD's",
            ),
        ]
    };
}
pub(super) use causes;

/// A cause that leaves the availability.
pub(super) const fn cause(code: &'static str, clause: &'static str, what: &'static str) -> Cause {
    Cause::new(code, clause, what, Leaves::Availability)
}

/// The same, where it was announced before it began (2.7.1(1), J23).
pub(super) const fn noticed(code: &'static str, clause: &'static str, what: &'static str) -> Cause {
    cause(code, clause, what).announced(Lead::BeforeStart, None)
}
