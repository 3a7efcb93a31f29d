//! Synthetic providers, one for each formula of the agreements: they do next to nothing, so that a month can be long.

use std::io::Write;
use std::net::TcpStream;
use understudy::billing::PriceTier;
use understudy::exchange::{Call, InputError, Refusal, Reply, SettableNames, Vendor, Workload};
use understudy::providers::{
    Answer, Authentication, BodyKind, CallContext, ClaimedKey, Operation, Provider, ProviderSpec, Providers,
    Services, contracts, no_nonce,
};
use understudy::sla::Contract;

static VENDOR: Vendor = Vendor {
    id: "acme",
    schemes: &[],
    signs_with: None,
};

static PRICES: [PriceTier; 2] = [PriceTier { from: 1, fen: 10 }, PriceTier { from: 101, fen: 7 }];

/// An agreement by its vectors' name.
pub fn contract(name: &str) -> &'static Contract {
    let mut all = contracts().into_iter();
    all.find(|contract| contract.vector_name == name).unwrap()
}

/// Where the signature over the body of an answer stands.
pub const SIGNATURE: &str = "x-acme-signature";

/// The signature Acme puts on a body.
pub fn signature(body: &[u8]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"acme");
    hex::encode(aws_lc_rs::hmac::sign(&key, body).as_ref())
}

struct Product(&'static ProviderSpec);

/// One product by agreement: `acme-jd_hetu`, `acme-kling`, `acme-tupu`, `acme-facepp`.
pub fn providers() -> Providers {
    let products = ["jd_hetu", "kling", "tupu", "facepp"].map(|name| {
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let id = leak(format!("acme-{name}"));
        let operation = Operation {
            id: "do",
            full_name: leak(format!("{id}/do")),
            title: "Does it",
            paths: Box::leak(Box::new([leak(format!("/{id}/do"))])),
            method: Some("POST"),
            body: BodyKind::Raw,
            body_cap: 1 << 20,
            tiers: &PRICES,
            workload: |_| Workload::default(),
            handle: answer,
        };
        let spec = ProviderSpec {
            id,
            title: "Acme",
            vendor: &VENDOR,
            hosts: &[],
            prefixes: &[],
            operations: Box::leak(Box::new([operation])),
            catalogue: &[],
            limits: &[],
            contract: contract(name),
            volatile: &[],
            signs_answers: true,
            has_jobs: false,
            settable: &SettableNames::NONE,
        };
        let product: &'static dyn Provider = Box::leak(Box::new(Product(Box::leak(Box::new(spec)))));
        product
    });
    Providers(Box::leak(Box::new(products)))
}

static ANYBODY: Authentication = Authentication {
    name: "anybody",
    claimed_key: |_| ClaimedKey::Absent,
    verify: |_, _| Ok(()),
    nonce: no_nonce,
};

fn answer(context: &CallContext, _: &Services) -> Result<Answer, Refusal> {
    if context.call.body.is_empty() {
        return Err(InputError::Empty.into());
    }
    let mut reply = Reply::json(200, "application/json", b"{\"done\":true}".to_vec());
    reply.units = 1;
    Ok(reply.into())
}

impl Provider for Product {
    fn spec(&self) -> &'static ProviderSpec {
        self.0
    }

    fn authentication(&self, _: &Call) -> &'static Authentication {
        &ANYBODY
    }

    fn refuse(&self, refusal: &Refusal, _: &CallContext) -> Reply {
        let name = match refusal {
            Refusal::Neutral(failure) => failure.name(),
            Refusal::Documented(_) => "documented",
        };
        let status = match name {
            "maintenance" | "overloaded" => 503,
            "internal" => 500,
            "arrears" | "packs" => 402,
            _ => 400,
        };
        Reply::json(
            status,
            "application/json",
            format!("{{\"error\":\"{name}\"}}").into_bytes(),
        )
    }

    fn seal(&self, mut reply: Reply, _: &CallContext) -> Reply {
        let signature = signature(&reply.body);
        reply.push_header(SIGNATURE, signature);
        reply
    }

    fn corrupt_signature(&self, mut reply: Reply) -> Reply {
        let forged = signature(b"something else");
        reply.headers.retain(|(name, _)| name != SIGNATURE);
        reply.push_header(SIGNATURE, forged);
        reply
    }
}

/// Calls a product on a connection of its own, asking for a fault, and waits for whatever end there is.
pub fn call(host: &str, product: &str, fault: &str, body: &str) {
    let mut socket = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST /{product}/do HTTP/1.1\r\nhost: {host}\r\nx-understudy-fault: {fault}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    // It may be reset while it is still being written.
    drop(socket.write_all(head.as_bytes()));
    crate::faults::read_all(&mut socket, std::time::Duration::from_secs(20));
}
