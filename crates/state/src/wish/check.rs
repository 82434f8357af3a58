//! What a wish must hold to before anything is touched. Every problem is found, not only the first.

use super::words::{self, name, relative};
use super::{Format, Pipeline, is_day, patterns, slices, tags};
use crate::each_layer::with_layers;
use crate::layers;
use crate::region_problem;
use std::collections::BTreeSet;

/// Everything that is wrong with `pipeline`, one sentence each.
pub(crate) fn problems(pipeline: &Pipeline) -> Vec<String> {
    let mut found = Vec::new();
    name(&mut found, "pipeline.name", &pipeline.name, 2, 24);
    name(&mut found, "pipeline.env", &pipeline.env, 1, 12);
    if let Some(region) = &pipeline.region
        && let Some(problem) = region_problem(region)
    {
        found.push(format!("pipeline.region: {problem}"));
    }
    if pipeline.folder != "." {
        relative(&mut found, "pipeline.folder", &pipeline.folder);
    }
    if let Some(day) = &pipeline.expires
        && !is_day(day)
    {
        found.push(format!("pipeline.expires: `{day}` is not a day (YYYY-MM-DD)"));
    }
    tags::check(&mut found, pipeline);
    patterns::check(&mut found, pipeline);
    tables(&mut found, pipeline);
    transforms(&mut found, pipeline);
    for layer in layers::asked(pipeline) {
        of_layer(layer.name, pipeline, &mut found);
    }
    found
}

macro_rules! checks {
    ($($layer:ident)*) => {
        /// What the layer of this name finds wrong with its wish.
        fn of_layer(name: &str, pipeline: &Pipeline, found: &mut Vec<String>) {
            match name {
                $(stringify!($layer) => layers::$layer::check::check(pipeline, found),)*
                _ => {}
            }
        }
    };
}
with_layers!(checks);

fn tables(found: &mut Vec<String>, pipeline: &Pipeline) {
    let mut paths = BTreeSet::new();
    let mut crawlers = BTreeSet::new();
    for (table, wish) in &pipeline.tables {
        let path = format!("pipeline.tables.{table}");
        words::column(found, &path, table);
        words::prefix(found, &format!("{path}.path"), &wish.path);
        if let Some(crawler) = &wish.crawler {
            words::word(found, &format!("{path}.crawler"), crawler);
        }
        // A crawler names a table after the last folder, and a job only finds the table under the name in the SQL.
        if !wish.path.ends_with(&format!("/{table}/")) {
            found.push(format!(
                "{path}.path: `{}` has to end in `/{table}/`, since a crawler names the table after it",
                wish.path
            ));
        }
        if !paths.insert(&wish.path) {
            found.push(format!("{path}.path: `{}` belongs to another table already", wish.path));
        }
        if let Some(crawler) = &wish.crawler
            && !crawlers.insert(crawler)
        {
            found.push(format!("{path}.crawler: `{crawler}` belongs to another table already"));
        }
        slices::of_table(found, &path, wish);
        if wish.columns.is_empty() {
            found.push(format!("{path}.columns: there is none"));
        }
        let mut seen = BTreeSet::new();
        for column in &wish.columns {
            words::column(found, &format!("{path}.columns"), &column.name);
            if !seen.insert(&column.name) {
                found.push(format!("{path}.columns: `{}` is there twice", column.name));
            }
        }
        for key in &wish.key {
            if !wish.columns.iter().any(|column| column.name == *key && !column.nullable) {
                found.push(format!("{path}.key: `{key}` is not one of its columns, or may be missing"));
            }
        }
    }
    if let Some(generate) = &pipeline.generate
        && pipeline.tables.get(&generate.table).is_none_or(|table| table.format != Format::Csv)
    {
        found.push(format!("pipeline.generate.table: there is no csv table `{}`", generate.table));
    }
}

fn transforms(found: &mut Vec<String>, pipeline: &Pipeline) {
    let mut names = BTreeSet::new();
    let mut written = BTreeSet::new();
    for transform in &pipeline.transforms {
        let path = format!("pipeline.transforms.{}", transform.name);
        if !names.insert(&transform.name) {
            found.push(format!("{path}: there are two of this name"));
        }
        if !written.insert(&transform.writes) {
            found.push(format!("{path}.writes: `{}` is written by another transform already", transform.writes));
        }
        words::word(found, "pipeline.transforms: name", &transform.name);
        relative(found, &format!("{path}.sql"), &transform.sql);
        for table in transform.reads.iter().chain([&transform.writes]) {
            if !pipeline.tables.contains_key(table) {
                found.push(format!("{path}: there is no table `{table}` in pipeline.tables"));
            }
        }
        slices::of_transform(found, &path, pipeline, transform);
        if transform.reads.is_empty() || transform.reads.contains(&transform.writes) {
            found.push(format!("{path}.reads: it has to read at least one table, and not the one that it writes"));
        }
    }
    if pipeline.order().is_none() {
        found.push("pipeline.transforms: they wait for each other in a cycle".into());
    }
}
