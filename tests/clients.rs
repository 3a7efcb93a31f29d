//! The vendors' own clients, unmodified, against the real program.

use super::support::program::{Folder, Program};
use super::support::skip;
use std::path::PathBuf;
use std::process::Command;

/// Where `.ci/run` installs them, each in a folder of its own: two of them share an import name.
fn installed(client: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/clients")
        .join(client);
    folder.exists().then_some(folder)
}

fn run(client: &str, script: &str) {
    run_with(client, script, "jdcloud");
}

fn run_with(client: &str, script: &str, vendor: &str) {
    let Some(packages) = installed(client) else {
        return skip(&format!(
            "the PyPI client {client} is not installed: pip install --target target/clients/{client} …"
        ));
    };
    let folder = Folder::new(client);
    let program = Program::serve(&folder.0, &[]);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    for way in ["direct", "proxy"] {
        let done = Command::new("python3")
            .arg(root.join("tests/clients").join(script))
            .args([way, program.listen()])
            .arg(root.join("fixtures"))
            .arg(program.ready["credentials"][vendor].to_string())
            .arg(
                program.ready["admin"]
                    .as_str()
                    .unwrap()
                    .trim_start_matches("http://"),
            )
            .env("PYTHONPATH", &packages)
            .env("no_proxy", "")
            .output()
            .unwrap();
        let text =
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.success() && text.contains("all good"),
            "{client}, {way}: {text}"
        );
    }
    program.stop();
}

#[test]
fn jdcloud_apim_sdk_1_0_1() {
    run("jdcloud-apim-sdk-1.0.1", "jdcloud_apim.py");
}

#[test]
fn jdcloud_apim_sdk_core_2_0_2() {
    run("jdcloud-apim-sdk-core-2.0.2", "jdcloud_apim.py");
}

#[test]
fn wx_sdk_1_0_5() {
    run("wx-sdk-1.0.5", "wx.py");
}

#[test]
fn a_client_of_tupu_written_from_the_wire_facts() {
    run_with("cryptography-48.0.0", "tupu.py", "tupu");
}
