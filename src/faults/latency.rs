//! How long a late answer takes: fixed, drawn from a distribution, or from physics.

use super::FaultSpecError;
use super::quantity::Span;
use crate::dice::Dice;
use crate::exchange::Workload;
use rand_distr::{Distribution, LogNormal, Normal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A latency as a user writes it: `fixed`, or `dist` with its parameters, or `per` a unit of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatencySpec {
    /// Always this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Span>,
    /// `uniform`, `normal`, `lognormal`, `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dist: Option<LatencyDistribution>,
    /// Of `uniform`, and the fastest of `percentiles` (0 where absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Span>,
    /// Of `uniform` and `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Span>,
    /// Of `normal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Span>,
    /// Of `normal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<Span>,
    /// Of `lognormal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<Span>,
    /// Of `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Span>,
    /// Of `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Span>,
    /// Of `lognormal` and `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Span>,
    /// The percentiles as one table, in place of `dist` and the five above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentiles: Option<Box<LatencySpec>>,
    /// `megapixel` or `1000-chars`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<WorkUnit>,
    /// Service time of one unit (`fixed` says the same).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Span>,
    /// Service time beside the units (0 where absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Span>,
    /// Calls served at once; further ones queue up (1 where absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub servers: Option<u32>,
}

/// The shape of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatencyDistribution {
    /// Evenly between `min` and `max`.
    Uniform,
    /// Around `mean` with the standard deviation `sd`, never below 0.
    Normal,
    /// With a `median` and a `p99`.
    Lognormal,
    /// Through `p50`, `p90`, `p99` and `max`, straight in between.
    Percentiles,
}

/// A unit of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkUnit {
    /// A million pixels.
    #[serde(rename = "megapixel")]
    Megapixel,
    /// A thousand characters.
    #[serde(rename = "1000-chars")]
    Characters,
}

/// A latency that was checked.
#[derive(Clone, Debug, PartialEq)]
pub enum LatencyModel {
    /// Always this.
    Fixed(Duration),
    /// Evenly between two.
    Uniform(Duration, Duration),
    /// Around a mean, in microseconds.
    Normal(Normal<f64>),
    /// Skewed to the right, in microseconds.
    Lognormal(LogNormal<f64>),
    /// Quantile and microseconds, both rising.
    Percentiles([(f64, f64); 5]),
    /// Service time from the work, on so many servers.
    Physics(WorkUnit, Duration, Duration, u32),
}

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

/// No law makes a call wait longer: a month of virtual time.
const MOST: Duration = Duration::from_secs(31 * 86_400);

impl LatencySpec {
    /// The law it describes.
    ///
    /// # Errors
    /// Names the parameter and what was expected.
    pub(super) fn law(&self) -> Result<LatencyModel, FaultSpecError> {
        if let Some(table) = &self.percentiles {
            return self.of_table(table).law();
        }
        let fixed = self.fixed.is_some() && self.per.is_none();
        let chosen = [fixed, self.dist.is_some(), self.per.is_some()];
        if chosen.iter().filter(|is| **is).count() != 1 {
            return Err(FaultSpecError::new(
                "effect.fixed",
                "expected one of fixed, dist, per",
            ));
        }
        let (law, allowed): (LatencyModel, &[&str]) = match (self.fixed, self.dist, self.per) {
            (_, _, Some(unit)) => (self.physics(unit)?, &["per", "time", "fixed", "base", "servers"]),
            (Some(Span(fixed)), _, None) => (LatencyModel::Fixed(fixed.min(MOST)), &["fixed"]),
            (_, Some(shape), None) => self.distribution(shape)?,
            (None, None, None) => {
                return Err(FaultSpecError::new(
                    "effect.fixed",
                    "expected one of fixed, dist, per",
                ));
            }
        };
        // A parameter that says nothing is a mistake.
        let given = serde_json::to_value(self).unwrap_or_default();
        let mut given = given.as_object().into_iter().flat_map(|given| given.keys());
        if let Some(name) = given.find(|name| !allowed.contains(&name.as_str())) {
            let expected = format!("expected only {} here", allowed.join(", "));
            return Err(FaultSpecError::new(format!("effect.{name}"), expected));
        }
        Ok(law)
    }

    /// The same with the percentiles of a table in their own fields.
    fn of_table(&self, table: &LatencySpec) -> Self {
        Self {
            dist: Some(LatencyDistribution::Percentiles),
            percentiles: table.percentiles.clone(),
            min: table.min,
            p50: table.p50,
            p90: table.p90,
            p99: table.p99,
            max: table.max,
            fixed: self.fixed.or(table.fixed),
            per: self.per.or(table.per),
            ..Self::default()
        }
    }

    fn distribution(
        &self,
        shape: LatencyDistribution,
    ) -> Result<(LatencyModel, &'static [&'static str]), FaultSpecError> {
        let impossible =
            |field: &str, expected: &str| FaultSpecError::new(format!("effect.{field}"), expected);
        Ok(match shape {
            LatencyDistribution::Uniform => {
                let (Span(min), Span(max)) = (needed("min", self.min)?, needed("max", self.max)?);
                if max < min {
                    return Err(impossible("max", "expected at least min"));
                }
                (LatencyModel::Uniform(min, max), &["dist", "min", "max"])
            }
            LatencyDistribution::Normal => {
                let (mean, sd) = (micros(needed("mean", self.mean)?), micros(needed("sd", self.sd)?));
                let law = Normal::new(mean, sd).map_err(|_| impossible("sd", "expected a finite span"))?;
                (LatencyModel::Normal(law), &["dist", "mean", "sd"])
            }
            LatencyDistribution::Lognormal => {
                let (median, p99) = (
                    micros(needed("median", self.median)?),
                    micros(needed("p99", self.p99)?),
                );
                if median <= 0.0 || p99 < median {
                    return Err(impossible(
                        "p99",
                        "expected a median above 0 and a p99 of at least it",
                    ));
                }
                let law = LogNormal::new(libm::log(median), libm::log(p99 / median) / Z99);
                let law = law.map_err(|_| impossible("p99", "expected a finite span"))?;
                (LatencyModel::Lognormal(law), &["dist", "median", "p99"])
            }
            LatencyDistribution::Percentiles => {
                let points = [
                    (0.0, micros(self.min.unwrap_or_default())),
                    (0.5, micros(needed("p50", self.p50)?)),
                    (0.9, micros(needed("p90", self.p90)?)),
                    (0.99, micros(needed("p99", self.p99)?)),
                    (1.0, micros(needed("max", self.max)?)),
                ];
                if !points.is_sorted_by(|a, b| a.1 <= b.1) {
                    return Err(impossible(
                        "max",
                        "expected rising spans: min, p50, p90, p99, max",
                    ));
                }
                (
                    LatencyModel::Percentiles(points),
                    &["dist", "min", "p50", "p90", "p99", "max"],
                )
            }
        })
    }

    fn physics(&self, unit: WorkUnit) -> Result<LatencyModel, FaultSpecError> {
        if self.time.is_some() && self.fixed.is_some() {
            return Err(FaultSpecError::new(
                "effect.fixed",
                "expected either time or fixed",
            ));
        }
        let Span(time) = needed("time", self.time.or(self.fixed))?;
        let servers = self.servers.unwrap_or(1);
        if !(1..=10_000).contains(&servers) {
            return Err(FaultSpecError::new("effect.servers", "expected 1 to 10000"));
        }
        Ok(LatencyModel::Physics(
            unit,
            time,
            self.base.unwrap_or_default().0,
            servers,
        ))
    }
}

fn needed(name: &str, span: Option<Span>) -> Result<Span, FaultSpecError> {
    span.ok_or_else(|| FaultSpecError::new(format!("effect.{name}"), "expected a span such as 700ms"))
}

fn micros(span: Span) -> f64 {
    span.0.as_micros() as f64
}

impl LatencyModel {
    /// Whether chance has a say.
    pub fn is_chance(&self) -> bool {
        !matches!(self, LatencyModel::Fixed(_) | LatencyModel::Physics(..))
    }

    /// A latency for this key, by the dice; of physics the service time alone.
    pub fn sample(&self, dice: Dice, key: &[&[u8]], volume: impl FnOnce() -> Workload) -> Duration {
        let span = match self {
            LatencyModel::Fixed(span) => *span,
            LatencyModel::Uniform(min, max) => {
                *min + max.saturating_sub(*min).mul_f64(unit_interval(dice, key))
            }
            LatencyModel::Normal(law) => from_micros(law.sample(&mut dice.stream(key))),
            LatencyModel::Lognormal(law) => from_micros(law.sample(&mut dice.stream(key))),
            LatencyModel::Percentiles(points) => from_micros(interpolated(points, unit_interval(dice, key))),
            LatencyModel::Physics(unit, time, base, _) => {
                let volume = volume();
                let (amount, unit) = match unit {
                    WorkUnit::Megapixel => (volume.pixels, 1_000_000),
                    WorkUnit::Characters => (volume.characters, 1000),
                };
                let micros = time.as_micros() * u128::from(amount) / unit;
                *base + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
            }
        };
        span.min(MOST)
    }
}

/// A number from 0 to 1 for this key.
fn unit_interval(dice: Dice, key: &[&[u8]]) -> f64 {
    (dice.draw(key) >> 75) as f64 / (1u64 << 53) as f64
}

fn from_micros(micros: f64) -> Duration {
    Duration::from_micros(micros.max(0.0) as u64)
}

/// The value at a quantile, straight between the points.
fn interpolated(points: &[(f64, f64); 5], at: f64) -> f64 {
    let upper = points
        .iter()
        .position(|(share, _)| *share >= at)
        .unwrap_or(4)
        .max(1);
    let ((x0, y0), (x1, y1)) = (points[upper - 1], points[upper]);
    y0 + (y1 - y0) * (at - x0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(json: &str) -> Result<LatencyModel, FaultSpecError> {
        serde_json::from_str::<LatencySpec>(json).unwrap().law()
    }

    fn sorted(json: &str) -> Vec<f64> {
        let law = law(json).unwrap();
        let sample = |nth: u64| {
            law.sample(Dice::new(7), &[&nth.to_le_bytes()], Workload::default)
                .as_secs_f64()
                * 1e3
        };
        let mut all: Vec<f64> = (0..20_000).map(sample).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    #[test]
    fn distributions_have_the_quantiles_they_are_given() {
        // Of 20,000 samples the share below a quantile is right to a hundredth, whatever the slope there.
        let below = |all: &[f64], millis: f64, share: f64| {
            let found = all.partition_point(|one| *one <= millis) as f64 / all.len() as f64;
            assert!(
                (found - share).abs() < 0.01,
                "{found} of all are at most {millis} ms, not {share}"
            );
        };
        let all = sorted(r#"{"dist": "lognormal", "median": "400ms", "p99": "4s"}"#);
        below(&all, 400.0, 0.5);
        below(&all, 4000.0, 0.99);
        let all =
            sorted(r#"{"dist": "percentiles", "p50": "100ms", "p90": "300ms", "p99": "2s", "max": "5s"}"#);
        below(&all, 100.0, 0.5);
        below(&all, 300.0, 0.9);
        below(&all, 2000.0, 0.99);
        below(&all, 5000.0, 1.0);
        let all = sorted(r#"{"dist": "normal", "mean": "200ms", "sd": "50ms"}"#);
        below(&all, 200.0, 0.5);
        below(&all, 250.0, 0.8413);
        let all = sorted(r#"{"dist": "uniform", "min": "10ms", "max": "20ms"}"#);
        below(&all, 15.0, 0.5);
        assert!(all[0] >= 10.0 && all[19_999] <= 20.0);
    }

    #[test]
    fn physics_goes_by_the_work() {
        let law = law(r#"{"per": "megapixel", "time": "200ms", "base": "50ms", "servers": 2}"#).unwrap();
        let volume = Workload {
            pixels: 1_500_000,
            characters: 0,
        };
        let span = law.sample(Dice::new(1), &[b"any"], || volume);
        assert_eq!(span, Duration::from_millis(350));
        let same = self::law(r#"{"per": "megapixel", "fixed": "200ms", "base": "50ms", "servers": 2}"#);
        assert_eq!(same.unwrap(), law);
    }

    #[test]
    fn percentiles_may_stand_in_a_table_of_their_own() {
        let flat = r#"{"dist": "percentiles", "p50": "1s", "p90": "2s", "p99": "3s", "max": "4s"}"#;
        let table = r#"{"percentiles": {"p50": "1s", "p90": "2s", "p99": "3s", "max": "4s"}}"#;
        assert_eq!(law(flat).unwrap(), law(table).unwrap());
        let half = r#"{"percentiles": {"p50": "1s"}}"#;
        assert_eq!(law(half).unwrap_err().field, "effect.p90");
    }

    #[test]
    fn impossible_latencies_name_their_parameter() {
        for (json, field) in [
            ("{}", "effect.fixed"),
            (r#"{"fixed": "1s", "dist": "normal"}"#, "effect.fixed"),
            (
                r#"{"fixed": "1s", "time": "1s", "per": "megapixel"}"#,
                "effect.fixed",
            ),
            (r#"{"fixed": "1s", "median": "1s"}"#, "effect.median"),
            (r#"{"dist": "uniform", "min": "2s", "max": "1s"}"#, "effect.max"),
            (r#"{"dist": "lognormal", "median": "2s"}"#, "effect.p99"),
            (
                r#"{"dist": "lognormal", "median": "2s", "p99": "1s"}"#,
                "effect.p99",
            ),
            (
                r#"{"dist": "percentiles", "p50": "2s", "p90": "1s", "p99": "3s", "max": "4s"}"#,
                "effect.max",
            ),
            (r#"{"per": "1000-chars"}"#, "effect.time"),
            (
                r#"{"per": "megapixel", "time": "1s", "servers": 0}"#,
                "effect.servers",
            ),
        ] {
            assert_eq!(law(json).unwrap_err().field, field, "{json}");
        }
    }
}
