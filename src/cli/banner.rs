//! What the program says to people: the one place that prints.
#![expect(clippy::print_stderr, reason = "this is what prints")]

use crate::app::ReadyFile;
use serde_json::{Map, Value};
use std::io::Write;

/// One line on standard output.
pub(super) fn line(text: &str) {
    // Whoever read it may have gone, as `head` does: that is no error of ours.
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// One message on standard error.
pub(super) fn complain(why: &anyhow::Error) {
    eprintln!("understudy: {why:#}");
}

/// Addresses, credentials, and a line to paste for each provider.
pub(super) fn greet(ready: &ReadyFile, token: Option<&str>) {
    line(&format!("providers  {}", ready.listen));
    line(&format!("admin      {}/_understudy/info", ready.admin));
    line(&format!("seed       {}", ready.seed));
    if let Some(token) = token {
        line(&format!(
            "token      {token}   (the admin API listens beyond loopback and asks for it)"
        ));
    }
    line("credentials of the demo world:");
    if let Some(vendors) = ready.credentials.as_object() {
        for (vendor, fields) in vendors {
            line(&format!("  {vendor:<10} {}", shown(fields)));
        }
    }
    line("\n# cut a thing out of a photograph (JD Cloud Image Matting), into cutout.png:\n");
    line(&matting(ready));
    line("\n# compose a poster (JD Cloud Automatic Composing), into poster.jpg:\n");
    line(&composing(ready));
    line("\n# judge a text (Tupu), signed with the demo world's key:\n");
    line(&format!("{}\n", tupu(ready)));
}

/// Fields of credentials in a line; keys in PEM are left to the ready file.
fn shown(fields: &Value) -> Value {
    let mut fields = fields.clone();
    for value in fields.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if value.as_str().is_some_and(|text| text.contains('\n')) {
            *value = "PEM, in the ready file".into();
        }
    }
    fields
}

/// A text to judge: openssl signs the proof.
fn tupu(ready: &ReadyFile) -> String {
    let sid = ready.credentials["tupu"]["secret_id"]
        .as_str()
        .unwrap_or_default();
    format!(
        "t=$(date +%s); s=$(printf {sid},$t,1 | openssl dgst -sha256 -sign fixtures/tupu/demo_private_key.pem | base64 | tr -d '\\n'); \\\n  \
         curl -s {}/v3/recognition/text/{sid} -d \"{{\\\"timestamp\\\":\\\"$t\\\",\\\"nonce\\\":\\\"1\\\",\\\"signature\\\":\\\"$s\\\",\\\"text\\\":[{{\\\"content\\\":\\\"buy now\\\"}}]}}\"",
        ready.listen,
    )
}

/// A call that can be pasted at any time: the shell signs it with the app key.
fn by_app_key(ready: &ReadyFile, path: &str) -> String {
    let field = |name: &str| {
        ready.credentials["jdcloud"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    format!(
        "t=$(date +%s)000; curl -s \"{}{path}?appkey={}&timestamp=$t&sign=$(printf {}$t | md5sum | cut -c1-32)\" \\\n  ",
        ready.listen,
        field("appkey"),
        field("secret"),
    )
}

fn matting(ready: &ReadyFile) -> String {
    by_app_key(ready, "/api/cutout")
        + "--data-binary @fixtures/photos/astronaut.jpg | grep -o 'http[^\"]*png' | xargs curl -s -o cutout.png"
}

fn composing(ready: &ReadyFile) -> String {
    by_app_key(ready, "/api/compose-image")
        + "-F template_id=fresh-leaf -F 'texts=[\"夏日焕新\",\"轻盈一夏\",\"¥199\"]' -F images=@fixtures/photos/coffee.jpg \\\n  \
           | grep -o 'http[^\"]*jpg' | xargs curl -s -o poster.jpg"
}
