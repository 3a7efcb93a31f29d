//! Whose a fault is, in the journal and in the ledger's row, with both views of the call.

use super::*;
use crate::support::program::{Folder, Program};

#[test]
fn the_row_says_whose_the_fault_was_and_what_each_side_saw() {
    let folder = Folder::new("attribution");
    let config = folder.file("understudy.toml");
    std::fs::write(
        &config,
        "[clock]\ntime = \"2026-11-22T12:00:00+08:00\"\n[[fault]]\nid = \"window\"\neffect = { kind = \"garbage\" }\n\
         cause = { party = \"carrier\", code = \"JD-X03\", asserted = \"JD-X01\", notice = \"mw-1\", notice_at = \"2026-11-20T09:00:00+08:00\" }\n",
    )
    .unwrap();
    let program = Program::serve(&folder.0, &["--config", &config.display().to_string()]);
    let query = program.app_query();
    let mut socket = TcpStream::connect(program.listen()).unwrap();
    let head = format!("POST /api/cutout?{query} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx");
    socket.write_all(head.as_bytes()).unwrap();
    assert_eq!(read_all(&mut socket, Duration::from_secs(20)).bytes.len(), 64);
    program.stop();
    let store = rusqlite::Connection::open(folder.file("store.db")).unwrap();
    let sql = "SELECT outcome, status, made, units, fault, party, cause, asserted, notice, noticed, begun FROM call";
    let row = store.query_row(sql, [], |row| {
        let text = |at: usize| row.get::<_, Option<String>>(at);
        let number = |at: usize| row.get::<_, Option<i64>>(at);
        Ok((
            [text(0)?, text(4)?, text(5)?, text(6)?, text(7)?, text(8)?].map(Option::unwrap),
            [number(1)?, number(2)?, number(3)?, number(9)?, number(10)?],
        ))
    });
    let (texts, numbers) = row.unwrap();
    assert_eq!(
        texts,
        ["no_response", "window", "carrier", "JD-X03", "JD-X01", "mw-1"]
    );
    let sent: Time = "2026-11-20T09:00:00+08:00".parse().unwrap();
    assert_eq!(numbers[..4], [None, Some(200), Some(0), Some(sent.micros())]);
    // It has no window of its own: it began when it was defined, at the start.
    let defined: Time = "2026-11-22T12:00:00+08:00".parse().unwrap();
    assert!(Time::from_micros(numbers[4].unwrap()).since(defined) < Duration::from_secs(60));
}

#[test]
fn a_late_answer_is_late_by_the_worlds_deadline() {
    let server = TestServer::new();
    server.fault(
        fault("slow")
            .cause(json!({"party": "third_party"}))
            .latency("61s"),
    );
    for (deadline, outcome) in [(Value::Null, "late"), (json!("2m"), "answered")] {
        server.settings(json!({"response_deadline": deadline}));
        server.clear_journal();
        std::thread::scope(|scope| {
            let answer = scope.spawn(|| call(&server).unwrap().status);
            server.await_events(1);
            server.advance("61s");
            assert_eq!(answer.join().unwrap(), 200);
        });
        let row = server.newest(1);
        assert_eq!(
            (&row["outcome"], &row["attribution"]["party"]),
            (&json!(outcome), &json!("third_party"))
        );
    }
    assert_eq!(server.get("usage")[0]["late"], 1);
}
