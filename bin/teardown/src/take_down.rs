//! The order: what uses something goes before it.

use crate::program::{self, Answer, run};
use crate::proof::proof;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use strata_aws::{Error, Exit};
use strata_layer::{Global, LogFormat, allow_removal, confirm, document};
use strata_state::{Document, layers};

/// These layers backwards, each with those of them that use it: those go before it, the others side by side.
fn order(layers: &[&'static str]) -> Vec<(&'static str, Vec<&'static str>)> {
    let users = |layer| layers::users(layer).into_iter().filter(|user| layers.contains(user)).collect();
    layers.iter().map(|layer| (*layer, users(layer))).collect()
}

/// Every layer there is, also those that the document does not ask for, backwards; and those of which only the program
/// could tell what there is, and that is not here: a build compiles what its pipeline asks for.
fn reachable(doc: &Document) -> (Vec<&'static str>, Vec<&'static str>) {
    let asked: Vec<&str> = layers::asked(&doc.pipeline).into_iter().map(|layer| layer.name).collect();
    let all = layers::all().into_iter().rev().map(|layer| layer.name);
    all.partition(|layer| asked.contains(layer) || doc.has(layer) || program::is_here(layer))
}

/// Take everything down and prove it. Returns the document and the exit code.
pub(crate) fn take_down(global: &Global) -> Result<(String, u8), Error> {
    let mut doc = document(global, true)?;
    // A failure of an earlier `up` or `down` is what this program is for.
    doc.failed = None;
    // The layers ask for the name, too; it is typed once.
    let mut global = global.clone();
    global.confirm = allow_removal(&global, &doc.pipeline)?;
    let global = &global;
    let print = |doc: &Document| doc.print().map_err(|error| Error::failed("writing the document", error.to_string()));
    let text = print(&doc)?;
    let (layers, unknown) = reachable(&doc);
    ask(global, &layers, &text)?;
    let failure = bring_down(&mut doc, &layers, &text, global)?;
    let left = proof(&text, &layers, &unknown, global)?;
    let code = match (&failure, left) {
        (Some(130), _) => 130,
        (_, 1..) => 3,
        (Some(_), 0) => 1,
        (None, 0) => 0,
    };
    Ok((print(&doc)?, code))
}

/// Say what would go, and ask where data would be lost. Nothing has been touched yet.
fn ask(global: &Global, layers: &[&str], text: &str) -> Result<(), Error> {
    let answers = side_by_side(layers, &["down", "--dry-run"], text, global, true)?;
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

/// Run every layer's `down`, each as soon as those that use it are gone. One that failed is in the way of what it uses,
/// which stays. Returns the exit code of a failure.
fn bring_down(doc: &mut Document, layers: &[&'static str], text: &str, global: &Global) -> Result<Option<i32>, Error> {
    let (ends, ended) = (Mutex::new(BTreeMap::new()), Condvar::new());
    let end = |layer: &'static str, gone: bool| {
        ends.lock().unwrap_or_else(PoisonError::into_inner).insert(layer, gone);
        ended.notify_all();
    };
    // Whether all of these are gone; None while that is not known.
    let gone = |ends: &BTreeMap<&str, bool>, users: &[&str]| {
        users.iter().try_fold(true, |all, user| ends.get(user).map(|gone| all && *gone))
    };
    let words = plainly(&["down", "--yes"], global);
    let (words, gone, end) = (&words, &gone, &end);
    let bring = |layer: &'static str, users: &[&str]| {
        let ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = ended.wait_while(ends, |ends| gone(ends, users).is_none()).unwrap_or_else(PoisonError::into_inner);
        let free = gone(&ends, users).unwrap_or_default();
        drop(ends);
        let answer = if free { run(layer, words, text, global, global.quiet).map(Some) } else { Ok(None) };
        end(layer, answer.as_ref().is_ok_and(|answer| answer.as_ref().is_some_and(|answer| answer.code == 0)));
        answer
    };
    let mut failure = None;
    thread::scope(|scope| {
        let bring = &bring;
        let running: Vec<_> = order(layers)
            .into_iter()
            .map(|(layer, users)| (layer, scope.spawn(move || bring(layer, &users))))
            .collect();
        for (layer, thread) in running {
            let broken = |_| Err(Error::failed(format!("running {layer}"), "its thread panicked"));
            match thread.join().unwrap_or_else(broken)? {
                Some(answer) if answer.code == 0 => doc.clear(layer),
                Some(answer) => {
                    failure = Some(answer.code);
                    doc.failed = serde_json::from_value(answer.json["failed"].clone()).ok();
                }
                None => {}
            }
        }
        Ok(failure)
    })
}

/// These words, and that lines of several programs at once have to be plain.
fn plainly<'a>(words: &[&'a str], global: &Global) -> Vec<&'a str> {
    let format = if global.log_format == LogFormat::Json { "json" } else { "plain" };
    [words, &["--log-format", format]].concat()
}

/// Run these layers at once, each in its own process.
pub(crate) fn side_by_side<'a>(
    layers: &[&'a str],
    words: &[&str],
    text: &str,
    global: &Global,
    silent: bool,
) -> Result<Vec<(&'a str, Answer)>, Error> {
    let words = &plainly(words, global);
    thread::scope(|scope| {
        let running: Vec<_> =
            layers.iter().map(|layer| (*layer, scope.spawn(move || run(layer, words, text, global, silent)))).collect();
        running
            .into_iter()
            .map(|(layer, thread)| match thread.join() {
                Ok(answer) => Ok((layer, answer?)),
                Err(_) => Err(Error::failed(format!("running {layer}"), "its thread panicked")),
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
