//! All three generations of the documents.

use super::super::support::program::{Folder, Program, agent};
use super::*;

const TEXTS: &str = "[\"夏日焕新\",\"轻盈一夏\",\"¥199\"]";
const SIZES: &str = "[{\"width\":400,\"height\":300},{\"width\":240,\"height\":600}]";

fn sizes(images: &Value) -> Vec<(u64, u64)> {
    let images = images.as_array().unwrap().iter();
    let side = |image: &Value, name: &str| image["size"][name].as_u64().unwrap();
    images
        .map(|image| (side(image, "width"), side(image, "height")))
        .collect()
}

#[test]
fn every_form_of_every_generation_is_composed() {
    let server = TestServer::new();
    let photo = coffee();
    let one = [&photo[..]];
    let with = |service: &'static str, more: &[(&'static str, &'static str)]| {
        let fields = [("service", service), ("template_id", "fresh-leaf")];
        let fields: Vec<_> = fields.iter().chain(more).copied().collect();
        server.composed(DESIGN, &fields, &one)
    };
    let plain = [("texts", "夏日焕新"), ("texts", "轻盈一夏"), ("texts", "¥199")];
    let first = with("1", &plain);
    assert_eq!(jpeg_size(&server.fetched(&first["image_url"])), (800, 800));
    assert_eq!(with("1", &[("texts", TEXTS)])["image_url"], first["image_url"]);
    let third = server.composed(CUSTOM, &[("template_id", "fresh-leaf"), ("texts", TEXTS)], &one);
    assert_eq!(third["image_url"], first["image_url"]);
    assert_eq!(
        sizes(&with("2", &plain)["images"]),
        [(800, 800)],
        "the first generation names no sizes"
    );
    let flat = with("2", &[("texts", TEXTS), ("sizes", SIZES)]);
    assert_eq!(sizes(&flat["images"]), [(400, 300), (240, 600)]);
    for image in flat["images"].as_array().unwrap() {
        let drawn = jpeg_size(&server.fetched(&image["url"]));
        assert_eq!(drawn, sizes(&json!([image]))[0]);
    }
    let fields = [("template_id", "fresh-leaf"), ("texts", TEXTS), ("sizes", SIZES)];
    assert_eq!(
        server.composed(INTELLIGENT, &fields, &one)["images"],
        flat["images"]
    );
}

#[test]
fn three_templates_are_matched_where_none_is_named() {
    let server = TestServer::new();
    let photo = fixture("photos/coffee.jpg");
    for fields in [
        &[("sizes", SIZES), ("tag", "8")][..],
        &[("sizes", SIZES)],
        &[("sizes", SIZES), ("texts", TEXTS)],
    ] {
        let nested = server.composed(INTELLIGENT, fields, &[&photo]);
        let lists = nested["images"].as_array().unwrap();
        assert_eq!(lists.len(), 3);
        assert!(
            lists.iter().all(|list| sizes(list) == [(400, 300), (240, 600)]),
            "{nested}"
        );
    }
    let told = server.explain_last().to_string();
    assert!(told.contains("the first product looks"), "{told}");
    let none = server.composed(INTELLIGENT, &[("sizes", SIZES)], &[]);
    assert_eq!(
        none["images"].as_array().unwrap().len(),
        3,
        "a gift and default copy stand in"
    );
}

#[test]
fn a_call_is_counted_and_charged_as_the_service_it_names() {
    let server = TestServer::new();
    server.composed(DESIGN, &[("service", "1"), ("template_id", "fresh-leaf")], &[]);
    server.composed(CUSTOM, &[("template_id", "fresh-leaf")], &[]);
    server.composed(
        DESIGN,
        &[("service", "2"), ("template_id", "fresh-leaf"), ("sizes", SIZES)],
        &[],
    );
    assert_eq!(server.refused(DESIGN, &[("service", "3")], &[]), 12001);
    assert_eq!(server.listed("page=1&per_page=1")["data"]["total"], 24);
    let charges = server.get("charges");
    let fees: Vec<(String, i64)> = charges["charges"]
        .as_array()
        .unwrap_or_else(|| panic!("{charges}"))
        .iter()
        .map(|one| {
            (
                one["operation"].as_str().unwrap().to_owned(),
                one["fee_fen"].as_i64().unwrap(),
            )
        })
        .collect();
    for (operation, fee) in [
        ("compose-image", 80),
        ("compose-image-intel", 200),
        ("intel-templates", 0),
    ] {
        assert!(
            fees.iter()
                .any(|(name, own)| name.ends_with(operation) && *own == fee),
            "{fees:?}"
        );
    }
}

/// What the program composes, and the bytes of the pictures.
fn composed_by(program: &Program) -> Vec<Vec<u8>> {
    let agent = agent();
    let body = super::super::support::compose::form(
        &[("texts", TEXTS), ("sizes", SIZES), ("tag", "3")],
        &[&coffee()],
    );
    let kind = format!(
        "multipart/form-data; boundary={}",
        super::super::support::compose::BOUNDARY
    );
    let fields = [("content-type", &*kind), ("host", program.listen())];
    let headers = program.signature(("POST", INTELLIGENT), &fields, &body);
    let mut request = agent
        .post(format!("http://{}{INTELLIGENT}", program.listen()))
        .header("content-type", &kind);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer: Value = request.send(&body[..]).unwrap().body_mut().read_json().unwrap();
    let images = answer["result"]["images"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let urls = images
        .iter()
        .flat_map(|list| list.as_array().unwrap())
        .map(|image| image["url"].as_str().unwrap());
    urls.map(|url| agent.get(url).call().unwrap().body_mut().read_to_vec().unwrap())
        .collect()
}

#[test]
fn the_same_request_gives_the_same_bytes_again_and_after_a_restart() {
    let folder = Folder::new("same-bytes");
    let program = Program::serve(&folder.0, &[]);
    let first = composed_by(&program);
    assert_eq!(first.len(), 6);
    assert!(composed_by(&program) == first);
    program.stop();
    let program = Program::serve(&folder.0, &[]);
    assert!(composed_by(&program) == first);
    program.stop();
}

#[test]
fn ten_sizes_at_once_are_ten_pictures_and_the_matte_is_made_once() {
    let server = TestServer::new();
    let sizes: Vec<Value> = (0..10)
        .map(|nth| json!({"width": 100 + 40 * nth, "height": 460 - 40 * nth}))
        .collect();
    let sizes = json!(sizes).to_string();
    let result = server.composed(
        INTELLIGENT,
        &[("template_id", "cool-neon"), ("sizes", &sizes)],
        &[&coffee()],
    );
    assert_eq!(result["images"].as_array().unwrap().len(), 10);
    let told = server.explain_last().to_string();
    assert_eq!(
        told.matches("\"rule\":\"matte\"").count() + told.matches("\"name\":\"matte\"").count(),
        1,
        "{told}"
    );
}

#[test]
fn faults_lie_and_damage_as_everywhere() {
    let server = TestServer::new();
    let fields = [("template_id", "fresh-leaf"), ("texts", TEXTS)];
    let honest = server.composed(CUSTOM, &fields, &[&coffee()]);
    for effect in ["wrong-verdict", "corrupt-image"] {
        server.fault(fault("f").matching("jdcloud-composing").kind(effect));
        let struck = server.composed(CUSTOM, &fields, &[&coffee()]);
        assert_ne!(struck["image_url"], honest["image_url"], "{effect}");
        server.clear_faults();
    }
}
