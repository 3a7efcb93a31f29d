//! Output of the program: the only module that prints.
#![expect(clippy::print_stderr, reason = "the only module that prints")]

use crate::app::ReadyFile;
use serde_json::{Map, Value};
use std::io::Write;

/// Prints a line to standard output.
pub(super) fn line(text: &str) {
    // A reader that has closed the pipe, such as `head`, is not an error.
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Prints an error to standard error.
pub(super) fn print_error(why: &anyhow::Error) {
    eprintln!("understudy: {why:#}");
}

/// Prints addresses, credentials, and an example call for each provider.
pub(super) fn print_ready(ready: &ReadyFile, token: Option<&str>) {
    line(&format!("providers  {}", ready.listen));
    line(&format!("admin      {}/_understudy/info", ready.admin));
    line(&format!("seed       {}", ready.seed));
    if let Some(token) = token {
        line(&format!(
            "token      {token}   (required, as the admin API listens on other addresses than loopback)"
        ));
    }
    line("credentials of the demo world:");
    if let Some(vendors) = ready.credentials.as_object() {
        for (vendor, fields) in vendors {
            line(&format!("  {vendor:<10} {}", without_pem(fields)));
        }
    }
    line("\n# cut the object out of a photograph (JD Cloud Image Matting), into cutout.png:\n");
    line(&matting(ready));
    line("\n# compose a poster (JD Cloud Automatic Composing), into poster.jpg:\n");
    line(&composing(ready));
    line("\n# judge a text (Tupu), signed with the demo world's key:\n");
    line(&format!("{}\n", tupu(ready)));
}

/// Replaces PEM keys in credentials by a reference to the ready file.
fn without_pem(fields: &Value) -> Value {
    let mut fields = fields.clone();
    for value in fields.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if value.as_str().is_some_and(|text| text.contains('\n')) {
            *value = "PEM, in the ready file".into();
        }
    }
    fields
}

/// An example call that judges a text; the shell signs it with openssl.
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

/// The start of an example call; the shell signs it with the app key when it runs.
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
