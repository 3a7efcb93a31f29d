//! The real program: start, ready file, restart, errors at the start, the command line.

use super::support::program::{BUILD, Folder, Program, agent, command, run};
use serde_json::{Value, json};

#[test]
fn worlds_keys_clock_and_money_survive_a_restart() {
    let folder = Folder::new("restart");
    let program = Program::serve(&folder.0, &["--seed", "7"]);
    assert_eq!(program.ready["seed"], 7);
    assert_eq!(program.ready["world"], "demo");
    assert_eq!(program.ready["pid"], program.child.id());
    let made = program.ask(
        "POST",
        "worlds",
        &json!({"name": "ci", "settings": {"balance_fen": 100}}),
    );
    let ak = made["credentials"]["jdcloud"]["ak"].as_str().unwrap().to_owned();
    program.ask(
        "PATCH",
        &format!("worlds/ci/keys/{ak}"),
        &json!({"state": "disabled"}),
    );
    program.ask(
        "PUT",
        "clock?world=ci",
        &json!({"now": "2027-01-01T00:00:00Z", "frozen": true}),
    );
    let url = format!("http://{}/api/cutout", program.listen());
    let query = program.app_query();
    let picture = super::support::fixture("pictures/plain.jpg");
    let served = agent()
        .post(format!("{url}?{query}"))
        .send(&picture[..])
        .unwrap()
        .body_mut()
        .read_to_string()
        .unwrap();
    assert!(served.contains("cutout_image_url"), "{served}");
    program.stop();

    let again = Program::serve(&folder.0, &[]);
    assert_eq!(again.ready["seed"], 7);
    let world = again.ask("GET", "worlds/ci", &Value::Null);
    assert_eq!(world["settings"]["balance_fen"], 100);
    assert_eq!(world["clock"]["now"], "2027-01-01T08:00:00.000000+08:00");
    let keys = again.ask("GET", "worlds/ci/keys", &Value::Null);
    let key = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["id"] == ak.as_str())
        .unwrap();
    assert_eq!(key["state"], "disabled");
    assert_eq!(again.ask("GET", "worlds/demo", &Value::Null)["spent_fen"], 8);
    assert_eq!(again.ask("GET", "usage?world=demo", &Value::Null)[0]["calls"], 1);
    again.stop();
}

#[test]
fn the_same_seed_gives_the_same_credentials() {
    let made = |name: &str| {
        let folder = Folder::new(name);
        let program = Program::serve(&folder.0, &["--seed", "42"]);
        let world = program.ask("POST", "worlds", &json!({"name": "ci"}));
        program.stop();
        world["credentials"].clone()
    };
    let first = made("seed-a");
    assert_eq!(first, made("seed-b"));
    assert_eq!(first["jdcloud"]["ak"].as_str().unwrap().len(), 32);
}

#[test]
fn under_json_logs_the_first_line_is_the_ready_object() {
    use std::io::{BufRead, BufReader};
    let arguments = ["--store", "sqlite::memory:", "--log-format", "json"];
    let mut child = command(BUILD, &arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["credentials"]["jdcloud"]["ak"].as_str().unwrap().len(), 32);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_cannot_be_used_stops_the_start_with_one_clear_message() {
    let folder = Folder::new("bad-start");
    let config = folder.file("bad.toml");
    std::fs::write(&config, "[server]\nlisten = \"127.0.0.1:0\"\nlissten = 1\n").unwrap();
    let config = config.display().to_string();
    std::fs::write(folder.file("file"), "not a database").unwrap();
    let not_a_database = format!("sqlite:{}", folder.file("file").display());
    let under_a_file = format!("sqlite:{}", folder.file("file").join("x.db").display());
    let cases: [(&[&str], &str); 7] = [
        (&["--config", &config], "line 3"),
        (&["--config", "/nowhere/x.toml"], "cannot be read"),
        (&["--store", "mysql://x"], "expected sqlite:PATH"),
        (&["--store", &not_a_database], "not a database"),
        (&["--store", &under_a_file], "cannot be made"),
        (&["--listen", "nonsense"], "server.listen"),
        (
            &["--matte-model", "/nowhere.onnx", "--store", "sqlite::memory:"],
            "matte model",
        ),
    ];
    for (arguments, expected) in cases {
        let ended = run(arguments);
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8_lossy(&ended.stderr);
        assert!(message.contains(expected), "{arguments:?}: {message}");
        assert!(
            message.trim().lines().count() <= 8 && !message.contains("panicked"),
            "{message}"
        );
    }
}

#[test]
fn configs_are_checked_and_described() {
    let folder = Folder::new("config");
    let good = folder.file("good.toml");
    std::fs::write(&good, "[ledger]\nlinger = \"5ms\"\n").unwrap();
    assert!(
        run(&["config", "check", &good.display().to_string()])
            .status
            .success()
    );
    for (text, why) in [
        ("clock = []", "clock: expected a table"),
        ("server = [\"127.0.0.1:1\"]", "server: expected a table"),
        ("log.level = \"inof\"", "did you mean \"info\"?"),
        ("log.level = \"info,understudy=debgu\"", "did you mean \"debug\"?"),
    ] {
        let bad = folder.file("bad.toml");
        std::fs::write(&bad, text).unwrap();
        let ended = run(&["config", "check", &bad.display().to_string()]);
        let told = String::from_utf8_lossy(&ended.stderr);
        assert!(
            ended.status.code() == Some(2) && told.contains(why),
            "{text}: {told}"
        );
    }
    let schema: Value = serde_json::from_slice(&run(&["config", "schema"]).stdout).unwrap();
    assert!(schema["properties"]["ledger"].is_object());
}

#[test]
fn a_variable_that_is_no_text_matters_only_where_it_is_ours() {
    use std::os::unix::ffi::OsStringExt;
    let folder = Folder::new("variables");
    let good = folder.file("good.toml");
    std::fs::write(&good, "").unwrap();
    let check = |name: &str| {
        let broken = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
        let mut command = command(BUILD, &["config", "check", &good.display().to_string()]);
        command.env(name, broken).output().unwrap()
    };
    assert!(check("FOO").status.success());
    let ended = check("UNDERSTUDY__SEED");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("UNDERSTUDY__SEED: expected UTF-8"), "{told}");
}

#[test]
fn worlds_and_keys_from_a_shell() {
    let folder = Folder::new("shell");
    let program = Program::serve(&folder.0, &[]);
    let server = ["--server", program.admin()];
    let shell = |words: &[&str]| {
        let ended = run(&[words, &server].concat());
        (
            ended.status.success(),
            String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr),
        )
    };
    let (made, text) = shell(&["world", "create", "ci", "--settings", "{\"balance_fen\": 5}"]);
    assert!(made && text.contains("\"sk\""), "{text}");
    assert!(shell(&["world", "show", "ci"]).1.contains("\"balance_fen\": 5"));
    let (made, text) = shell(&["key", "create", "ci", "jdcloud", "--scheme", "appkey"]);
    assert!(made, "{text}");
    let id = serde_json::from_str::<Value>(&text).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(shell(&["key", "list", "ci"]).1.contains(&id));
    assert!(shell(&["key", "revoke", "ci", &id]).0);
    assert!(shell(&["world", "delete", "ci"]).0);
    let (found, text) = shell(&["world", "show", "ci"]);
    assert!(!found && text.contains("there is no world"), "{text}");
    program.stop();
}

#[test]
fn the_provider_key_is_exported_and_the_kit_is_written_from_the_shell() {
    let folder = Folder::new("kit");
    let program = Program::serve(&folder.0, &[]);
    let exported = run(&["key", "export", "--server", program.admin()]);
    let pem = program.ready["credentials"]["tupu"]["provider_public_key_pem"]
        .as_str()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&exported.stdout).trim(), pem.trim());
    let unknown = run(&["key", "export", "demo", "jdcloud", "--server", program.admin()]);
    assert!(!unknown.status.success());
    program.stop();
    let out = folder.file("kit");
    let written = run(&["kit", "--out", out.to_str().unwrap()]);
    assert!(written.status.success());
    let count = std::fs::read_dir(&out).unwrap().count();
    assert!(String::from_utf8_lossy(&written.stdout).starts_with(&count.to_string()));
    assert_eq!(
        std::fs::read(out.join("porn-0.png")).unwrap(),
        super::support::fixture("kit/porn-0.png")
    );
    let nowhere = run(&["kit", "--out", "/dev/null/kit"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("--out"));
}
