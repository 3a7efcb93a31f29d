//! Tables for spreadsheets: CSV (RFC 4180) in which no cell is taken for a formula.

use crate::exchange::csv_cell;
use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};

/// A table being written.
pub(super) struct CsvTable {
    writer: csv::Writer<Vec<u8>>,
}

impl CsvTable {
    /// A table with its head.
    pub(super) fn new(head: &[&str]) -> Self {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(Vec::new()),
        };
        sheet.row(head);
        sheet
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: &[impl AsRef<str>]) {
        let cells = cells.iter().map(|text| csv_cell(text.as_ref()).into_owned());
        self.writer
            .write_record(cells)
            .expect("rows are as long as their head, and a vector takes them");
    }

    /// Adds a row of our own words and figures, which no spreadsheet takes for more than they are.
    pub(super) fn raw(&mut self, cells: &[impl AsRef<[u8]>]) {
        self.writer
            .write_record(cells)
            .expect("rows are as long as their head, and a vector takes them");
    }

    /// The text.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.writer
            .into_inner()
            .expect("a vector takes whatever is written")
    }

    /// As a download.
    pub(super) fn download(self, name: &str) -> HttpResponse {
        download(self.into_bytes(), "text/csv; charset=utf-8", name)
    }
}

/// A file as a download.
pub(super) fn download(bytes: Vec<u8>, kind: &'static str, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(name.to_owned())],
        })
        .body(bytes)
}
