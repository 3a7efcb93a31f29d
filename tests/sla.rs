//! Service levels: the 240 worked vectors, what is refused, and what holds for every ledger.

use super::support::program::{BUILD, command, run};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;
use understudy::clock::{Day, Time};
use understudy::exchange::Party;
use understudy::providers::contracts;
use understudy::sla::vectors::VectorRunner;
use understudy::sla::{
    AvailabilityKind, AvailabilityMeasure, BucketRun, Contract, Cycle, CycleRequests, CycleTraffic, Ratio,
    ReadingPolicy, SlaRow, WorkdayCalendar, buckets, requests, whole,
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sla/vectors.json");

fn vectors() -> Value {
    serde_json::from_str(&std::fs::read_to_string(VECTORS).unwrap()).unwrap()
}

fn contract(name: &str) -> &'static Contract {
    contracts()
        .into_iter()
        .find(|contract| contract.vector_name == name)
        .unwrap()
}

/// Answers of the program to vectors on its standard input.
fn eval(file: &Value) -> Result<Value, String> {
    let mut child = command(BUILD, &["sla", "eval"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(file.to_string().as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    match done.status.success() {
        true => Ok(serde_json::from_slice(&done.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

#[test]
fn all_240_vectors_pass_through_the_program() {
    let done = run(&["sla", "check", VECTORS]);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success() && said.trim() == "240 passed, 0 failed",
        "{said}"
    );
}

#[test]
fn a_wrong_expectation_is_shown_by_its_field() {
    let mut file = vectors();
    file["vectors"][0]["expect"]["compensation"]["amount_fen"] = json!(1);
    let folder = super::support::program::Folder::new("sla");
    std::fs::write(folder.file("wrong.json"), file.to_string()).unwrap();
    let done = run(&["sla", "check", &folder.file("wrong.json").display().to_string()]);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(!done.status.success());
    assert!(
        said.contains("compensation.amount_fen: expected 1, found 185175"),
        "{said}"
    );
    assert!(said.contains("239 passed, 1 failed"), "{said}");
}

#[test]
fn eval_answers_any_vector_with_its_complete_expectation_in_order() {
    let mut asked = vectors();
    for vector in asked["vectors"].as_array_mut().unwrap() {
        vector.as_object_mut().unwrap().remove("expect");
    }
    let answers = eval(&asked).unwrap();
    let expected = vectors();
    for (answer, vector) in answers["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .zip(expected["vectors"].as_array().unwrap())
    {
        assert_eq!(answer, &json!({"id": vector["id"], "expect": vector["expect"]}));
    }
    assert_eq!(answers["vectors"].as_array().unwrap().len(), 240);
}

#[test]
fn what_a_vector_does_not_know_is_refused_by_name() {
    let good = json!({"id": "x", "provider": "jd_matting", "kind": "cycle", "policy": {}, "input": {
        "service_month": "2025-06", "requests": {"sent": 10, "no_response": 1}, "fee": {"gross_fen": 100}}});
    assert!(eval(&json!({"vectors": [good]})).is_ok());
    let cases = [
        ("policy", json!({"mood": "good"}), "policy.mood: no such setting"),
        (
            "policy",
            json!({"failure": "all"}),
            "policy.failure: expected one of no_response, no_response_or_5xx",
        ),
        ("policy", json!(7), "policy: expected an object"),
        (
            "provider",
            json!("acme"),
            "provider: expected one of jd_matting, jd_hetu, tupu, kling, facepp",
        ),
        ("kind", json!("cycling"), "kind: expected"),
        (
            "input",
            json!({"service_month": "2025-13", "requests": {"sent": 1}}),
            "service_month: expected a month",
        ),
        (
            "input",
            json!({"service_month": "2025-06", "requests": {"sent": -1}}),
            "sent: expected a whole number",
        ),
        (
            "input",
            json!({"service_month": "2025-06", "requests": {"sent": 1.5}}),
            "sent: expected a whole number",
        ),
    ];
    for (field, value, why) in cases {
        let mut vector = good.clone();
        vector[field] = value;
        let said = eval(&json!({"vectors": [vector]})).unwrap_err();
        assert!(said.contains(&format!("x: {why}")), "{said}");
    }
    assert!(
        eval(&json!({}))
            .unwrap_err()
            .contains("expected {\"vectors\": [...]}")
    );
}

#[test]
fn the_frame_plan_is_the_contracts() {
    let plan = |span: &str| {
        let done = run(&["frames", "--duration", span]);
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    assert_eq!(
        plan("9m30s"),
        json!({"frames_min": 100, "frames_max": 100, "minutes_charged": 10})
    );
    assert_eq!(plan("11m")["frames_max"], 500);
    assert!(!run(&["frames", "--duration", "0s"]).status.success());
}

#[test]
fn a_further_calendar_reaches_where_the_built_in_one_does_not() {
    let folder = super::support::program::Folder::new("calendar");
    let file = folder.file("2027.json");
    std::fs::write(
        &file,
        r#"{"years": {"2027": {"weekday_holidays": ["2027-01-01"], "makeup_workdays": []}}}"#,
    )
    .unwrap();
    let mut calendar = WorkdayCalendar::built_in();
    calendar.extend(WorkdayCalendar::read(&std::fs::read_to_string(&file).unwrap()).unwrap());
    let vector = json!({"vectors": [{"id": "x", "provider": "jd_matting", "kind": "claim_window", "input": {"service_month": "2026-12"}}]});
    let answer = |calendar: &WorkdayCalendar| {
        let server = VectorRunner {
            contracts: &contracts(),
            calendar,
        };
        server.eval(&vector).unwrap()["vectors"][0]["expect"].clone()
    };
    assert_eq!(
        answer(&WorkdayCalendar::built_in())["error"],
        "calendar_unknown_year"
    );
    assert_eq!(answer(&calendar)["opens_on"], "2027-01-07");
}

#[test]
fn every_contract_has_the_settings_of_the_vectors_with_their_defaults() {
    let defaults = vectors()["defaults"].clone();
    for contract in contracts() {
        let policy = ReadingPolicy::defaults(contract.settings);
        for (name, reading) in defaults[contract.family].as_object().unwrap() {
            if !reading.is_null() {
                assert_eq!(
                    policy.reading(name),
                    reading.as_str().unwrap(),
                    "{}.{name}",
                    contract.family
                );
            }
        }
    }
}

/// A row somewhere around March 2025.
fn any_row(causes: &'static [&'static str]) -> impl Strategy<Value = SlaRow> {
    let start: Time = "2025-02-27T00:00:00+08:00".parse().unwrap();
    let spans = (
        0i64..35 * 86_400,
        0i64..600,
        prop::option::of(200u16..600),
        any::<bool>(),
    );
    let rest = (any::<bool>(), prop::option::of(0..causes.len()), 0u8..4);
    (spans, rest).prop_map(
        move |((at, delay, status, is_received), (responded, cause, party))| {
            let sent = start.plus_micros(at * 1_000_000);
            SlaRow {
                sent,
                received: is_received.then(|| sent.plus_micros(delay * 1_000_000)),
                status: status.filter(|_| is_received && responded),
                responded: responded && is_received,
                cause: cause.map(|nth| causes[nth].to_owned()),
                party: [
                    None,
                    Some(Party::Provider),
                    Some(Party::Client),
                    Some(Party::Carrier),
                ][usize::from(party)],
            }
        },
    )
}

fn march() -> Cycle {
    Cycle::of_month("2025-03".parse().unwrap(), None)
}

/// Both figures of a mean over buckets: published and compensable.
fn figures(sums: BTreeMap<Time, BucketRun>, contract: &Contract, policy: &ReadingPolicy) -> (Ratio, Ratio) {
    let traffic = CycleTraffic {
        runs: sums.into_values().collect(),
        background_valid: 0,
    };
    let of = |view| {
        let sum = traffic.sum_of_rates(contract, view, policy);
        traffic
            .availability(&sum, traffic.denominator(&march(), policy))
            .unwrap()
    };
    (of(AvailabilityKind::Published), of(AvailabilityKind::Compensable))
}

const JD: &[&str] = &["JD-X01", "JD-X03", "JD-X12", "unheard-of"];
const KLING: &[&str] = &["KL-D1", "KL-C01", "KL-L05", "unheard-of"];

proptest! {
    #[test]
    fn any_split_of_a_ledger_into_batches_gives_the_same_figures(
        jd in prop::collection::vec(any_row(JD), 0..60),
        kling in prop::collection::vec(any_row(KLING), 0..60),
        cut in 0usize..60,
    ) {
        let (own, policy) = (contract("jd_matting"), ReadingPolicy::defaults(contract("jd_matting").settings));
        let (first, second) = jd.split_at(cut.min(jd.len()));
        let mut sums = CycleRequests::default();
        sums.add(&requests(first, own, &march(), &policy));
        sums.add(&requests(second, own, &march(), &policy));
        prop_assert_eq!(&sums, &requests(&jd, own, &march(), &policy));
        // Read one by one, the rows give the same as their sums.
        let read: Vec<_> = jd.iter().map(|row| row.by_ratio(own, &march(), &policy)).collect();
        let counted = sums.counted(&policy);
        prop_assert_eq!(counted.requests, read.iter().filter(|row| row.in_denominator).count() as u128);
        prop_assert_eq!(counted.failures, read.iter().filter(|row| row.counts).count() as u128);
        let (own, policy) = (contract("kling"), ReadingPolicy::defaults(contract("kling").settings));
        let (first, second) = kling.split_at(cut.min(kling.len()));
        let mut sums = buckets(first, own, &march(), &policy);
        for (start, run) in buckets(second, own, &march(), &policy) {
            sums.entry(start).and_modify(|own| own.add(&run)).or_insert(run);
        }
        prop_assert_eq!(sums, buckets(&kling, own, &march(), &policy));
    }

    #[test]
    fn an_excluded_failure_changes_no_figure_the_clause_keeps_it_out_of(
        rows in prop::collection::vec(any_row(KLING), 0..40),
        at in 0i64..31 * 86_400,
    ) {
        let own = contract("jd_matting");
        let jd_policy = ReadingPolicy::defaults(own.settings);
        let sent = march().start.start().plus_micros(at * 1_000_000);
        let figure = |rows: &[SlaRow]| requests(rows, own, &march(), &jd_policy).counted(&jd_policy).availability(&jd_policy);
        let failure = |cause: &str| SlaRow { sent, received: Some(sent), cause: Some(cause.to_owned()), party: Some(Party::Provider), ..SlaRow::default() };
        let mut jd: Vec<SlaRow> = rows.iter().map(|row| SlaRow { cause: None, ..row.clone() }).collect();
        let before = figure(&jd);
        jd.push(failure("JD-X11"));
        prop_assert_eq!(figure(&jd), before);
        let own = contract("kling");
        let policy = ReadingPolicy::defaults(own.settings);
        let both = |rows: &[SlaRow]| figures(buckets(rows, own, &march(), &policy), own, &policy);
        let error = |cause: &str| SlaRow { status: Some(503), responded: true, ..failure(cause) };
        let served = SlaRow { status: Some(200), responded: true, cause: None, ..failure("") };
        // An excluded request stays valid, so it is compared with one that was served.
        let with = |row: SlaRow| both(&[&rows[..], &[row]].concat());
        let (published, compensable) = with(served);
        prop_assert_eq!(with(error("KL-D1")), (published.clone(), compensable.clone()));
        let (published_c, compensable_c) = with(error("KL-C04"));
        prop_assert_eq!(compensable_c, compensable);
        prop_assert!(published_c <= published);
    }

    #[test]
    fn rates_never_leave_0_to_1_in_the_default_reading(
        rows in prop::collection::vec(any_row(KLING), 0..60),
    ) {
        for own in contracts().into_iter().filter(|own| own.measure == AvailabilityMeasure::BucketMean) {
            let policy = ReadingPolicy::defaults(own.settings);
            let sums = buckets(&rows, own, &march(), &policy);
            for run in sums.values() {
                for view in [AvailabilityKind::Published, AvailabilityKind::Compensable] {
                    let rate = run.error_rate(own, view, &policy).to_ratio();
                    prop_assert!(whole(0) <= rate && rate <= whole(1));
                }
            }
            let (published, compensable) = figures(sums, own, &policy);
            prop_assert!(published <= compensable && compensable <= whole(1) && whole(0) <= published);
        }
    }

    #[test]
    fn the_cycles_of_a_term_are_its_days_without_gap_or_overlap(day in 0i64..12_000, months in 1i32..40) {
        let start: Day = "1995-01-01".parse::<Day>().unwrap().plus(day);
        let cycles = Cycle::of_term(start, months, &ReadingPolicy::default());
        prop_assert_eq!(cycles[0].start, start);
        for pair in cycles.windows(2) {
            prop_assert_eq!(pair[0].end.plus(1), pair[1].start);
        }
        prop_assert!(cycles.iter().all(|cycle| cycle.start.month() == cycle.end.month()));
        let days: i64 = cycles.iter().map(Cycle::days).sum();
        prop_assert_eq!(days, start.days_until(cycles.last().unwrap().end) + 1);
    }
}
