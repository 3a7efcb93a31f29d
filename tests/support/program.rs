//! The real program as a process of its own.

use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A folder that is removed with this value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("understudy-{}-{name}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub struct Program {
    pub child: Child,
    pub ready: Value,
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_understudy"))
        .args(arguments)
        .output()
        .unwrap()
}

impl Program {
    /// Serves on free ports with a store in `folder`; returns when it is ready.
    pub fn serve(folder: &Path, further: &[&str]) -> Self {
        Self::serve_build(env!("CARGO_BIN_EXE_understudy"), folder, further)
    }

    /// The same with another build of the program.
    pub fn serve_build(build: &str, folder: &Path, further: &[&str]) -> Self {
        let ready_file = folder.join("ready.json");
        drop(std::fs::remove_file(&ready_file));
        let mut child = Command::new(build)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0",
            ])
            .args([
                "--store",
                &format!("sqlite:{}", folder.join("store.db").display()),
            ])
            .arg("--ready-file")
            .arg(&ready_file)
            .args(further)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        loop {
            if let Ok(text) = std::fs::read_to_string(&ready_file) {
                return Self {
                    child,
                    ready: serde_json::from_str(&text).unwrap(),
                };
            }
            if let Some(status) = child.try_wait().unwrap() {
                let mut why = String::new();
                child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
                panic!("it ended with {status}: {why}");
            }
            pause(Duration::from_millis(5));
        }
    }

    pub fn listen(&self) -> &str {
        self.ready["listen"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://")
    }

    pub fn admin(&self) -> &str {
        self.ready["admin"].as_str().unwrap()
    }

    pub fn credential(&self, field: &str) -> &str {
        self.ready["credentials"]["jdcloud"][field].as_str().unwrap()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(done.success());
    }

    /// Ends it as a supervisor would, and waits for it.
    pub fn stop(mut self) {
        self.signal("-TERM");
        let status = self.child.wait().unwrap();
        assert!(status.success(), "it ended with {status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Real time: a process is waited for.
#[expect(
    clippy::disallowed_methods,
    reason = "another process does not run on our clock"
)]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}
