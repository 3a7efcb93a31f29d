//! How results are written in vectors.

use super::Case;
use crate::clock::{Day, Time};
use crate::sla::{
    ClaimWindow, Cycle, Ratio, RequestCounts, Requests, Settlement, budget_used, or_null, percent_floor,
    percent_half_up, to_json,
};
use num_traits::Zero;
use serde_json::{Map, Value, json};

/// An instant to the second, where it is whole.
pub(super) fn instant(at: Time) -> String {
    at.to_string().replace(".000000", "")
}

/// An instant to the minute, without its zone.
pub(super) fn minute(at: Time) -> String {
    at.to_string()[..16].to_owned()
}

fn day(day: Option<Day>) -> Value {
    day.map_or(Value::Null, |day| json!(day.to_string()))
}

/// A number that may pass 2^53, as a JSON number.
pub(super) fn number(value: u128) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or(Value::Null)
}

/// Requests of a cycle, with those of each cause.
pub(in crate::sla) fn requests(requests: &Requests) -> Value {
    let shown = |counts: &RequestCounts, sent: &str| {
        json!({
            sent: number(counts.sent),
            "no_response": number(counts.no_response),
            "http_5xx": number(counts.http_5xx),
        })
    };
    let excluded = requests.excluded.iter();
    let excluded = excluded.map(|(code, counts)| (code.clone(), shown(counts, "requests")));
    let mut all = shown(&requests.counts, "sent");
    all["excluded"] = Value::Object(excluded.collect());
    all
}

/// A cycle of its own.
pub(super) fn plain_cycle(cycle: &Cycle) -> Value {
    json!({"start": cycle.start.to_string(), "end": cycle.end.to_string(), "days": cycle.days()})
}

/// A cycle of a term.
pub(super) fn term_cycle(cycle: &Cycle) -> Value {
    json!({
        "index": cycle.index,
        "start": cycle.start.to_string(),
        "end": cycle.end.to_string(),
        "days": cycle.days(),
        "buckets": cycle.buckets(),
        "service_month": cycle.month().to_string(),
        "partial": cycle.is_partial(),
    })
}

impl Case<'_> {
    /// The availability, as a number and for people, and whether it keeps the promise.
    pub(super) fn availability(
        &self,
        availability: Option<&Ratio>,
        settlement: &Settlement,
    ) -> Map<String, Value> {
        let mut all = Map::new();
        let budget = availability.and_then(|availability| budget_used(self.contract, availability));
        let percent = availability.map(|share| percent_floor(share, 4));
        let rounded = availability.and_then(|share| percent_half_up(share, 2));
        all.insert("availability".into(), or_null(availability));
        all.insert("availability_pct_floor4".into(), json!(percent));
        all.insert("availability_pct_half_up2".into(), json!(rounded));
        all.insert("commitment_met".into(), json!(settlement.met));
        all.insert("error_budget_used".into(), or_null(budget.as_ref()));
        all.insert("tier".into(), json!(settlement.tier.map(|tier| tier.id)));
        all.insert("rate_pct".into(), json!(settlement.percent().to_string()));
        all.insert("compensation".into(), self.compensation(settlement));
        all
    }

    fn compensation(&self, settlement: &Settlement) -> Value {
        json!({
            "raw_fen": to_json(&settlement.raw),
            "cap_fen": or_null(settlement.cap.as_ref()),
            "cap_binds": settlement.cap_binds(),
            "amount_fen": fen(settlement),
            "form": self.contract.form,
            "currency": "CNY",
            "no_compensation_reason": settlement.reason,
        })
    }

    /// The window of a claim; `null` where the agreement has none.
    pub(super) fn window(&self, window: Option<&ClaimWindow>) -> Value {
        let (Some(window), Some(rule)) = (window, self.contract.claim) else {
            return Value::Null;
        };
        let mut shown = json!({
            "rule": format!(
                "after working day {} of the next month, within {} month(s) after the month",
                rule.workday, rule.months
            ),
            "nth_working_day": day(window.nth_workday),
            "opens_on": day(window.opens),
            "opens_at": window.opens_at().map(instant),
            "closes_on": window.closes.to_string(),
            "closes_before": instant(window.closes_before()),
            "days_open": window.days_open(),
        });
        if window.opens.is_none() {
            shown["error"] = json!("calendar_unknown_year");
        }
        shown
    }

    /// The window with whether there is something to claim.
    pub(super) fn claimable(&self, window: Option<&ClaimWindow>, settlement: &Settlement) -> Value {
        let mut shown = self.window(window);
        if shown.is_object() {
            shown["eligible"] = json!(!settlement.amount.is_zero());
        }
        shown
    }
}

/// Whole fen as a JSON number.
fn fen(settlement: &Settlement) -> Value {
    let digits = settlement.amount.to_string();
    serde_json::from_str(&digits).unwrap_or_else(|_| json!(digits))
}
