//! Runs a property, and says how many cases that were and how long they took; strings that break things.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use std::cell::Cell;
use std::time::Instant;

/// Hold `test` for `cases` random inputs, times PROPTEST_CASES / 256.
pub(crate) fn holds<S: Strategy>(what: &str, cases: u32, input: S, test: impl Fn(S::Value) -> TestCaseResult) {
    let usual = 256;
    let wanted = Config::default().cases;
    let cases = u32::try_from((u64::from(cases) * u64::from(wanted) / usual).max(1)).unwrap();
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        max_global_rejects: 1_000_000,
        ..Config::default()
    };
    let (begun, ran) = (Instant::now(), Cell::new(0_u64));
    let outcome = TestRunner::new(config).run(&input, |value| {
        ran.set(ran.get() + 1);
        test(value)
    });
    if let Err(why) = outcome {
        panic!("{what}: {why}");
    }
    eprintln!("attacks: {what}: {} cases, {:.1} s", ran.get(), begun.elapsed().as_secs_f64());
}

/// Say the figures of a test that has a list in place of random input.
pub(crate) fn figures(what: &str, cases: usize, begun: Instant) {
    eprintln!("attacks: {what}: {cases} cases, {:.1} s", begun.elapsed().as_secs_f64());
}

/// Strings that shells, paths, terminals, tags and other languages take for more than a string.
pub(crate) const HOSTILE: [&str; 44] = [
    "",
    " ",
    ".",
    "..",
    "../x",
    "../../../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "a//b",
    "a/./b",
    "..\\..\\x",
    "C:\\x",
    "%2e%2e/%2e%2e/x",
    "..%2fx",
    "a\0b",
    "$(touch canary)",
    "`touch canary`",
    "; touch canary",
    "| touch canary",
    "&& touch canary",
    "a\ntouch canary",
    "a\r\nX-Injected: 1",
    "a\tb",
    "'; DROP TABLE raw; --",
    "\" OR \"\"=\"",
    "*",
    "?",
    "${aws:username}",
    "${account}",
    "{name}{name}",
    "-rf",
    "--endpoint-url=http://localhost:9",
    "aws:x",
    "AWS:x",
    "strata:x",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\u{202e}txt.exe",
    "a\u{200b}b",
    "\u{feff}a",
    "😀",
    "raw\u{0456}",
    "e\u{301}",
    "Ⓐ",
    "\u{2028}",
];

/// One of [`HOSTILE`], alone or around something harmless; or any text; or a long one.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => ("[a-z]{1,5}", prop::sample::select(HOSTILE.to_vec()), "[a-z]{0,5}").prop_map(|(a, b, c)| a + b + &c),
        3 => any::<String>(),
        3 => "[ -~]{0,20}",
        2 => "[a-zA-Z0-9_.-]{0,70}",
        1 => (prop::sample::select(vec!["a", "é", "x-", "a/", "😀"]), 1..400_usize).prop_map(|(a, n)| a.repeat(n)),
    ]
}
