//! Whole cycles: from counts to availability, tier, money and claim window.

use super::shown::{number, plain_cycle, term_cycle};
use super::{Case, count, count_or_zero, parsed, parsed_or_none, small};
use crate::clock::{Day, Month};
use crate::sla::{
    ClaimWindow, Cycle, CycleRule, Errors, Fees, Measure, RequestCounts, Requests, Run, Traffic, View,
    is_met, or_null, ratio, settle, to_json, whole,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A cycle, with the term it is of.
pub(super) struct Place {
    pub(super) cycle: Cycle,
    pub(super) term: Vec<Cycle>,
}

impl Case<'_> {
    /// From counts to money.
    pub(super) fn cycle(&self) -> Result<Value, String> {
        match self.contract.measure {
            Measure::RequestRatio => {
                let requests = read_requests(&self.input["requests"])?;
                Ok(Value::Object(self.settle_requests(&requests)?))
            }
            Measure::BucketMean => {
                let traffic = read_traffic(self.input)?;
                Ok(Value::Object(self.settle_traffic(&traffic)?))
            }
            Measure::Informative => self.informative(),
        }
    }

    /// The cycles of a term.
    pub(super) fn cycles(&self) -> Result<Value, String> {
        let term = self.term(self.input, "start")?;
        let last = term.last().ok_or("months: expected 1 or more")?;
        Ok(json!({
            "cycles": term.iter().map(term_cycle).collect::<Vec<_>>(),
            "term_end": last.end.to_string(),
            "days_total": term.iter().map(Cycle::days).sum::<i64>(),
            "buckets_total": term.iter().map(Cycle::buckets).sum::<i64>(),
        }))
    }

    fn term(&self, contract: &Value, start: &str) -> Result<Vec<Cycle>, String> {
        let months =
            i32::try_from(small(contract, "months")?).map_err(|_| "months: expected at most 1200")?;
        if !(1..=1200).contains(&months) {
            return Err("months: expected 1 to 1200".to_owned());
        }
        Ok(Cycle::of_term(
            parsed::<Day>(contract, start)?,
            months,
            &self.policy,
        ))
    }

    /// The cycle the input names.
    pub(super) fn place(&self) -> Result<Place, String> {
        match self.contract.cycle {
            CycleRule::NaturalMonth => {
                let month: Month = parsed(self.input, "service_month")?;
                let cycle = Cycle::of_month(month, parsed_or_none(self.input, "applied_on")?);
                Ok(Place {
                    cycle,
                    term: vec![cycle],
                })
            }
            CycleRule::Package => {
                let package = &self.input["package"];
                let (start, end) = (parsed(package, "start")?, parsed(package, "end")?);
                if end < start {
                    return Err("package.end: expected a day that is not before package.start".to_owned());
                }
                let cycle = Cycle::of_package(start, end);
                Ok(Place {
                    cycle,
                    term: vec![cycle],
                })
            }
            CycleRule::Term => {
                let term = self.term(&self.input["contract"], "start")?;
                let index = small(self.input, "cycle_index")?;
                let found = usize::try_from(index)
                    .ok()
                    .and_then(|index| term.get(index.wrapping_sub(1)));
                let cycle = *found.ok_or_else(|| format!("cycle_index: expected 1 to {}", term.len()))?;
                Ok(Place { cycle, term })
            }
        }
    }

    pub(super) fn settle_requests(&self, requests: &Requests) -> Result<Map<String, Value>, String> {
        let place = self.place()?;
        let counted = requests.counted(&self.policy);
        let availability = counted.availability(&self.policy);
        let settlement = settle(
            self.contract,
            availability.as_ref(),
            &self.fees(&place)?,
            &self.policy,
        );
        let mut all = self.availability(availability.as_ref(), &settlement);
        let window = self.window_of(&place.cycle);
        all.insert("cycle".into(), plain_cycle(&place.cycle));
        all.insert("counted_requests".into(), number(counted.requests));
        all.insert("counted_failures".into(), number(counted.failures));
        all.insert("claim".into(), self.claimable(window.as_ref(), &settlement));
        Ok(all)
    }

    pub(super) fn settle_traffic(&self, traffic: &Traffic) -> Result<Map<String, Value>, String> {
        let place = self.place()?;
        let cycle = &place.cycle;
        let denominator = traffic.denominator(cycle, &self.policy);
        let of = |view| {
            let sum = traffic.sum_of_rates(self.contract, view, &self.policy);
            let availability = traffic.availability(&sum, denominator);
            (sum, availability)
        };
        let (published, compensable) = (of(View::Published), of(View::Compensable));
        let by_published = self.policy.is("tier_on", "published");
        let (sum, availability) = if by_published { &published } else { &compensable };
        let (published, compensable) = (&published.1, &compensable.1);
        let fees = self.fees(&place)?;
        let settlement = settle(self.contract, availability.as_ref(), &fees, &self.policy);
        let mut all = self.availability(availability.as_ref(), &settlement);
        let window = self.window_of(cycle);
        all.insert("buckets_in_denominator".into(), json!(denominator));
        all.insert("sum_error_rate".into(), to_json(sum));
        all.insert("claim".into(), self.claimable(window.as_ref(), &settlement));
        if self.contract.cycle == CycleRule::Term {
            all.insert("cycle".into(), term_cycle(cycle));
            all.insert("cycles_in_contract".into(), json!(place.term.len()));
            all.insert("monthly_fee_fen".into(), to_json(&fees.base(&self.policy)));
        } else {
            all.insert("cycle".into(), plain_cycle(cycle));
        }
        if self.contract.has_two_availabilities() {
            let met = published
                .as_ref()
                .and_then(|share| is_met(self.contract, share, &self.policy));
            all.insert("commitment_met_published".into(), json!(met));
            all.insert("availability_published".into(), or_null(published.as_ref()));
            all.insert("availability_compensable".into(), or_null(compensable.as_ref()));
        }
        Ok(all)
    }

    fn informative(&self) -> Result<Value, String> {
        let requests = &self.input["requests"];
        let (sent, failed) = (count(requests, "sent")?, count(requests, "failed")?);
        let availability = (sent > 0).then(|| whole(1) - ratio(failed, sent));
        let settlement = settle(
            self.contract,
            availability.as_ref(),
            &Fees::default(),
            &self.policy,
        );
        let mut all = self.availability(availability.as_ref(), &settlement);
        all.insert("claim".into(), Value::Null);
        Ok(Value::Object(all))
    }

    fn window_of(&self, cycle: &Cycle) -> Option<ClaimWindow> {
        let rule = self.contract.claim?;
        Some(ClaimWindow::new(
            &rule,
            cycle.month(),
            Some(cycle.end),
            (self.calendar, &self.policy),
        ))
    }

    fn fees(&self, place: &Place) -> Result<Fees, String> {
        let fee = &self.input["fee"];
        if fee.is_null() {
            return Ok(Fees::default());
        }
        let coupon = whole(count_or_zero(fee, "coupon_fen")?);
        if !fee["pack_price_fen"].is_null() {
            let (price, bought) = (whole(count(fee, "pack_price_fen")?), parsed(fee, "purchased_on")?);
            return Ok(Fees::of_pack(
                &price,
                &coupon,
                bought,
                (&place.cycle, &place.term),
                &self.policy,
            ));
        }
        let paid = &fee["cash_paid_fen"];
        Ok(Fees {
            gross: whole(count(fee, "gross_fen")?),
            coupon,
            cash_paid: if paid.is_null() {
                None
            } else {
                Some(whole(count(fee, "cash_paid_fen")?))
            },
            is_free: fee["free"].as_bool().unwrap_or(false),
        })
    }
}

fn read_counts(counts: &Value, sent: &str) -> Result<RequestCounts, String> {
    Ok(RequestCounts {
        sent: count(counts, sent)?,
        no_response: count_or_zero(counts, "no_response")?,
        http_5xx: count_or_zero(counts, "http_5xx")?,
    })
}

fn read_requests(requests: &Value) -> Result<Requests, String> {
    let excluded = read_excluded(&requests["excluded"], |counts| read_counts(counts, "requests"))?;
    Ok(Requests {
        counts: read_counts(requests, "sent")?,
        excluded,
    })
}

fn read_excluded<T>(
    excluded: &Value,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<BTreeMap<String, T>, String> {
    let causes = excluded.as_object().into_iter().flatten();
    causes
        .map(|(code, counts)| Ok((code.clone(), read(counts)?)))
        .collect()
}

fn read_traffic(input: &Value) -> Result<Traffic, String> {
    let segments = input["segments"].as_array().ok_or("segments: expected a list")?;
    let run = |segment: &Value| {
        let errors = |counts: &Value| {
            Ok(Errors {
                http_5xx: small(counts, "http5xx")?,
                undelivered: small(counts, "undelivered")?,
            })
        };
        Ok(Run {
            buckets: small(segment, "n")?,
            valid: small(segment, "valid")?,
            http_5xx: small(segment, "http5xx")?,
            undelivered: small(segment, "undelivered")?,
            excluded: read_excluded(&segment["excluded"], errors)?,
        })
    };
    let background = &input["background_valid"];
    Ok(Traffic {
        runs: segments.iter().map(run).collect::<Result<_, String>>()?,
        background_valid: if background.is_null() {
            0
        } else {
            small(input, "background_valid")?
        },
    })
}
