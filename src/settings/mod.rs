//! The configuration: defaults in code, overridden by a TOML file, overridden by `UNDERSTUDY__SECTION__KEY` variables.
//!
//! Unknown keys are refused. Errors name the file, the line, the key, and what was expected.

mod sections;
mod spans;

pub use sections::{
    AuthSettings, ClockSettings, FaultSettings, FileSettings, ImagingSettings, JobsConfig, JournalSettings,
    LedgerConfig, ListenerSettings, LogFormat, LogSettings, OutboundConfig, PoolSettings, SignatureClock,
    SlaSettings, StoreSettings,
};

use crate::faults::FaultSpec;
use crate::imaging::{EdgeMethod, MatteMode};
use crate::spelling::{expected_one_of, field_of, with_suggestion};
use crate::strict_json;
use bytesize::ByteSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seed of all random draws, at most 2^53; if absent, drawn once and kept in the store.
    pub seed: Option<u64>,
    /// Listeners and connections.
    pub server: ListenerSettings,
    /// The database.
    pub store: StoreSettings,
    /// The clock at the start.
    pub clock: ClockSettings,
    /// The ledger's writer.
    pub ledger: LedgerConfig,
    /// SLA statements.
    pub sla: SlaSettings,
    /// The journal of recent calls.
    pub journal: JournalSettings,
    /// Result files.
    pub files: FileSettings,
    /// Picture processing.
    pub imaging: ImagingSettings,
    /// Threads for CPU work.
    pub pool: PoolSettings,
    /// Outgoing requests: pictures by URL, callbacks.
    pub outbound: OutboundConfig,
    /// Asynchronous jobs.
    pub jobs: JobsConfig,
    /// Signature checks.
    pub auth: AuthSettings,
    /// Log output.
    pub log: LogSettings,
    /// Settings for all faults.
    pub faults: FaultSettings,
    /// Faults installed at the start and after a reset, in the format of `POST faults`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fault: Vec<FaultSpec>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: None,
            server: default_listeners(),
            store: StoreSettings {
                url: "sqlite:understudy-data/understudy.db".into(),
            },
            clock: ClockSettings::default(),
            ledger: LedgerConfig {
                queue: 65_536,
                linger: Duration::from_millis(20),
            },
            sla: SlaSettings::default(),
            journal: JournalSettings {
                max_bytes: ByteSize::mib(8),
            },
            files: FileSettings {
                max_bytes: ByteSize::mib(256),
                ttl: Duration::from_secs(24 * 3600),
            },
            imaging: ImagingSettings {
                matte: MatteMode::Auto,
                edge: EdgeMethod::Guided,
                model: None,
                max_pixels: 40_000_000,
                max_pixels_of_call: 200_000_000,
                memory: None,
                cache_bytes: ByteSize::mib(128),
            },
            pool: PoolSettings {
                threads: None,
                queue: 256,
            },
            outbound: OutboundConfig {
                hosts: Vec::new(),
                timeout: Duration::from_secs(10),
                redirects: 3,
                concurrent: 64,
                queue: 1024,
            },
            jobs: JobsConfig {
                callbacks: 32,
                retries: 2,
                backoff: Duration::from_secs(10),
            },
            auth: AuthSettings::default(),
            log: LogSettings {
                format: LogFormat::Human,
                level: "info".into(),
            },
            faults: FaultSettings {
                ttl: Some(Duration::from_secs(3600)),
                by_header: true,
            },
            fault: Vec::new(),
        }
    }
}

fn default_listeners() -> ListenerSettings {
    ListenerSettings {
        listen: "127.0.0.1:8080".into(),
        admin_listen: "127.0.0.1:8081".into(),
        admin_token: None,
        admin_hosts: Vec::new(),
        workers: 2,
        max_connections: 4096,
        shutdown_timeout: Duration::from_secs(30),
        public_headers: true,
    }
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("config file {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file contains an invalid value.
    #[error("config file {file}: {why}")]
    File {
        /// Path of the file.
        file: PathBuf,
        /// Line, key, and what was expected.
        why: String,
    },
    /// An environment variable contains an invalid value.
    #[error("environment: {key}: {why}")]
    Environment {
        /// Dotted path of the key.
        key: String,
        /// What was expected.
        why: String,
    },
    /// A value is out of range.
    #[error("config: {0}")]
    OutOfRange(String),
}

impl Settings {
    /// Settings for tests: free ports, nothing on disk, one worker.
    pub fn for_tests() -> Self {
        let mut settings = Self {
            seed: Some(1),
            ..Self::default()
        };
        settings.server.listen = "127.0.0.1:0".into();
        settings.server.admin_listen = "127.0.0.1:0".into();
        settings.server.workers = 1;
        settings.server.shutdown_timeout = Duration::from_secs(5);
        settings.store.url = "sqlite::memory:".into();
        settings
    }

    /// Loads the settings from an optional file and the environment.
    ///
    /// # Errors
    /// Names the file with line and key, or the variable, and what was expected.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        #[expect(clippy::disallowed_methods, reason = "these are the settings")]
        let variables = std::env::vars_os();
        let mut texts = Vec::new();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            let value = value.into_string().map_err(|_| SettingsError::Environment {
                key: name.to_owned(),
                why: "expected UTF-8".to_owned(),
            })?;
            texts.push((name.to_owned(), value));
        }
        Self::from_sources(file, texts.into_iter())
    }

    /// As [`load`](Self::load), with the given variables instead of the environment.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn from_sources(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut text = String::new();
        if let Some(path) = file {
            text =
                std::fs::read_to_string(path).map_err(|why| SettingsError::Unreadable(path.into(), why))?;
        }
        let wrong = |field: &str, why: &toml::de::Error| SettingsError::File {
            file: file.unwrap_or(Path::new("")).into(),
            why: with_suggestion(&format!("{field}{why}")),
        };
        let reader = toml::Deserializer::parse(&text).map_err(|why| wrong("", &why))?;
        let settings: Settings = serde_path_to_error::deserialize(reader).map_err(|why| {
            let field = field_of(&why.path().to_string(), why.inner().message());
            let field = if field.is_empty() {
                field
            } else {
                format!("{field}: ")
            };
            wrong(&field, why.inner())
        })?;
        let mut table: toml::Table = toml::from_str(&text).map_err(|why| wrong("", &why))?;
        check_sections(&table).map_err(|why| SettingsError::File {
            file: file.unwrap_or(Path::new("")).into(),
            why,
        })?;
        let overrides = overrides(variables);
        if overrides.is_empty() {
            return settings.validate();
        }
        for (path, value) in overrides {
            set(&mut table, &path, value)?;
        }
        check_sections(&table).map_err(SettingsError::OutOfRange)?;
        let settings: Settings = serde_path_to_error::deserialize(table).map_err(|why| {
            let text = why.inner().to_string();
            SettingsError::Environment {
                key: field_of(&why.path().to_string(), &text),
                why: with_suggestion(&text),
            }
        })?;
        settings.validate()
    }

    /// Checks limits that the types do not express.
    ///
    /// # Errors
    /// Names the key and what was expected.
    pub fn validate(self) -> Result<Self, SettingsError> {
        let out_of_range = |why: &str| Err(SettingsError::OutOfRange(why.to_owned()));
        if self.seed.is_some_and(|seed| seed > 1 << 53) {
            return out_of_range("seed: expected at most 2^53, so that it survives JSON");
        }
        if self.server.workers == 0 || self.server.max_connections == 0 {
            return out_of_range("server.workers and server.max_connections: expected 1 or more");
        }
        if self.ledger.queue == 0 || self.pool.threads == Some(0) {
            return out_of_range("ledger.queue and pool.threads: expected 1 or more");
        }
        check_log_level(&self.log.level).map_err(SettingsError::OutOfRange)?;
        if self.ledger.linger > Duration::from_secs(5) {
            return out_of_range("ledger.linger: expected at most 5s");
        }
        if self
            .clock
            .scale
            .is_some_and(|scale| !(0.001..=1e6).contains(&scale))
        {
            return out_of_range("clock.scale: expected 0.001 to 1000000");
        }
        Ok(self)
    }
}

/// Refuses a level that is none, where the filter's language would take it for a module of that name.
fn check_log_level(filter: &str) -> Result<(), String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    for directive in filter.split(',') {
        let level = directive.rsplit('=').next().unwrap_or(directive).trim();
        if !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(format!("log.level: {}", expected_one_of(level, LEVELS)));
        }
    }
    Ok(())
}

/// What the names of variables begin with.
const PREFIX: &str = "UNDERSTUDY__";

/// Refuses a list where a section is expected: the library reads its items as the section's keys, in their order. All
/// else was checked, or will be, with words that know the file.
fn check_sections(table: &toml::Table) -> Result<(), String> {
    let Ok(value) = serde_json::to_value(table) else {
        return Ok(());
    };
    match strict_json::from_value::<Settings>(value) {
        Err(why) if why.inner().to_string().ends_with("expected an object") => {
            Err(format!("{}: expected a table", why.path()))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Collects `UNDERSTUDY__SECTION__KEY=value` variables as pairs of path and value.
fn overrides(variables: impl Iterator<Item = (String, String)>) -> Vec<(Vec<String>, String)> {
    let mut found: Vec<_> = variables
        .filter_map(|(name, value)| {
            let path = name.strip_prefix(PREFIX)?;
            Some((path.split("__").map(str::to_ascii_lowercase).collect(), value))
        })
        .collect();
    found.sort();
    found
}

fn set(table: &mut toml::Table, path: &[String], value: String) -> Result<(), SettingsError> {
    let Some((last, sections)) = path.split_last() else {
        return Ok(());
    };
    let mut current = table;
    for section in sections {
        let entry = current
            .entry(section.clone())
            .or_insert_with(|| toml::Table::new().into());
        current = entry.as_table_mut().ok_or_else(|| SettingsError::Environment {
            key: path.join("."),
            why: format!("{section} is not a section"),
        })?;
    }
    // A value that is valid TOML, and nothing beyond it, is parsed; anything else is a string.
    let parsed = toml::from_str::<toml::Table>(&format!("v = {value}"))
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut t| t.remove("v"));
    current.insert(last.clone(), parsed.unwrap_or(toml::Value::String(value)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let file = std::env::temp_dir().join(format!(
            "understudy-settings-{}-{}.toml",
            std::process::id(),
            text.len()
        ));
        std::fs::write(&file, text).unwrap();
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let settings = Settings::from_sources(Some(&file), variables);
        std::fs::remove_file(&file).unwrap();
        settings
    }

    #[test]
    fn file_then_environment() {
        let settings = with(
            "seed = 7\n[server]\nlisten = \"0.0.0.0:80\"\n[journal]\nmax_bytes = \"1 MiB\"\n",
            &[
                ("UNDERSTUDY__SERVER__LISTEN", "127.0.0.1:9"),
                ("UNDERSTUDY__LEDGER__LINGER", "5ms"),
            ],
        )
        .unwrap();
        assert_eq!(settings.seed, Some(7));
        assert_eq!(settings.server.listen, "127.0.0.1:9");
        assert_eq!(settings.journal.max_bytes, ByteSize::mib(1));
        assert_eq!(settings.ledger.linger, Duration::from_millis(5));
    }

    #[test]
    fn errors_name_line_and_key() {
        let why = with("[server]\nlisten = \"x\"\nlissten = 1\n", &[])
            .unwrap_err()
            .to_string();
        assert!(why.contains("line 3") && why.contains("lissten"), "{why}");
        let why = with("[ledger]\nlinger = \"soon\"\n", &[])
            .unwrap_err()
            .to_string();
        assert!(why.contains("line 2") && why.contains("700ms"), "{why}");
        let why = with("", &[("UNDERSTUDY__POOL__QUEUE", "many")])
            .unwrap_err()
            .to_string();
        assert!(why.contains("pool.queue"), "{why}");
        let why = with("", &[("UNDERSTUDY__POOL__QUEUES", "1")])
            .unwrap_err()
            .to_string();
        assert!(why.contains("queues"), "{why}");
    }
}
