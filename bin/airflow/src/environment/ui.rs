//! `airflow ui`: the way into Airflow's web interface. The address contains a token, and anyone who has it is logged
//! in: it is printed on a terminal, or with `--print`, and is never an argument of another program.

use super::rest::Rest;
use clap::Args;
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_layer::Context;

/// What `airflow ui` can be told.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Open a browser
    #[arg(long)]
    open: bool,
    /// Print the address even where stdout is no terminal
    #[arg(long)]
    print: bool,
}

/// How long MWAA's token is good for.
const SECONDS: u64 = 60;
/// How long the browser has to read its file.
const LOAD: Duration = Duration::from_secs(15);

pub(super) async fn ui(rest: &Rest<'_>, words: &Words) -> Result<String, Error> {
    let (cx, name) = (rest.cx, &rest.environment);
    let doing = format!("asking for a login to MWAA environment {name}");
    let is_shown = words.print || std::io::stdout().is_terminal();
    if !is_shown && !words.open {
        let error = Error::usage(doing, "stdout is no terminal, and the address is a secret");
        return Err(error.advise("use --print to print it anyway, or --open for a browser"));
    }
    let mwaa = aws_sdk_mwaa::Client::new(&cx.session.sdk);
    let mut waiting = Waiting::new(&doing, Pace::seconds(2, 30), &cx.cancel);
    let answer = loop {
        let look = mwaa.create_web_login_token().name(name).send().await.during(|| doing.clone());
        let look = look.map_err(|error| if error.is_gone() { error.advise("run `airflow up` first") } else { error });
        if let Some(answer) = waiting.after(look.map(Poll::Ready)).await? {
            break answer;
        }
    };
    let (host, token) = (answer.web_server_hostname().unwrap_or_default(), answer.web_token().unwrap_or_default());
    let url = address(host, token, cx.session.is_local());
    cx.report.say(&format!("open the link within {SECONDS} s; anyone who has it is logged in: do not share it"));
    if words.open {
        open(cx, &url).await?;
    }
    Ok(if is_shown && (words.print || !words.open) { format!("{url}\n") } else { String::new() })
}

/// As MWAA's guide has it; the token comes after `#`, so that it is in no server's log.
fn address(host: &str, token: &str, is_local: bool) -> String {
    let scheme = if is_local { "http" } else { "https" };
    format!("{scheme}://{host}/aws_mwaa/aws-console-sso?login=true#{token}")
}

/// Open a browser with a page that leads there. The page is a file that only its owner can read.
async fn open(cx: &Context, url: &str) -> Result<(), Error> {
    let doing = || "opening a browser".to_owned();
    let failed = |error: std::io::Error| Error::failed(doing(), error.to_string());
    // A file that only its owner can read.
    let mut page = tempfile::Builder::new().prefix("airflow-login-").suffix(".html").tempfile().map_err(failed)?;
    let text = serde_json::Value::from(url).to_string().replace('<', "\\u003c");
    writeln!(page, "<!doctype html><script>location.replace({text})</script>").map_err(failed)?;
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started =
        Command::new(program).arg(page.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut browser = started
        .map_err(|error| failed(error).advise(format!("install {program}, or run `airflow ui` without --open")))?;
    cx.report.say("a browser is being opened");
    // It reads the page in a moment; then the page goes.
    tokio::select! {
        () = tokio::time::sleep(LOAD) => {}
        () = cx.cancel.cancelled() => {}
    }
    match browser.try_wait() {
        Ok(Some(status)) if !status.success() => Err(Error::failed(doing(), format!("{program} ended with {status}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_token_stands_where_no_server_sees_it() {
        let url = address("x.c1.eu-central-1.airflow.amazonaws.com", "abc", false);
        assert_eq!(url, "https://x.c1.eu-central-1.airflow.amazonaws.com/aws_mwaa/aws-console-sso?login=true#abc");
        assert!(address("localhost:4566", "abc", true).starts_with("http://localhost:4566/aws_mwaa/"));
    }
}
