//! The file of a claim: what is in it, and that nothing can be changed in it unseen.

use super::month::month;
use crate::support::program;
use crate::support::skip;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

/// Unpacks a file; names with their bytes.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let read = |at: usize, archive: &mut zip::ZipArchive<_>| {
        let mut file = archive.by_index(at).unwrap();
        let mut all = Vec::new();
        file.read_to_end(&mut all).unwrap();
        (file.name().unwrap().into_owned(), all)
    };
    (0..archive.len()).map(|at| read(at, &mut archive)).collect()
}

fn packed(files: &[(String, Vec<u8>)], to: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for (name, bytes) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// Checks a file by the program.
fn verify(file: &Path) -> Result<String, String> {
    let done = program::run(&["sla", "verify", &file.display().to_string()]);
    if done.status.success() {
        Ok(String::from_utf8(done.stdout).unwrap())
    } else {
        Err(String::from_utf8(done.stderr).unwrap())
    }
}

#[test]
fn evidence_holds_every_row_and_shows_any_change() {
    let server = month();
    let answer = server.admin(
        "GET",
        "sla/jdcloud-matting/demo/2026-11/evidence.zip",
        Value::Null,
    );
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/zip")
    );
    let folder = program::Folder::new("evidence");
    let file = folder.file("own.zip");
    std::fs::write(&file, &answer.body).unwrap();
    assert_eq!(verify(&file).unwrap().trim(), "whole: 10 files, 120 rows");
    let files = unpacked(&answer.body);
    let of = |name: &str| &files.iter().find(|(own, _)| own == name).unwrap().1;
    let statement: Value = serde_json::from_slice(of("statement.json")).unwrap();
    assert_eq!(statement, server.get("sla/jdcloud-matting/demo/2026-11"));
    let manifest: Value = serde_json::from_slice(of("manifest.json")).unwrap();
    assert_eq!(manifest["chain"]["ledger_head"], statement["chain"]["head"]);
    assert_eq!(
        (&manifest["chain"]["last"], &manifest["chain"]["rows"]),
        (&statement["chain"]["head"], &statement["chain"]["rows"])
    );
    let notices: Value = serde_json::from_slice(of("notices.json")).unwrap();
    let granted: Vec<_> = notices
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["notice"].as_str().unwrap(), own["granted"].as_str()))
        .collect();
    assert_eq!(granted, [("mw-1", Some("JD-X01"))]);
    let causes = String::from_utf8(of("causes.csv").clone()).unwrap();
    assert!(
        causes.contains("carrier,JD-X03,,,JD-X03,000 2.7.1(3),10\n"),
        "{causes}"
    );
    assert!(
        causes.contains("provider,JD-X01,,,,,10\n"),
        "without its notice: {causes}"
    );
    assert!(
        causes.contains("provider,,JD-X11,,,,10\n"),
        "claimed, not so: {causes}"
    );
    // The vector computes to the same result.
    let contracts = understudy::providers::contracts();
    let bench_of = understudy::sla::vectors::VectorRunner {
        contracts: &contracts,
        calendar: &understudy::sla::WorkdayCalendar::built_in(),
    };
    let again = bench_of
        .eval(&serde_json::from_slice(of("vector.json")).unwrap())
        .unwrap();
    assert_eq!(again["vectors"][0]["expect"], statement["result"]);
    let rows = String::from_utf8(of("rows.csv").clone()).unwrap();
    let lines: Vec<&str> = rows.lines().collect();
    let put = |lines: &[&str]| (lines.join("\n") + "\n").into_bytes();
    let mut without = lines.clone();
    without.remove(60);
    let swapped = {
        let mut all = lines.clone();
        all.swap(10, 11);
        all
    };
    let cheaper = lines
        .iter()
        .map(|line| line.replacen("no_response", "answered", 1))
        .collect::<Vec<_>>();
    let cheaper: Vec<&str> = cheaper.iter().map(String::as_str).collect();
    // Even where the manifest is made anew, the chain shows what was done to rows; else the digest does.
    for (changed, line) in [
        (put(&without), 60),
        (put(&swapped), 10),
        (put(&cheaper), 1),
        (put(&lines[..100]), 0),
    ] {
        for with_digest in [false, true] {
            let mut forged = files.clone();
            for (name, bytes) in &mut forged {
                if name == "rows.csv" {
                    bytes.clone_from(&changed);
                }
                if name == "manifest.json" && with_digest {
                    let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
                    manifest["files"]["rows.csv"] = digest(&changed).into();
                    *bytes = manifest.to_string().into_bytes();
                }
            }
            packed(&forged, &folder.file("forged.zip"));
            let why = verify(&folder.file("forged.zip")).unwrap_err();
            let expected = match (with_digest, line) {
                (false, _) => "rows.csv was changed",
                (true, 0) => "rows.csv has 99 rows, the manifest says 120",
                (true, _) => "does not follow the one before it",
            };
            assert!(why.contains(expected), "{why}");
        }
    }
}

#[test]
fn the_readme_checks_it_with_nothing_but_python() {
    if Command::new("python3").arg("--version").output().is_err() {
        return skip("python3 is missing");
    }
    let server = month();
    let answer = server.admin(
        "GET",
        "sla/jdcloud-matting/demo/2026-11/evidence.zip",
        Value::Null,
    );
    let folder = program::Folder::new("evidence-python");
    let files = unpacked(&answer.body);
    for (name, bytes) in &files {
        std::fs::write(folder.file(name), bytes).unwrap();
    }
    let readme = String::from_utf8(files[0].1.clone()).unwrap();
    let script = readme
        .split("<<'PY'\n")
        .nth(1)
        .unwrap()
        .split("\n  PY")
        .next()
        .unwrap();
    let script: Vec<&str> = script
        .lines()
        .map(|line| line.strip_prefix("  ").unwrap_or(line))
        .collect();
    let check = || {
        let place = folder.file("README.txt");
        Command::new("python3")
            .arg("-c")
            .arg(script.join("\n"))
            .current_dir(place.parent().unwrap())
            .output()
            .unwrap()
    };
    let done = check();
    assert_eq!(
        String::from_utf8_lossy(&done.stdout).trim(),
        "whole: 120 rows",
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let rows = std::fs::read_to_string(folder.file("rows.csv")).unwrap();
    std::fs::write(
        folder.file("rows.csv"),
        rows.replacen("no_response", "answered", 1),
    )
    .unwrap();
    assert!(!check().status.success());
}

#[test]
fn a_client_that_leaves_a_download_holds_nothing_up() {
    let server = month();
    let host = server.admin_host();
    for _ in 0..8 {
        let mut socket = std::net::TcpStream::connect(&host).unwrap();
        let head = format!(
            "GET /_understudy/sla/jdcloud-matting/demo/2026-11/evidence.zip HTTP/1.1\r\nhost: {host}\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).unwrap();
        let mut some = [0; 16];
        socket.read_exact(&mut some).unwrap();
    }
    let whole = server.admin(
        "GET",
        "sla/jdcloud-matting/demo/2026-11/evidence.zip",
        Value::Null,
    );
    assert_eq!(unpacked(&whole.body).len(), 11);
}
