//! From the command line to the exit code.

use crate::cli::{Cli, Verb};
use crate::exit::{CHANGES, DONE, DRIFTED, FAILED, INTERRUPTED, LEFT, USAGE};
use crate::left::{left, say_bill};
use crate::open::{begin_trace, connect, open};
use crate::protect::allow_removal;
use crate::report::line;
use crate::survey::{refuse_foreign, survey};
use crate::{Context, Global, Layer, Part, Report, down, plan, policy, status, up};
use clap::{CommandFactory, FromArgMatches, Subcommand};
use serde_json::Value;
use std::io::Write;
use std::process::ExitCode;
use strata_aws::trace::{Instrument, span};
use strata_aws::{Cancel, Error, Exit, Session};
use strata_state::Document;
use strata_state::section::{During, Failed, Left, Target};

/// Run a layer's program.
pub fn main<L: Layer>(layer: L) -> ExitCode {
    let command = Cli::<L::Verbs>::command()
        .name(layer.table().name)
        .about(layer.table().about)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Exit codes: 0 done; 1 failed, nothing left; 2 bad input, nothing touched; 3 failed, something is left; 4 drifted; 130 interrupted.");
    let matches = match command.try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { DONE };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let cli = match Cli::<L::Verbs>::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(USAGE);
        }
    };
    let (verb, global) = (cli.verb.name(), cli.global.clone());
    finish((layer.table().name, verb), &global, run(&layer, cli))
}

/// Run a program that is no layer, and yet reads a document from stdin and prints it: what `work` returns, or the
/// document with `failed` when it did not work. The caller's command line has [`Global`] in it.
pub fn with_document(
    name: &'static str,
    global: &Global,
    work: impl AsyncFnOnce(&Context) -> Result<Document, Error>,
) -> ExitCode {
    finish((name, "own"), global, async {
        let (doc, early) = match open((name, "own"), global, false, false).await {
            Ok(opened) => opened,
            Err(stopped) => return stopped,
        };
        let say = |error: &Error| line(&format!("{name}: {error}"));
        if let Some(failed) = &doc.failed {
            return pass_on(name, &doc, failed);
        }
        let cancel = Cancel::default();
        listen(cancel.clone());
        let result = match connect((name, "own"), global, &doc, early, cancel).await {
            Ok(cx) => work(&cx).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(doc) => print(&doc, DONE),
            Err(error) => {
                say(&error);
                stop((name, During::Up), doc, &error, Vec::new())
            }
        }
    })
}

/// `policy` of a program that is no layer: the rights that it needs, on stdout.
pub fn print_policy(name: &'static str, document: &str, global: &Global) -> ExitCode {
    finish((name, "policy"), global, async {
        let (doc, early) = match open((name, "policy"), global, true, false).await {
            Ok(opened) => opened,
            Err(stopped) => return stopped,
        };
        let connected = connect((name, "policy"), global, &doc, early, Cancel::default()).await;
        match connected.and_then(|cx| policy::text(&cx, document)) {
            Ok(text) => (text, DONE),
            Err(error) => told(&error, &|error| line(&format!("{name}: {error}"))),
        }
    })
}

/// Run to the end, write what is to be written on stdout, and say how it went.
fn finish((name, verb): (&'static str, &str), global: &Global, work: impl Future<Output = (String, u8)>) -> ExitCode {
    if let Err(error) = begin_trace(name, verb, global) {
        line(&format!("{name}: {error}"));
        return ExitCode::from(USAGE);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            line(&format!("{name}: starting: {error}"));
            return ExitCode::from(FAILED);
        }
    };
    let (out, code) = runtime.block_on(work.instrument(span("run", format_args!("{name} {verb}"), name)));
    if let Err(error) = std::io::stdout().write_all(out.as_bytes())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        line(&format!("{name}: writing the document: {error}"));
        return ExitCode::from(FAILED);
    }
    ExitCode::from(code)
}

fn pass_on(name: &str, doc: &Document, failed: &Failed) -> (String, u8) {
    line(&format!("{name}: skipped, since {} failed: {}: {}", failed.layer, failed.doing, failed.message));
    print(doc, FAILED)
}

async fn run<L: Layer>(layer: &L, cli: Cli<L::Verbs>) -> (String, u8) {
    let name = layer.table().name;
    let say = |error: &Error| line(&format!("{name}: {error}"));
    let may_be_empty = matches!(cli.verb, Verb::Down { .. } | Verb::Status | Verb::Policy);
    let offline = matches!(&cli.verb, Verb::Own(own) if layer.is_offline(own));
    let (doc, early) = match open((name, cli.verb.name()), &cli.global, may_be_empty, offline).await {
        Ok(opened) => opened,
        Err(stopped) => return stopped,
    };
    if let Some(failed) = &doc.failed
        && !passes(&cli.verb, failed)
    {
        return pass_on(name, &doc, failed);
    }
    let cancel = Cancel::default();
    listen(cancel.clone());
    let prepared = prepare(layer, &cli.verb, &cli.global, &doc, early, cancel).await;
    let cx = match prepared {
        Ok(cx) => cx,
        Err(error) => {
            say(&error);
            return stop((name, During::Up), doc, &error, Vec::new());
        }
    };
    // A verb of the layer's own finds its things itself; one that makes no AWS call has nothing to make clients of.
    let mut parts = if matches!(cli.verb, Verb::Own(_)) { Vec::new() } else { layer.parts(&cx.session) };
    if matches!(cli.verb, Verb::Down { .. }) {
        parts.retain(|part| !part.resource.is_shared());
    }
    match cli.verb {
        Verb::Plan { detailed_exitcode } => match planned(layer, &cx, &parts).await {
            Ok(Planned { value, refused: true, .. }) => (json(&value), FAILED),
            Ok(Planned { value, changes, .. }) => {
                (json(&value), if detailed_exitcode && changes { CHANGES } else { DONE })
            }
            Err(error) => told(&error, &say),
        },
        Verb::Status => match survey(&cx, &parts).await.and_then(|()| status::status(&cx, &parts)) {
            Ok(value) => {
                cx.report.say(&status::to_text(&value));
                (json(&value), if status::is_as_wished(&value) { DONE } else { DRIFTED })
            }
            Err(error) => told(&error, &say),
        },
        Verb::Policy => match policy::text(&cx, layer.policy()) {
            Ok(text) => (text, DONE),
            Err(error) => told(&error, &say),
        },
        Verb::Own(verb) => {
            let passes_on = layer.passes_on(&verb);
            match layer.own(&cx, verb).await {
                Ok(out) => (out, DONE),
                Err(error) if passes_on => {
                    say(&error);
                    stop((name, During::Up), doc, &error, Vec::new())
                }
                Err(error) => told(&error, &say),
            }
        }
        Verb::Up => {
            let result = up::up(layer, &cx, &parts).await;
            let mut doc = cx.doc.clone();
            let target = &cx.session;
            doc.target = Some(Target {
                account: target.account.clone(),
                partition: target.partition.clone(),
                region: target.region.clone(),
            });
            layer.section(&cx, &mut doc);
            match result {
                Ok(()) => print(&doc, DONE),
                Err(error) => {
                    say(&error);
                    say_bill(&cx, &parts);
                    stop((name, During::Up), doc, &error, left(&cx, &parts))
                }
            }
        }
        Verb::Down { dry_run: true, .. } => match down::would_go(&cx, &parts).await {
            Ok(value) => (json(&value), DONE),
            Err(error) => told(&error, &say),
        },
        Verb::Down { unasked: true, .. } => {
            let result = down::unasked(&cx, &parts).await;
            let mut doc = cx.doc.clone();
            layer.section(&cx, &mut doc);
            match result {
                Ok(()) => print(&doc, DONE),
                Err(error) => {
                    say(&error);
                    stop((name, During::Down), doc, &error, left(&cx, &parts))
                }
            }
        }
        Verb::Down { dry_run: false, unasked: false } => {
            let result = down::down(&cx, &parts).await;
            let mut doc = cx.doc.clone();
            match result {
                Ok(count) => {
                    let labels: Vec<&str> = parts.iter().map(|part| part.label).collect();
                    cx.report.say(&format!("{name}: {count} removed, nothing left of {}", labels.join(", ")));
                    doc.clear(name);
                    doc.failed = None;
                    print(&doc, DONE)
                }
                Err(error) => {
                    say(&error);
                    say_bill(&cx, &parts);
                    layer.section(&cx, &mut doc);
                    stop((name, During::Down), doc, &error, left(&cx, &parts))
                }
            }
        }
    }
}

/// `down` cleans up after a failed `up`, and `status` and `plan` touch nothing; all else passes a failure on.
fn passes<X: Subcommand>(verb: &Verb<X>, failed: &Failed) -> bool {
    match verb {
        Verb::Down { .. } => failed.during == During::Up,
        Verb::Status | Verb::Plan { .. } | Verb::Policy => true,
        Verb::Up | Verb::Own(_) => false,
    }
}

async fn prepare<L: Layer>(
    layer: &L,
    verb: &Verb<L::Verbs>,
    global: &Global,
    doc: &Document,
    early: Option<Session>,
    cancel: Cancel,
) -> Result<Context, Error> {
    let name = layer.table().name;
    if matches!(verb, Verb::Up | Verb::Plan { .. }) {
        layer.check(doc)?;
    }
    if matches!(verb, Verb::Down { dry_run: false, .. }) {
        allow_removal(global, &doc.pipeline)?;
    }
    let needs = match verb {
        Verb::Up => Some(layer.needs(doc)),
        Verb::Own(own) => Some(layer.verb_needs(own, doc)),
        _ => None,
    };
    if let Some(needs) = needs
        && let Some(missing) = needs.iter().find(|need| !doc.has(need))
    {
        let message = format!("the document has no section `{missing}`");
        let error = Error::usage(format!("starting {name}"), message);
        return Err(error.advise(format!("run `{missing} up` first and give its output to `{name}`")));
    }
    if let Verb::Own(own) = verb
        && layer.is_offline(own)
    {
        let (target, region) = (doc.target.as_ref(), global.region.as_ref());
        let region = region.or(target.map(|target| &target.region)).or(doc.pipeline.region.as_ref());
        let known = target.map(|target| (target.account.as_str(), target.partition.as_str()));
        let session = Session::offline(region.map(String::as_str), known)?;
        return Ok(Context::new(name, doc.clone(), session, global.clone(), Report::new(name, global), cancel));
    }
    connect((name, verb.name()), global, doc, early, cancel).await
}

/// What `plan` found.
struct Planned {
    value: Value,
    changes: bool,
    refused: bool,
}

async fn planned<L: Layer>(layer: &L, cx: &Context, parts: &[Part]) -> Result<Planned, Error> {
    survey(cx, parts).await?;
    refuse_foreign(cx, parts)?;
    let plan = plan::plan(cx, parts)?;
    cx.report.say(&plan::to_text(cx, &plan));
    let findings = layer.preflight(cx).await?;
    for finding in &findings {
        cx.report.say(&format!("{} x {}; {}", cx.layer, finding.what, finding.remedy));
    }
    let mut value = plan::to_json(cx, &plan);
    value["findings"] = serde_json::json!(findings);
    Ok(Planned { value, changes: plan::has_changes(&plan), refused: !findings.is_empty() })
}

/// The document with `failed`, and the exit code that goes with it.
fn stop((layer, during): (&str, During), mut doc: Document, error: &Error, left: Vec<Left>) -> (String, u8) {
    let code = match error.exit {
        Exit::Interrupted => INTERRUPTED,
        Exit::Usage if left.is_empty() => USAGE,
        _ if left.is_empty() => FAILED,
        _ => LEFT,
    };
    doc.failed = Some(Failed {
        layer: layer.to_owned(),
        during,
        doing: error.doing.clone(),
        code: error.code.clone(),
        message: error.message.clone(),
        left,
    });
    print(&doc, code)
}

/// An error of a verb that prints no document.
fn told(error: &Error, say: &impl Fn(&Error)) -> (String, u8) {
    say(error);
    let code = match error.exit {
        Exit::Usage => USAGE,
        Exit::Interrupted => INTERRUPTED,
        Exit::Failed | Exit::Again => FAILED,
    };
    (String::new(), code)
}

fn print(doc: &Document, code: u8) -> (String, u8) {
    match doc.print() {
        Ok(text) => (text, code),
        Err(error) => {
            line(&error.to_string());
            (String::new(), FAILED)
        }
    }
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The first Ctrl-C (or SIGTERM) asks for an orderly end, the second ends at once.
#[allow(clippy::exit, reason = "a second Ctrl-C means: now")]
fn listen(cancel: Cancel) {
    tokio::spawn(async move {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
        loop {
            tokio::select! {
                result = tokio::signal::ctrl_c() => if result.is_err() { return },
                _ = term.recv() => {}
            }
            if cancel.is_cancelled() {
                std::process::exit(i32::from(INTERRUPTED));
            }
            line("interrupted: finishing the calls under way; press Ctrl-C again to stop now");
            cancel.cancel();
        }
    });
}
