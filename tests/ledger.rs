//! One row for every call, whatever happens: clients that leave, kill -9, a graceful stop.

use super::support::fixture;
use super::support::program::{Folder, Program, pause};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use understudy::clock::Clock;

/// What clients saw: the ids of calls that were answered, and `None` for those whose client left.
type Seen = Mutex<Vec<Option<String>>>;

/// So many calls, 32 at once, one in ten hanging up at once after sending.
fn storm(program: &Program, calls: usize, stop: &AtomicBool, seen: &Seen) {
    let next = AtomicUsize::new(0);
    let picture = fixture("pictures/plain.jpg");
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= calls || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    if let Some(request_id) = call(program, &picture, nth % 10 == 9) {
                        seen.lock().unwrap().push(request_id);
                    }
                }
            });
        }
    });
}

/// `None`: nothing was sent. `Some(None)`: sent, no answer seen.
fn call(program: &Program, picture: &[u8], leaves: bool) -> Option<Option<String>> {
    let query = program.app_query();
    let mut socket = TcpStream::connect(program.listen()).ok()?;
    let head = format!(
        "POST /api/cutout?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        picture.len()
    );
    socket.write_all(&[head.as_bytes(), picture].concat()).ok()?;
    if leaves {
        return Some(None);
    }
    let mut text = Vec::new();
    socket.read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let id = text
        .split("x-understudy-request-id: ")
        .nth(1)
        .map(|rest| rest[..32].to_owned());
    Some(id)
}

fn rows(store: &Path) -> Vec<(String, String)> {
    let conn = rusqlite::Connection::open(store).unwrap();
    let mut query = conn
        .prepare("SELECT lower(hex(request_id)), outcome FROM call")
        .unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn sums(store: &Path) -> (i64, i64) {
    let conn = rusqlite::Connection::open(store).unwrap();
    conn.query_row(
        "SELECT COALESCE(SUM(calls), 0), (SELECT COUNT(*) FROM call) FROM rollup",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .unwrap()
}

#[test]
fn a_graceful_stop_loses_no_row() {
    let folder = Folder::new("graceful");
    let program = Program::serve(&folder.0, &[]);
    let seen = Seen::default();
    storm(&program, 1000, &AtomicBool::new(false), &seen);
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 1000);
    program.stop();
    let rows = rows(&folder.file("store.db"));
    let names: HashSet<_> = rows.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(names.len(), rows.len(), "a call was written twice");
    for id in seen.iter().flatten() {
        assert!(names.contains(id), "{id} was answered and has no row");
    }
    let answered = seen.iter().flatten().count();
    assert_eq!(answered, 900);
    // A client that leaves may be gone before its connection was looked at: then the call never reached us.
    assert!((900..=1000).contains(&rows.len()), "{}", rows.len());
    let (calls, count) = sums(&folder.file("store.db"));
    assert_eq!(calls, count);
}

#[test]
fn a_kill_loses_nothing_that_was_counted_before() {
    let folder = Folder::new("kill");
    let program = Program::serve(&folder.0, &[]);
    set_money(&program);
    let (stop, seen) = (AtomicBool::new(false), Seen::default());
    let counted = std::thread::scope(|scope| {
        scope.spawn(|| storm(&program, 1_000_000, &stop, &seen));
        while seen.lock().unwrap().len() < 300 {
            pause(Duration::from_millis(5));
        }
        let answered = seen.lock().unwrap().clone();
        // Counting waits until what was answered before is committed.
        program.ask("GET", "usage", &Value::Null);
        program.signal("-KILL");
        stop.store(true, Ordering::Relaxed);
        answered
    });
    drop(program);
    let rows = rows(&folder.file("store.db"));
    let names: HashSet<_> = rows.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(names.len(), rows.len(), "a call was written twice");
    let (calls, count) = sums(&folder.file("store.db"));
    assert_eq!(calls, count, "roll-ups and rows differ");
    for id in counted.iter().flatten() {
        assert!(
            names.contains(id),
            "{id} was answered before the count and has no row"
        );
    }
    let again = Program::serve(&folder.0, &[]);
    money_and_chain_are_whole(&folder, &again);
    again.stop();
}

/// A coupon and granted money, so that calls are paid in several ways.
fn set_money(program: &Program) {
    let settings = json!({"coupons": [{"id": "c", "fen": 400}], "granted_fen": 300});
    program.ask("PATCH", "worlds/demo", &json!({"settings": settings}));
}

/// What was drawn is what the rows say was paid, and the rows' chain is whole, though the program was killed.
fn money_and_chain_are_whole(folder: &Folder, again: &Program) {
    let conn = rusqlite::Connection::open(folder.file("store.db")).unwrap();
    let one = |sql: &str| -> i64 { conn.query_row(sql, [], |row| row.get(0)).unwrap() };
    let paid = one("SELECT SUM(coupon_fen) FROM call");
    assert!(paid > 0);
    assert_eq!(paid, one("SELECT SUM(amount) FROM drawn"));
    assert_eq!(paid, one("SELECT SUM(coupon_fen) FROM service"));
    let rows = one("SELECT COUNT(*) FROM call WHERE provider = 'jdcloud-matting'");
    let month = Clock::real().now().day().month().to_string();
    let file = folder.file("evidence.zip").display().to_string();
    let admin = again.admin();
    let asked = [
        "--server",
        admin,
        "--provider",
        "jdcloud-matting",
        "--cycle",
        &month,
        "--out",
        &file,
    ];
    let made = super::support::program::run(&[&["sla", "evidence"], &asked[..]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let checked = super::support::program::run(&["sla", "verify", &file]);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(
        said.trim(),
        format!("whole: 10 files, {rows} rows"),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

/// Pieces of work that wait for a place in the pool.
fn pool_waiting(program: &Program) -> u64 {
    let ready = program.ask("GET", "ready", &Value::Null);
    ready["pool_waiting"].as_u64().unwrap()
}

#[test]
fn a_stop_finishes_the_calls_in_flight() {
    let folder = Folder::new("in-flight");
    let program = Program::serve(&folder.0, &[]);
    let picture = fixture("photos/coffee.jpg");
    // More than there are cores, so that some wait; the stop comes when all are in.
    let cores = std::thread::available_parallelism().unwrap().get();
    let answers: Vec<Option<Option<String>>> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..cores + 3)
            .map(|nth| {
                let mut body = picture.clone();
                body.push(nth as u8);
                let program = &program;
                scope.spawn(move || call(program, &body, false))
            })
            .collect();
        while pool_waiting(&program) < 3 && !calls.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            pause(Duration::from_millis(1));
        }
        program.signal("-TERM");
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let answered = answers.iter().flatten().flatten().count();
    assert_eq!(answered, cores + 3, "{answers:?}");
    program.stop();
    assert_eq!(rows(&folder.file("store.db")).len(), cores + 3);
}

/// Makes the store refuse rows, as a full or broken one does; or take them again.
fn refuse_rows(folder: &Folder, refuse: bool) {
    let conn = rusqlite::Connection::open(folder.file("store.db")).unwrap();
    let sql = if refuse {
        "CREATE TRIGGER full BEFORE INSERT ON call BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
    } else {
        "DROP TRIGGER full"
    };
    conn.execute_batch(sql).unwrap();
}

/// Waits until the server is ready, or is not; gives what it says.
fn await_ready(program: &Program, ready: bool) -> String {
    loop {
        let url = format!("{}/_understudy/ready", program.admin());
        let mut answer = super::support::program::agent().get(url).call().unwrap();
        if (answer.status() == 200) == ready {
            return answer.body_mut().read_to_string().unwrap();
        }
        pause(Duration::from_millis(10));
    }
}

#[test]
fn a_store_that_takes_no_rows_is_told_and_what_is_lost_at_a_stop_too() {
    let folder = Folder::new("full");
    let mut program = Program::serve(&folder.0, &[]);
    let picture = fixture("pictures/plain.jpg");
    await_ready(&program, true);
    refuse_rows(&folder, true);
    assert!(
        call(&program, &picture, false).unwrap().is_some(),
        "calls are served"
    );
    let told = await_ready(&program, false);
    assert!(told.contains("the disk is full"), "{told}");
    refuse_rows(&folder, false);
    await_ready(&program, true);
    assert_eq!(
        rows(&folder.file("store.db")).len(),
        1,
        "nothing is lost meanwhile"
    );

    refuse_rows(&folder, true);
    call(&program, &picture, false);
    program.signal("-TERM");
    let ended = program.child.wait().unwrap();
    let mut told = String::new();
    program
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(ended.code(), Some(2), "{told}");
    assert!(told.contains("rows of the ledger that are lost: 1;"), "{told}");
}
