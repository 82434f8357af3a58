//! Which pipeline, which environment, which target.

use crate::{PIPELINE, bucket, keys, with_prod};
use strata_testkit::World;
use strata_tests::Checkout;

const RAW: &str = "data/raw/";

#[test]
fn u01_run_after_up_of_prod_does_not_write_into_prod() {
    let checkout = Checkout::new();
    with_prod(&checkout);
    checkout.done(&["up"]);
    checkout.done(&["up", "env=prod"]);
    let world = World::of(&checkout.endpoint);
    let (dev, prod) = (bucket(&checkout, "driven-data-dev-local"), bucket(&checkout, "driven-data-prod-local"));
    assert_ne!(dev, prod);
    let said = checkout.done(&["run", "date=2024-10-01", "rows=20"]);
    assert!(
        said.err.starts_with(&format!("strata: pipeline driven-data ({PIPELINE}), env dev, target local\n")),
        "{}",
        said.err
    );
    assert_eq!(keys(&world, &dev, RAW), ["data/raw/raw_batch_data_2024-10-01.csv"]);
    assert_eq!(keys(&world, &prod, RAW), [""; 0]);
    // And the word holds for the whole chain, wherever it is.
    let said = checkout.done(&["run", "date=2024-10-02", "rows=20", "query", "env=prod"]);
    assert!(said.err.contains("env prod, target local\n"), "{}", said.err);
    assert_eq!(keys(&world, &prod, RAW), ["data/raw/raw_batch_data_2024-10-02.csv"]);
    assert!(said.out.contains("20"), "{}", said.out);
    // `down` of one leaves the other as it is, with its document.
    let before = checkout.saved("driven-data-prod-local");
    checkout.done(&["down"]);
    assert_eq!(checkout.saved("driven-data-dev-local"), None);
    assert_eq!(checkout.saved("driven-data-prod-local"), before);
    assert_eq!(keys(&world, &prod, RAW), ["data/raw/raw_batch_data_2024-10-02.csv"]);
}

#[test]
fn a_pipeline_is_a_name_a_folder_or_a_file_and_one_only() {
    let checkout = Checkout::new();
    let copied = checkout.path("pipelines/other");
    std::fs::create_dir_all(copied.join("sql")).unwrap();
    std::fs::copy(checkout.path(PIPELINE), copied.join("pipeline.json")).unwrap();
    checkout.change("pipelines/other/pipeline.json", |pipeline| {
        pipeline["name"] = "other".into();
        pipeline["folder"] = "pipelines/other".into();
    });
    let means = |folder: &str, words: &[&str], expected: &str| {
        let said = checkout.strata_in(folder, words, &[]);
        assert!(said.err.contains(&format!("strata: pipeline {expected} (")), "{folder} {words:?}: {}", said.err);
    };
    means("", &["plan"], "driven-data");
    means("scripts", &["plan"], "driven-data");
    means("pipelines/other", &["plan"], "other");
    means("", &["plan", "pipeline=other"], "other");
    means("", &["pipeline=other", "plan"], "other");
    means("scripts", &["plan", "pipeline=../pipelines/other"], "other");
    means("pipelines", &["plan", "pipeline=other"], "other");
    means("pipelines", &["plan", "pipeline=other/pipeline.json"], "other");
    let path = checkout.path("pipelines/other/pipeline.json");
    means("", &["plan", &format!("pipeline={}", path.display())], "other");

    let refused = |folder: &str, words: &[&str], words_of_it: &str| {
        let before = checkout.endpoint.count();
        let said = checkout.strata_in(folder, words, &[]);
        assert_eq!(said.code, Some(2), "{words:?}: {}", said.err);
        assert!(said.err.contains(words_of_it), "{words:?}: {}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{words:?}: {}", said.err);
        assert_eq!(checkout.endpoint.count(), before, "{words:?}");
    };
    refused("", &["up", "pipeline=other", "down", "pipeline=driven-data"], "two values for pipeline=");
    refused("", &["env=dev", "up", "env=prod"], "two values for env=");
    refused("", &["plan", "pipeline="], "`pipeline=` has no value");
    // A folder of its own where the command runs, and a pipeline of the checkout of the same name.
    std::fs::create_dir(checkout.path("scripts/other")).unwrap();
    std::fs::copy(&path, checkout.path("scripts/other/pipeline.json")).unwrap();
    refused("scripts", &["plan", "pipeline=other"], "say pipeline=./other or pipeline=");
}

#[test]
fn u32_a_pipeline_that_is_not_there_is_one_line() {
    let checkout = Checkout::new();
    for words in [&["plan", "pipeline=nope"][..], &["up", "pipeline=nope.json"], &["down", "pipeline=./nope"]] {
        let said = checkout.strata(words);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.starts_with("strata: there is no pipeline `"), "{}", said.err);
        assert!(said.err.contains("this checkout has driven-data"), "{}", said.err);
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
    // And where there is no default.
    let folder = tempfile::tempdir().unwrap();
    let output = checkout.command(&checkout.path("scripts/strata"), folder.path()).arg("plan").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("strata: which pipeline? There is no pipeline.json in ") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn aws_takes_no_pipeline_by_default() {
    let checkout = Checkout::new();
    for (words, env) in [(&["up"][..], &[("TARGET", "aws")][..]), (&["down", "target=aws"], &[])] {
        let said = checkout.strata_in("", words, env);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains("With target aws none is taken by default: say pipeline=NAME"), "{}", said.err);
    }
    // Words and variables that disagree.
    let said = checkout.strata_in("", &["plan", "target=local"], &[("TARGET", "aws")]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("two targets"), "{}", said.err);
}

#[test]
fn u37_local_credentials_are_not_sent_to_aws() {
    let checkout = Checkout::new();
    let local = checkout.endpoint.env();
    for words in [&["up", "yes"][..], &["plan"], &["down"], &["query"]] {
        let before = checkout.endpoint.count();
        let words: Vec<&str> = words.iter().chain(&["target=aws", "pipeline=driven-data"]).copied().collect();
        let said = checkout.strata_in("", &words, &local);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.starts_with("strata: AWS_ACCESS_KEY_ID is `local`"), "{}", said.err);
        assert_eq!(checkout.endpoint.count(), before);
    }
}

/// What a shell has set for the local endpoint per service would win over where everything else goes.
#[test]
fn an_endpoint_of_one_service_does_not_lead_elsewhere() {
    let checkout = Checkout::new();
    let said = checkout.strata_in("", &["status"], &[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")]);
    assert_eq!(said.code, Some(4), "{}", said.err);
}
