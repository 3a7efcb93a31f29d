//! How a reply leaves: whole, and the call is settled when the last byte is handed over.

use super::visit::Visit;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Sends the reply of a visit. The visit goes along with the body, so that its row says what was delivered.
pub fn send(mut visit: Box<Visit>, public_headers: bool) -> HttpResponse {
    let Some(reply) = &visit.reply else {
        return HttpResponse::InternalServerError()
            .insert_header(("x-understudy-broken", "1"))
            .finish();
    };
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponseBuilder::new(status);
    for (name, value) in &reply.headers {
        response.append_header((*name, &**value));
    }
    // The vendor's clock, as far as a client can see it, is the world's.
    response.insert_header(("date", visit.world.clock.now().http_date()));
    if public_headers {
        response.insert_header(("x-understudy-request-id", visit.page.entry.request_id.to_string()));
    }
    let bytes = reply.body.clone();
    if bytes.is_empty() {
        // An empty body is never polled.
        visit.delivered(0);
        return response.finish();
    }
    response.body(Delivery {
        left: Some(bytes),
        visit,
    })
}

/// A body that knows when it was delivered.
struct Delivery {
    left: Option<Bytes>,
    visit: Box<Visit>,
}

impl MessageBody for Delivery {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left.as_ref().map_or(0, Bytes::len) as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let next = self.left.take();
        if let Some(bytes) = &next {
            let length = bytes.len() as u64;
            self.visit.delivered(length);
        }
        Poll::Ready(next.map(Ok))
    }
}
