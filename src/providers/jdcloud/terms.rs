//! What the agreements of JD Cloud's products have in common: 000 and 001 differ in few words.

use crate::sla::{ClaimRule, Lead, NoticeRule, Setting, Tier};

/// Compensations (000 2.10, 001 2.10).
pub(super) static TIERS: [Tier; 3] = [
    tier("jd_t1", 9500, 15),
    tier("jd_t2", 9000, 30),
    tier("jd_t3", 0, 60),
];

const fn tier(id: &'static str, from: u32, percent: u32) -> Tier {
    Tier { id, from, percent }
}

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

const fn setting(name: &'static str, source: &'static str, readings: &'static [&'static str]) -> Setting {
    Setting {
        name,
        source,
        readings,
    }
}

/// Ambiguities, each with its default reading first.
pub(super) static SETTINGS: [Setting; 12] = [
    setting("failure", "J5", &["no_response", "no_response_or_5xx"]),
    setting("late", "J6", &["no_response", "answered"]),
    setting(
        "exclusion",
        "J8",
        &["failed_both", "numerator_only", "window_both"],
    ),
    setting("zero_requests", "J9", &["full", "undefined"]),
    setting("compare", "A3", &["exact", "round2", "trunc2"]),
    setting("fee_base", "J11", &["gross", "cash"]),
    setting("cap", "J12", &["own_words", "cash_paid", "cash_payable"]),
    setting("money_rounding", "A3", &["half_up", "floor", "half_even"]),
    setting(
        "claim_open",
        "J19",
        &["day_after_nth", "on_nth", "next_workday_after_nth"],
    ),
    setting("claim_close", "J20", &["end_of_next_month", "corresponding_day"]),
    setting("claim_roll", "J21", &["none", "next_workday"]),
    setting("workday", "J22", &["cn", "mon_fri"]),
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
pub(super) const fn cause(code: &'static str, clause: &'static str, what: &'static str) -> crate::sla::Cause {
    crate::sla::Cause {
        code,
        clause,
        what,
        leaves: crate::sla::Leaves::Availability,
        announced: None,
    }
}

/// The same, where it was announced before it began (2.7.1(1), J23).
pub(super) const fn noticed(
    code: &'static str,
    clause: &'static str,
    what: &'static str,
) -> crate::sla::Cause {
    crate::sla::Cause {
        announced: Some(crate::sla::Announced {
            lead: Lead::BeforeStart,
            otherwise: None,
        }),
        ..cause(code, clause, what)
    }
}
