//! Tables and other files as downloads.

pub(super) use crate::statements::CsvTable;

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};

/// A table as a download.
pub(super) fn download_csv(table: CsvTable, name: &str) -> HttpResponse {
    download(table.into_bytes(), "text/csv; charset=utf-8", name)
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
