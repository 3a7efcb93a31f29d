//! The statement as a page and as tables, from the server and from the shell.

use super::month::month;
use crate::support::{TestServer, fault, program};
use serde_json::{Value, json};

#[test]
fn the_page_says_what_the_statement_says_with_clause_and_chart() {
    let server = month();
    let statement = server.get("sla/jdcloud-matting/demo/2026-11");
    let page = server.admin("GET", "sla/jdcloud-matting/demo/2026-11.html", Value::Null);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = page.text();
    for step in statement["steps"].as_array().unwrap() {
        for field in ["step", "figure", "reckoning", "clause"] {
            let shown = step[field]
                .as_str()
                .unwrap()
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            assert!(text.contains(&shown), "{field}: {shown}");
        }
    }
    // What was put in, what came of it, and a column for the failures.
    let percent = statement["result"]["availability_pct_floor4"].as_str().unwrap();
    assert!(text.contains(&format!("{percent} %")) && text.contains("Commitment broken"));
    assert!(text.matches("class=\"rate\"").count() > 3);
    assert!(text.contains("provisional as of 2026-11-2"));
    assert!(text.contains("class=\"summary broken\"") && text.contains("class=\"reading differs\""));
    let twice = text
        .split('<')
        .find(|tag| tag.split('>').next().unwrap().matches(" class=").count() > 1);
    assert_eq!(twice, None, "a browser takes the first of two attributes");
    assert!(
        !text.contains("http://") && !text.contains("<script"),
        "it stands on its own"
    );
}

#[test]
fn a_name_in_the_page_is_text_and_not_markup() {
    let server = TestServer::new();
    let cause = json!({"code": "JD-X01", "notice": "<img src=x>"});
    server.fault(fault("x").kind("close").cause(cause));
    drop(crate::faults::call_with(&server, b"x", &[]));
    server.journal_of(1);
    let page = server
        .admin("GET", "sla/jdcloud-matting/demo/2026-11.html", Value::Null)
        .text();
    assert!(!page.contains("<img"));
}

#[test]
fn tables_are_csv_that_no_spreadsheet_takes_for_formulas() {
    let server = month();
    let steps = server.admin("GET", "sla/jdcloud-matting/demo/2026-11.csv", Value::Null);
    assert!(
        steps
            .header("content-disposition")
            .contains("jdcloud-matting-demo-2026-11-steps.csv")
    );
    let mut reader = csv::Reader::from_reader(&steps.body[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| &row[0] == "Compensation"));
    assert!(
        rows.iter()
            .flatten()
            .all(|cell| !cell.starts_with(['=', '+', '-', '@']))
    );
    let buckets = server.admin(
        "GET",
        "sla/jdcloud-matting/demo/2026-11.csv?table=buckets",
        Value::Null,
    );
    let mut reader = csv::Reader::from_reader(&buckets.body[..]);
    let sums = reader
        .records()
        .map(Result::unwrap)
        .fold((0, 0), |sums: (u64, u64), row| {
            (
                sums.0 + row[1].parse::<u64>().unwrap(),
                sums.1 + row[2].parse::<u64>().unwrap(),
            )
        });
    let result = &server.get("sla/jdcloud-matting/demo/2026-11")["result"];
    assert_eq!(
        (json!(sums.0), json!(sums.1)),
        (
            result["counted_requests"].clone(),
            result["counted_failures"].clone()
        )
    );
}

#[test]
fn the_same_from_the_shell() {
    let server = month();
    let admin = server.running.ready().admin.clone();
    let shell = |further: &[&str]| {
        let mut all = vec![
            "sla",
            further[0],
            "--server",
            &admin,
            "--provider",
            "jdcloud-matting",
            "--cycle",
            "2026-11",
        ];
        all.extend(&further[1..]);
        let done = program::run(&all);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let table = shell(&["statement"]);
    assert!(
        table.starts_with("jdcloud-matting · agreement 000 · world demo · 2026-11 · provisional"),
        "{table}"
    );
    assert!(table.contains("Availability") && table.contains("000 2.7"));
    let json: Value =
        serde_json::from_str(&shell(&["statement", "--format", "json", "--from-rows"])).unwrap();
    assert_eq!(json["source"], "rows");
    assert_eq!(
        json["result"],
        server.get("sla/jdcloud-matting/demo/2026-11")["result"]
    );
    assert!(shell(&["statement", "--format", "csv"]).starts_with("step,figure,reckoning,clause"));
    assert!(
        shell(&["statement", "--format", "html", "--word", "provider"]).contains("the provider&#39;s word")
            || shell(&["statement", "--format", "html", "--word", "provider"])
                .contains("the provider's word")
    );
    let readings: Value = serde_json::from_str(&shell(&["readings"])).unwrap();
    assert!(readings.as_array().unwrap().len() > 20);
    let budget: Value = serde_json::from_str(&shell(&["budget"])).unwrap();
    assert_eq!(budget["unit"], "failures");
    let wrong = program::run(&[
        "sla",
        "statement",
        "--server",
        &admin,
        "--provider",
        "acme",
        "--cycle",
        "2026-11",
    ]);
    assert!(
        !wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("there is no provider")
    );
}
