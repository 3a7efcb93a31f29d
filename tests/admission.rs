//! Rate, concurrency, quota and balance: each off unless set, each on the world's clock.

use super::support::{TestServer, fixture};
use serde_json::{Value, json};

fn limited(settings: Value) -> TestServer {
    let server = TestServer::new();
    server.settings(settings);
    server
}

#[test]
fn a_rate_follows_the_virtual_clock() {
    let server = limited(json!({"limits": {"jdcloud-matting/cutout": {"rate": {"calls": 2, "per": "1m"}}}}));
    let picture = fixture("pictures/plain.jpg");
    assert_eq!(server.cutout(&picture).status, 200);
    assert_eq!(server.cutout(&picture).status, 200);
    let refused = server.cutout(&picture);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"]["status"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(refused.header("x-understudy-cause"), "limit:rate");
    let explained = server.explain_last();
    let last = explained["decisions"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["rule"], "rate");
    assert_eq!(last["otherwise"], "a call 30s later");
    server.advance("29s");
    assert_eq!(server.cutout(&picture).status, 429);
    server.advance("1s");
    assert_eq!(server.cutout(&picture).status, 200);
    let (appkey, secret) = (server.demo("appkey"), server.demo("secret"));
    assert_eq!(
        server.cutout_by_app(&picture, (&appkey, &secret)).json()["code"],
        10000
    );
    assert_eq!(
        server.cutout_by_app(&picture, (&appkey, &secret)).json()["code"],
        10000
    );
    assert_eq!(
        server.cutout_by_app(&picture, (&appkey, &secret)).json()["code"],
        10043
    );
}

#[test]
fn a_rate_recovers_when_the_clock_is_set_back() {
    let server = limited(json!({"limits": {"*": {"rate": {"calls": 1, "per": "1h"}}}}));
    let picture = fixture("pictures/plain.jpg");
    assert_eq!(server.cutout(&picture).status, 200);
    assert_eq!(server.cutout(&picture).status, 429);
    server.admin("PUT", "clock", json!({"now": "2026-10-01T00:00:00+08:00"}));
    assert_eq!(server.cutout(&picture).status, 200);
}

#[test]
fn a_quota_ends_with_the_local_day() {
    let server = limited(json!({"limits": {"jdcloud-matting": {"quota": {"calls": 2}}}}));
    let picture = fixture("pictures/plain.jpg");
    server.cutout(&picture);
    // Refused calls are not charged and use nothing up.
    server.signed("POST", "/api/cutout", &picture, ("nobody", "x"));
    server.cutout(&picture);
    assert_eq!(
        server.cutout(&picture).json()["error"]["status"],
        "QUOTA_EXCEEDED"
    );
    server.advance_to("2026-11-22T23:59:59+08:00");
    assert_eq!(server.cutout(&picture).status, 429);
    server.advance_to("2026-11-23T00:00:00+08:00");
    assert_eq!(server.cutout(&picture).status, 200);
}

#[test]
fn what_remains_of_a_quota_is_in_the_jdai_envelope() {
    let server = limited(json!({"limits": {"*": {"quota": {"calls": 500}}}}));
    let answer = server.post("/jdai/SelfieSeg", b"{}").json();
    assert_eq!(
        (&answer["charge"], &answer["remain"], &answer["msg"]),
        (&json!(true), &json!(499), &json!("查询成功,扣费"))
    );
}

#[test]
fn a_balance_is_spent_by_tier_price_to_the_fen() {
    let server = limited(json!({
        "balance_fen": 20,
        "prices": {"jdcloud-matting/cutout": [{"from": 1, "fen": 8}, {"from": 2, "fen": 6}]}
    }));
    let picture = fixture("pictures/plain.jpg");
    assert_eq!(server.cutout(&picture).json()["code"], 10000);
    assert_eq!(server.cutout(&picture).json()["code"], 10000);
    assert_eq!(server.cutout(&picture).json()["code"], 10000);
    assert_eq!(server.get("worlds/demo")["spent_fen"], 20);
    assert_eq!(server.cutout(&picture).json()["code"], 10010);
    server.settings(json!({"balance_fen": 26}));
    assert_eq!(server.cutout(&picture).json()["code"], 10000);
    let day = server.get("usage")[0].clone();
    assert_eq!(
        (&day["units"], &day["fee_fen"], &day["calls"]),
        (&json!(4), &json!(26), &json!(5))
    );
}

#[test]
fn concurrency_is_counted_while_calls_are_in_flight() {
    let server = limited(json!({"limits": {"*": {"concurrency": 1}}}));
    let (ak, sk, host) = (server.demo("ak"), server.demo("sk"), server.host());
    // Different pictures, so that none comes from the cache.
    let picture = fixture("photos/astronaut.jpg");
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..6u8)
            .map(|nth| {
                let mut body = picture.clone();
                body.push(nth);
                let server = &server;
                let (ak, sk) = (&ak, &sk);
                scope.spawn(move || server.signed("POST", "/api/cutout", &body, (ak, sk)).status)
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let served = answers.iter().filter(|status| **status == 200).count();
    assert!(served >= 1, "{answers:?} at {host}");
    assert_eq!(
        served + answers.iter().filter(|status| **status == 429).count(),
        6
    );
    assert!(served < 6, "six calls at once never overlapped: {answers:?}");
    assert_eq!(server.cutout(&picture).status, 200);
}

#[test]
fn a_full_pool_is_the_vendors_busy() {
    let server = TestServer::with(|settings| {
        settings.pool.threads = Some(1);
        settings.pool.queue = 1;
    });
    let (ak, sk) = (server.demo("ak"), server.demo("sk"));
    let picture = fixture("photos/astronaut.jpg");
    let codes: Vec<Value> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..12u8)
            .map(|nth| {
                let mut body = picture.clone();
                body.push(nth);
                let server = &server;
                let (ak, sk) = (&ak, &sk);
                scope.spawn(move || {
                    server.signed("POST", "/api/cutout", &body, (ak, sk)).json()["code"].clone()
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(codes.contains(&json!(10020)), "{codes:?}");
    assert!(codes.contains(&json!(10000)), "{codes:?}");
}
