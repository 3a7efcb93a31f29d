//! One clock: a run in real time and the same run fast-forwarded are the same run; events happen in order.

use super::*;
use crate::support::program::pause;
use understudy::clock::{Stopwatch, TimeMapping};

/// Calls are made so far apart, in the middle of their slots.
const SLOT: Duration = Duration::from_millis(400);
const CALLS: u32 = 10;

/// Five calls before midnight, when the day's quota ends, and five after.
fn start() -> Time {
    let midnight: Time = "2026-11-22T00:00:00+08:00".parse().unwrap();
    midnight - SLOT * 5
}

fn at(text: &str, offset: Duration) -> String {
    (text.parse::<Time>().unwrap() + offset).to_string()
}

/// Windows, a rate limit, a quota and a latency, on a frozen clock at the start.
fn prepared() -> TestServer {
    let server = TestServer::with(|settings| settings.server.workers = 2);
    let real = server.running.clock().real_now();
    server
        .running
        .clock()
        .set(Some(TimeMapping::frozen_at(start(), real)));
    let begin = start().to_string();
    let fault = |id: &str, slot: u32, span: &str, effect: Value| {
        let window = json!({"from": at(&begin, SLOT * slot), "for": span});
        json!({"id": id, "stage": "arrival", "window": window, "effect": effect})
    };
    server.fault(json!([
        fault("broken", 4, "800ms", json!({"kind": "status", "status": 503})),
        fault("slow", 7, "400ms", json!({"kind": "latency", "fixed": "100ms"})),
        fault("gone", 8, "400ms", json!({"kind": "close"})),
    ]));
    let limits =
        json!({"jdcloud-matting": {"quota": {"calls": 1, "per": "day"}, "rate": {"calls": 1, "per": "1s"}}});
    server.settings(json!({"limits": limits, "response_deadline": "1m"}));
    server
}

fn due(nth: u32) -> Time {
    start() + SLOT * nth + SLOT / 2
}

fn send(server: &TestServer, nth: u32) -> TcpStream {
    let mut socket = connect(server);
    let body = fixture("pictures/plain.jpg");
    socket
        .write_all(&request_at(server, &body, "connection: close\r\n", due(nth)))
        .unwrap();
    socket
}

/// The journal with explanations; instants are named by the slot they lie in, real ones left out.
fn journal(server: &TestServer) -> String {
    let rows = server.journal_of(CALLS as usize);
    let mut text = String::new();
    for mut row in rows.into_iter().rev() {
        let id = row["request_id"].as_str().unwrap().to_owned();
        let mut explained = server.get(&format!("journal/{id}/explain"));
        for decision in explained["decisions"].as_array_mut().unwrap() {
            // How long until a limit lets the next call in depends on the instant.
            decision.as_object_mut().unwrap().remove("otherwise");
        }
        let fields = row.as_object_mut().unwrap();
        fields.remove("arrived_real");
        fields.remove("own_us");
        for name in ["arrived", "ended"] {
            let instant: Time = fields[name].as_str().unwrap().parse().unwrap();
            fields[name] = json!(instant.since(start()).as_micros() / SLOT.as_micros());
        }
        let headers = row["request"]["headers"].as_array_mut().unwrap();
        headers.retain(|field| field[0] != "host");
        for field in row["reply"]["headers"].as_array_mut().unwrap() {
            if field[0] == "x-understudy-request-id" {
                assert_eq!(field[1].as_str().unwrap(), id);
            }
        }
        row["reply"].as_object_mut().unwrap().remove("body");
        text.push_str(&format!("{row}\n{explained}\n"));
    }
    text.replace(&server.host(), "HOST")
}

fn fast_forward() -> String {
    let server = prepared();
    for nth in 0..CALLS {
        server.advance_to(&due(nth).to_string());
        let mut socket = send(&server, nth);
        if nth == 7 {
            server.await_events(1);
            server.advance("100ms");
        }
        read_all(&mut socket, Duration::from_secs(20));
        server.journal_of(nth as usize + 1);
    }
    journal(&server)
}

/// In real time; none where this machine stalled and a call came outside its slot.
fn real_time() -> Option<String> {
    let server = prepared();
    server.admin("PUT", "clock", json!({"frozen": false}));
    for nth in 0..CALLS {
        while server.now() < due(nth) {
            pause(Duration::from_millis(1));
        }
        let mut socket = send(&server, nth);
        read_all(&mut socket, Duration::from_secs(20));
        server.journal_of(nth as usize + 1);
        if server.now() >= due(nth) + SLOT / 2 {
            eprintln!("call {nth} missed its slot");
            return None;
        }
    }
    Some(journal(&server))
}

#[test]
fn a_run_in_real_time_and_the_same_run_fast_forwarded_give_the_same_journal() {
    let fast = fast_forward();
    let again = fast_forward();
    for (one, other) in fast.lines().zip(again.lines()) {
        assert_eq!(one, other);
    }
    for kind in [
        "\"quota\"",
        "\"rate\"",
        "fault",
        "broken",
        "gone",
        "slow",
        "no_response",
    ] {
        assert!(fast.contains(kind), "{kind} is nowhere in {fast}");
    }
    let real = (0..10)
        .find_map(|_| real_time())
        .expect("ten tries, and this machine stalled in each");
    assert_eq!(real, fast);
}

#[test]
fn ten_thousand_events_of_a_month_happen_in_order_before_the_advance_is_answered() {
    let server = TestServer::new();
    let clock = server.running.clock().clone();
    let begin = server.now();
    let happened = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (clock_there, happened_there) = (clock.clone(), happened.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for nth in 0..10_000u64 {
            let (clock, happened) = (clock_there.clone(), happened_there.clone());
            runtime.spawn(async move {
                let due = begin + Duration::from_millis(nth.wrapping_mul(2_654_435_761) % (31 * 86_400_000));
                let _turn = clock.sleep_until(due).await;
                happened.lock().unwrap().push((due, clock.now()));
            });
        }
        drop(runtime.block_on(stopped));
    });
    server.await_events(9_990);
    while server.get("clock")["events"].as_u64().unwrap() < 10_000 - 1 {
        pause(Duration::from_millis(5));
    }
    let watch = Stopwatch::start();
    let answer = server.advance("31d");
    eprintln!("10,000 events in {:?}", watch.elapsed());
    assert_eq!(
        (&answer["state"], &answer["events"]),
        (&json!("ready"), &json!(0))
    );
    let happened = happened.lock().unwrap();
    assert_eq!(happened.len(), 10_000);
    drop(stop);
    thread.join().unwrap();
    assert!(happened.iter().all(|(due, now)| due == now || *due <= begin));
    assert!(happened.is_sorted_by_key(|(due, _)| *due));
}

#[test]
fn a_latency_by_workload_rises_with_load_and_falls_again() {
    let server = TestServer::new();
    let effect = json!({"kind": "latency", "per": "megapixel", "time": "100s", "base": "1s", "servers": 2});
    server.fault(json!({"id": "workload", "effect": effect}));
    let body = fixture("pictures/plain.jpg");
    let pixels = image::load_from_memory(&body)
        .map(|picture| u64::from(picture.width()) * u64::from(picture.height()))
        .unwrap();
    let service = 1_000_000 + pixels * 100;
    std::thread::scope(|scope| {
        // Four at once on two servers: two wait for one service time, two for two.
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| call(&server).unwrap())).collect();
        server.await_events(4);
        server.advance("10m");
        calls
            .into_iter()
            .for_each(|call| assert_eq!(call.join().unwrap().status, 200));
    });
    let waits = |rows: Vec<Value>| {
        let mut waits: Vec<u64> = rows
            .iter()
            .map(|row| row["injected_us"].as_u64().unwrap())
            .collect();
        waits.sort_unstable();
        waits
    };
    assert_eq!(
        waits(server.journal_of(4)),
        [service, service, 2 * service, 2 * service]
    );
    server.clear_journal();
    std::thread::scope(|scope| {
        let one = scope.spawn(|| call(&server).unwrap());
        server.await_events(1);
        server.advance("10m");
        one.join().unwrap();
    });
    assert_eq!(waits(server.journal_of(1)), [service]);
}
