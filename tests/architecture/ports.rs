//! Tests and benchmarks listen on free ports: a server that runs beside them disturbs none, and they disturb no server.

use super::files_under;

/// What stands in a line where a port to listen on is named. `127.0.0.1:0` and `[::1]:0` mean a free one.
const PLACES: [&str; 5] = ["listen", "bind(", "\"--listen\"", "TcpListener", "UdpSocket"];

/// A fixed port after a host in a text: `127.0.0.1:8080`, `localhost:80`, `0.0.0.0:1`, `[::]:9`.
fn fixed_port(line: &str) -> bool {
    ["127.0.0.1:", "localhost:", "0.0.0.0:", "[::1]:", "[::]:"]
        .iter()
        .any(|host| {
            line.split(host).skip(1).any(|rest| {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                !port.is_empty() && port != "0"
            })
        })
}

/// Lines, with the one before, that name a fixed port where something listens.
fn offenders(path: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let offends = |at: usize| {
        let around = [lines[at.saturating_sub(1)], lines[at]];
        fixed_port(lines[at])
            && around
                .iter()
                .any(|line| PLACES.iter().any(|place| line.contains(place)))
    };
    let all = (0..lines.len()).filter(|at| offends(*at));
    all.map(|at| format!("{path}:{}: {}", at + 1, lines[at].trim()))
        .collect()
}

#[test]
fn nothing_here_listens_on_a_fixed_port() {
    let own = file!().rsplit('/').next().unwrap();
    let mut found = Vec::new();
    for folder in ["tests", "loadtests"] {
        for (path, text) in files_under(folder) {
            if path.file_name().is_none_or(|name| name != own) {
                let path = path.display().to_string();
                found.extend(offenders(&path, &text));
                // It gives every start of the program free ports; nothing else starts it.
                if text.contains("CARGO_BIN_EXE_") && !path.ends_with("support/program.rs") {
                    found.push(format!("{path} starts the program by itself"));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_check_of_ports_finds_offenders() {
    for bad in [
        r#"TcpListener::bind("127.0.0.1:8080")"#,
        "settings.server.listen =\n    \"localhost:80\".into();",
        "\"--listen\",\n\"0.0.0.0:1\",",
    ] {
        assert_eq!(offenders("x", bad).len(), 1, "{bad}");
    }
    for good in [
        r#"bind("127.0.0.1:0")"#,
        r#"("image", json!("http://127.0.0.1:1/x.png"))"#,
    ] {
        assert_eq!(offenders("x", good), Vec::<String>::new());
    }
}
