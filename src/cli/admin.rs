//! The admin API from a shell.

use super::banner;
use anyhow::{Context, bail};
use serde_json::{Value, json};

/// Where the server is.
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
    /// Bearer token, where the server asks for one
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
    /// Make a world; prints its credentials
    Create {
        /// Its name
        name: String,
        /// Settings as JSON, {"balance_fen": 10000}
        #[arg(long, default_value = "{}", value_name = "JSON")]
        settings: String,
    },
    /// All worlds
    List,
    /// One world
    Show {
        /// Its name
        name: String,
    },
    /// Erase a world with all its data
    Delete {
        /// Its name
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
    /// Make a key; prints its secret
    Create {
        /// The world it opens
        world: String,
        /// The vendor it is for
        vendor: String,
        /// Which of the vendor's schemes
        #[arg(long)]
        scheme: Option<String>,
    },
    /// All keys of a world
    List {
        /// The world
        world: String,
    },
    /// Print the public key a vendor signs with in a world, in PEM
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
        /// The world it opens
        world: String,
        /// Its public part
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
        WorldVerb::Show { name } => server.ask("GET", &format!("worlds/{}", part(name)), None),
        WorldVerb::Delete { name } => server.ask("DELETE", &format!("worlds/{}", part(name)), None),
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
            server.ask("POST", &format!("worlds/{}/keys", part(world)), Some(&new))
        }
        KeyVerb::List { world } => server.ask("GET", &format!("worlds/{}/keys", part(world)), None),
        KeyVerb::Export { world, vendor } => {
            let path = format!("worlds/{}/provider-keys/{}.pem", part(world), part(vendor));
            let pem = server.fetch("GET", &path, b"")?;
            banner::line(String::from_utf8_lossy(&pem).trim_end());
            Ok(())
        }
        KeyVerb::Revoke { world, id } => server.ask(
            "DELETE",
            &format!("worlds/{}/keys/{}", part(world), part(id)),
            None,
        ),
    }
}

/// A name as a part of a path.
pub(super) fn part(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Prints an answer, where it is JSON.
pub(super) fn show(answer: &[u8]) -> anyhow::Result<()> {
    if let Ok(json) = serde_json::from_slice::<Value>(answer) {
        banner::line(&serde_json::to_string_pretty(&json)?);
    }
    Ok(())
}

impl AdminClient {
    /// Asks, and prints the answer; a problem is an error in its own words.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<()> {
        let body = body.map(Value::to_string).unwrap_or_default();
        show(&self.fetch(method, path, body.as_bytes())?)
    }

    /// Asks, and gives the answer's body.
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
            let said = |name: &str| json.as_ref().and_then(|problem| problem[name].as_str());
            let text = String::from_utf8_lossy(&bytes);
            let detail = said("detail").unwrap_or(&text);
            match said("field") {
                Some(field) => bail!("{status}: {field}: {detail}"),
                None => bail!("{status}: {detail}"),
            }
        }
        Ok(bytes)
    }
}
