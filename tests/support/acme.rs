//! Synthetic providers, one for each formula of the agreements: they do next to nothing, so that a month can be long.

use std::borrow::Cow;
use std::io::Write;
use std::net::TcpStream;
use understudy::billing::PriceTier;
use understudy::exchange::{Call, Failure, InputError, Reply, SettableNames, Vendor, Workload};
use understudy::providers::{
    Answer, AuthContext, CallContext, Operation, Provider, ProviderSpec, Providers, contracts,
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
            methods: &["POST"],
            body_cap: 1 << 20,
            tiers: &PRICES,
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

impl Provider for Product {
    fn spec(&self) -> &'static ProviderSpec {
        self.0
    }

    fn claimed_key_id<'a>(&self, _: &'a Call) -> Option<Cow<'a, str>> {
        None
    }

    fn authenticate(&self, _: &Call, _: &AuthContext<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn workload(&self, _: &Operation, _: &Call) -> Workload {
        Workload::default()
    }

    fn answer(&self, _: &Operation, call: &Call, _: &CallContext) -> Result<Answer, Failure> {
        if call.body.is_empty() {
            return Err(Failure::Input(InputError::Empty));
        }
        let mut reply = Reply::json(200, "application/json", b"{\"done\":true}".to_vec());
        reply.units = 1;
        Ok(Answer::Ready(reply))
    }

    fn refuse(&self, _: Option<&Operation>, _: &Call, failure: &Failure, _: &CallContext) -> Reply {
        let status = match failure.name() {
            "maintenance" | "overloaded" => 503,
            "internal" => 500,
            "arrears" | "packs" => 402,
            _ => 400,
        };
        Reply::json(
            status,
            "application/json",
            format!("{{\"error\":\"{}\"}}", failure.name()).into_bytes(),
        )
    }

    fn seal(&self, mut reply: Reply, _: &Call, _: &CallContext) -> Reply {
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
