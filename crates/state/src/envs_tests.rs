//! Merge patches, environments, and what is wrong with them.

use super::patch::merge_patch;
use super::*;
use crate::read;
use serde_json::json;

fn document(envs: &Value) -> String {
    let document = json!({
        "version": 1,
        "pipeline": {
            "name": "shop",
            "airflow": { "class": "mw1.small" },
            "tags": { "team": "sales", "cost": "a" },
            "tables": { "raw": {
                "format": "csv", "path": "data/raw/", "file": "raw_{date}.csv", "columns": ["id int", "amount decimal(12,2)"]
            } },
            "envs": envs,
        }
    });
    document.to_string()
}

fn error(envs: &Value, env: &str) -> String {
    read_for(&document(envs), Some(env)).unwrap_err().to_string()
}

#[test]
fn the_examples_of_rfc_7396() {
    let cases = [
        (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
        (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
        (json!({"a":"b"}), json!({"a":null}), json!({})),
        (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
        (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
        (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
        (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
        (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
        (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
        (json!({"a":"b"}), json!(["c"]), json!(["c"])),
        (json!({"a":"foo"}), json!(null), json!(null)),
        (json!({"a":"foo"}), json!("bar"), json!("bar")),
        (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
        (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
        (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
    ];
    for (mut target, patch, result) in cases {
        let before = target.clone();
        merge_patch(&mut target, &patch);
        assert_eq!(target, result, "{before} with {patch}");
    }
}

#[test]
fn an_environment_is_the_pipeline_with_its_patch_and_without_envs() {
    let text = document(&json!({
        "prod": { "airflow": { "class": "mw1.medium" }, "tags": { "cost": null, "tier": "gold" }, "protect": true },
        "anna": {},
    }));
    let prod = read_for(&text, Some("prod")).unwrap();
    assert_eq!(prod.pipeline.env, "prod");
    assert_eq!(prod.pipeline.copy(), "shop-prod");
    assert!(prod.pipeline.protect);
    assert_eq!(prod.pipeline.tags.keys().collect::<Vec<_>>(), ["team", "tier"]);
    let printed = prod.print().unwrap();
    assert!(printed.contains("mw1.medium") && !printed.contains("envs"), "{printed}");
    // What is printed is a document of that environment, and of no other.
    assert_eq!(read(&printed).unwrap(), prod);
    assert_eq!(read_for(&printed, Some("prod")).unwrap(), prod);
    assert!(read_for(&printed, Some("dev")).unwrap_err().to_string().contains("--env says `dev`"));

    let (anna, dev) = (read_for(&text, Some("anna")).unwrap(), read(&text).unwrap());
    assert_eq!((anna.pipeline.env.as_str(), dev.pipeline.env.as_str()), ("anna", "dev"));
    assert!(!dev.pipeline.protect && dev.print().unwrap().contains("mw1.small"));
    assert_eq!(known(&text).unwrap(), ["dev", "anna", "prod"]);
    assert_eq!(read_each(&text).unwrap(), [dev, anna, prod]);
}

#[test]
fn several_documents_become_those_of_the_environment_before_they_are_joined() {
    let text = document(&json!({ "prod": { "tags": { "cost": "b" } } }));
    let saved = read_for(&text, Some("prod")).unwrap().print().unwrap();
    let both = read_for(&format!("{text}\n{saved}"), Some("prod")).unwrap();
    assert_eq!(both.print().unwrap(), saved);
    let refused = read_for(&format!("{text}\n{saved}"), None).unwrap_err().to_string();
    assert!(refused.contains("disagree at `pipeline.env`"), "{refused}");
}

#[test]
fn the_own_environment_may_have_a_patch_too() {
    let text = document(&json!({ "dev": { "tags": { "cost": "0" } }, "prod": {} }));
    assert_eq!(read(&text).unwrap().pipeline.tags["cost"], "0");
    assert_eq!(read_for(&text, Some("prod")).unwrap().pipeline.tags["cost"], "a");
}

#[test]
fn an_unknown_environment_is_refused_with_the_nearest_name_and_what_to_add() {
    let said = error(&json!({ "prod": {}, "anna": {} }), "prdo");
    for part in
        ["no env `prdo`", "did you mean `prod`?", "known are dev, anna, prod", "put \"prdo\": {} into `pipeline.envs`"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!error(&json!({}), "xyz").contains("did you mean"));
}

#[test]
fn a_patch_that_is_wrong_is_told_with_its_place() {
    let cases = [
        (json!({ "airflow": { "clas": "mw1.large" } }), "`pipeline.envs.prod.airflow.clas`", "did you mean `class`?"),
        (
            json!({ "airflow": { "class": "mw1.lage" } }),
            "`pipeline.envs.prod.airflow.class`",
            "did you mean `mw1.large`?",
        ),
        (json!({ "airflo": {} }), "`pipeline.envs.prod.airflo`", "did you mean `airflow`?"),
        (
            json!({ "tables": { "raw": { "columns": ["id strng"] } } }),
            "`pipeline.envs.prod.tables.raw.columns[0]`",
            "`string`",
        ),
        (
            json!({ "tables": { "raw": { "columns": null } } }),
            "`pipeline.envs.prod.tables.raw`",
            "missing field `columns`",
        ),
        (json!({ "tables": { "raw": { "path": "x/" } } }), "pipeline.envs.prod.tables.raw.path: ", "has to end in"),
        (json!({ "airflow": { "ready_by": "25:00" } }), "pipeline.envs.prod.airflow.ready_by: ", "is not a time"),
        (json!({ "names": { "jobb": "{name}" } }), "pipeline.envs.prod.names: ", "unknown kind `jobb`"),
        (json!({ "name": "x" }), "`pipeline.envs.prod.name`", "cannot change `name`"),
        (json!({ "env": "x" }), "`pipeline.envs.prod.env`", "cannot change `env`"),
        (json!({ "envs": {} }), "`pipeline.envs.prod.envs`", "cannot change `envs`"),
        (json!("big"), "`pipeline.envs.prod`", "has to be an object"),
    ];
    for (patch, place, reason) in cases {
        let said = error(&json!({ "prod": patch }), "prod");
        assert!(said.contains(place) && said.contains(reason), "{place} {reason}: {said}");
    }
    let said = error(&json!({ "Prod": {} }), "Prod");
    assert!(said.contains("pipeline.envs: `Prod` has to be"), "{said}");
    assert!(error(&json!([]), "prod").contains("`pipeline.envs`: it has to be an object"));
}

#[test]
fn what_is_wrong_in_one_environment_only_names_it() {
    let text = document(&json!({ "prod": {} })).replace("\"airflow\":{", "\"net\":{\"egress\":\"none\"},\"airflow\":{");
    assert!(read(&text).is_ok());
    let said = read_for(&text, Some("prod")).unwrap_err().to_string();
    assert!(said.contains("pipeline.net.egress: ") && said.contains("(env prod)"), "{said}");
}

#[test]
fn all_environments_are_checked_and_each_problem_is_told_once() {
    let text = document(&json!({ "prod": { "airflo": {} }, "anna": { "airflow": { "max_workers": 99 } }, "b": {} }));
    assert!(read(&text).is_ok());
    let said = read_each(&text).unwrap_err().to_string();
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.contains("pipeline.envs.prod.airflo`") && said.contains("max_workers"), "{said}");
    let wrong = text.replace("\"tags\"", "\"tagz\"");
    assert_eq!(read_each(&wrong).unwrap_err().to_string().matches("`tagz`").count(), 1);
}

#[test]
fn changed_fields_are_told_with_their_origin() {
    let text = document(&json!({ "prod": {
        "airflow": { "class": "mw1.medium", "max_workers": 5, "schedule": "0 5 * * *" },
        "tags": { "cost": null },
        "protect": true,
        "tables": { "raw": { "columns": ["id int", "amount decimal(14,2)", "note string null"] } },
    } }));
    let changes = changes(&text, Some("prod")).unwrap();
    let told: Vec<_> =
        changes.iter().map(|change| (change.field.as_str(), change.from.clone(), change.to.clone())).collect();
    let expected = [
        // The default is what it was before; what is set to what it was is no change.
        ("airflow.class", Some(json!("mw1.small")), Some(json!("mw1.medium"))),
        ("airflow.schedule", Some(json!("0 7 * * *")), Some(json!("0 5 * * *"))),
        ("protect", None, Some(json!(true))),
        ("tables.raw.columns[1]", Some(json!("amount decimal(12,2)")), Some(json!("amount decimal(14,2)"))),
        ("tables.raw.columns[2]", None, Some(json!("note string null"))),
        ("tags.cost", Some(json!("a")), None),
    ];
    assert_eq!(told, expected);
    assert!(changes.iter().all(|change| change.origin == "envs.prod"));
    assert_eq!(super::changes(&text, None).unwrap(), []);
}

#[test]
fn what_a_layer_has_by_default_is_what_an_environment_changes() {
    let text = json!({ "version": 1, "pipeline": {
        "name": "shop",
        "tables": {
            "raw": { "format": "csv", "path": "data/raw/", "file": "raw_{date}.csv", "columns": ["id int"] },
            "made": { "format": "parquet", "path": "data/made/", "partition": "day", "columns": ["id int"] },
        },
        "transforms": [{ "name": "made", "sql": "sql/made.sql", "reads": ["raw"], "writes": "made" }],
        "envs": { "prod": { "jobs": { "timeout_minutes": 30 }, "airflow": { "class": "mw1.small" } } },
    } });
    let changes = changes(&text.to_string(), Some("prod")).unwrap();
    let told: Vec<_> = changes.iter().map(|change| (change.field.as_str(), change.from.clone())).collect();
    // Jobs are there without a word about them; an Airflow is not.
    assert_eq!(told, [("airflow.class", None), ("jobs.timeout_minutes", Some(json!(60)))]);
}

#[test]
fn the_folder_is_the_working_directory_where_none_is_named() {
    let text = document(&json!({}));
    assert_eq!(read(&text).unwrap().pipeline.folder, ".");
    assert!(read(&text.replace("\"airflow\":{", "\"folder\":\".\",\"airflow\":{")).is_ok());
    for folder in ["..", "./x", "x/..", "/x", ""] {
        let text = text.replace("\"airflow\":{", &format!("\"folder\":\"{folder}\",\"airflow\":{{"));
        assert!(read(&text).unwrap_err().to_string().contains("pipeline.folder"), "{folder}");
    }
}
