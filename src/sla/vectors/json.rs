//! Writes inputs and results as the JSON of vectors.

use crate::clock::{Day, Time};
use crate::sla::{
    BucketRun, ClaimWindow, Contract, Cycle, CycleBill, CycleRequests, CycleRule, MeasuredTraffic, Ratio,
    RequestCounts, Settlement, Statement, StatementInput, budget_used, or_null, percent_floor,
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

/// A number that may exceed 2^53, as a JSON number.
pub(super) fn number(value: u128) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or(Value::Null)
}

/// Requests of a cycle, with those of each cause.
pub(super) fn requests_to_json(requests: &CycleRequests) -> Value {
    let to_json = |counts: &RequestCounts, sent: &str| {
        json!({
            sent: number(counts.sent),
            "no_response": number(counts.no_response),
            "http_5xx": number(counts.http_5xx),
        })
    };
    let excluded = requests.excluded.iter();
    let excluded = excluded.map(|(code, counts)| (code.clone(), to_json(counts, "requests")));
    let mut all = to_json(&requests.counts, "sent");
    all["excluded"] = Value::Object(excluded.collect());
    all
}

/// A cycle that is no part of a term.
pub(super) fn cycle_to_json(cycle: &Cycle) -> Value {
    json!({"start": cycle.start.to_string(), "end": cycle.end.to_string(), "days": cycle.days()})
}

/// A cycle of a term.
pub(super) fn term_cycle_to_json(cycle: &Cycle) -> Value {
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

/// A run of buckets, with the start of the first where it has a place in time.
pub(super) fn run_to_json(from: Option<&str>, run: &BucketRun) -> Value {
    let excluded = run.excluded.iter().map(|(code, errors)| {
        (
            code.clone(),
            json!({"http5xx": errors.http_5xx, "undelivered": errors.undelivered}),
        )
    });
    json!({
        "from": from,
        "n": run.buckets,
        "valid": run.valid,
        "http5xx": run.http_5xx,
        "undelivered": run.undelivered,
        "excluded": Value::Object(excluded.collect()),
    })
}

impl StatementInput {
    /// The input of a vector, so that anybody can compute the cycle again.
    pub fn to_input(&self, contract: &Contract) -> Value {
        let mut all = json!({});
        if let Some(place) = &self.place {
            let (first, cycle) = (place.term.first().unwrap_or(&place.cycle), &place.cycle);
            match contract.cycle {
                CycleRule::NaturalMonth => {
                    all["service_month"] = json!(cycle.month().to_string());
                    all["applied_on"] = json!((cycle.start != cycle.month().first()).then_some(cycle.start));
                }
                CycleRule::Package => all["package"] = json!({"start": cycle.start, "end": cycle.end}),
                CycleRule::Term => {
                    let last = place.term.last().unwrap_or(cycle);
                    all["contract"] = match place.months {
                        0 => json!({"start": first.start, "end": last.end}),
                        months => json!({"start": first.start, "months": months}),
                    };
                    all["cycle_index"] = json!(cycle.index);
                }
            }
        }
        match &self.measured {
            MeasuredTraffic::Requests(own) => all["requests"] = requests_to_json(own),
            MeasuredTraffic::Traffic(traffic) => {
                all["segments"] = traffic.runs.iter().map(|own| run_to_json(None, own)).collect();
                all["background_valid"] = json!(traffic.background_valid);
            }
            MeasuredTraffic::Plain { sent, failed } => {
                all["requests"] = json!({"sent": number(*sent), "failed": number(*failed)});
            }
        }
        all["fee"] = self.bill.to_json();
        all
    }
}

impl CycleBill {
    fn to_json(&self) -> Value {
        let mut fee = json!({
            "gross_fen": number(self.gross), "coupon_fen": number(self.coupon), "free": self.is_free,
        });
        if let Some(paid) = self.cash_paid {
            fee["cash_paid_fen"] = number(paid);
        }
        if !self.packs.is_empty() {
            let packs = self.packs.iter().map(|pack| {
                json!({
                    "price_fen": number(pack.price),
                    "coupon_fen": number(pack.coupon),
                    "purchased_on": pack.bought,
                })
            });
            fee["packs"] = packs.collect();
        }
        fee
    }
}

impl Statement {
    /// The answer a vector of the cycle expects.
    pub fn expect(&self) -> Map<String, Value> {
        let mut all = availability(self.contract, self.availability.as_ref(), &self.settlement);
        let claim = self.window.as_ref().map_or(Value::Null, |window| {
            let mut claim = window_to_json(self.contract, Some(window));
            claim["eligible"] = json!(!self.settlement.amount.is_zero());
            claim
        });
        all.insert("claim".into(), claim);
        if let Some(place) = &self.figures.place {
            let is_term = self.contract.cycle == CycleRule::Term;
            let cycle = if is_term {
                term_cycle_to_json(&place.cycle)
            } else {
                cycle_to_json(&place.cycle)
            };
            all.insert("cycle".into(), cycle);
            if is_term {
                all.insert("cycles_in_contract".into(), json!(place.term.len()));
                let fee = to_json(&self.fees.base(&self.policy));
                all.insert("monthly_fee_fen".into(), fee);
            }
        }
        if let Some(counted) = &self.counted {
            all.insert("counted_requests".into(), number(counted.requests));
            all.insert("counted_failures".into(), number(counted.failures));
        }
        if let Some(mean) = &self.mean {
            all.insert("buckets_in_denominator".into(), json!(mean.denominator));
            all.insert("sum_error_rate".into(), to_json(&mean.sum));
            if self.contract.has_two_availabilities() {
                all.insert("commitment_met_published".into(), json!(mean.met_published));
                let both = (
                    or_null(mean.published.as_ref()),
                    or_null(mean.compensable.as_ref()),
                );
                all.insert("availability_published".into(), both.0);
                all.insert("availability_compensable".into(), both.1);
            }
        }
        all
    }
}

/// The availability, as a fraction and for people, whether it keeps the promise, and the compensation.
fn availability(
    contract: &Contract,
    availability: Option<&Ratio>,
    settlement: &Settlement,
) -> Map<String, Value> {
    let mut all = Map::new();
    let budget = availability.and_then(|availability| budget_used(contract, availability));
    let percent = availability.map(|share| percent_floor(share, 4));
    let rounded = availability.and_then(|share| percent_half_up(share, 2));
    all.insert("availability".into(), or_null(availability));
    all.insert("availability_pct_floor4".into(), json!(percent));
    all.insert("availability_pct_half_up2".into(), json!(rounded));
    all.insert("commitment_met".into(), json!(settlement.met));
    all.insert("error_budget_used".into(), or_null(budget.as_ref()));
    all.insert("tier".into(), json!(settlement.tier.map(|tier| tier.id)));
    all.insert("rate_pct".into(), json!(settlement.percent().to_string()));
    let compensation = json!({
        "raw_fen": to_json(&settlement.raw),
        "cap_fen": or_null(settlement.cap.as_ref()),
        "cap_binds": settlement.cap_binds(),
        "amount_fen": amount_to_json(settlement),
        "form": contract.form,
        "currency": "CNY",
        "no_compensation_reason": settlement.reason,
    });
    all.insert("compensation".into(), compensation);
    all
}

/// The window of a claim; `null` where the agreement has none.
pub(super) fn window_to_json(contract: &Contract, window: Option<&ClaimWindow>) -> Value {
    let (Some(window), Some(rule)) = (window, contract.claim) else {
        return Value::Null;
    };
    let mut all = json!({
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
        all["error"] = json!("calendar_unknown_year");
    }
    all
}

/// The compensation in whole fen, as a JSON number.
fn amount_to_json(settlement: &Settlement) -> Value {
    let digits = settlement.amount.to_string();
    serde_json::from_str(&digits).unwrap_or_else(|_| json!(digits))
}
