//! Who pays: packs, coupons, granted money, cash, debts; what is refused; what `charges` and its FOCUS rows say.

use crate::support::acme::{call, providers};
use crate::support::{TestServer, fixture};
use serde_json::{Value, json};

fn code(server: &TestServer) -> String {
    server.cutout(&fixture("pictures/plain.jpg")).json()["code"].to_string()
}

#[test]
fn coupons_then_granted_money_then_cash_and_then_the_account_is_in_arrears() {
    let server = TestServer::new();
    server.settings(json!({
        "balance_fen": 10, "granted_fen": 9, "overdraft_fen": 5,
        "coupons": [
            {"id": "other", "provider": "kling", "fen": 100},
            {"id": "over", "fen": 100, "until": "2026-11-21"},
            {"id": "own", "provider": "jdcloud-matting", "fen": 11, "until": "2026-11-30"},
        ],
    }));
    // 8 fen a call: coupon 8; coupon 3 and granted 5; granted 4 and cash 4; cash 6 and owed 2; then 3 more may be owed.
    let paid = [(8, 0, 0, 0), (3, 5, 0, 0), (0, 4, 4, 0), (0, 0, 6, 2)];
    for _ in paid {
        assert_eq!(code(&server), "10000");
    }
    assert_eq!(code(&server), "10010");
    let refused = server.explain_last().to_string();
    assert!(refused.contains("3 fen left, this call costs 8"), "{refused}");
    let rows = server.get("journal");
    let rows: Vec<_> = rows.as_array().unwrap().iter().rev().take(4).collect();
    for (row, (coupon, granted, cash, owed)) in rows.iter().zip(paid) {
        let shown = &row["paid"];
        assert_eq!(row["fee_fen"], 8);
        assert_eq!(
            (&shown["coupon_fen"], &shown["granted_fen"], &shown["owed_fen"]),
            (&json!(coupon), &json!(granted), &json!(owed))
        );
        assert_eq!(8 - coupon - granted - owed, cash);
    }
    let all = server.get("charges?world=demo");
    let day = &all["charges"][0];
    let figures = [
        "units",
        "fee_fen",
        "coupon_fen",
        "granted_fen",
        "cash_fen",
        "owed_fen",
    ]
    .map(|name| day[name].as_i64().unwrap());
    assert_eq!(figures, [4, 32, 11, 9, 10, 2]);
    assert_eq!(day["keep_through"], "2027-11-22");
    let account = &all["accounts"][0];
    assert_eq!(
        (
            &account["cash_left_fen"],
            &account["granted_left_fen"],
            &account["debt_fen"]
        ),
        (&json!(0), &json!(0), &json!(2))
    );
    let left: Vec<_> = account["coupons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["remaining"].as_i64().unwrap())
        .collect();
    assert_eq!(left, [100, 100, 0]);
    // What is owed is no cash paid, until money comes: then debts are paid first.
    let fee = |server: &TestServer| {
        server.get("sla/jdcloud-matting/demo/2026-11")["vector"]["input"]["fee"].clone()
    };
    assert_eq!(
        fee(&server),
        json!({"gross_fen": 32, "coupon_fen": 20, "free": false, "cash_paid_fen": 10})
    );
    server.settings(json!({"balance_fen": 20}));
    assert_eq!(
        fee(&server),
        json!({"gross_fen": 32, "coupon_fen": 20, "free": false})
    );
    assert_eq!(code(&server), "10000");
    assert_eq!(server.get("charges")["accounts"][0]["cash_left_fen"], 0);
}

#[test]
fn packs_pay_in_units_and_who_relies_on_them_is_refused_when_they_are_used_up() {
    let server = TestServer::emulating(providers(), |_| {});
    let pack = |id: &str, units: u64, until: &str| json!({"id": id, "start": "2026-11-01", "until": until, "units": units, "price_fen": 500});
    let packs = json!([
        pack("late", 1, "2026-12-31"),
        pack("soon", 2, "2026-11-30"),
        pack("over", 9, "2026-11-20")
    ]);
    server.settings(json!({"subscriptions": {"acme-kling": {"packs": packs}}}));
    for _ in 0..4 {
        call(&server.host(), "acme-kling", "none", "x");
    }
    let rows = server.journal_of(4);
    let shown: Vec<_> = rows
        .iter()
        .rev()
        .map(|row| (row["status"].as_i64().unwrap(), row["paid"]["drawn"].to_string()))
        .collect();
    assert_eq!(
        shown,
        [
            (200, "{\"pack:acme-kling:soon\":1}".to_owned()),
            (200, "{\"pack:acme-kling:soon\":1}".to_owned()),
            (200, "{\"pack:acme-kling:late\":1}".to_owned()),
            (402, "{}".to_owned()),
        ]
    );
    server.settings(json!({"subscriptions": {"acme-kling": {"beyond": "charge"}}}));
    call(&server.host(), "acme-kling", "none", "x");
    server.journal_of(5);
    let all = server.get("charges");
    let day = &all["charges"][0];
    assert_eq!(
        (&day["units"], &day["pack_units"], &day["fee_fen"]),
        (&json!(4), &json!(3), &json!(10))
    );
    let left: Vec<_> = all["accounts"][0]["packs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| own["remaining"].as_i64().unwrap())
        .collect();
    assert_eq!(left, [0, 0, 9]);
}

#[test]
fn a_hundred_calls_at_once_do_not_spend_a_pack_or_a_coupon_twice() {
    let server = TestServer::emulating(providers(), |_| {});
    let packs = json!([{"id": "ten", "start": "2026-11-01", "months": 1, "units": 10}]);
    server.settings(json!({"subscriptions": {"acme-kling": {"packs": packs}}, "balance_fen": 100, "coupons": [{"id": "c", "fen": 25}]}));
    std::thread::scope(|scope| {
        for nth in 0..100 {
            let host = server.host();
            let product = if nth % 2 == 0 {
                "acme-kling"
            } else {
                "acme-jd_hetu"
            };
            scope.spawn(move || call(&host, product, "none", "x"));
        }
    });
    let rows = server.journal_of(100);
    let of = |provider: &str, status: i64| {
        rows.iter()
            .filter(|row| row["provider"] == provider && row["status"] == status)
            .count()
    };
    assert_eq!((of("acme-kling", 200), of("acme-kling", 402)), (10, 40));
    // 25 fen of coupons and 100 of cash pay for twelve calls of 10 fen.
    assert_eq!((of("acme-jd_hetu", 200), of("acme-jd_hetu", 402)), (12, 38));
    let sum = |name: &str| {
        rows.iter()
            .map(|row| row["paid"][name].as_i64().unwrap())
            .sum::<i64>()
    };
    assert_eq!((sum("coupon_fen"), sum("owed_fen")), (25, 0));
}

#[test]
fn what_was_drawn_is_remembered_over_a_restart() {
    let server = TestServer::on_disk("wallet");
    server.settings(json!({"balance_fen": 8, "granted_fen": 8, "coupons": [{"id": "c", "fen": 8}]}));
    assert_eq!(code(&server), "10000");
    let server = server.restart();
    assert_eq!(code(&server), "10000");
    let server = server.restart();
    assert_eq!(
        (code(&server), code(&server)),
        ("10000".to_owned(), "10010".to_owned())
    );
    let account = server.get("charges?world=demo")["accounts"][0].clone();
    assert_eq!(
        (
            &account["coupons"][0]["remaining"],
            &account["granted_left_fen"],
            &account["cash_left_fen"]
        ),
        (&json!(0), &json!(0), &json!(0))
    );
}

#[test]
fn charges_are_focus_rows_with_credits_below_zero() {
    let server = TestServer::new();
    server.settings(json!({"coupons": [{"id": "c", "fen": 12}]}));
    assert_eq!(
        (code(&server), code(&server)),
        ("10000".to_owned(), "10000".to_owned())
    );
    let csv = server.admin("GET", "charges.csv?world=demo", Value::Null);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        lines[1],
        "demo,CNY,2026-10-31T16:00:00Z,2026-11-30T16:00:00Z,2026-11-21T16:00:00Z,2026-11-22T16:00:00Z,Usage,Usage-Based,\"jdcloud-matting/cutout, calls\",jdcloud-matting,Understudy,jdcloud-matting/cutout,2,Calls,0.16,0.16,0.16"
    );
    assert!(
        lines[2].contains(",Credit,") && lines[2].ends_with(",0.00,-0.12,-0.12"),
        "{}",
        lines[2]
    );
}

#[test]
fn impossible_means_are_refused_by_their_field_and_nothing_changes() {
    let server = TestServer::new();
    let before = server.get("worlds/demo")["settings"].clone();
    let pack = |more: Value| {
        let mut pack = json!({"id": "p", "start": "2026-11-01"});
        pack.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"subscriptions": {"kling": {"packs": [pack]}}})
    };
    for (settings, field, why) in [
        (json!({"granted_fen": -1}), "granted_fen", "expected 0 or more"),
        (
            json!({"coupons": [{"id": "c", "fen": 1}, {"id": "c", "fen": 2}]}),
            "coupons[1].id",
            "expected another name",
        ),
        (
            json!({"coupons": [{"id": "c", "fen": 1, "provider": "acme"}]}),
            "coupons[0].provider",
            "found \"acme\"",
        ),
        (
            json!({"coupons": [{"id": "c", "fen": 1, "until": "soon"}]}),
            "coupons[0].until",
            "expected a day such as 2026-11-22",
        ),
        (
            json!({"subscriptions": {"acme": {}}}),
            "subscriptions.acme",
            "found \"acme\"",
        ),
        (
            pack(json!({})),
            "subscriptions.kling.packs[0]",
            "expected either months or until",
        ),
        (
            pack(json!({"months": 0})),
            "subscriptions.kling.packs[0].months",
            "expected 1 to 1200",
        ),
        (
            pack(json!({"months": 1, "until": "2026-12-01"})),
            "subscriptions.kling.packs[0]",
            "expected either months or until",
        ),
        (
            pack(json!({"start": "9999-01-01", "months": 1200})),
            "subscriptions.kling.packs[0].start",
            "expected a day from 1992 to 9000",
        ),
        (
            pack(json!({"until": "2026-10-31"})),
            "subscriptions.kling.packs[0].until",
            "expected a day that is not before start",
        ),
        (
            pack(json!({"months": 1, "coupon_fen": 1})),
            "subscriptions.kling.packs[0].coupon_fen",
            "expected at most price_fen",
        ),
        (
            pack(json!({"months": 1, "operations": ["kling/fly"]})),
            "subscriptions.kling.packs[0].operations[0]",
            "expected nothing here",
        ),
    ] {
        let answer = server.admin("PATCH", "worlds/demo", json!({"settings": settings}));
        let problem = answer.json();
        let field = format!("settings.{field}");
        assert_eq!(
            (answer.status, &problem["field"]),
            (422, &json!(field)),
            "{problem}"
        );
        assert!(
            problem["detail"].as_str().unwrap().contains(why),
            "{why}: {problem}"
        );
    }
    assert_eq!(server.get("worlds/demo")["settings"], before);
}
