//! Ledger rows as CSV lines, the format of evidence and the input of the hash chain.

use super::{Attribution, LedgerEntry};
use aws_lc_rs::digest::{Context, SHA256};
use std::borrow::Cow;
use std::fmt::{Display, Write};

/// A SHA-256 hash in the chain.
pub type ChainHash = [u8; 32];

/// Column names.
pub const LEDGER_COLUMNS: [&str; 27] = [
    "request_id",
    "world",
    "provider",
    "operation",
    "key",
    "arrived",
    "ended",
    "made",
    "status",
    "outcome",
    "code",
    "units",
    "pack_units",
    "fee_fen",
    "coupon_fen",
    "granted_fen",
    "owed_fen",
    "bytes_in",
    "bytes_out",
    "content",
    "fault",
    "party",
    "cause",
    "asserted",
    "notice",
    "noticed",
    "begun",
];

/// Writes ledger rows as CSV (RFC 4180), each on exactly one line.
pub struct LedgerCsvWriter {
    writer: csv::Writer<Vec<u8>>,
    /// Start of the current line in the buffer.
    line_start: usize,
    /// Buffer for the current field.
    field: String,
}

impl Default for LedgerCsvWriter {
    fn default() -> Self {
        Self {
            writer: csv::WriterBuilder::new().from_writer(Vec::new()),
            line_start: 0,
            field: String::new(),
        }
    }
}

const WRITE_TO_MEMORY: &str = "writing to memory does not fail";

impl LedgerCsvWriter {
    /// Formats a row as a line without its line end.
    pub fn line(&mut self, entry: &LedgerEntry) -> &[u8] {
        self.facts(entry);
        self.attribution(entry.attribution.as_deref());
        self.writer.write_record(None::<&[u8]>).expect(WRITE_TO_MEMORY);
        self.writer.flush().expect(WRITE_TO_MEMORY);
        let written = self.writer.get_ref();
        let line = &written[self.line_start..written.len() - 1];
        self.line_start = written.len();
        line
    }

    fn facts(&mut self, entry: &LedgerEntry) {
        self.value(entry.request_id);
        self.text(&entry.world);
        self.text(&entry.provider);
        self.text(&entry.operation);
        self.text(&entry.key);
        self.value(entry.arrived);
        self.value(entry.ended);
        self.optional_value(entry.provider_status);
        self.optional_value(entry.client_status);
        self.text(entry.outcome.name());
        self.text(&entry.code);
        self.value(entry.units);
        self.value(entry.paid.pack_units);
        self.value(entry.fee_fen);
        self.value(entry.paid.coupon_fen);
        self.value(entry.paid.granted_fen);
        self.value(entry.paid.owed_fen);
        self.value(entry.bytes_in);
        self.value(entry.bytes_out);
        self.value(format_args!("{:032x}", entry.content));
    }

    fn attribution(&mut self, why: Option<&Attribution>) {
        let notice = why.and_then(|why| why.notice.as_ref());
        self.text(why.map_or("", |why| &*why.fault));
        self.text(why.map_or("", |why| why.party.name()));
        self.text(why.and_then(|why| why.cause.as_deref()).unwrap_or_default());
        self.text(why.and_then(|why| why.asserted.as_deref()).unwrap_or_default());
        self.text(notice.map_or("", |(id, _)| id.as_str()));
        self.optional_value(notice.map(|(_, sent)| *sent));
        self.optional_value(why.map(|why| why.begun));
    }

    fn text(&mut self, text: &str) {
        self.writer
            .write_field(csv_cell(text).as_bytes())
            .expect(WRITE_TO_MEMORY);
    }

    fn value(&mut self, value: impl Display) {
        self.field.clear();
        write!(self.field, "{value}").expect("writing to a string does not fail");
        self.writer.write_field(&self.field).expect(WRITE_TO_MEMORY);
    }

    fn optional_value(&mut self, value: Option<impl Display>) {
        match value {
            Some(value) => self.value(value),
            None => self.text(""),
        }
    }
}

/// The chain hash of a line: SHA-256 over the previous hash in hexadecimal, a comma, and the line.
pub fn chain_hash(previous: &ChainHash, line: &[u8]) -> ChainHash {
    let mut digits = [0; 64];
    hex::encode_to_slice(previous, &mut digits).expect("the buffer has two digits per byte");
    let mut digest = Context::new(&SHA256);
    digest.update(&digits);
    digest.update(b",");
    digest.update(line);
    let mut hash = ChainHash::default();
    hash.copy_from_slice(digest.finish().as_ref());
    hash
}

/// Makes a text safe for a CSV cell: not a formula for spreadsheets, and without control characters.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    if !is_formula && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    if is_formula || text.starts_with(char::is_control) {
        safe.push('\'');
    }
    safe.extend(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula_and_stays_on_its_line() {
        for (text, safe) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-2", "'-2"),
            ("+x", "'+x"),
            ("\t=1", "'\u{fffd}=1"),
            ("a\nb", "a\u{fffd}b"),
            ("", ""),
        ] {
            assert_eq!(csv_cell(text), safe);
        }
    }

    #[test]
    fn lines_follow_each_other_and_a_changed_one_breaks_the_chain() {
        let mut records = LedgerCsvWriter::default();
        let entry = LedgerEntry {
            key: "a,\"b\"\n=c".to_owned(),
            ..LedgerEntry::default()
        };
        let first = records.line(&entry).to_vec();
        let second = records.line(&LedgerEntry::default()).to_vec();
        let fields = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&first[..])
            .into_records()
            .next();
        assert_eq!(fields.unwrap().unwrap().len(), LEDGER_COLUMNS.len());
        assert!(!first.contains(&b'\n') && first != second && !second.is_empty());
        assert_eq!(second, LedgerCsvWriter::default().line(&LedgerEntry::default()));
        let hash = chain_hash(&ChainHash::default(), &first);
        assert_ne!(
            chain_hash(&hash, &second),
            chain_hash(&ChainHash::default(), &second)
        );
    }
}
