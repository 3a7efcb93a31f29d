//! Whole cycles: from counts to availability, tier, money and claim window.

use super::json::term_cycle_to_json;
use super::{VectorCase, count, count_or_zero, parsed, parsed_or_none, small};
use crate::clock::{Day, Month};
use crate::sla::{
    AvailabilityMeasure, BucketRun, CauseErrors, Cycle, CycleBill, CyclePlacement, CycleRequests, CycleRule,
    CycleTraffic, MeasuredTraffic, PackPrice, RequestCounts, Statement, StatementInput,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl VectorCase<'_> {
    /// Settles a cycle from its counts.
    pub(super) fn cycle(&self) -> Result<Value, String> {
        let measured = match self.contract.measure {
            AvailabilityMeasure::RequestRatio => {
                MeasuredTraffic::Requests(read_requests(&self.input["requests"])?)
            }
            AvailabilityMeasure::BucketMean => MeasuredTraffic::Traffic(read_traffic(self.input)?),
            AvailabilityMeasure::Informative => {
                let requests = &self.input["requests"];
                MeasuredTraffic::Plain {
                    sent: count(requests, "sent")?,
                    failed: count(requests, "failed")?,
                }
            }
        };
        Ok(Value::Object(self.settled(measured)?))
    }

    /// Settles the cycle the input names from what was measured.
    pub(super) fn settled(&self, measured: MeasuredTraffic) -> Result<Map<String, Value>, String> {
        let place = match measured {
            MeasuredTraffic::Plain { .. } => None,
            MeasuredTraffic::Requests(_) | MeasuredTraffic::Traffic(_) => Some(self.place()?),
        };
        let figures = StatementInput {
            place,
            measured,
            bill: read_bill(&self.input["fee"])?,
        };
        let statement = Statement::new(self.contract, figures, &self.policy, self.calendar)?;
        Ok(statement.expect())
    }

    /// The cycles of a term.
    pub(super) fn cycles(&self) -> Result<Value, String> {
        let (_, term) = self.term(self.input, "start")?;
        let last = term.last().ok_or("months: expected 1 or more")?;
        Ok(json!({
            "cycles": term.iter().map(term_cycle_to_json).collect::<Vec<_>>(),
            "term_end": last.end.to_string(),
            "days_total": term.iter().map(Cycle::days).sum::<i64>(),
            "buckets_total": term.iter().map(Cycle::buckets).sum::<i64>(),
        }))
    }

    /// A term with its months; or, which `sla_vectors/1` does not have, to a last day.
    fn term(&self, contract: &Value, start: &str) -> Result<(i32, Vec<Cycle>), String> {
        if let Some(end) = parsed_or_none(contract, "end")? {
            return Ok((0, Cycle::of_span(parsed(contract, start)?, end)));
        }
        let months =
            i32::try_from(small(contract, "months")?).map_err(|_| "months: expected at most 1200")?;
        if !(1..=1200).contains(&months) {
            return Err("months: expected 1 to 1200".to_owned());
        }
        let start: Day = parsed(contract, start)?;
        Ok((months, Cycle::of_term(start, months, &self.policy)))
    }

    /// The cycle the input names.
    pub(super) fn place(&self) -> Result<CyclePlacement, String> {
        match self.contract.cycle {
            CycleRule::NaturalMonth => {
                let month: Month = parsed(self.input, "service_month")?;
                let applied_on = parsed_or_none(self.input, "applied_on")?;
                Ok(CyclePlacement::alone(Cycle::of_month(month, applied_on)))
            }
            CycleRule::Package => {
                let package = &self.input["package"];
                let (start, end) = (parsed(package, "start")?, parsed(package, "end")?);
                if end < start {
                    return Err("package.end: expected a day that is not before package.start".to_owned());
                }
                Ok(CyclePlacement::alone(Cycle::of_package(start, end)))
            }
            CycleRule::Term => {
                let (months, term) = self.term(&self.input["contract"], "start")?;
                let index = small(self.input, "cycle_index")?;
                let found = usize::try_from(index)
                    .ok()
                    .and_then(|index| term.get(index.wrapping_sub(1)));
                let cycle = *found.ok_or_else(|| format!("cycle_index: expected 1 to {}", term.len()))?;
                Ok(CyclePlacement { cycle, term, months })
            }
        }
    }
}

/// Charges as vectors give them: of a cycle, or the price of a pack; `packs` lists several beside charges.
fn read_bill(fee: &Value) -> Result<CycleBill, String> {
    if fee.is_null() {
        return Ok(CycleBill::default());
    }
    let pack = |pack: &Value, price: &str| {
        Ok(PackPrice {
            price: count(pack, price)?,
            coupon: count_or_zero(pack, "coupon_fen")?,
            bought: parsed(pack, "purchased_on")?,
        })
    };
    if !fee["pack_price_fen"].is_null() {
        return Ok(CycleBill {
            packs: vec![pack(fee, "pack_price_fen")?],
            ..CycleBill::default()
        });
    }
    let packs = fee["packs"].as_array().into_iter().flatten();
    let paid = &fee["cash_paid_fen"];
    Ok(CycleBill {
        gross: count(fee, "gross_fen")?,
        coupon: count_or_zero(fee, "coupon_fen")?,
        cash_paid: if paid.is_null() {
            None
        } else {
            Some(count(fee, "cash_paid_fen")?)
        },
        is_free: fee["free"].as_bool().unwrap_or(false),
        packs: packs
            .map(|one| pack(one, "price_fen"))
            .collect::<Result<_, String>>()?,
    })
}

fn read_counts(counts: &Value, sent: &str) -> Result<RequestCounts, String> {
    Ok(RequestCounts {
        sent: count(counts, sent)?,
        no_response: count_or_zero(counts, "no_response")?,
        http_5xx: count_or_zero(counts, "http_5xx")?,
    })
}

fn read_requests(requests: &Value) -> Result<CycleRequests, String> {
    let excluded = read_excluded(&requests["excluded"], |counts| read_counts(counts, "requests"))?;
    Ok(CycleRequests {
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

fn read_traffic(input: &Value) -> Result<CycleTraffic, String> {
    let segments = input["segments"].as_array().ok_or("segments: expected a list")?;
    let run = |segment: &Value| {
        let errors = |counts: &Value| {
            Ok(CauseErrors {
                http_5xx: small(counts, "http5xx")?,
                undelivered: small(counts, "undelivered")?,
            })
        };
        Ok(BucketRun {
            buckets: small(segment, "n")?,
            valid: small(segment, "valid")?,
            http_5xx: small(segment, "http5xx")?,
            undelivered: small(segment, "undelivered")?,
            excluded: read_excluded(&segment["excluded"], errors)?,
        })
    };
    let background = &input["background_valid"];
    Ok(CycleTraffic {
        runs: segments.iter().map(run).collect::<Result<_, String>>()?,
        background_valid: if background.is_null() {
            0
        } else {
            small(input, "background_valid")?
        },
    })
}
