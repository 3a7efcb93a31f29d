//! The style of a picture, and a picture in other colours.

use super::*;

fn post(server: &TestServer, path: &str, body: &[u8]) -> Value {
    server.post(path, body).json()
}

#[test]
fn a_style_is_eight_probabilities_the_likeliest_first() {
    let server = TestServer::new();
    let answer = post(&server, "/api/predict-style", &coffee());
    let styles = answer["result"]["styles"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    let chances: Vec<f64> = styles
        .iter()
        .map(|style| style["probability"].as_f64().unwrap())
        .collect();
    assert!(
        chances.len() == 8 && chances.windows(2).all(|pair| pair[0] >= pair[1]),
        "{chances:?}"
    );
    assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    assert!(answer.to_string().contains("粉嫩柔美"));
    assert_eq!(
        post(&server, "/api/predict-style/", &coffee())["result"]["styles"],
        answer["result"]["styles"]
    );
}

#[test]
fn a_picture_comes_back_in_three_other_colours() {
    let server = TestServer::new();
    let answer = post(&server, "/api/fill-image-color/", &coffee());
    let urls = answer["result"]["colored_urls"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(urls.len(), 3);
    let files: Vec<Vec<u8>> = urls.iter().map(|url| server.fetched(url)).collect();
    assert!(files.iter().all(|file| file.starts_with(b"\x89PNG")));
    assert!(files[0] != files[1] && files[1] != files[2] && files[0] != files[2]);
}

#[test]
fn their_errors_are_those_of_matting() {
    let server = TestServer::new();
    for path in ["/api/predict-style", "/api/fill-image-color"] {
        let status = |body: &[u8]| post(&server, path, body)["result"]["status"].clone();
        assert_eq!(status(b""), 12001);
        assert_eq!(status(&fixture("pictures/plain.png")), 12007);
        assert_eq!(status(&fixture("pictures/truncated.jpg")), 12005);
        assert_eq!(status(&[&coffee()[..], &vec![0; 3 << 20]].concat()), 12009);
    }
}
