//! Vectors of ledgers: how each row is read, the sums of the rows, and the cycle they settle.

use super::json::{minute, requests_to_json, run_to_json};
use super::{VectorCase, parsed, parsed_or_none, text};
use crate::exchange::Party;
use crate::sla::clauses::TierOnReading;
use crate::sla::{AvailabilityMeasure, CycleTraffic, MeasuredTraffic, SlaRow, buckets, requests};
use serde_json::{Map, Value, json};

impl VectorCase<'_> {
    /// Rows and the cycle they make.
    pub(super) fn ledger(&self) -> Result<Value, String> {
        let list = self.input["rows"].as_array().ok_or("rows: expected a list")?;
        let rows = list.iter().map(read_row).collect::<Result<Vec<_>, String>>()?;
        let cycle = self.place()?.cycle;
        let ids = list.iter().map(|row| row["id"].clone());
        let mut all = match self.contract.measure {
            AvailabilityMeasure::BucketMean => {
                let sums = buckets(&rows, self.contract, &cycle, &self.policy);
                let traffic = CycleTraffic::from_buckets(sums.values().cloned());
                let mut all = self.settled(MeasuredTraffic::Traffic(traffic))?;
                let listed = sums
                    .iter()
                    .map(|(start, run)| run_to_json(Some(&minute(*start)), run))
                    .collect();
                all.insert("buckets".into(), Value::Array(listed));
                all
            }
            AvailabilityMeasure::RequestRatio | AvailabilityMeasure::Informative => {
                let sums = requests(&rows, self.contract, &cycle, &self.policy);
                let aggregate = requests_to_json(&sums);
                let mut all = self.settled(MeasuredTraffic::Requests(sums))?;
                all.insert("aggregate".into(), aggregate);
                all
            }
        };
        let readings = rows.iter().map(|row| match self.contract.measure {
            AvailabilityMeasure::BucketMean => self.by_bucket(row, &cycle),
            AvailabilityMeasure::RequestRatio | AvailabilityMeasure::Informative => {
                self.by_ratio(row, &cycle)
            }
        });
        let named = ids.zip(readings).map(|(id, mut reading)| {
            reading.insert("id".into(), id);
            Value::Object(reading)
        });
        all.insert("rows".into(), named.collect());
        Ok(Value::Object(all))
    }

    fn by_ratio(&self, row: &SlaRow, cycle: &crate::sla::Cycle) -> Map<String, Value> {
        let reading = row.by_ratio(self.contract, cycle, &self.policy);
        object(json!({
            "in_cycle": reading.in_cycle,
            "in_denominator": reading.in_denominator,
            "error": reading.error,
            "counts": reading.counts,
        }))
    }

    fn by_bucket(&self, row: &SlaRow, cycle: &crate::sla::Cycle) -> Map<String, Value> {
        let reading = row.by_bucket(self.contract, cycle, &self.policy);
        let by_published = self.policy.is(TierOnReading::Published);
        let mut all = object(json!({
            "in_cycle": reading.bucket.is_some(),
            "bucket": reading.bucket.map(minute),
            "valid": reading.valid,
            "error": reading.error,
            "counts": if by_published { reading.published } else { reading.compensable },
        }));
        if self.contract.has_two_availabilities() {
            all.insert("counts_published".into(), json!(reading.published));
            all.insert("counts_compensable".into(), json!(reading.compensable));
        }
        all
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn read_row(row: &Value) -> Result<SlaRow, String> {
    let named = |why: String| format!("row {}: {why}", row["id"]);
    let party = serde_json::from_value::<Option<Party>>(row["fault_party"].clone());
    let status = serde_json::from_value::<Option<u16>>(row["status"].clone());
    Ok(SlaRow {
        sent: parsed(row, "sent_at").map_err(named)?,
        received: parsed_or_none(row, "received_at").map_err(named)?,
        status: status.map_err(|why| named(format!("status: {why}")))?,
        responded: row["responded"]
            .as_bool()
            .ok_or_else(|| named("responded: expected true or false".to_owned()))?,
        cause: if row["cause"].is_null() {
            None
        } else {
            Some(text(row, "cause").map_err(named)?.to_owned())
        },
        party: party.map_err(|why| named(format!("fault_party: {why}")))?,
    })
}
