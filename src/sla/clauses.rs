//! The ambiguous clauses that the engines know, and the readings they tell apart. Contracts say which clauses they have
//! and which reading is their default.

/// A reading of one ambiguous clause.
pub trait ClauseReading: Copy + PartialEq + 'static {
    /// The clause's name.
    const CLAUSE: &'static str;
    /// Every reading of the clause.
    const ALL: &'static [Self];

    /// The reading's name.
    fn name(self) -> &'static str;
}

/// Declares an enum for each clause, and [`KNOWN`].
macro_rules! clauses {
    ($($(#[$about:meta])+ $clause:literal $reading:ident {
        $($(#[$what:meta])+ $variant:ident = $name:literal),+ $(,)?
    })+) => {
        $(
            $(#[$about])+
            #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            pub enum $reading {
                $($(#[$what])+ #[serde(rename = $name)] $variant),+
            }

            impl ClauseReading for $reading {
                const CLAUSE: &'static str = $clause;
                const ALL: &'static [Self] = &[$(Self::$variant),+];

                fn name(self) -> &'static str {
                    match self {
                        $(Self::$variant => $name),+
                    }
                }
            }
        )+

        /// Every clause with the names of its readings.
        const KNOWN: &[(&str, &[&str])] = &[$(($clause, &[$($name),+])),+];
    };
}

clauses! {
    /// Which calls failed (J5).
    "failure" FailureReading {
        /// Those without a response.
        NoResponse = "no_response",
        /// Those without a response, and those answered with 5XX.
        NoResponseOr5xx = "no_response_or_5xx",
    }
    /// What an answer is that came after the client gave up (J6).
    "late" LateReading {
        /// No response.
        NoResponse = "no_response",
        /// An answer.
        Answered = "answered",
    }
    /// What an excluded failure is subtracted from (J8).
    "exclusion" ExclusionReading {
        /// The failure leaves failures and requests.
        FailedBoth = "failed_both",
        /// The failure leaves failures alone.
        NumeratorOnly = "numerator_only",
        /// Every call of the cause leaves the requests.
        WindowBoth = "window_both",
    }
    /// The availability of a cycle without requests (J9).
    "zero_requests" ZeroRequestsReading {
        /// 100 %.
        Full = "full",
        /// None.
        Undefined = "undefined",
    }
    /// How an availability is rounded before it is compared (A3).
    "compare" CompareReading {
        /// Not at all.
        Exact = "exact",
        /// To hundredths of a percent, halves up.
        Round2 = "round2",
        /// To hundredths of a percent, downwards.
        Trunc2 = "trunc2",
    }
    /// The fee that a rate of compensation applies to (J11, K8).
    "fee_base" FeeBaseReading {
        /// All charges.
        Gross = "gross",
        /// Charges less what coupons paid.
        Cash = "cash",
    }
    /// The cash that a cap goes by (J12).
    "cap" CapReading {
        /// The one the agreement names.
        OwnWords = "own_words",
        /// The cash paid.
        CashPaid = "cash_paid",
        /// The cash payable.
        CashPayable = "cash_payable",
    }
    /// How an amount is rounded to whole fen (A3).
    "money_rounding" MoneyRoundingReading {
        /// Halves up.
        HalfUp = "half_up",
        /// Downwards.
        Floor = "floor",
        /// Halves to even.
        HalfEven = "half_even",
    }
    /// When the window of a claim opens (J19).
    "claim_open" ClaimOpenReading {
        /// On the day after the nth working day.
        DayAfterNth = "day_after_nth",
        /// On the nth working day.
        OnNth = "on_nth",
        /// On the working day after the nth.
        NextWorkdayAfterNth = "next_workday_after_nth",
    }
    /// When the window of a claim closes (J20, K13).
    "claim_close" ClaimCloseReading {
        /// At the end of the month after the month of service.
        EndOfNextMonth = "end_of_next_month",
        /// At the end of the second month after the month of service.
        EndOfSecondMonth = "end_of_second_month",
        /// So many months later on the day with the same number, as the Civil Code of China (article 202) ends a span of
        /// months: from 28 February two months last to 28 April. In a month without that day, on its last.
        CorrespondingDay = "corresponding_day",
    }
    /// The day from which `corresponding_day` counts its months (K12).
    "claim_anchor" ClaimAnchorReading {
        /// The last day of the month.
        NaturalMonth = "natural_month",
        /// The last day of the cycle.
        CycleEnd = "cycle_end",
    }
    /// Whether a last day that is a day off moves (J21).
    "claim_roll" ClaimRollReading {
        /// It stays.
        None = "none",
        /// It moves to the next working day.
        NextWorkday = "next_workday",
    }
    /// What a working day is (J22).
    "workday" WorkdayReading {
        /// What the State Council of China sets.
        Cn = "cn",
        /// Monday to Friday.
        MonFri = "mon_fri",
    }
    /// Calls that reached the provider and got no response (K2).
    "received_no_response" ReceivedNoResponseReading {
        /// They are no errors.
        NotError = "not_error",
        /// They are errors.
        Error = "error",
    }
    /// Errors that were never received, which no valid request stands for (K1).
    "undelivered" UndeliveredReading {
        /// The error rate is 1 at most.
        Clamped = "clamped",
        /// The error rate may exceed 1.
        Unclamped = "unclamped",
        /// They count as valid requests.
        AddToValid = "add_to_valid",
    }
    /// Whether excluded requests count as valid (§1.5).
    "excluded_in_valid" ExcludedInValidReading {
        /// They do.
        Keep = "keep",
        /// They do not.
        Drop = "drop",
    }
    /// Buckets without traffic (§1.5).
    "zero_bucket" ZeroBucketReading {
        /// Their error rate is 0.
        ZeroRate = "zero_rate",
        /// They are not in the denominator.
        Skip = "skip",
    }
    /// Which availability chooses the tier (K4).
    "tier_on" TierOnReading {
        /// The compensable one.
        Compensable = "compensable",
        /// The published one.
        Published = "published",
    }
    /// The cycle that the price of a pack belongs to (K7).
    "pack_attribution" PackAttributionReading {
        /// That of the purchase.
        PurchaseMonth = "purchase_month",
        /// All of the term, by their days.
        DaysProrata = "days_prorata",
    }
    /// The last day of a term, where its last month has no day with the number of its first (K11).
    "term_end_missing_day" TermEndMissingDayReading {
        /// The month's last day.
        MonthEnd = "month_end",
        /// The day before the month's last.
        ClampMinusOne = "clamp_minus_one",
    }
    /// Which requests are valid (T1).
    "valid" ValidReading {
        /// Those received, but for those answered with 4XX.
        ReceivedNon4xx = "received_non_4xx",
        /// All that were received.
        AllReceived = "all_received",
    }
    /// Whether requests out of specification count as valid (T2).
    "spec_violation_in_valid" SpecViolationInValidReading {
        /// They do.
        Keep = "keep",
        /// They do not.
        Drop = "drop",
    }
    /// Which inputs out of specification are excluded (T3).
    "spec_excludes" SpecExcludesReading {
        /// Pictures.
        Images = "images",
        /// Every kind.
        All = "all",
    }
    /// Maintenance that was not announced (T4).
    "unnoticed_maintenance" UnnoticedMaintenanceReading {
        /// Its failures count.
        Counts = "counts",
        /// Its failures are excluded.
        Excluded = "excluded",
    }
    /// What a working day's notice is (T6).
    "notice" NoticeReading {
        /// Any time on the working day before.
        PrevWorkday = "prev_workday",
        /// A full working day lies between.
        FullWorkdayBetween = "full_workday_between",
    }
    /// When the time to resolve a fault begins (T7).
    "resolve_clock" ResolveClockReading {
        /// When it is registered.
        FromRegistration = "from_registration",
        /// When an engineer is in contact.
        FromContact = "from_contact",
    }
    /// What the range of pixels applies to (T8).
    "image_sides" ImageSidesReading {
        /// Either side.
        EachSide = "each_side",
        /// The longer side.
        LongSide = "long_side",
        /// The shorter side.
        ShortSide = "short_side",
        /// The area, as squares of the range.
        Area = "area",
    }
    /// What a character is (T10).
    "text_unit" TextUnitReading {
        /// A Unicode scalar value.
        UnicodeScalar = "unicode_scalar",
        /// A UTF-16 code unit.
        Utf16 = "utf16",
    }
}

/// Whether the engines know a clause with a reading. Evaluated by the compiler, so that a typo in a contract does not
/// compile.
pub(super) const fn is_known(clause: &str, reading: &str) -> bool {
    let mut at = 0;
    while at < KNOWN.len() {
        let (name, readings) = KNOWN[at];
        if is_equal(name, clause) {
            return contains(readings, reading);
        }
        at += 1;
    }
    false
}

const fn contains(names: &[&str], wanted: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if is_equal(names[at], wanted) {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_clauses_and_readings_are_known() {
        assert!(is_known("compare", "exact") && is_known("text_unit", "utf16"));
        assert!(!is_known("compare", "exactly") && !is_known("compares", "exact"));
        assert_eq!(ClaimOpenReading::ALL.len(), 3);
    }

    #[test]
    fn json_names_are_the_names() {
        for reading in CompareReading::ALL {
            assert_eq!(serde_json::to_value(reading).unwrap(), reading.name());
        }
    }
}
