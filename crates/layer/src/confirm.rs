//! Asking a person. stdin is the document, so the question goes to the terminal itself.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use strata_aws::Error;

/// Ask `question` on the terminal; only `yes` is yes.
///
/// # Errors
/// [`strata_aws::Exit::Usage`] when the answer is no, or when there is no terminal to ask on.
pub fn confirm(doing: &str, question: &str) -> Result<(), Error> {
    let refuse = |message: String| Err(Error::usage(doing, message).advise("use --yes to confirm"));
    match typed(&format!("{question}. Continue? Type yes")).as_deref() {
        Some("yes") => Ok(()),
        Some(_) => refuse(format!("{question}, and the answer was not yes")),
        None => refuse(format!("{question}, and there is no terminal to ask on")),
    }
}

/// The line that a person types on the terminal after `question`; None where there is no terminal.
pub(crate) fn typed(question: &str) -> Option<String> {
    let mut terminal = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
    let mut answer = String::new();
    let asked = write!(terminal, "{question}: ")
        .and_then(|()| terminal.flush())
        .and_then(|()| BufReader::new(terminal).read_line(&mut answer));
    Some(asked.map(|_| answer.trim().to_owned()).unwrap_or_default())
}
