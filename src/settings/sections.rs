//! The sections of the configuration and their keys.

use super::Settings;
use super::spans::{span, span_or_required};
use crate::clock::Time;
use crate::faults::{self, Span};
use crate::imaging::{EdgeMethod, MatteMode, MatteOptions};
use bytesize::ByteSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Listeners and connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListenerSettings {
    /// Address of the provider listener; port 0 selects a free port.
    pub listen: String,
    /// Address of the admin listener; port 0 selects a free port.
    pub admin_listen: String,
    /// Bearer token of the admin API. Required if it listens on other addresses than loopback; generated if absent.
    pub admin_token: Option<String>,
    /// Host names accepted by the admin listener in addition to loopback and its own address.
    pub admin_hosts: Vec<String>,
    /// Threads that serve calls.
    pub workers: usize,
    /// Maximum number of connections per worker.
    pub max_connections: usize,
    /// Maximum time for calls in flight to finish at shutdown.
    #[serde(with = "span")]
    #[schemars(with = "Span")]
    pub shutdown_timeout: Duration,
    /// Whether to add `x-understudy-*` headers to providers' replies.
    pub public_headers: bool,
}

/// The database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSettings {
    /// `sqlite:PATH` or `sqlite::memory:`.
    pub url: String,
}

/// The clock at the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClockSettings {
    /// Initial time instead of real time or the time saved in the store: `2026-12-01T00:00:00+08:00`.
    pub time: Option<Time>,
    /// Virtual seconds per real second.
    pub scale: Option<f64>,
}

/// The ledger's writer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// Maximum number of calls in flight or queued; further ones wait.
    pub queue: usize,
    /// Time for which rows are collected before they are committed; a crash loses at most these rows.
    #[serde(with = "span")]
    #[schemars(with = "Span")]
    pub linger: Duration,
}

/// SLA statements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlaSettings {
    /// File with working days of further years, in the format of `fixtures/calendar/cn_workdays.json`. Claims for December
    /// depend on the calendar of the next year.
    pub calendar: Option<PathBuf>,
}

/// The journal of recent calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JournalSettings {
    /// Maximum size of a world's journal.
    #[schemars(with = "faults::ByteSize")]
    pub max_bytes: ByteSize,
}

/// Result files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FileSettings {
    /// Maximum size of all files; the least recently used are removed.
    #[schemars(with = "faults::ByteSize")]
    pub max_bytes: ByteSize,
    /// How long a file is available, in the world's time.
    #[serde(with = "span")]
    #[schemars(with = "Span")]
    pub ttl: Duration,
}

/// Picture processing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImagingSettings {
    /// Which matting method to use.
    pub matte: MatteMode,
    /// How the edge of the object is found. The key method does not use this.
    pub edge: EdgeMethod,
    /// File of the neural model; the installed one by default.
    pub model: Option<PathBuf>,
    /// Maximum number of pixels of a picture.
    pub max_pixels: u64,
    /// Maximum number of pixels of all pictures and frames that a call brings; what is beyond is not looked at.
    pub max_pixels_of_call: u64,
    /// Memory that decoded pictures take at once, over all calls; half of the machine's where absent. A picture that never
    /// fits is too large; others wait for their turn.
    #[schemars(with = "Option<faults::ByteSize>")]
    pub memory: Option<ByteSize>,
    /// Size of the cache of cut-outs.
    #[schemars(with = "faults::ByteSize")]
    pub cache_bytes: ByteSize,
}

impl ImagingSettings {
    /// How pictures are matted.
    pub fn matte_options(&self) -> MatteOptions {
        MatteOptions {
            mode: self.matte,
            edge: self.edge,
        }
    }
}

/// Threads for CPU work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoolSettings {
    /// Number of threads; by default the number of cores.
    pub threads: Option<usize>,
    /// Maximum number of waiting tasks; beyond it, calls get the vendor's busy error.
    pub queue: usize,
}

/// Outgoing requests: pictures by URL, callbacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Allowed hosts in addition to loopback: `example.com`, `.example.com` with all subdomains, `*` for every public
    /// address.
    pub hosts: Vec<String>,
    /// Maximum duration of a request, in real time.
    #[serde(with = "span")]
    #[schemars(with = "Span")]
    pub timeout: Duration,
    /// Maximum number of redirects; each address is checked against `hosts`.
    pub redirects: u32,
    /// Fetches at once.
    pub concurrent: usize,
    /// Fetches that wait for their turn; further ones fail at once.
    pub queue: usize,
}

/// Asynchronous jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Maximum number of callbacks sent concurrently.
    pub callbacks: usize,
    /// Maximum number of retries of a callback.
    pub retries: u32,
    /// Delay before the first retry, on the world's clock; it doubles with every retry.
    #[serde(with = "span")]
    #[schemars(with = "Span")]
    pub backoff: Duration,
}

/// Signature checks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSettings {
    /// The clock that timestamps of signatures are compared with. Unmodified clients use real time.
    pub clock: SignatureClock,
}

/// The clock that timestamps of signatures are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignatureClock {
    /// Real time.
    #[default]
    Real,
    /// The world's time.
    Virtual,
}

/// Settings for all faults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaultSettings {
    /// Lifetime of faults without a `ttl`: a span, or `required` if every fault must have one.
    #[serde(with = "span_or_required")]
    #[schemars(with = "String")]
    pub ttl: Option<Duration>,
    /// Whether calls may request faults with `x-understudy-fault: <id>` or refuse them with `none`.
    pub by_header: bool,
}

/// Log output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Format of log lines.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `understudy=debug`.
    pub level: String,
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Readable text.
    #[default]
    Human,
    /// One JSON object per line.
    Json,
}

macro_rules! section_defaults {
    ($($section:ident: $field:ident),* $(,)?) => {
        $(impl Default for $section {
            fn default() -> Self {
                Settings::default().$field
            }
        })*
    };
}

section_defaults! {
    ListenerSettings: server,
    StoreSettings: store,
    LedgerConfig: ledger,
    JournalSettings: journal,
    FileSettings: files,
    ImagingSettings: imaging,
    PoolSettings: pool,
    OutboundConfig: outbound,
    JobsConfig: jobs,
    LogSettings: log,
    FaultSettings: faults,
}
