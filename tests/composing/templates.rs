//! Templates of a world's own: kept whole or not at all, checked when they are read, deleted beyond recovery.

use super::super::support::program::{Folder, Program, pause};
use super::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use understudy::composition::Template;
use understudy::store;
use understudy::world::{TemplateError, TemplateStore};

const PATH: &str = "worlds/demo/templates";

#[test]
fn a_template_is_uploaded_listed_shown_used_and_deleted() {
    let server = TestServer::new();
    let made = server.admin("POST", &format!("{PATH}?id=night"), own_template("夜"));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["id"], &made["state"], &made["style"]),
        (&json!("night"), &json!("intact"), &json!(4))
    );
    let drawn = server.admin("POST", PATH, own_template("日")).json();
    assert!(drawn["id"].as_str().unwrap().starts_with("tpl-"), "{drawn}");
    assert_eq!(
        server.admin("POST", PATH, own_template("日")).status,
        409,
        "the same content has the same id"
    );
    assert_eq!(server.get(PATH).as_array().unwrap().len(), 2);
    let read = |template: &Value| Template::parse(template.to_string().as_bytes()).unwrap();
    let shown = server.get(&format!("{PATH}/night"));
    assert_eq!(read(&shown["template"]), read(&own_template("夜")));
    let used = server.composed(CUSTOM, &[("template_id", "night")], &[]);
    assert_eq!(jpeg_size(&server.fetched(&used["image_url"])), (900, 500));
    let last = server.listed("page=2&per_page=25");
    assert_eq!(
        (&last["data"]["total"], &last["data"]["templates"][0]["name"]),
        (&json!(26), &json!("日"))
    );
    assert_eq!(
        server
            .admin("DELETE", &format!("{PATH}/night"), Value::Null)
            .status,
        204
    );
    assert_eq!(
        server
            .admin("DELETE", &format!("{PATH}/night"), Value::Null)
            .status,
        404
    );
    assert_eq!(server.refused(CUSTOM, &[("template_id", "night")], &[]), 12001);
}

#[test]
fn a_world_sees_only_its_own_templates() {
    let server = TestServer::new();
    assert_eq!(
        server.admin("POST", "worlds", json!({"name": "other"})).status,
        201
    );
    assert_eq!(
        server
            .admin("POST", "worlds/other/templates?id=theirs", own_template("x"))
            .status,
        201
    );
    assert_eq!(server.refused(CUSTOM, &[("template_id", "theirs")], &[]), 12001);
    assert_eq!(server.listed("page=1&per_page=1")["data"]["total"], 24);
    assert_eq!(server.admin("DELETE", "worlds/other", Value::Null).status, 204);
    assert_eq!(
        server.admin("POST", "worlds", json!({"name": "other"})).status,
        201
    );
    assert_eq!(
        server.get("worlds/other/templates"),
        json!([]),
        "they went with their world"
    );
}

#[test]
fn what_is_no_template_is_refused_by_its_part() {
    let server = TestServer::new();
    let with = |pointer: &str, value: Value| {
        let mut template = own_template("x");
        let place = template
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer}"));
        *place = value;
        template
    };
    for (template, field) in [
        (with("/style", json!(9)), "style"),
        (with("/name", json!("")), "name"),
        (with("/size/width", json!(99)), "size"),
        (with("/size/width", json!("wide")), "size.width"),
        (with("/colours/accent", json!("yellow")), "colours.accent"),
        (with("/colours", json!({"sky": "#000000"})), "colours.sky"),
        (with("/ground", json!("photo")), "ground"),
        (
            with("/decoration/0/svg", json!("<image href='file:///etc/passwd'/>")),
            "decoration[0].svg",
        ),
        (
            with("/decoration/0/svg", json!("<text>x</text>")),
            "decoration[0].svg",
        ),
        (
            with("/decoration/0/svg", json!("<rect fill='{sky}'/>")),
            "decoration[0].svg",
        ),
        (with("/decoration/1/size", json!(99)), "decoration[1].size"),
        (
            with("/layouts/wide/product", json!([0, 0, 900, 900])),
            "layouts.wide",
        ),
        (with("/layouts/square", json!("sideways")), "layouts.square"),
        (with("/understudy_template", json!(2)), "understudy_template"),
    ] {
        let answer = server.admin("POST", PATH, template);
        let problem = answer.json();
        assert_eq!(
            (answer.status, &problem["field"]),
            (422, &json!(field)),
            "{problem}"
        );
    }
    let url = server.admin_url(PATH);
    let psd = server.send("POST", &url, &[], b"8BPS\0\x01");
    assert!(
        psd.status == 422 && psd.text().contains("Photoshop"),
        "{}",
        psd.text()
    );
    let bomb = "<!DOCTYPE s [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>";
    assert_eq!(
        server
            .admin("POST", PATH, with("/decoration/0/svg", json!(bomb)))
            .status,
        422
    );
    let huge = with("/name", json!("x".repeat(300 << 10)));
    assert_eq!(server.admin("POST", PATH, huge).status, 422);
    assert_eq!(
        server
            .admin("POST", &format!("{PATH}?id=a/b"), own_template("x"))
            .status,
        422
    );
    assert_eq!(
        server
            .admin("POST", &format!("{PATH}?id=fresh-leaf"), own_template("x"))
            .status,
        409
    );
    assert_eq!(
        server
            .admin("POST", "worlds/nobody/templates", own_template("x"))
            .status,
        404
    );
    assert_eq!(server.get(PATH), json!([]), "nothing of it was kept");
}

#[test]
fn the_list_pages_and_says_what_is_wrong_with_a_page() {
    let server = TestServer::new();
    let mut seen = Vec::new();
    for page in 1..=3 {
        let listed = server.listed(&format!("page={page}&per_page=10"));
        let templates = listed["data"]["templates"].as_array().unwrap();
        seen.extend(templates.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 24);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 24);
    assert_eq!(
        server.listed("page=9&per_page=10")["data"]["templates"],
        json!([])
    );
    for query in [
        "page=0&per_page=1",
        "page=1",
        "per_page=1",
        "page=x&per_page=1",
        "page=1&per_page=101",
        "",
    ] {
        assert_eq!(server.listed(query)["result"]["status"], 12001, "{query}");
    }
}

/// A template that is large: many pieces of decoration.
fn large_template(name: &str) -> Vec<u8> {
    let mut template = own_template(name);
    let piece = json!({"at": "cover", "svg": "<circle cx='50' cy='50' r='3' fill='{tint}'/>".repeat(60)});
    template["decoration"] = json!(vec![piece; 40]);
    template.to_string().into_bytes()
}

fn kept(folder: &Folder) -> (Vec<store::TemplateRow>, Vec<String>) {
    let url = format!("sqlite:{}", folder.file("store.db").display());
    let store = store::open(&url).unwrap();
    let all = TemplateStore::new(store.clone()).all("demo").unwrap();
    let states = all.iter().map(|one| {
        if one.template.is_some() {
            "intact"
        } else {
            "damaged"
        }
        .to_owned()
    });
    (store.templates("demo").unwrap(), states.collect())
}

#[test]
fn a_server_that_is_killed_during_an_upload_has_the_whole_template_or_none() {
    let folder = Folder::new("killed-upload");
    let (mut whole, mut none) = (0, 0);
    for round in 0..50_u64 {
        let program = Program::serve(&folder.0, &[]);
        let body = large_template(&format!("round {round}"));
        let address = program.admin().trim_start_matches("http://").to_owned();
        let mut socket = TcpStream::connect(&address).unwrap();
        let id = format!("round-{round}");
        let head = format!(
            "POST /_understudy/{PATH}?id={id} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all(head.as_bytes()).unwrap();
        let sent = if round % 3 == 0 {
            body.len() * (round as usize) / 50
        } else {
            body.len()
        };
        socket.write_all(&body[..sent]).unwrap();
        // From before it is read to after it is written.
        pause(Duration::from_millis(3 * (round % 40)));
        program.signal("-KILL");
        drop(program);
        let mut answer = Vec::new();
        drop(socket.read_to_end(&mut answer));
        let (rows, states) = kept(&folder);
        assert!(
            states.iter().all(|state| state == "intact"),
            "round {round}: {states:?}"
        );
        let row = rows.iter().find(|row| row.id == id);
        match row {
            Some(row) => {
                assert_eq!(row.body, body, "round {round}");
                whole += 1;
            }
            None => {
                assert!(
                    !answer.starts_with(b"HTTP/1.1 201"),
                    "round {round}: it was confirmed and is gone"
                );
                none += 1;
            }
        }
    }
    assert!(
        whole > 0 && none > 0,
        "{whole} whole, {none} none: the kills missed the upload"
    );
}

/// Where bytes stand in the files of a store.
fn found(folder: &Folder, bytes: &[u8]) -> usize {
    let files = ["store.db", "store.db-wal"].map(|name| std::fs::read(folder.file(name)).unwrap_or_default());
    files
        .iter()
        .map(|file| {
            file.windows(bytes.len())
                .filter(|window| *window == bytes)
                .count()
        })
        .sum()
}

#[test]
fn a_flipped_bit_is_detected_reported_and_never_served() {
    let folder = Folder::new("flipped-bit");
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .build()
        .into();
    let program = Program::serve(&folder.0, &[]);
    let url = format!("{}/_understudy/{PATH}", program.admin());
    let mark = "UNMISTAKABLE";
    for id in ["bad", "good"] {
        let name = format!("{mark}-{id}");
        let answer = agent
            .post(format!("{url}?id={id}"))
            .send(own_template(&name).to_string().as_bytes());
        assert_eq!(answer.unwrap().status(), 201);
    }
    program.stop();
    let file = folder.file("store.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let wanted = format!("{mark}-bad").into_bytes();
    let at = bytes
        .windows(wanted.len())
        .position(|window| *window == wanted[..])
        .unwrap();
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).unwrap();

    let program = Program::serve(&folder.0, &[]);
    let url = format!("{}/_understudy/{PATH}", program.admin());
    let listed: Value = agent.get(&url).call().unwrap().body_mut().read_json().unwrap();
    let states: Vec<(&Value, &Value)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["id"], &one["state"]))
        .collect();
    assert_eq!(
        states,
        [
            (&json!("bad"), &json!("damaged")),
            (&json!("good"), &json!("intact"))
        ]
    );
    let shown = agent.get(format!("{url}/bad")).call().unwrap();
    assert_eq!(shown.status(), 500);
    let status = |id: &str| {
        let body = super::super::support::compose::form(&[("template_id", id)], &[]);
        let query = program.app_query();
        let url = format!("http://{}{CUSTOM}?{query}", program.listen());
        let answer: Value = agent
            .post(url)
            .send(&body[..])
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap();
        answer["result"]["status"].clone()
    };
    assert_eq!((status("bad"), status("good")), (json!(12010), json!(0)));
    program.stop();
}

#[test]
fn what_is_deleted_is_in_no_file_of_the_store() {
    let folder = Folder::new("deleted");
    let store = store::open(&format!("sqlite:{}", folder.file("store.db").display())).unwrap();
    let templates = TemplateStore::new(store);
    let now = understudy::clock::Clock::real().now();
    let mark = "NOBODY-SHALL-FIND-THIS";
    for nth in 0..20 {
        let body = large_template(&format!("{mark}-{nth}"));
        templates
            .add("demo", Some(&format!("t{nth}")), &body, now)
            .unwrap();
    }
    assert!(found(&folder, mark.as_bytes()) >= 20);
    for nth in 0..20 {
        templates.remove("demo", &format!("t{nth}")).unwrap();
    }
    assert_eq!(found(&folder, mark.as_bytes()), 0);
    assert!(matches!(
        templates.remove("demo", "t0"),
        Err(TemplateError::Unknown(_))
    ));
}
