//! The order: what uses something goes before it.

use crate::program::{Answer, run};
use crate::proof::proof;
use serde_json::Value;
use std::fmt::Write;
use std::thread;
use strata_aws::{Error, Exit};
use strata_layer::{Global, confirm, document};
use strata_state::Document;

/// Layers that may go side by side, one line after the other. MWAA first: it holds network interfaces in the subnets and
/// cleans up with its role. The roles last: services still use them while they go.
const ORDER: [&[&str]; 4] = [&["airflow"], &["jobs", "catalog", "net"], &["storage"], &["iam"]];

/// Take everything down and prove it. Returns the document and the exit code.
pub(crate) fn take_down(global: &Global) -> Result<(String, u8), Error> {
    let mut doc = document(global, true)?;
    // A failure of an earlier `up` or `down` is what this program is for.
    doc.failed = None;
    let print = |doc: &Document| doc.print().map_err(|error| Error::failed("writing the document", error.to_string()));
    let text = print(&doc)?;
    ask(global, &text)?;
    let failure = bring_down(&mut doc, &text, global)?;
    let left = proof(&text, global)?;
    let code = match (&failure, left) {
        (Some(130), _) => 130,
        (_, 1..) => 3,
        (Some(_), 0) => 1,
        (None, 0) => 0,
    };
    Ok((print(&doc)?, code))
}

/// Say what would go, and ask where data would be lost. Nothing has been touched yet.
fn ask(global: &Global, text: &str) -> Result<(), Error> {
    let layers = all();
    let answers = side_by_side(&layers, &["down", "--dry-run"], text, global, true)?;
    let mut losses = Vec::new();
    for (layer, answer) in &answers {
        if answer.code != 0 {
            // The program has said why on stderr.
            let error =
                Error::failed(format!("asking {layer} what there is"), "it could not tell, and nothing was touched");
            return Err(if answer.code == 2 { Error { exit: Exit::Usage, ..error } } else { error });
        }
        let list = answer.json["loses"].as_array().into_iter().flatten();
        losses.extend(list.filter_map(Value::as_str).map(str::to_owned));
    }
    if losses.is_empty() || global.yes { Ok(()) } else { confirm("taking everything down", &losses.join("; ")) }
}

/// Run `down` wave by wave. Stops before the next wave when one failed, since that one is in its way.
fn bring_down(doc: &mut Document, text: &str, global: &Global) -> Result<Option<i32>, Error> {
    for wave in ORDER {
        let mut failure = None;
        for (layer, answer) in side_by_side(wave, &["down", "--yes"], text, global, global.quiet)? {
            if answer.code == 0 {
                clear(doc, layer);
            } else {
                failure = Some(answer.code);
                doc.failed = serde_json::from_value(answer.json["failed"].clone()).ok();
            }
        }
        if failure.is_some() {
            return Ok(failure);
        }
    }
    Ok(None)
}

fn clear(doc: &mut Document, layer: &str) {
    match layer {
        "airflow" => doc.airflow = None,
        "jobs" => doc.jobs = None,
        "catalog" => doc.catalog = None,
        "net" => doc.net = None,
        "storage" => doc.storage = None,
        _ => doc.iam = None,
    }
}

/// Run these layers at once, each in its own process. Lines of several programs at once have to be plain.
pub(crate) fn side_by_side<'a>(
    layers: &[&'a str],
    words: &[&str],
    text: &str,
    global: &Global,
    silent: bool,
) -> Result<Vec<(&'a str, Answer)>, Error> {
    let mut words = words.to_vec();
    let format = match global.log_format {
        strata_layer::LogFormat::Json => "json",
        _ if layers.len() > 1 => "plain",
        strata_layer::LogFormat::Plain => "plain",
        strata_layer::LogFormat::Auto => "auto",
    };
    words.extend(["--log-format", format]);
    let words = &words;
    thread::scope(|scope| {
        let running: Vec<_> =
            layers.iter().map(|layer| (*layer, scope.spawn(move || run(layer, words, text, global, silent)))).collect();
        running
            .into_iter()
            .map(|(layer, thread)| match thread.join() {
                Ok(answer) => Ok((layer, answer?)),
                Err(_) => Err(Error::failed(format!("running {layer}"), "its thread broke")),
            })
            .collect()
    })
}

/// Lines for a person, joined.
pub(crate) fn lines(items: &[String]) -> String {
    let mut text = String::new();
    for item in items {
        let _ = writeln!(text, "  {item}");
    }
    text
}

/// Every layer, in the order in which they go.
pub(crate) fn all() -> Vec<&'static str> {
    ORDER.iter().flat_map(|wave| wave.iter().copied()).collect()
}
