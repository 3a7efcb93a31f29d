//! Counters for Prometheus.

use crate::exchange::LedgerEntry;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

/// The counters of the server.
pub struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    own_seconds: HistogramVec,
    injections: IntCounterVec,
    callbacks: IntCounterVec,
    gauges: IntGaugeVec,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters at zero.
    ///
    /// # Panics
    /// Never: the names are valid and distinct.
    pub fn new() -> Self {
        let labels = ["provider", "operation", "outcome", "status"];
        let calls = Opts::new(
            "understudy_calls_total",
            "Calls by provider, operation, outcome and HTTP status class.",
        );
        let calls = IntCounterVec::new(calls, &labels).expect("a valid name");
        let own = HistogramOpts::new(
            "understudy_own_seconds",
            "Our own work on a call in real seconds, injected waits left out.",
        )
        .buckets(vec![
            0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0,
        ]);
        let own_seconds = HistogramVec::new(own, &["provider", "operation"]).expect("a valid name");
        let injections = Opts::new(
            "understudy_strikes_total",
            "Calls struck by faults, by the kind of effect.",
        );
        let injections = IntCounterVec::new(injections, &["kind"]).expect("a valid name");
        let callbacks = Opts::new(
            "understudy_callbacks_total",
            "Tries of callbacks, by whether the receiver took them.",
        );
        let callbacks = IntCounterVec::new(callbacks, &["taken"]).expect("a valid name");
        let gauges = Opts::new(
            "understudy_state",
            "State of the server by name: queues, rows, worlds.",
        );
        let gauges = IntGaugeVec::new(gauges, &["name"]).expect("a valid name");
        let registry = Registry::new();
        for collector in [
            Box::new(calls.clone()) as Box<dyn prometheus::core::Collector>,
            Box::new(own_seconds.clone()),
            Box::new(injections.clone()),
            Box::new(callbacks.clone()),
            Box::new(gauges.clone()),
        ] {
            registry.register(collector).expect("distinct names");
        }
        Self {
            registry,
            calls,
            own_seconds,
            injections,
            callbacks,
            gauges,
        }
    }

    /// Counts a finished call.
    pub fn count(&self, entry: &LedgerEntry) {
        let status = match entry.client_status {
            Some(429) => "429",
            Some(200..=299) => "2xx",
            Some(300..=399) => "3xx",
            Some(400..=499) => "4xx",
            Some(500..=599) => "5xx",
            Some(_) => "other",
            None => "none",
        };
        let labels = [&*entry.provider, &*entry.operation, entry.outcome.name(), status];
        self.calls.with_label_values(&labels).inc();
        self.own_seconds
            .with_label_values(&labels[..2])
            .observe(entry.processing_us as f64 / 1e6);
    }

    /// Counts an injection by the kind of its effect.
    pub fn struck(&self, kind: &str) {
        self.injections.with_label_values(&[kind]).inc();
    }

    /// Counts a try of a callback.
    pub fn called_back(&self, taken: bool) {
        let taken = if taken { "true" } else { "false" };
        self.callbacks.with_label_values(&[taken]).inc();
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &str, value: i64) {
        self.gauges.with_label_values(&[name]).set(value);
    }

    /// The text Prometheus reads.
    ///
    /// # Panics
    /// Never: the families are consistent.
    pub fn text(&self) -> String {
        let mut out = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut out)
            .expect("consistent families");
        String::from_utf8(out).expect("labels are text")
    }
}
