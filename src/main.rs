//! The program.

fn main() -> std::process::ExitCode {
    understudy::cli::run()
}
