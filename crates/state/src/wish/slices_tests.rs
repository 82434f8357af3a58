//! Grains and rules that go together, and those that do not.

use crate::wish::{Grain, Input, Pipeline};
use serde_json::{Value, json};

/// A raw table `orders` with these fields, and `made`, which a transform makes of it.
fn pipeline(raw: &Value, made: &Value) -> Value {
    let columns = ["id int"];
    let mut orders = json!({ "format": "csv", "path": "data/orders/", "columns": columns });
    let mut table = json!({ "format": "parquet", "path": "data/made/", "columns": columns });
    orders.as_object_mut().unwrap().extend(raw.as_object().unwrap().clone());
    table.as_object_mut().unwrap().extend(made.as_object().unwrap().clone());
    json!({
        "name": "shop",
        "tables": { "orders": orders, "made": table },
        "transforms": [{ "name": "make", "sql": "sql/made.sql", "reads": ["orders"], "writes": "made" }]
    })
}

fn said(wish: &Value) -> Vec<String> {
    let pipeline: Pipeline = serde_json::from_value(wish.clone()).unwrap();
    crate::wish::check::problems(&pipeline)
}

fn grain(grain: &str) -> Value {
    match grain {
        "whole" => json!({ "grain": grain }),
        _ => json!({ "grain": grain, "partition": "batch" }),
    }
}

#[test]
fn a_day_is_what_holds_where_nothing_is_said_and_is_in_no_document() {
    let wish = pipeline(&json!({ "file": "{date}.csv" }), &json!({ "partition": "batch" }));
    assert_eq!(said(&wish), [""; 0]);
    let read: Pipeline = serde_json::from_value(wish).unwrap();
    let orders = &read.tables["orders"];
    assert_eq!((orders.grain, orders.input()), (Grain::Day, Input::Dated));
    let text = serde_json::to_string(&read).unwrap();
    assert!(!text.contains("grain") && !text.contains("input"), "{text}");
}

#[test]
fn each_rule_has_the_names_that_it_needs() {
    for (raw, made) in [
        (json!({ "file": "o_{month}.csv", "grain": "month" }), "month"),
        (json!({ "file": "orders.csv", "grain": "whole" }), "whole"),
        (json!({ "file": "orders.csv", "grain": "whole", "input": "whole" }), "whole"),
        (json!({ "file": "*_orders.csv", "grain": "whole", "input": "newest" }), "whole"),
        (json!({ "file": "*.csv", "grain": "month", "input": "newest" }), "month"),
        (json!({ "file": "*", "input": "newest" }), "day"),
        (json!({ "file": "o*_{date}*.csv", "input": "glob" }), "month"),
        (json!({ "file": "*.csv", "grain": "whole", "input": "glob" }), "whole"),
    ] {
        assert_eq!(said(&pipeline(&raw, &grain(made))), [""; 0], "{raw}");
    }
    for (raw, words) in [
        (json!({ "file": "o_{date}.csv", "grain": "month" }), "orders.file: `o_{date}.csv` needs one {month}"),
        (json!({ "file": "o*{date}.csv" }), "orders.file: `o*{date}.csv` needs one {date}"),
        (json!({ "file": "{date}{date}.csv" }), "needs one {date} and no slash"),
        (
            json!({ "file": "o_{date}.csv", "grain": "whole" }),
            "orders.file: `o_{date}.csv` has to be a name without a slash",
        ),
        (
            json!({ "file": "o.csv", "input": "whole" }),
            "orders.input: `whole` is one file for all of the table, and its grain is day",
        ),
        (
            json!({ "file": "o.csv", "grain": "whole", "input": "dated" }),
            "orders.input: a table whose grain is whole has no slices",
        ),
        (
            json!({ "file": "o_*.csv", "grain": "whole", "input": "newest" }),
            "orders.file: `o_*.csv` has to begin with `*`",
        ),
        (json!({ "file": "*/x.csv", "input": "newest" }), "orders.file: `*/x.csv` has to be a name without a slash"),
        (json!({ "file": "_*{date}", "input": "glob" }), "orders.file: `_*{date}` needs one {date}"),
        (json!({ "grain": "whole" }), "orders.file: name the file, or the files with `*`"),
        (json!({ "grain": "month" }), "give either `file` (one file a month) or `partition` (one folder a month)"),
        (
            json!({ "grain": "whole", "partition": "p" }),
            "orders.partition: a table whose grain is whole has no folders",
        ),
    ] {
        let all = said(&pipeline(&raw, &grain("whole")));
        assert!(all.iter().any(|said| said.contains(words)), "{raw}: {all:?}");
    }
    let wish = pipeline(&json!({ "file": "{date}.csv" }), &json!({ "partition": "p", "input": "glob" }));
    assert!(said(&wish).concat().contains("made.input: `glob` is a rule for the names in `file`"), "{:?}", said(&wish));
}

#[test]
fn what_a_transform_makes_is_not_finer_than_all_that_it_reads() {
    let raw = |grain: &str| match grain {
        "day" => json!({ "file": "{date}.csv" }),
        "month" => json!({ "file": "{month}.csv", "grain": "month" }),
        _ => json!({ "file": "all.csv", "grain": "whole" }),
    };
    let order = ["day", "month", "whole"];
    for (at, read) in order.iter().enumerate() {
        for (to, made) in order.iter().enumerate() {
            let all = said(&pipeline(&raw(read), &grain(made)));
            assert_eq!(all.len(), usize::from(to < at), "{made} of {read}: {all:?}");
        }
    }
    let all = said(&pipeline(&raw("month"), &grain("day")));
    assert_eq!(
        all,
        [
            "pipeline.transforms.make.writes: `made` is a table by day, and all that it reads is coarser (`orders`: month), so \
          nothing says which rows belong to a day: give `made` the grain month, or read a finer table"
        ]
    );
    // Reference data together with a table by day.
    let mut wish = pipeline(&raw("day"), &grain("day"));
    wish["tables"]["customers"] = json!({ "format": "csv", "path": "data/customers/", "grain": "whole", "file": "customers.csv", "columns": ["id int"] });
    wish["transforms"][0]["reads"] = json!(["orders", "customers"]);
    assert_eq!(said(&wish), [""; 0]);
}

#[test]
fn what_is_replaced_whole_is_alone_below_its_path() {
    let mut wish = pipeline(&json!({ "file": "{date}.csv", "path": "data/made/orders/" }), &grain("whole"));
    assert!(said(&wish).concat().contains("replaces all below the path of `made`, and `orders` is there, too"));
    wish["tables"]["made"] =
        json!({ "format": "parquet", "path": "data/made/", "partition": "p", "columns": ["id int"] });
    assert_eq!(said(&wish), [""; 0]);
    let file = json!({ "grain": "whole", "file": "made.parquet" });
    let all = said(&pipeline(&json!({ "file": "{date}.csv" }), &file));
    assert!(all.concat().contains("`made` is made by a transform, so it is parquet and has no `file`"), "{all:?}");
}
