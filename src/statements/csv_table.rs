//! CSV tables (RFC 4180) for spreadsheets, in which no cell is taken for a formula.

use crate::exchange::csv_cell;

/// A table being written.
pub struct CsvTable {
    writer: csv::Writer<Vec<u8>>,
}

impl CsvTable {
    /// A table with its header row.
    pub fn new(head: &[&str]) -> Self {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(Vec::new()),
        };
        sheet.row(head);
        sheet
    }

    /// Adds a row, with cells that look like formulas escaped.
    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        let cells = cells.iter().map(|text| csv_cell(text.as_ref()).into_owned());
        self.writer
            .write_record(cells)
            .expect("rows are as long as their head, and a vector takes them");
    }

    /// Adds a row of our own words and figures, unescaped.
    pub fn raw(&mut self, cells: &[impl AsRef<[u8]>]) {
        self.writer
            .write_record(cells)
            .expect("rows are as long as their head, and a vector takes them");
    }

    /// The text.
    pub fn into_bytes(self) -> Vec<u8> {
        self.writer
            .into_inner()
            .expect("a vector takes whatever is written")
    }
}
