//! A statement step by step, for people: each step with its clause, its figures and its result.

use super::clauses::{ClauseReading, CompareReading, ExclusionReading, FailureReading, MoneyRoundingReading};
use super::settlement::cash_of;
use super::text::{exact_yuan, grouped, percent, promised, sum_to_text, yuan};
use super::{
    BUCKETS_OF_DAY, BucketMean, CapBasis, CauseErrors, CompensationTier, Contract, CountedRequests,
    CycleRequests, CycleTraffic, MeasuredTraffic, Ratio, RequestCounts, Statement,
};
use num_traits::Zero;
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
            format!("reading {}", self.policy.reading(FailureReading::CLAUSE)),
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
                    self.policy.reading(ExclusionReading::CLAUSE)
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
            sum_to_text(&mean.sum),
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
                    self.policy.reading(CompareReading::CLAUSE)
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
        let rounding = match self.policy.reading(MoneyRoundingReading::CLAUSE) {
            "" => "",
            reading => &format!("rounded once, {reading}; "),
        };
        let why = settlement.reason.map_or_else(
            || format!("{rounding}given as {}", self.contract.form.replace('_', " ")),
            |reason| reason.in_words().to_owned(),
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
