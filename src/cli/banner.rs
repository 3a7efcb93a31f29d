//! What the program says to people: the one place that prints.
#![expect(clippy::print_stderr, reason = "this is what prints")]

use crate::app::Ready;
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
pub(super) fn greet(ready: &Ready, token: Option<&str>) {
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
            line(&format!("  {vendor:<10} {fields}"));
        }
    }
    line("\ncut a thing out of a photograph (JD Cloud Image Matting), into cutout.png:\n");
    line(&format!("{}\n", curl(ready)));
}

/// A call that can be pasted at any time: the shell signs it with the app key.
fn curl(ready: &Ready) -> String {
    let field = |name: &str| {
        ready.credentials["jdcloud"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    format!(
        "t=$(date +%s)000; curl -s \"{}/api/cutout?appkey={}&timestamp=$t&sign=$(printf {}$t | md5sum | cut -c1-32)\" \\\n  \
         --data-binary @fixtures/photos/astronaut.jpg | grep -o 'http[^\"]*png' | xargs curl -s -o cutout.png",
        ready.listen,
        field("appkey"),
        field("secret"),
    )
}
