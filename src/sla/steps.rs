//! A statement step by step, for people: each with its clause, the figures put in, and what comes out.

use super::settlement::cash_of;
use super::{
    BUCKETS_OF_DAY, BucketMean, CapBasis, CauseErrors, CompensationTier, Contract, CountedRequests,
    CycleRequests, CycleTraffic, MeasuredTraffic, Ratio, RequestCounts, Statement, percent_floor, ratio,
    whole,
};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct StatementStep {
    /// What it is.
    pub step: String,
    /// The clause it stands on.
    pub clause: &'static str,
    /// The formula with its figures, or the rule.
    pub reckoning: String,
    /// What comes of it.
    pub figure: String,
}

/// A whole number with its thousands apart.
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let (sign, digits) = digits
        .strip_prefix('-')
        .map_or(("", digits.as_str()), |rest| ("-", rest));
    let mut all = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            all.push(',');
        }
        all.push(digit);
    }
    all
}

/// Whole fen as yuan, `¥1,234.50`.
pub fn yuan(fen: &BigInt) -> String {
    let (whole_yuan, rest) = (fen.abs() / 100, fen.abs() % 100);
    let sign = if fen.is_negative() { "-" } else { "" };
    format!("{sign}¥{}.{rest:0>2}", grouped(whole_yuan))
}

/// An exact amount of fen as yuan, with four decimals more than a fen has where it is no whole one; what is left then
/// is cut off.
pub fn exact_yuan(fen: &Ratio) -> String {
    if fen.is_integer() {
        return yuan(fen.numer());
    }
    let scaled = fen * whole(10_000);
    let cut = scaled.floor().to_integer();
    let (fen, rest): (BigInt, BigInt) = (&cut / 10_000, &cut % 10_000);
    let text = format!("{}{:0>4}", yuan(&fen), rest.abs());
    if scaled.is_integer() {
        text.trim_end_matches('0').to_owned()
    } else {
        format!("{text}…")
    }
}

/// A share as percent with four decimals, never rounded up.
pub fn percent(share: &Ratio) -> String {
    format!("{} %", percent_floor(share, 4))
}

/// Ten-thousandths as percent with two decimals.
pub fn promised(ten_thousandths: u32) -> String {
    format!("{} %", percent_floor(&ratio(ten_thousandths, 10_000), 2))
}

/// Why nothing is compensated, in words.
pub fn reason(code: &str) -> &'static str {
    match code {
        "commitment_met" => "the commitment was kept",
        "no_sla" => "the agreement promises no service level",
        "undefined_availability" => "nothing was measured",
        "no_compensation_clause" => "the agreement gives no compensation",
        "free_service" => "the service was free",
        "no_fee_in_cycle" => "there was no fee in the cycle",
        "nothing_paid_in_cash" => "nothing was paid in cash",
        _ => "",
    }
}

struct Steps {
    contract: &'static Contract,
    all: Vec<StatementStep>,
}

impl Steps {
    fn add(
        &mut self,
        step: impl Into<String>,
        subject: &str,
        reckoning: impl Into<String>,
        figure: impl Into<String>,
    ) {
        let clause = self.contract.clause(subject);
        self.put(step, clause, reckoning, figure);
    }

    fn put(
        &mut self,
        step: impl Into<String>,
        clause: &'static str,
        reckoning: impl Into<String>,
        figure: impl Into<String>,
    ) {
        self.all.push(StatementStep {
            step: step.into(),
            clause,
            reckoning: reckoning.into(),
            figure: figure.into(),
        });
    }
}

impl Statement {
    /// The statement step by step.
    pub fn steps(&self) -> Vec<StatementStep> {
        let mut steps = Steps {
            contract: self.contract,
            all: Vec::new(),
        };
        self.cycle_step(&mut steps);
        match (&self.figures.measured, &self.counted, &self.mean) {
            (MeasuredTraffic::Requests(requests), Some(counted), _) => {
                self.ratio_steps(&mut steps, requests, *counted);
            }
            (MeasuredTraffic::Traffic(traffic), _, Some(mean)) => self.mean_steps(&mut steps, traffic, mean),
            (MeasuredTraffic::Plain { sent, failed }, ..) => {
                let availability = self
                    .availability
                    .as_ref()
                    .map_or_else(|| "undefined".to_owned(), percent);
                let reckoning = format!(
                    "1 − {} failed / {} sent, for information",
                    grouped(*failed),
                    grouped(*sent)
                );
                steps.add("Availability", "commitment", reckoning, availability);
            }
            (MeasuredTraffic::Requests(_) | MeasuredTraffic::Traffic(_), ..) => {}
        }
        self.commitment_step(&mut steps);
        self.money_steps(&mut steps);
        self.claim_step(&mut steps);
        steps.all
    }

    fn cycle_step(&self, steps: &mut Steps) {
        let Some(cycle) = self.cycle() else { return };
        let days = cycle.days();
        let (further, figure) = if self.mean.is_some() {
            let further = format!(", {days} days × {BUCKETS_OF_DAY} five-minute buckets");
            (further, format!("{} buckets", grouped(cycle.buckets())))
        } else {
            (String::new(), format!("{days} days"))
        };
        let span = format!("{} to {}{further}", cycle.start, cycle.end);
        steps.add("Service cycle", "service cycle", span, figure);
    }

    fn ratio_steps(&self, steps: &mut Steps, requests: &CycleRequests, counted: CountedRequests) {
        let all = requests.counts;
        let failed = all.failed(&self.policy);
        steps.add(
            "Requests sent",
            "formula",
            "every call of the cycle",
            grouped(all.sent),
        );
        steps.add(
            "Definite failures",
            "failure",
            format!("reading {}", self.policy.reading("failure")),
            grouped(failed),
        );
        for (code, counts) in &requests.excluded {
            self.left_out(
                steps,
                code,
                &format!(
                    "{} failures of {} calls",
                    counts.failed(&self.policy),
                    counts.sent
                ),
            );
        }
        if !requests.excluded.is_empty() {
            let out: RequestCounts = excluded_sum(&requests.excluded);
            steps.add(
                "Counted",
                "exclusions",
                format!(
                    "{} requests, {} failures, less those left out ({} failures); reading {}",
                    grouped(all.sent),
                    grouped(failed),
                    grouped(out.failed(&self.policy)),
                    self.policy.reading("exclusion")
                ),
                format!(
                    "{} requests, {} failures",
                    grouped(counted.requests),
                    grouped(counted.failures)
                ),
            );
        }
        let (reckoning, figure) = match &self.availability {
            Some(share) if counted.requests > 0 => (
                format!(
                    "1 − {} / {}",
                    grouped(counted.failures),
                    grouped(counted.requests)
                ),
                percent(share),
            ),
            Some(share) => ("no request: read as full".to_owned(), percent(share)),
            None => ("no request: 0 / 0".to_owned(), "undefined".to_owned()),
        };
        steps.add("Availability", "formula", reckoning, figure);
    }

    fn mean_steps(&self, steps: &mut Steps, traffic: &CycleTraffic, mean: &BucketMean) {
        let total = |of: &dyn Fn(&super::BucketRun) -> u64| -> u128 {
            let runs = traffic.runs.iter();
            runs.map(|run| u128::from(of(run)) * u128::from(run.buckets))
                .sum()
        };
        let valid = grouped(total(&|run| run.valid));
        let (received, undelivered) = (total(&|run| run.http_5xx), total(&|run| run.undelivered));
        steps.add("Valid requests", "failure", "received in the cycle", valid);
        steps.add(
            "Errors",
            "failure",
            format!(
                "{} received and {} never received",
                grouped(received),
                grouped(undelivered)
            ),
            grouped(received + undelivered),
        );
        let mut excluded: BTreeMap<&str, CauseErrors> = BTreeMap::new();
        for run in &traffic.runs {
            for (code, errors) in &run.excluded {
                let sum = excluded.entry(code).or_default();
                sum.http_5xx += errors.http_5xx * run.buckets;
                sum.undelivered += errors.undelivered * run.buckets;
            }
        }
        for (code, errors) in excluded {
            let count = format!("{} errors", grouped(errors.http_5xx + errors.undelivered));
            self.left_out(steps, code, &count);
        }
        steps.add(
            "Sum of five-minute error rates",
            "formula",
            "errors / valid requests, of each bucket",
            shown_sum(&mean.sum),
        );
        let mut share = |name: &str, share: Option<&Ratio>| {
            let reckoning = format!("1 − Σ rates / {}", grouped(mean.denominator));
            steps.add(
                name,
                "formula",
                reckoning,
                share.map_or_else(|| "undefined".to_owned(), percent),
            );
        };
        if self.contract.has_two_availabilities() {
            share("Availability, published", mean.published.as_ref());
            share("Availability, compensable", mean.compensable.as_ref());
        } else {
            share("Availability", mean.published.as_ref());
        }
    }

    fn left_out(&self, steps: &mut Steps, code: &str, count: &str) {
        let Some(cause) = self.contract.cause(code) else {
            return;
        };
        steps.put(format!("Cause {code}"), cause.clause, cause.what, count);
    }

    fn commitment_step(&self, steps: &mut Steps) {
        let rule = self.contract.commitment.map_or_else(
            || "nothing is promised".to_owned(),
            |least| {
                format!(
                    "at least {}, compared {}",
                    promised(least),
                    self.policy.reading("compare")
                )
            },
        );
        let figure = match self.settlement.met {
            Some(true) => "kept",
            Some(false) => "broken",
            None => "–",
        };
        steps.add("Commitment", "commitment", rule, figure);
    }

    fn money_steps(&self, steps: &mut Steps) {
        let settlement = &self.settlement;
        if let Some(tier) = settlement.tier {
            steps.add(
                "Rate of compensation",
                "compensation",
                row_of(self.contract, tier),
                format!("{} %", tier.percent),
            );
            let base = self.fees.base(&self.policy);
            let charged = format!(
                "{} charged, {} of it paid by coupons and granted money",
                exact_yuan(&self.fees.gross),
                exact_yuan(&self.fees.coupon)
            );
            steps.add("Fee", "fee", charged, exact_yuan(&base));
            let product = format!("{} % × {}", tier.percent, exact_yuan(&base));
            steps.add("Rate × fee", "compensation", product, exact_yuan(&settlement.raw));
        }
        if let (Some(cap), Some(rule)) = (&settlement.cap, self.contract.cap) {
            let binds = if settlement.cap_binds() {
                "it binds"
            } else {
                "it does not bind"
            };
            steps.add(
                "Cap",
                "cap",
                format!(
                    "{}; {binds}",
                    cap_in_words(rule.percent, cash_of(rule.cash, &self.policy))
                ),
                exact_yuan(cap),
            );
        }
        let rounding = match self.policy.reading("money_rounding") {
            "" => "",
            reading => &format!("rounded once, {reading}; "),
        };
        let why = settlement.reason.map_or_else(
            || format!("{rounding}given as {}", self.contract.form.replace('_', " ")),
            |code| reason(code).to_owned(),
        );
        steps.add("Compensation", "compensation", why, yuan(&settlement.amount));
    }

    fn claim_step(&self, steps: &mut Steps) {
        let (Some(window), Some(rule)) = (&self.window, self.contract.claim) else {
            return;
        };
        let nth = window.nth_workday.map_or_else(
            || "the working days of that month are not published yet".to_owned(),
            |day| format!("working day {} of the next month is {day}", rule.workday),
        );
        let figure = match window.opens {
            _ if self.settlement.amount.is_zero() => "nothing to claim".to_owned(),
            Some(opens) => format!("{opens} to {}", window.closes),
            None => format!("not known, to {}", window.closes),
        };
        steps.add("Claim window", "claim window", nth, figure);
    }
}

fn excluded_sum(excluded: &BTreeMap<String, RequestCounts>) -> RequestCounts {
    let mut all = RequestCounts::default();
    for counts in excluded.values() {
        all.add(*counts);
    }
    all
}

/// A sum with six decimals, and the fraction where it is short.
fn shown_sum(sum: &Ratio) -> String {
    let decimals = percent_floor(&(sum / whole(100)), 6);
    let fraction = format!("{}/{}", sum.numer(), sum.denom());
    if sum.is_integer() {
        sum.numer().to_string()
    } else if fraction.len() <= 24 {
        format!("{decimals} ({fraction})")
    } else {
        format!("{decimals}…")
    }
}

/// A row of the table with its bounds.
fn row_of(contract: &Contract, tier: &CompensationTier) -> String {
    let above = contract
        .tiers
        .iter()
        .map(|row| row.from)
        .filter(|from| *from > tier.from);
    let upper = above.chain(contract.commitment).min().unwrap_or(10_000);
    if tier.from == 0 {
        format!("availability below {}", promised(upper))
    } else {
        format!(
            "availability from {} to below {}",
            promised(tier.from),
            promised(upper)
        )
    }
}

fn cap_in_words(percent: u32, cash: CapBasis) -> String {
    let cash = match cash {
        CapBasis::Paid => "the cash paid",
        CapBasis::Payable => "the cash payable",
    };
    format!("{percent} % of {cash}, coupons left out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_yuan_without_a_float() {
        for (fen, text) in [
            (0, "¥0.00"),
            (5, "¥0.05"),
            (123_450, "¥1,234.50"),
            (-7, "-¥0.07"),
            (100_000_000, "¥1,000,000.00"),
        ] {
            assert_eq!(yuan(&BigInt::from(fen)), text);
        }
        assert_eq!(exact_yuan(&ratio(2_812_500, 23)), "¥1,222.826086…");
        assert_eq!(exact_yuan(&ratio(7236, 10)), "¥7.236");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(shown_sum(&ratio(2628, 25)), "105.120000 (2628/25)");
    }
}
