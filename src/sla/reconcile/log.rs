//! Reads a client's own log: NDJSON or CSV, one call a line. Lines that cannot be read are listed by number; the others
//! are used.

use crate::clock::Time;
use crate::exchange::RequestId;
use serde_json::Value;

/// The outcome of a call as the client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientOutcome {
    /// It was answered with a status below 500.
    Answered(u16),
    /// It was answered with 5XX.
    ServerError(u16),
    /// There was no answer.
    NoResponse,
}

/// A call in a client's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLogLine {
    /// Its number in the log, from 1.
    pub number: u64,
    /// The request id, where the client knows it.
    pub request_id: Option<RequestId>,
    /// The first 32 hexadecimal digits of the SHA-256 of the body that was sent, where the client keeps it.
    pub content: Option<u128>,
    /// When the client sent it, by the client's clock.
    pub time: Time,
    /// The outcome the client saw.
    pub outcome: ClientOutcome,
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct LogLineError {
    /// Its number, from 1.
    pub line: u64,
    /// What was expected.
    pub why: String,
}

/// A log that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientLog {
    /// The lines that can be used.
    pub lines: Vec<ClientLogLine>,
    /// The lines that cannot be used.
    pub broken: Vec<LogLineError>,
}

const NAMES: [(&str, &[&str]); 4] = [
    (
        "request_id",
        &["request_id", "requestId", "x-understudy-request-id"],
    ),
    ("content", &["content", "content_hash"]),
    ("time", &["time", "timestamp", "sent_at"]),
    ("outcome", &["outcome", "status", "result"]),
];

impl ClientLog {
    /// Reads NDJSON or CSV.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Err("expected a log as NDJSON or CSV, found nothing".to_owned()),
            Some(b'{') => Ok(Self::ndjson(text)),
            Some(_) => Self::csv(text),
        }
    }

    fn ndjson(text: &[u8]) -> Self {
        let mut log = Self::default();
        for (nth, line) in text.split(|byte| *byte == b'\n').enumerate() {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let object: Result<Value, _> = serde_json::from_slice(line);
            let read = object.map_err(|why| format!("expected a JSON object: {why}"));
            log.add(nth as u64 + 1, read.and_then(|object| from_object(&object)));
        }
        log
    }

    fn csv(text: &[u8]) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text);
        let head = reader.headers().map_err(|why| why.to_string())?.clone();
        let columns = NAMES.map(|(_, names)| head.iter().position(|column| names.contains(&column)));
        let [id, content, time, outcome] = columns;
        if time.is_none() || outcome.is_none() || id.is_none() && content.is_none() {
            return Err(format!(
                "expected NDJSON, or CSV with the columns request_id or content, time, outcome; found {}",
                head.iter().collect::<Vec<_>>().join(",")
            ));
        }
        let mut log = Self::default();
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(why) => {
                    let line = why.position().map_or(0, csv::Position::line);
                    log.broken.push(LogLineError {
                        line,
                        why: why.to_string(),
                    });
                    continue;
                }
            };
            let number = record.position().map_or(0, csv::Position::line);
            let read = if record.len() == head.len() {
                let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or_default();
                from_fields([cell(id), cell(content), cell(time), cell(outcome)])
            } else {
                Err(format!("expected {} fields, found {}", head.len(), record.len()))
            };
            log.add(number, read);
        }
        Ok(log)
    }

    fn add(&mut self, number: u64, read: Result<ClientLogLine, String>) {
        match read {
            Ok(line) => self.lines.push(ClientLogLine { number, ..line }),
            Err(why) => self.broken.push(LogLineError { line: number, why }),
        }
    }
}

fn from_object(object: &Value) -> Result<ClientLogLine, String> {
    if !object.is_object() {
        return Err("expected a JSON object".to_owned());
    }
    let texts = NAMES.map(|(_, names)| {
        let found = names
            .iter()
            .map(|name| &object[*name])
            .find(|value| !value.is_null());
        found.map_or_else(String::new, |value| {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        })
    });
    from_fields(texts.each_ref().map(String::as_str))
}

fn from_fields([id, content, time, outcome]: [&str; 4]) -> Result<ClientLogLine, String> {
    let request_id = (!id.is_empty()).then(|| id.parse()).transpose();
    let content = (!content.is_empty())
        .then(|| u128::from_str_radix(content, 16))
        .transpose();
    let line = ClientLogLine {
        number: 0,
        request_id: request_id.map_err(|why: String| format!("request_id: {why}"))?,
        content: content.map_err(|_| {
            "content: expected the first 32 hexadecimal digits of the body's SHA-256".to_owned()
        })?,
        time: instant(time)?,
        outcome: parse_outcome(outcome)?,
    };
    if line.request_id.is_none() && line.content.is_none() {
        return Err("expected request_id or content".to_owned());
    }
    Ok(line)
}

/// An instant with its zone, or milliseconds since 1970.
fn instant(text: &str) -> Result<Time, String> {
    if let Ok(milliseconds) = text.parse::<i64>() {
        let micros = milliseconds
            .checked_mul(1000)
            .ok_or("time: expected fewer milliseconds")?;
        return Ok(Time::from_micros(micros));
    }
    text.parse().map_err(|why: String| format!("time: {why}"))
}

fn parse_outcome(outcome: &str) -> Result<ClientOutcome, String> {
    if let Ok(status) = outcome.parse::<u16>() {
        return match status {
            100..=499 => Ok(ClientOutcome::Answered(status)),
            500..=599 => Ok(ClientOutcome::ServerError(status)),
            _ => Err(format!(
                "outcome: expected a status of 100 to 599, found {status}"
            )),
        };
    }
    match outcome.to_ascii_lowercase().as_str() {
        "ok" | "success" | "answered" => Ok(ClientOutcome::Answered(200)),
        "timeout" | "error" | "failed" | "reset" | "refused" | "no_response" => Ok(ClientOutcome::NoResponse),
        _ => Err(format!(
            "outcome: expected an HTTP status, ok, timeout, reset, refused or error, found {outcome:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_broken_lines_are_named_by_their_number() {
        let id = "0123456789abcdef0123456789abcdef";
        let json = format!(
            "{{\"request_id\":\"{id}\",\"time\":\"2026-11-22T12:00:00+08:00\",\"outcome\":200}}\n\nnonsense\n{{\"time\":1,\"outcome\":\"ok\"}}\n\
             {{\"content\":\"ff\",\"timestamp\":1700000000000,\"result\":\"Timeout\"}}\n"
        );
        let csv = format!(
            "\u{feff}request_id,content,time,outcome\n{id},,2026-11-22T12:00:00+08:00,200\nonly,two\n,,1,ok\n,ff,1700000000000,timeout\n"
        );
        let (json, csv) = (
            ClientLog::read(json.as_bytes()).unwrap(),
            ClientLog::read(csv.as_bytes()).unwrap(),
        );
        for (log, broken) in [(&json, [3, 4]), (&csv, [3, 4])] {
            assert_eq!(log.lines.len(), 2, "{log:?}");
            assert_eq!(log.lines[0].outcome, ClientOutcome::Answered(200));
            assert_eq!(
                (log.lines[1].content, log.lines[1].outcome),
                (Some(255), ClientOutcome::NoResponse)
            );
            assert_eq!(log.lines[1].number, 5);
            let numbers: Vec<_> = log.broken.iter().map(|line| line.line).collect();
            assert_eq!(numbers, broken);
        }
        for (text, why) in [("", "nothing"), ("a,b\n1,2\n", "found a,b")] {
            assert!(ClientLog::read(text.as_bytes()).unwrap_err().contains(why));
        }
        for (field, value) in [
            ("outcome", "999"),
            ("outcome", "fine"),
            ("time", "yesterday"),
            ("request_id", "x"),
        ] {
            let mut line = serde_json::json!({"request_id": id, "time": 1, "outcome": 200});
            line[field] = value.into();
            assert!(from_object(&line).unwrap_err().starts_with(field));
        }
    }
}
