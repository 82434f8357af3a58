//! Running another program of strata, from the folder of this one.

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};
use strata_aws::Error;
use strata_aws::trace::span;
use strata_layer::Global;

/// What a program answered.
pub(crate) struct Answer {
    /// Its exit code; 1 where a signal ended it.
    pub(crate) code: i32,
    /// Its stdout as JSON; null where there was none.
    pub(crate) json: Value,
}

/// Run `layer` with these words and `document` on its stdin. Its stderr is ours, unless `silent`.
pub(crate) fn run(layer: &str, words: &[&str], document: &str, global: &Global, silent: bool) -> Result<Answer, Error> {
    let doing = || format!("running {layer} {}", words.join(" "));
    let failed = |error: std::io::Error| Error::failed(doing(), error.to_string());
    let folder = std::env::current_exe().map_err(failed)?;
    let program = folder.with_file_name(layer);
    let mut command = Command::new(&program);
    command.args(words).args(options(global)).stdin(Stdio::piped()).stdout(Stdio::piped());
    if silent {
        command.arg("--quiet");
    }
    let _running = span("run", format_args!("{layer} {}", words.join(" ")), "programs").entered();
    let mut child = command.spawn().map_err(|error| {
        Error::failed(doing(), format!("{}: {error}", program.display()))
            .advise("the programs have to lie in one folder")
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that refuses its options ends before it reads; its exit code tells more than our broken pipe.
        let _ = stdin.write_all(document.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    Ok(Answer { code: output.status.code().unwrap_or(1), json })
}

/// Whether the program is in the folder of this one.
pub(crate) fn is_here(layer: &str) -> bool {
    std::env::current_exe().is_ok_and(|own| own.with_file_name(layer).exists())
}

/// The options that every program has, as they were given to us.
fn options(global: &Global) -> Vec<String> {
    let mut words = Vec::new();
    let named = [
        ("--region", &global.region),
        ("--profile", &global.profile),
        ("--endpoint-url", &global.endpoint_url),
        ("--pipeline", &global.pipeline),
        ("--env", &global.env),
        ("--confirm", &global.confirm),
        ("--trace", &global.trace.as_ref().map(|path| path.display().to_string())),
    ];
    for (option, value) in named {
        if let Some(value) = value {
            words.extend([option.to_owned(), value.clone()]);
        }
    }
    words.extend(["--parallel".to_owned(), global.parallel.to_string()]);
    words
}
