//! Bad input: a clear error, exit 2, nothing touched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::io::{Seek, Write};
use strata_testkit::{Endpoint, Output};
use strata_tests::{changed, json as parse, layer, pipeline};

/// Nothing listens here: a program that refuses before it connects does not notice.
const NOWHERE: [(&str, &str); 5] = [
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

fn refused(name: &str, words: &[&str], stdin: &str, says: &[&str]) -> Output {
    let output = layer(name, words, stdin, &NOWHERE);
    assert_eq!(output.status, Some(2), "{name} {words:?}: {}", output.stderr);
    for word in says {
        assert!(output.stderr.contains(word), "{name}: `{word}` is not in: {}", output.stderr);
    }
    output
}

#[test]
fn empty_stdin() {
    for name in strata_tests::LAYERS.iter().copied() {
        let output = refused(name, &["up"], "", &["stdin is empty", "pipeline.json"]);
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn not_json() {
    refused("net", &["up"], "{\n  \"version\": 1,,\n}", &["not JSON", "line 2, column 16"]);
    refused("net", &["up"], "[1]", &["has to be a JSON object", "an array"]);
}

#[test]
fn documents_that_disagree() {
    let (one, other) = (pipeline(), changed("/net/cidr", "10.1.0.0/16"));
    refused("net", &["up"], &format!("{one}{other}"), &["pipeline.net.cidr", "10.0.0.0/16", "10.1.0.0/16"]);
}

#[test]
fn a_newer_version() {
    let mut document = pipeline();
    document["version"] = json!(2);
    refused("net", &["up"], &document.to_string(), &["version 2", "newer strata"]);
}

#[test]
fn an_unknown_field_and_the_nearest_name() {
    let mut document = pipeline();
    document["pipeline"]["net"]["cird"] = json!("10.0.0.0/16");
    refused("net", &["up"], &document.to_string(), &["pipeline.net.cird", "`cird`", "did you mean `cidr`?"]);
    let mut document = pipeline();
    document["pipeline"]["net"]["egress"] = json!("natt");
    refused("net", &["up"], &document.to_string(), &["did you mean `nat`?"]);
}

#[test]
fn ranges_that_do_not_fit_or_overlap() {
    let cases = [
        ("/net/private_subnets/0", "10.1.1.0/24", "does not fit"),
        ("/net/private_subnets/0", "10.0.3.0/25", "overlaps"),
        ("/net/cidr", "10.0.0.0/8", "between /16 and /28"),
        ("/net/cidr", "10.0.0.1/16", "10.0.0.0/16"),
        ("/net/ingress/0/cidr", "xxx.yyy.zzz.qqq/32", "not an IPv4 range"),
    ];
    for (pointer, value, says) in cases {
        refused("net", &["up"], &changed(pointer, value).to_string(), &[says]);
    }
}

#[test]
fn a_section_that_is_missing_names_the_program() {
    let wish = pipeline().to_string();
    let asked = strata_state::read(&wish).unwrap().pipeline;
    let mut tried = 0;
    for layer in strata_state::layers::all() {
        if let Some(needed) = (layer.needs)(&asked).first() {
            refused(layer.name, &["up"], &wish, &["no section", &format!("`{needed} up` first")]);
            tried += 1;
        }
    }
    assert!(tried >= 3, "{tried}");
}

#[test]
fn a_bucket_name_that_aws_would_refuse() {
    for bucket in ["UPPER", "ab", "has_underscore", "two..dots", "192.168.0.1", "xn--x", "x-s3alias"] {
        let mut document = pipeline();
        document["pipeline"]["storage"]["bucket"] = json!(bucket);
        refused("storage", &["up"], &document.to_string(), &["AWS would refuse", bucket]);
    }
}

#[test]
fn an_unknown_region() {
    refused(
        "net",
        &["up"],
        &changed("/region", "eu-centrall-1").to_string(),
        &["no region `eu-centrall-1`", "did you mean `eu-central-1`"],
    );
    let slip = ["no region `ue-central-1`", "did you mean `eu-central-1`"];
    refused("net", &["up", "--region", "ue-central-1"], &pipeline().to_string(), &slip);
    refused("net", &["policy", "--region", "ue-central-1"], &pipeline().to_string(), &slip);
    refused("net", &["up", "--region", "mars-1"], &pipeline().to_string(), &["no region `mars-1`"]);
}

#[test]
fn sql_that_is_missing_or_does_not_parse() {
    let mut document = pipeline();
    document["pipeline"]["transforms"][0]["sql"] = json!("sql/nowhere.sql");
    refused("storage", &["up"], &document.to_string(), &["sql/nowhere.sql"]);

    let folder = tempfile::tempdir_in(strata_testkit::repository().join("target")).unwrap();
    std::fs::create_dir_all(folder.path().join("sql")).unwrap();
    std::fs::write(folder.path().join("sql/one.sql"), "SELECT unique_id,\n  FROM FROM raw\n").unwrap();
    let relative = folder.path().strip_prefix(strata_testkit::repository()).unwrap().to_str().unwrap().to_owned();
    let mut document = changed("/folder", relative);
    let transforms = document["pipeline"]["transforms"].as_array_mut().unwrap();
    transforms.truncate(1);
    transforms[0]["sql"] = json!("sql/one.sql");
    for name in ["storage", "jobs"] {
        refused(name, &["plan"], &document.to_string(), &["sql/one.sql:2:"]);
    }
}

#[test]
fn an_endpoint_that_does_not_answer() {
    let output = refused("net", &["up"], &pipeline().to_string(), &["does not answer", "local start"]);
    assert_eq!(parse(&output.stdout)["failed"]["layer"], "net");
}

/// `local env` sets an address for one service, which must not outlive the one for all others.
#[test]
fn one_service_of_this_machine_among_those_of_aws() {
    for name in ["net", "airflow"] {
        let mut command = std::process::Command::new(strata_testkit::bin(name));
        command.args(["plan", "--region", "eu-central-1"]).env_remove("AWS_ENDPOINT_URL");
        command.env("AWS_ENDPOINT_URL_MWAA", "http://localhost:9").stdin(stdin(&pipeline().to_string()));
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("AWS_ENDPOINT_URL_MWAA is http://localhost:9") && said.contains("unset it"), "{said}");
    }
}

fn stdin(text: &str) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

#[test]
fn credentials_that_are_missing() {
    let empty = tempfile::tempdir().unwrap();
    let nothing = empty.path().join("none");
    let nothing = nothing.to_str().unwrap();
    let env = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_CONFIG_FILE", nothing),
        ("AWS_SHARED_CREDENTIALS_FILE", nothing),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    let output = layer("net", &["up"], &pipeline().to_string(), &env);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(
        output.stderr.contains("no AWS credentials were found") && output.stderr.contains("AWS_PROFILE"),
        "{}",
        output.stderr
    );
}

#[test]
fn d12_a_schedule_that_runs_every_minute_is_refused() {
    let document = changed("/airflow/schedule", "* 7 * * *");
    refused("airflow", &["plan"], &document.to_string(), &["runs every minute", "0 7 * * *"]);
}

#[test]
fn paths_cannot_leave_the_folder() {
    for path in ["../../../etc/passwd", "/etc/passwd", "sql/../../x.sql"] {
        let mut document = pipeline();
        document["pipeline"]["transforms"][0]["sql"] = json!(path);
        refused("storage", &["plan"], &document.to_string(), &["relative path"]);
    }
}

#[test]
fn nothing_is_touched_by_any_of_them() {
    let endpoint = Endpoint::start();
    let bad: Vec<Value> =
        vec![changed("/net/cidr", "10.0.0.0/8"), changed("/region", "mars-1"), json!({ "version": 9 })];
    for document in bad {
        let output = layer("net", &["up"], &document.to_string(), &endpoint.env());
        assert_eq!(output.status, Some(2), "{}", output.stderr);
    }
    assert_eq!(endpoint.mutating_since(0), Vec::<String>::new());
}

#[test]
fn a_document_of_another_account_or_region_is_refused() {
    let endpoint = Endpoint::start();
    let mut document = pipeline();
    document["target"] = json!({ "account": "999999999999", "partition": "aws", "region": "eu-central-1" });
    for verb in ["up", "plan", "status", "down"] {
        let output = layer("net", &[verb], &document.to_string(), &endpoint.env());
        assert_eq!(output.status, Some(2), "{verb}: {}", output.stderr);
        assert!(output.stderr.contains("belongs to account 999999999999"), "{}", output.stderr);
    }
    assert_eq!(endpoint.mutating_since(0), Vec::<String>::new());
}
