//! Client of the admin API, with the commands for worlds and keys.

use super::banner;
use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Address and token of the admin API.
#[derive(Debug, clap::Args)]
pub(super) struct AdminClient {
    /// Base URL of the admin listener
    #[arg(
        long,
        global = true,
        default_value = "http://127.0.0.1:8081",
        value_name = "URL"
    )]
    server: String,
    /// Bearer token, if the server requires one
    #[arg(long, global = true, value_name = "TOKEN")]
    token: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct WorldCommand {
    #[command(flatten)]
    server: AdminClient,
    #[command(subcommand)]
    verb: WorldVerb,
}

#[derive(Debug, clap::Subcommand)]
enum WorldVerb {
    /// Create a world and print its credentials
    Create {
        /// Name of the world
        name: String,
        /// Settings as JSON, {"balance_fen": 10000}
        #[arg(long, default_value = "{}", value_name = "JSON")]
        settings: String,
    },
    /// List all worlds
    List,
    /// Show a world
    Show {
        /// Name of the world
        name: String,
    },
    /// Erase a world with all its data
    Delete {
        /// Name of the world
        name: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct KeyCommand {
    #[command(flatten)]
    server: AdminClient,
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Debug, clap::Subcommand)]
enum KeyVerb {
    /// Create a key and print its secret
    Create {
        /// World of the key
        world: String,
        /// Vendor of the key
        vendor: String,
        /// Authentication scheme of the vendor
        #[arg(long)]
        scheme: Option<String>,
    },
    /// List all keys of a world
    List {
        /// The world
        world: String,
    },
    /// Print the public key that a vendor signs with in a world, as PEM
    Export {
        /// The world
        #[arg(default_value = "demo")]
        world: String,
        /// The vendor
        #[arg(default_value = "tupu")]
        vendor: String,
    },
    /// Remove a key
    Revoke {
        /// World of the key
        world: String,
        /// Public part of the key
        id: String,
    },
}

pub(super) fn world(command: &WorldCommand) -> anyhow::Result<()> {
    let server = &command.server;
    match &command.verb {
        WorldVerb::Create { name, settings } => {
            let settings: Value = serde_json::from_str(settings).context("--settings: expected JSON")?;
            server.ask(
                "POST",
                "worlds",
                Some(&json!({"name": name, "settings": settings})),
            )
        }
        WorldVerb::List => server.ask("GET", "worlds", None),
        WorldVerb::Show { name } => server.ask("GET", &format!("worlds/{}", path_segment(name)), None),
        WorldVerb::Delete { name } => server.ask("DELETE", &format!("worlds/{}", path_segment(name)), None),
    }
}

pub(super) fn key(command: &KeyCommand) -> anyhow::Result<()> {
    let server = &command.server;
    match &command.verb {
        KeyVerb::Create {
            world,
            vendor,
            scheme,
        } => {
            let mut new = json!({"vendor": vendor});
            if let Some(scheme) = scheme {
                new["scheme"] = json!(scheme);
            }
            server.ask(
                "POST",
                &format!("worlds/{}/keys", path_segment(world)),
                Some(&new),
            )
        }
        KeyVerb::List { world } => server.ask("GET", &format!("worlds/{}/keys", path_segment(world)), None),
        KeyVerb::Export { world, vendor } => {
            let path = format!(
                "worlds/{}/provider-keys/{}.pem",
                path_segment(world),
                path_segment(vendor)
            );
            let pem = server.fetch("GET", &path, b"")?;
            banner::line(String::from_utf8_lossy(&pem).trim_end());
            Ok(())
        }
        KeyVerb::Revoke { world, id } => server.ask(
            "DELETE",
            &format!("worlds/{}/keys/{}", path_segment(world), path_segment(id)),
            None,
        ),
    }
}

/// Percent-encodes a name as a path segment.
pub(super) fn path_segment(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Pretty-prints an answer if it is JSON.
pub(super) fn show(answer: &[u8]) -> anyhow::Result<()> {
    if let Ok(json) = serde_json::from_slice::<Value>(answer) {
        banner::line(&serde_json::to_string_pretty(&json)?);
    }
    Ok(())
}

impl AdminClient {
    /// Sends a request and prints the answer.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<()> {
        let body = body.map(Value::to_string).unwrap_or_default();
        show(&self.fetch(method, path, body.as_bytes())?)
    }

    /// Sends a request and returns the body of the answer. A problem reported by the server becomes the error.
    pub(super) fn fetch(&self, method: &str, path: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let url = format!("{}/_understudy/{path}", self.server.trim_end_matches('/'));
        let mut request = ureq::http::Request::builder().method(method).uri(&url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("content-type", "application/json").body(body)?;
        let mut answer = agent
            .run(request)
            .with_context(|| format!("{url} does not answer"))?;
        let status = answer.status();
        let bytes = answer.body_mut().with_config().limit(u64::MAX).read_to_vec()?;
        if !status.is_success() {
            let json: Option<Value> = serde_json::from_slice(&bytes).ok();
            let member = |name: &str| json.as_ref().and_then(|problem| problem[name].as_str());
            let text = String::from_utf8_lossy(&bytes);
            let detail = member("detail").unwrap_or(&text);
            match member("field") {
                Some(field) => bail!("{status}: {field}: {detail}"),
                None => bail!("{status}: {detail}"),
            }
        }
        Ok(bytes)
    }
}
