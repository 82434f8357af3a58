//! What is said of an engine that panics: one sentence. A backtrace would tell a person nothing about the query.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

/// Begins the line on stderr that tells what the panic said. Engines panic in threads of their own, too, and some of those end
/// the whole process: then nothing is left to answer, and this line is all there is.
const MARK: &str = "the engine broke: ";

/// The longest that is told of it.
const LONGEST: usize = 300;

/// Runs `task`; a panic becomes an error.
pub(crate) fn caught<T>(task: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::set_hook(Box::new(|panic| eprintln!("{MARK}{}", words(panic))));
    panic::catch_unwind(AssertUnwindSafe(task)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
        Err(sentence(&first_line(text.unwrap_or("it said nothing"))))
    })
}

/// What is said of a process that ended without an answer: `status` is how, `said` what it wrote on stderr.
#[must_use]
pub fn ended(status: std::process::ExitStatus, said: &str) -> String {
    match said.lines().find_map(|line| line.strip_prefix(MARK)) {
        Some(words) => sentence(words),
        None => {
            let last = said.lines().rfind(|line| !line.trim().is_empty()).map(|line| format!(": {}", line.trim()));
            format!("The engine's process ended without an answer ({status}){}", last.unwrap_or_default())
        }
    }
}

fn sentence(words: &str) -> String {
    let words = words.trim_end_matches('.');
    format!("The local endpoint's engine cannot do this, though AWS may: {words}")
}

fn words(panic: &PanicHookInfo<'_>) -> String {
    first_line(panic.payload_as_str().unwrap_or("it said nothing"))
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(LONGEST).collect()
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::{MARK, caught, ended};
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    #[test]
    fn a_panic_is_one_sentence() {
        let told: Result<(), String> = caught(|| panic!("\n  not implemented for dtype Int128.\nbacktrace:\n  0: x"));
        let expected = "The local endpoint's engine cannot do this, though AWS may: not implemented for dtype Int128";
        assert_eq!(told, Err(expected.to_owned()));
        let _usual = std::panic::take_hook();
        assert_eq!(caught(|| Ok(1)), Ok(1));
        let _usual = std::panic::take_hook();
    }

    #[test]
    fn a_process_that_is_gone_is_one_sentence() {
        let killed = ExitStatus::from_raw(6);
        let said = format!("read 5 rows\n{MARK}index out of bounds\nstack backtrace:\n   0: x\n");
        assert_eq!(
            ended(killed, &said),
            "The local endpoint's engine cannot do this, though AWS may: index out of bounds"
        );
        let told = ended(ExitStatus::from_raw(9), "read 5 rows\n\n");
        assert_eq!(told, "The engine's process ended without an answer (signal: 9 (SIGKILL)): read 5 rows");
    }
}
