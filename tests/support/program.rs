//! The real program as a process of its own.

use serde_json::Value;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use understudy::clock::{Clock, Time};
use understudy::providers::jdcloud::sign::{AccessKeySigner, UnsignedRequest, app_key_query};

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

/// This build of the program.
pub const BUILD: &str = env!("CARGO_BIN_EXE_understudy");

pub struct Program {
    pub child: Child,
    pub ready: Value,
}

/// A client that goes by no proxy and takes every status for an answer.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

/// The program with arguments; where it is to serve, on free ports unless they say others.
pub fn command(build: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(build);
    command.args(arguments);
    let serves = arguments
        .first()
        .is_none_or(|first| first.starts_with('-') || *first == "serve");
    for listener in ["--listen", "--admin-listen"] {
        if serves && !arguments.contains(&listener) {
            command.args([listener, "127.0.0.1:0"]);
        }
    }
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    command(BUILD, arguments).output().unwrap()
}

impl Program {
    /// Serves on free ports with a store in `folder`; returns when it is ready.
    pub fn serve(folder: &Path, further: &[&str]) -> Self {
        Self::serve_build(BUILD, folder, further)
    }

    /// The same with another build of the program.
    pub fn serve_build(build: &str, folder: &Path, further: &[&str]) -> Self {
        let ready_file = folder.join("ready.json");
        drop(std::fs::remove_file(&ready_file));
        let mut child = command(build, &["serve"])
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

    /// A query signed with its app key, now.
    pub fn app_query(&self) -> String {
        app_key_query(self.credential("appkey"), self.credential("secret"), now())
    }

    /// The fields of a signature with its access key, now, for these fields.
    pub fn signature(
        &self,
        (method, target): (&str, &str),
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<(String, String)> {
        let request = UnsignedRequest {
            method,
            target,
            headers: fields,
            body,
        };
        AccessKeySigner::new(self.credential("ak"), self.credential("sk")).headers(&request, "n", now())
    }

    /// Asks its admin API.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/_understudy/{path}", self.admin()))
            .body(body)
            .unwrap();
        let mut reply = agent().run(request).unwrap();
        let text = reply
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()
            .unwrap();
        let said = String::from_utf8_lossy(&text);
        assert!(reply.status().is_success(), "{method} {path}: {said}");
        serde_json::from_slice(&text).unwrap_or_default()
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

/// An address whose server takes requests and never answers; the receiver is given the socket of each.
pub fn silent_server() -> (String, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/picture.jpg", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            if socket.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                drop(sender.send(socket));
            }
        }
    });
    (url, asked)
}

/// What another process takes for now. One clock for all: each has a thread of its own.
fn now() -> Time {
    static REAL: LazyLock<Clock> = LazyLock::new(Clock::real);
    REAL.now()
}

/// Real time: a process is waited for.
#[expect(
    clippy::disallowed_methods,
    reason = "another process does not run on our clock"
)]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}
