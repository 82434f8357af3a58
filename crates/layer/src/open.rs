//! How every run begins: the trace, the document, and who we are.
//!
//! In a pipe of programs each waits for the document of the one before it. What needs nothing of that document, such as
//! asking AWS which account this is, is done meanwhile.

use crate::exit::USAGE;
use crate::report::line;
use crate::{Context, Global, Report, input};
use std::fs::File;
use std::os::fd::AsFd;
use std::time::Duration;
use strata_aws::trace::{self, Instrument, span};
use strata_aws::{Cancel, Error, Options, Session};
use strata_state::Document;
use tokio::task::JoinError;

/// A document that arrives so soon delays nothing. One that is wrong then costs no call, either.
const SOON: Duration = Duration::from_millis(20);

/// The text on stdin, and who we are by what is known without it. An error there tells nothing yet: the document may name
/// another region, and its own errors come first. No call is made for a verb that makes none, nor where the region is
/// not known: looking for one in a machine's metadata can take longer than the document.
async fn read(options: &Options, offline: bool) -> (Result<String, Error>, Option<Session>) {
    let broken = |error: JoinError| Err(Error::usage("reading the document", error.to_string()));
    let named = |name: &&str| std::env::var_os(name).is_some_and(|region| !region.is_empty());
    let known = options.region.is_some() || ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().any(named);
    let mut reading = tokio::task::spawn_blocking(input::text);
    let waiting = span("wait", "for the document", "");
    if offline || !known || is_file() {
        return (reading.instrument(waiting).await.unwrap_or_else(broken), None);
    }
    let soon = tokio::time::timeout(SOON, &mut reading);
    if let Ok(text) = soon.instrument(waiting).await {
        return (text.unwrap_or_else(broken), None);
    }
    let connecting = Session::connect(options, None).instrument(span("connect", "early", "account"));
    let (text, session) = tokio::join!(reading.instrument(span("wait", "for the document", "")), connecting);
    (text.unwrap_or_else(broken), session.ok())
}

/// A file is there at once, however busy the machine; only a pipe can delay its reader.
fn is_file() -> bool {
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().map(File::from);
    stdin.and_then(|stdin| stdin.metadata()).is_ok_and(|about| about.is_file())
}

/// Begin the trace that is asked for, if one is.
///
/// # Errors
/// [`strata_aws::Exit::Usage`] when it cannot be written.
pub fn begin_trace(name: &str, verb: &str, global: &Global) -> Result<(), Error> {
    match &global.trace {
        Some(path) if !path.as_os_str().is_empty() => trace::start(path, name, verb),
        _ => Ok(()),
    }
}

/// The document, and who we are where that is known by now; or what to print and the exit code.
pub(crate) async fn open(
    (name, verb): (&'static str, &'static str),
    global: &Global,
    may_be_empty: bool,
    offline: bool,
) -> Result<(Document, Option<Session>), (String, u8)> {
    let (text, early) = read(&options(name, verb, global), offline).await;
    let parsed = text.and_then(|text| input::parse(&text, global, may_be_empty));
    parsed.map(|doc| (doc, early)).map_err(|error| {
        line(&format!("{name}: {error}"));
        (String::new(), USAGE)
    })
}

fn options(program: &'static str, verb: &'static str, global: &Global) -> Options {
    let (region, profile) = (global.region.clone(), global.profile.clone());
    Options { program, verb, region, profile, endpoint_url: global.endpoint_url.clone() }
}

/// Where calls go, with everything that a run shares.
pub(crate) async fn connect(
    (name, verb): (&'static str, &'static str),
    global: &Global,
    doc: &Document,
    early: Option<Session>,
    cancel: Cancel,
) -> Result<Context, Error> {
    let region = doc.target.as_ref().map(|target| &target.region).or(doc.pipeline.region.as_ref());
    let agrees = |session: &Session| global.region.is_some() || region.is_none_or(|region| *region == session.region);
    let session = match early.filter(agrees) {
        Some(session) => session,
        None => {
            let options = options(name, verb, global);
            let connecting = Session::connect(&options, region.map(String::as_str));
            connecting.instrument(span("connect", "", "account")).await?
        }
    };
    if let Some(target) = &doc.target
        && (target.account != session.account || target.region != session.region)
    {
        let is = format!("account {} in {}", target.account, target.region);
        let here = format!("account {} in {}", session.account, session.region);
        let error =
            Error::usage(format!("starting {name}"), format!("the document belongs to {is}, and this is {here}"));
        return Err(error.advise("use the credentials and region of the document, or start from pipeline.json"));
    }
    Ok(Context::new(name, doc.clone(), session, global.clone(), Report::new(name, global), cancel))
}
