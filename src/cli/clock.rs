//! The clock from a shell.

use super::admin::{AdminClient, part};
use serde_json::{Map, Value, json};

#[derive(Debug, clap::Args)]
pub(super) struct ClockCommand {
    #[command(flatten)]
    server: AdminClient,
    /// A world's clock instead of the server's
    #[arg(long, global = true)]
    world: Option<String>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// What it shows
    Show,
    /// Set, scale, stop or start it; what is not named stays as it is
    Set {
        /// The time, 2026-12-01T00:00:00+08:00
        #[arg(long, value_name = "TIME")]
        now: Option<String>,
        /// Virtual seconds in a real second, 0.001 to 1,000,000
        #[arg(long, value_name = "X")]
        scale: Option<f64>,
        /// Stop it (true) or start it (false)
        #[arg(long, value_name = "BOOL")]
        frozen: Option<bool>,
        /// Real time again; of a world, the server's time again
        #[arg(long, conflicts_with_all = ["now", "scale", "frozen"])]
        follow: bool,
    },
    /// Move it forward; what is due on the way happens in its order
    Advance {
        /// By a span, 30m
        #[arg(required_unless_present = "to", conflicts_with = "to", value_name = "SPAN")]
        by: Option<String>,
        /// To an instant, 2026-12-01T00:00:00+08:00
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
    },
}

pub(super) fn run(command: &ClockCommand) -> anyhow::Result<()> {
    let server = &command.server;
    let query = command
        .world
        .as_ref()
        .map(|world| format!("?world={}", part(world)));
    let path = |path: &str| format!("{path}{}", query.as_deref().unwrap_or_default());
    match &command.verb {
        Verb::Show => server.ask("GET", &path("clock"), None),
        Verb::Set {
            now,
            scale,
            frozen,
            follow,
        } => {
            let asked = [
                ("now", now.as_ref().map(|now| json!(now))),
                ("scale", scale.map(|scale| json!(scale))),
                ("frozen", frozen.map(|frozen| json!(frozen))),
                ("follow", follow.then_some(json!(true))),
            ];
            let change = asked
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)));
            server.ask(
                "PUT",
                &path("clock"),
                Some(&Value::Object(change.collect::<Map<_, _>>())),
            )
        }
        Verb::Advance { by, to } => {
            let advance = match (by, to) {
                (Some(by), _) => json!({"by": by}),
                (None, to) => json!({"to": to}),
            };
            server.ask("POST", &path("clock/advance"), Some(&advance))
        }
    }
}
