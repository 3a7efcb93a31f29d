//! Commands for the clock of a running server.

use super::admin::{AdminClient, path_segment};
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
    /// Show the clock
    Show,
    /// Set, scale, stop or start the clock; options left out stay unchanged
    Set {
        /// The time, 2026-12-01T00:00:00+08:00
        #[arg(long, value_name = "TIME")]
        now: Option<String>,
        /// Virtual seconds per real second, 0.001 to 1,000,000
        #[arg(long, value_name = "X")]
        scale: Option<f64>,
        /// Stop the clock (true) or start it (false)
        #[arg(long, value_name = "BOOL")]
        frozen: Option<bool>,
        /// Follow real time again or, for a world, the server's clock
        #[arg(long, conflicts_with_all = ["now", "scale", "frozen"])]
        follow: bool,
    },
    /// Move the clock forward; pending events happen in order
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
        .map(|world| format!("?world={}", path_segment(world)));
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
