//! target=aws, as far as this can be seen without an account: the AWS configuration file leads to an endpoint, as it may for
//! a person; to the entry and the programs it is AWS.

use crate::keys;
use std::process::{Command, Stdio};
use strata_testkit::{World, python};
use strata_tests::{Checkout, Said};

const DOCUMENT: &str = "driven-data-dev-aws";

/// What a person with an account has set.
fn account(checkout: &Checkout) -> Vec<(String, String)> {
    let file = checkout.path("aws-config");
    std::fs::write(&file, format!("[default]\nendpoint_url = {}\n", checkout.endpoint.url())).unwrap();
    let own = [
        ("AWS_CONFIG_FILE", file.to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "AKEY"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    own.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn aws(checkout: &Checkout, words: &[&str]) -> Said {
    let mut command = checkout.command(&checkout.path("scripts/strata"), &checkout.path(""));
    command.envs(account(checkout)).args(["target=aws", "pipeline=driven-data"]).args(words);
    // No terminal to ask on, also where the test has one.
    let mut alone = checkout.command("setsid".as_ref(), &checkout.path(""));
    alone.arg("--wait").arg(command.get_program()).args(command.get_args()).envs(account(checkout));
    alone.output().unwrap().into()
}

/// `up` on a terminal of its own, on which `answer` is typed; the code and all that the terminal showed.
fn on_a_terminal(checkout: &Checkout, answer: &str) -> (i32, String) {
    let script = "import os, pty, sys
shown = b''
def read(fd):
    global shown
    piece = os.read(fd, 4096)
    shown += piece
    if b'Type yes: ' in shown and not read.asked:
        read.asked = True
        os.write(fd, sys.argv[1].encode() + b'\\n')
    return piece
read.asked = False
status = pty.spawn(sys.argv[2:], read)
sys.exit(os.waitstatus_to_exitcode(status))";
    let mut command = checkout.command(&python(), &checkout.path(""));
    command.envs(account(checkout)).args(["-c", script, answer]).arg(checkout.path("scripts/strata"));
    let output = command.args(["up", "target=aws", "pipeline=driven-data"]).stderr(Stdio::piped()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn u02_up_in_an_account_shows_the_plan_and_asks() {
    let checkout = Checkout::new();
    let said = aws(&checkout, &["up"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("target aws (region eu-central-1)\n"), "{}", said.err);
    assert!(said.err.contains("net + vpc main: create driven-data-dev-vpc"), "{}", said.err);
    assert!(
        said.err.contains("changes in AWS, and there is no terminal to ask on; nothing was touched: use `yes`"),
        "{}",
        said.err
    );
    let (code, shown) = on_a_terminal(&checkout, "y");
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("the answer was not yes; nothing was touched"), "{shown}");
    assert_eq!(checkout.endpoint.mutating_since(0), [""; 0]);
    assert_eq!(checkout.saved(DOCUMENT), None);
    let (code, shown) = on_a_terminal(&checkout, "yes");
    assert_eq!(code, 0, "{shown}");
    assert!(checkout.document(DOCUMENT)["airflow"].is_object());
    // Nothing to change: nothing to ask.
    let said = aws(&checkout, &["up"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    // A laptop's document is another one.
    assert_eq!(checkout.saved("driven-data-dev-local"), None);
}

#[test]
fn u03_in_an_account_no_rows_are_made_up_without_a_word() {
    let checkout = Checkout::new();
    let said = aws(&checkout, &["up", "yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let world = World::of(&checkout.endpoint);
    let bucket = checkout.document(DOCUMENT)["storage"]["bucket"].as_str().unwrap().to_owned();
    for words in [&["run", "date=2024-09-15"][..], &["dag", "from=2024-09-14", "to=2024-09-16"]] {
        let before = checkout.endpoint.count();
        let said = aws(&checkout, words);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains("table raw has no data/raw/raw_batch_data_2024-09-1"), "{}", said.err);
        assert_eq!(checkout.endpoint.mutating_since(before), [""; 0]);
    }
    assert_eq!(keys(&world, &bucket, "data/"), [""; 0]);
    let said = aws(&checkout, &["run", "date=2024-09-15", "rows=20"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let said = aws(&checkout, &["run", "date=2024-09-15", "query"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("20"), "{}", said.out);
    assert_eq!(keys(&world, &bucket, "data/raw/"), ["data/raw/raw_batch_data_2024-09-15.csv"]);
}

#[test]
fn an_account_that_cannot_be_used_leaves_the_document() {
    let checkout = Checkout::new();
    let said = aws(&checkout, &["up", "yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let before = checkout.saved(DOCUMENT);
    // Without credentials.
    let mut command = Command::new(checkout.path("scripts/strata"));
    command
        .env_clear()
        .envs(account(&checkout))
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("PATH", std::env::var_os("PATH").unwrap());
    let said: Said = command
        .current_dir(checkout.path(""))
        .args(["up", "yes", "target=aws", "pipeline=driven-data"])
        .output()
        .unwrap()
        .into();
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert_eq!(said.out, "");
    assert_eq!(checkout.saved(DOCUMENT), before);
    assert!(said.err.contains("the saved document is as it was"), "{}", said.err);
    assert_eq!(said.err.matches("no AWS credentials were found").count(), 1, "{}", said.err);
}
