//! A row of the ledger as a line of text: what evidence shows, and what its chain of hashes goes over.

use super::{Attribution, LedgerEntry};
use aws_lc_rs::digest::{Context, SHA256};
use std::borrow::Cow;
use std::fmt::{Display, Write};

/// A hash of the chain.
pub type ChainHash = [u8; 32];

/// Names of a line's fields.
pub const RECORD: [&str; 27] = [
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

/// Writes rows as lines of CSV (RFC 4180), one line each whatever is in it.
pub struct LedgerCsvWriter {
    writer: csv::Writer<Vec<u8>>,
    begun: usize,
    /// A field being written.
    field: String,
}

impl Default for LedgerCsvWriter {
    fn default() -> Self {
        Self {
            writer: csv::WriterBuilder::new().from_writer(Vec::new()),
            begun: 0,
            field: String::new(),
        }
    }
}

const VECTOR: &str = "a vector takes whatever is written";

impl LedgerCsvWriter {
    /// The line of a row, without its end.
    pub fn line(&mut self, entry: &LedgerEntry) -> &[u8] {
        self.facts(entry);
        self.attribution(entry.attribution.as_deref());
        self.writer.write_record(None::<&[u8]>).expect(VECTOR);
        self.writer.flush().expect(VECTOR);
        let written = self.writer.get_ref();
        let line = &written[self.begun..written.len() - 1];
        self.begun = written.len();
        line
    }

    fn facts(&mut self, entry: &LedgerEntry) {
        self.show(entry.request_id);
        self.text(&entry.world);
        self.text(&entry.provider);
        self.text(&entry.operation);
        self.text(&entry.key);
        self.show(entry.arrived);
        self.show(entry.ended);
        self.show_if(entry.provider_status);
        self.show_if(entry.client_status);
        self.text(entry.outcome.name());
        self.text(&entry.code);
        self.show(entry.units);
        self.show(entry.paid.pack_units);
        self.show(entry.fee_fen);
        self.show(entry.paid.coupon_fen);
        self.show(entry.paid.granted_fen);
        self.show(entry.paid.owed_fen);
        self.show(entry.bytes_in);
        self.show(entry.bytes_out);
        self.show(format_args!("{:032x}", entry.content));
    }

    fn attribution(&mut self, why: Option<&Attribution>) {
        let notice = why.and_then(|why| why.notice.as_ref());
        self.text(why.map_or("", |why| &*why.fault));
        self.text(why.map_or("", |why| why.party.name()));
        self.text(why.and_then(|why| why.cause.as_deref()).unwrap_or_default());
        self.text(why.and_then(|why| why.asserted.as_deref()).unwrap_or_default());
        self.text(notice.map_or("", |(id, _)| id.as_str()));
        self.show_if(notice.map(|(_, sent)| *sent));
        self.show_if(why.map(|why| why.begun));
    }

    fn text(&mut self, text: &str) {
        self.writer.write_field(cell(text).as_bytes()).expect(VECTOR);
    }

    fn show(&mut self, value: impl Display) {
        self.field.clear();
        write!(self.field, "{value}").expect("a string takes whatever is written");
        self.writer.write_field(&self.field).expect(VECTOR);
    }

    fn show_if(&mut self, value: Option<impl Display>) {
        match value {
            Some(value) => self.show(value),
            None => self.text(""),
        }
    }
}

/// The hash of a line that follows another: SHA-256 over the hash before it in hexadecimal, a comma, and the line.
pub fn chained(before: &ChainHash, line: &[u8]) -> ChainHash {
    let mut digits = [0; 64];
    hex::encode_to_slice(before, &mut digits).expect("two digits a byte");
    let mut digest = Context::new(&SHA256);
    digest.update(&digits);
    digest.update(b",");
    digest.update(line);
    let mut hash = ChainHash::default();
    hash.copy_from_slice(digest.finish().as_ref());
    hash
}

/// Text as a cell that no spreadsheet takes for a formula, and that stays on its line.
pub fn cell(text: &str) -> Cow<'_, str> {
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
            assert_eq!(cell(text), safe);
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
        assert_eq!(fields.unwrap().unwrap().len(), RECORD.len());
        assert!(!first.contains(&b'\n') && first != second && !second.is_empty());
        assert_eq!(second, LedgerCsvWriter::default().line(&LedgerEntry::default()));
        let hash = chained(&ChainHash::default(), &first);
        assert_ne!(chained(&hash, &second), chained(&ChainHash::default(), &second));
    }
}
