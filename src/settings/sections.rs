//! The sections of the configuration, each with its keys.

use super::Settings;
use super::spans::{span, span_or_required};
use crate::clock::Time;
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
    /// Address of the provider listener; port 0 takes a free one.
    pub listen: String,
    /// Address of the admin listener; port 0 takes a free one.
    pub admin_listen: String,
    /// Bearer token of the admin API; needed, and made where absent, when it listens beyond loopback.
    pub admin_token: Option<String>,
    /// Names the admin listener may be addressed by, beside loopback and its own address.
    pub admin_hosts: Vec<String>,
    /// Threads that serve calls.
    pub workers: usize,
    /// Connections a worker holds at most.
    pub max_connections: usize,
    /// How long calls in flight may take to finish at shutdown.
    #[serde(with = "span")]
    #[schemars(with = "String")]
    pub shutdown_timeout: Duration,
    /// Add `x-understudy-*` headers to providers' replies.
    pub public_headers: bool,
}

/// Where worlds and calls are kept.
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
    /// Start here instead of at real time, or where the store left off: `2026-12-01T00:00:00+08:00`.
    #[schemars(with = "Option<String>")]
    pub time: Option<Time>,
    /// Virtual seconds in a real second.
    pub scale: Option<f64>,
}

/// The ledger's writer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// Calls in flight or queued before further ones wait.
    pub queue: usize,
    /// How long rows are gathered before they are committed: what a kill -9 can cost.
    #[serde(with = "span")]
    #[schemars(with = "String")]
    pub linger: Duration,
}

/// Statements of service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlaSettings {
    /// Working days of further years, in the form of `fixtures/calendar/cn_workdays.json`: claims of December open on a
    /// day that the calendar of the next year decides.
    pub calendar: Option<PathBuf>,
}

/// The journal of recent calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JournalSettings {
    /// Bytes a world's journal may take.
    #[schemars(with = "String")]
    pub max_bytes: ByteSize,
}

/// Result files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FileSettings {
    /// Bytes of all files; the least recently used leave.
    #[schemars(with = "String")]
    pub max_bytes: ByteSize,
    /// How long a file is served, in the world's time.
    #[serde(with = "span")]
    #[schemars(with = "String")]
    pub ttl: Duration,
}

/// Pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImagingSettings {
    /// Which way to matte.
    pub matte: MatteMode,
    /// How the edge of the thing is found, but for the key matte, which measures it.
    pub edge: EdgeMethod,
    /// The neural model's file; the installed one, if any, where absent.
    pub model: Option<PathBuf>,
    /// Most pixels that are decoded.
    pub max_pixels: u64,
    /// Bytes of cut-outs kept, so that a repeated picture costs a look-up.
    #[schemars(with = "String")]
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
    /// Pieces of work at once; as many as there are cores where absent.
    pub threads: Option<usize>,
    /// Pieces of work that may wait before the vendor says it is busy.
    pub queue: usize,
}

/// What leaves the machine: pictures by URL, callbacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundConfig {
    /// Hosts that may be reached beside loopback: `example.com`, `.example.com` with all below it, `*` for every public
    /// address.
    pub hosts: Vec<String>,
    /// Longest a request may take, in real time.
    #[serde(with = "span")]
    #[schemars(with = "String")]
    pub timeout: Duration,
    /// Redirects that are followed; each address on the way is looked at.
    pub redirects: u32,
}

/// Asynchronous work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Callbacks that are sent at once.
    pub callbacks: usize,
    /// Tries of a callback after the first.
    pub retries: u32,
    /// Wait before the second try, on the world's clock; it doubles from try to try.
    #[serde(with = "span")]
    #[schemars(with = "String")]
    pub backoff: Duration,
}

/// Signatures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSettings {
    /// What a signature's timestamp is compared with. Unmodified clients stamp real time.
    pub clock: SignatureClock,
}

/// What a signature's timestamp is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SignatureClock {
    /// Real time.
    #[default]
    Real,
    /// The world's time.
    Virtual,
}

/// What holds for all faults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaultSettings {
    /// How long a fault lives that does not say: a span, or `required` where each must say.
    #[serde(with = "span_or_required")]
    #[schemars(with = "String")]
    pub ttl: Option<Duration>,
    /// Obey `x-understudy-fault: <id>` on calls, and `none`.
    pub by_header: bool,
}

/// Logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// How log lines look.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `understudy=debug`.
    pub level: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
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
