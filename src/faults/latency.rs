//! How long an answer is delayed: a fixed time, a random distribution, or a queueing model of the work.

use super::FaultSpecError;
use super::quantity::Span;
use crate::dice::Dice;
use crate::exchange::Workload;
use rand_distr::{Distribution, LogNormal, Normal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Parameters of a `latency` effect: `fixed`, or `dist` with its parameters, or `per` a unit of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatencySpec {
    /// The same delay for every call; with `per`, the service time of one unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Span>,
    /// Distribution of the delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dist: Option<LatencyDistribution>,
    /// Shortest delay of `uniform` and `percentiles` (default 0 for the latter).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Span>,
    /// Longest delay of `uniform` and `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Span>,
    /// Mean of `normal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Span>,
    /// Standard deviation of `normal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<Span>,
    /// Median of `lognormal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<Span>,
    /// Median of `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Span>,
    /// 90th percentile of `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Span>,
    /// 99th percentile of `lognormal` and `percentiles`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Span>,
    /// The percentiles as a table, instead of `dist`, `min`, `p50`, `p90`, `p99` and `max`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percentiles: Option<Box<LatencySpec>>,
    /// The unit of work that `time` refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<WorkUnit>,
    /// Service time of one unit (`fixed` means the same).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Span>,
    /// Service time of a call in addition to its units (default 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Span>,
    /// Calls served concurrently; further calls queue (default 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub servers: Option<u32>,
}

/// A probability distribution of delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatencyDistribution {
    /// Uniform between `min` and `max`.
    Uniform,
    /// Normal with `mean` and standard deviation `sd`, cut at 0.
    Normal,
    /// Log-normal with a given `median` and `p99`.
    Lognormal,
    /// Linear interpolation between `p50`, `p90`, `p99` and `max`.
    Percentiles,
}

/// The unit in which the work of a call is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorkUnit {
    /// A million pixels of the input picture.
    #[serde(rename = "megapixel")]
    Megapixel,
    /// A thousand characters of the input text.
    #[serde(rename = "1000-chars")]
    Characters,
}

/// A validated latency.
#[derive(Clone, Debug, PartialEq)]
pub enum LatencyModel {
    /// The same delay for every call.
    Fixed(Duration),
    /// Uniform between two delays.
    Uniform(Duration, Duration),
    /// Normal, in microseconds.
    Normal(Normal<f64>),
    /// Log-normal, in microseconds.
    Lognormal(LogNormal<f64>),
    /// Pairs of quantile and microseconds, both ascending.
    Percentiles([(f64, f64); 5]),
    /// Queueing model: unit of work, service time of one unit, base service time, number of servers.
    Physics(WorkUnit, Duration, Duration, u32),
}

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874_040_841;

/// Upper bound of every sampled delay: a month of virtual time.
const MAX_DELAY: Duration = Duration::from_secs(31 * 86_400);

impl LatencySpec {
    /// Validates the parameters and builds the model they describe.
    ///
    /// # Errors
    /// Names the parameter and what was expected.
    pub(super) fn model(&self) -> Result<LatencyModel, FaultSpecError> {
        if let Some(table) = &self.percentiles {
            return self.with_percentile_table(table).model();
        }
        let fixed = self.fixed.is_some() && self.per.is_none();
        let chosen = [fixed, self.dist.is_some(), self.per.is_some()];
        if chosen.iter().filter(|is| **is).count() != 1 {
            return Err(FaultSpecError::new(
                "effect.fixed",
                "expected one of fixed, dist, per",
            ));
        }
        let (model, allowed): (LatencyModel, &[&str]) = match (self.fixed, self.dist, self.per) {
            (_, _, Some(unit)) => (
                self.by_workload(unit)?,
                &["per", "time", "fixed", "base", "servers"],
            ),
            (Some(Span(fixed)), _, None) => (LatencyModel::Fixed(fixed.min(MAX_DELAY)), &["fixed"]),
            (_, Some(distribution), None) => self.distribution(distribution)?,
            (None, None, None) => {
                return Err(FaultSpecError::new(
                    "effect.fixed",
                    "expected one of fixed, dist, per",
                ));
            }
        };
        // A parameter that the chosen form does not use is a mistake.
        let parameters = serde_json::to_value(self).unwrap_or_default();
        let mut names = parameters
            .as_object()
            .into_iter()
            .flat_map(|object| object.keys());
        if let Some(name) = names.find(|name| !allowed.contains(&name.as_str())) {
            let expected = format!("expected only {} here", allowed.join(", "));
            return Err(FaultSpecError::new(format!("effect.{name}"), expected));
        }
        Ok(model)
    }

    /// Copies the percentiles of a `percentiles` table into the fields of this specification.
    fn with_percentile_table(&self, table: &LatencySpec) -> Self {
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
        distribution: LatencyDistribution,
    ) -> Result<(LatencyModel, &'static [&'static str]), FaultSpecError> {
        let invalid = |field: &str, expected: &str| FaultSpecError::new(format!("effect.{field}"), expected);
        Ok(match distribution {
            LatencyDistribution::Uniform => {
                let (Span(min), Span(max)) = (required("min", self.min)?, required("max", self.max)?);
                if max < min {
                    return Err(invalid("max", "expected at least min"));
                }
                (LatencyModel::Uniform(min, max), &["dist", "min", "max"])
            }
            LatencyDistribution::Normal => {
                let (mean, sd) = (
                    micros(required("mean", self.mean)?),
                    micros(required("sd", self.sd)?),
                );
                let normal = Normal::new(mean, sd).map_err(|_| invalid("sd", "expected a finite span"))?;
                (LatencyModel::Normal(normal), &["dist", "mean", "sd"])
            }
            LatencyDistribution::Lognormal => {
                let (median, p99) = (
                    micros(required("median", self.median)?),
                    micros(required("p99", self.p99)?),
                );
                if median <= 0.0 || p99 < median {
                    return Err(invalid(
                        "p99",
                        "expected a median above 0 and a p99 of at least the median",
                    ));
                }
                let lognormal = LogNormal::new(libm::log(median), libm::log(p99 / median) / Z99);
                let lognormal = lognormal.map_err(|_| invalid("p99", "expected a finite span"))?;
                (LatencyModel::Lognormal(lognormal), &["dist", "median", "p99"])
            }
            LatencyDistribution::Percentiles => {
                let points = [
                    (0.0, micros(self.min.unwrap_or_default())),
                    (0.5, micros(required("p50", self.p50)?)),
                    (0.9, micros(required("p90", self.p90)?)),
                    (0.99, micros(required("p99", self.p99)?)),
                    (1.0, micros(required("max", self.max)?)),
                ];
                if !points.is_sorted_by(|a, b| a.1 <= b.1) {
                    return Err(invalid("max", "expected rising spans: min, p50, p90, p99, max"));
                }
                (
                    LatencyModel::Percentiles(points),
                    &["dist", "min", "p50", "p90", "p99", "max"],
                )
            }
        })
    }

    fn by_workload(&self, unit: WorkUnit) -> Result<LatencyModel, FaultSpecError> {
        if self.time.is_some() && self.fixed.is_some() {
            return Err(FaultSpecError::new(
                "effect.fixed",
                "expected either time or fixed",
            ));
        }
        let Span(time) = required("time", self.time.or(self.fixed))?;
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

fn required(name: &str, span: Option<Span>) -> Result<Span, FaultSpecError> {
    span.ok_or_else(|| FaultSpecError::new(format!("effect.{name}"), "expected a span such as 700ms"))
}

fn micros(span: Span) -> f64 {
    span.0.as_micros() as f64
}

impl LatencyModel {
    /// Whether the delay is drawn at random.
    pub fn is_random(&self) -> bool {
        !matches!(self, LatencyModel::Fixed(_) | LatencyModel::Physics(..))
    }

    /// Samples a delay for a key. For [`Physics`](Self::Physics) it is the service time, without queueing.
    pub fn sample(&self, dice: Dice, key: &[&[u8]], workload: impl FnOnce() -> Workload) -> Duration {
        let span = match self {
            LatencyModel::Fixed(span) => *span,
            LatencyModel::Uniform(min, max) => {
                *min + max.saturating_sub(*min).mul_f64(unit_interval(dice, key))
            }
            LatencyModel::Normal(normal) => from_micros(normal.sample(&mut dice.stream(key))),
            LatencyModel::Lognormal(lognormal) => from_micros(lognormal.sample(&mut dice.stream(key))),
            LatencyModel::Percentiles(points) => from_micros(interpolate(points, unit_interval(dice, key))),
            LatencyModel::Physics(unit, time, base, _) => {
                let workload = workload();
                let (amount, unit) = match unit {
                    WorkUnit::Megapixel => (workload.pixels, 1_000_000),
                    WorkUnit::Characters => (workload.characters, 1000),
                };
                let micros = time.as_micros() * u128::from(amount) / unit;
                *base + Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
            }
        };
        span.min(MAX_DELAY)
    }
}

/// Draws a number from 0 to 1 for a key.
fn unit_interval(dice: Dice, key: &[&[u8]]) -> f64 {
    (dice.draw(key) >> 75) as f64 / (1u64 << 53) as f64
}

fn from_micros(micros: f64) -> Duration {
    Duration::from_micros(micros.max(0.0) as u64)
}

/// The value at a quantile, linearly interpolated between the points.
fn interpolate(points: &[(f64, f64); 5], quantile: f64) -> f64 {
    let upper = points
        .iter()
        .position(|(share, _)| *share >= quantile)
        .unwrap_or(4)
        .max(1);
    let ((x0, y0), (x1, y1)) = (points[upper - 1], points[upper]);
    y0 + (y1 - y0) * (quantile - x0) / (x1 - x0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(json: &str) -> Result<LatencyModel, FaultSpecError> {
        serde_json::from_str::<LatencySpec>(json).unwrap().model()
    }

    fn sorted(json: &str) -> Vec<f64> {
        let model = model(json).unwrap();
        let sample = |nth: u64| {
            model
                .sample(Dice::new(7), &[&nth.to_le_bytes()], Workload::default)
                .as_secs_f64()
                * 1e3
        };
        let mut all: Vec<f64> = (0..20_000).map(sample).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    #[test]
    fn distributions_have_the_quantiles_they_are_given() {
        // With 20,000 samples the share below a quantile is accurate to 0.01, whatever the slope there.
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
    fn a_latency_by_workload_grows_with_the_work() {
        let model = model(r#"{"per": "megapixel", "time": "200ms", "base": "50ms", "servers": 2}"#).unwrap();
        let workload = Workload {
            pixels: 1_500_000,
            characters: 0,
        };
        let span = model.sample(Dice::new(1), &[b"any"], || workload);
        assert_eq!(span, Duration::from_millis(350));
        let same = self::model(r#"{"per": "megapixel", "fixed": "200ms", "base": "50ms", "servers": 2}"#);
        assert_eq!(same.unwrap(), model);
    }

    #[test]
    fn percentiles_may_stand_in_a_table_of_their_own() {
        let flat = r#"{"dist": "percentiles", "p50": "1s", "p90": "2s", "p99": "3s", "max": "4s"}"#;
        let table = r#"{"percentiles": {"p50": "1s", "p90": "2s", "p99": "3s", "max": "4s"}}"#;
        assert_eq!(model(flat).unwrap(), model(table).unwrap());
        let half = r#"{"percentiles": {"p50": "1s"}}"#;
        assert_eq!(model(half).unwrap_err().field, "effect.p90");
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
            assert_eq!(model(json).unwrap_err().field, field, "{json}");
        }
    }
}
