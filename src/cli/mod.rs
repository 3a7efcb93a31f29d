//! The command-line interface.

mod admin;
mod banner;
mod clock;
mod config;
mod faults;
mod kit;
mod models;
mod serve;
mod sla;
mod templates;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A stand-in for five image and content clouds.
#[derive(Debug, Parser)]
#[command(name = "understudy", version, about, args_conflicts_with_subcommands = true)]
struct Command {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    serve: serve::ServeCommand,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Start the server (default)
    Serve(serve::ServeCommand),
    /// Check a config file, or print its schema
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Install the optional neural matting model
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Manage the worlds of a running server
    World(admin::WorldCommand),
    /// Manage the keys of a running server's worlds
    Key(admin::KeyCommand),
    /// Manage the faults of a running server
    Fault(faults::FaultCommand),
    /// Service levels: computed from counts and vectors
    #[command(subcommand)]
    Sla(sla::SlaCommand),
    /// Print how many frames of a video are judged and how many minutes are charged, by Tupu's agreement
    Frames {
        /// Length of the video, 9m30s
        #[arg(long, value_name = "SPAN", value_parser = crate::clock::parse_span)]
        duration: std::time::Duration,
    },
    /// Write sample inputs that force verdicts into a folder
    Kit(kit::KitCommand),
    /// Check templates, and manage those of a running server
    Templates(templates::TemplatesCommand),
    /// Show or change the clock of a running server
    Clock(clock::ClockCommand),
}

/// Runs the program. An error is printed to standard error and gives exit status 2.
pub fn run() -> ExitCode {
    let command = Command::parse();
    let result = match command.verb {
        None => serve::serve(&command.serve),
        Some(Verb::Serve(serve)) => serve::serve(&serve),
        Some(Verb::Config(config)) => config::run(&config),
        Some(Verb::Models(models)) => models::run(&models),
        Some(Verb::World(world)) => admin::world(&world),
        Some(Verb::Key(key)) => admin::key(&key),
        Some(Verb::Fault(fault)) => faults::run(&fault),
        Some(Verb::Clock(clock)) => clock::run(&clock),
        Some(Verb::Sla(sla)) => sla::run(&sla),
        Some(Verb::Templates(templates)) => templates::run(&templates),
        Some(Verb::Kit(kit)) => kit::marker_samples(&kit),
        Some(Verb::Frames { duration }) => sla::frames(duration),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            banner::print_error(&why);
            ExitCode::from(2)
        }
    }
}
