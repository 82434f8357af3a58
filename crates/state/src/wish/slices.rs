//! Whether the slices of tables can be: of each table, and of what a transform makes of others.

use super::{Format, Grain, Input, Pipeline, Table, Transform, words};

/// What is wrong with the slices of a table, and with the names of its files.
pub(super) fn of_table(found: &mut Vec<String>, path: &str, table: &Table) {
    let (grain, rule) = (table.grain, table.input());
    match (&table.file, &table.partition, grain) {
        (Some(file), None, _) => names(found, path, file, grain, rule),
        (None, Some(_), Grain::Whole) => {
            found.push(format!(
                "{path}.partition: a table whose grain is whole has no folders for its slices; leave it out"
            ));
        }
        (None, Some(partition), _) if table.columns.iter().any(|column| column.name == *partition) => {
            found.push(format!("{path}.partition: `{partition}` is a column of the files, too"));
        }
        (None, Some(partition), _) => {
            // A folder whose name starts with an underscore is no data.
            words::word(found, &format!("{path}.partition"), partition);
            words::column(found, &format!("{path}.partition"), partition);
        }
        (None, None, Grain::Whole) if table.format == Format::Parquet => {}
        (None, None, Grain::Whole) => found.push(format!("{path}.file: name the file, or the files with `*`")),
        _ => {
            let grain = grain.as_str();
            found
                .push(format!("{path}: give either `file` (one file a {grain}) or `partition` (one folder a {grain})"));
        }
    }
    if table.format == Format::Csv && table.partition.is_some() {
        found.push(format!("{path}: a partitioned table is written as parquet"));
    }
    if table.file.is_none()
        && let Some(rule) = table.input
    {
        let rule = rule.as_str();
        found.push(format!("{path}.input: `{rule}` is a rule for the names in `file`, and the table has none"));
    }
}

/// The names of a raw table's files.
fn names(found: &mut Vec<String>, path: &str, file: &str, grain: Grain, rule: Input) {
    match (rule, grain) {
        (Input::Dated, Grain::Whole) => {
            found.push(format!(
                "{path}.input: a table whose grain is whole has no slices to date; say whole, newest or glob"
            ));
            return;
        }
        (Input::Whole, Grain::Day | Grain::Month) => {
            let grain = grain.as_str();
            found.push(format!("{path}.input: `whole` is one file for all of the table, and its grain is {grain}: say \"grain\": \"whole\""));
            return;
        }
        (Input::Newest, _) if !file.starts_with('*') => {
            found.push(format!(
                "{path}.file: `{file}` has to begin with `*`: the date YYYYMMDD that its names begin with, and more"
            ));
            return;
        }
        _ => {}
    }
    let placeholder = grain.placeholder().filter(|_| rule != Input::Newest);
    let many = matches!(rule, Input::Newest | Input::Glob);
    words::file(found, &format!("{path}.file"), file, placeholder, many);
}

/// What is wrong with the slices of what a transform makes.
pub(super) fn of_transform(found: &mut Vec<String>, path: &str, pipeline: &Pipeline, transform: &Transform) {
    let Some(made) = pipeline.tables.get(&transform.writes) else { return };
    let (name, grain) = (&transform.writes, made.grain);
    match grain {
        Grain::Whole if made.file.is_some() || made.format == Format::Csv => {
            found.push(format!("{path}.writes: `{name}` is made by a transform, so it is parquet and has no `file`"));
        }
        Grain::Day | Grain::Month if made.partition.is_none() => {
            let grain = grain.as_str();
            found.push(format!("{path}.writes: `{name}` needs a `partition`, so that a {grain} can be replaced alone"));
        }
        _ => {}
    }
    let reads = transform.reads.iter().filter_map(|table| Some((table, pipeline.tables.get(table)?.grain)));
    let reads: Vec<(&String, Grain)> = reads.collect();
    // All below its path is replaced.
    let inside = |(other, table): &(&String, &Table)| *other != name && table.path.starts_with(&made.path);
    if grain == Grain::Whole
        && let Some((other, _)) = pipeline.tables.iter().find(inside)
    {
        found
            .push(format!("{path}.writes: a run replaces all below the path of `{name}`, and `{other}` is there, too"));
    }
    // Reference data may be coarser, where something else says which rows belong to a slice.
    if let Some(least) = reads.iter().map(|(_, read)| *read).min().filter(|least| *least > grain) {
        let coarser: Vec<String> = reads.iter().map(|(table, read)| format!("`{table}`: {}", read.as_str())).collect();
        found.push(format!(
            "{path}.writes: `{name}` is a table by {0}, and all that it reads is coarser ({1}), so nothing says which rows \
             belong to a {0}: give `{name}` the grain {2}, or read a finer table",
            grain.as_str(),
            coarser.join(", "),
            least.as_str()
        ));
    }
}

#[cfg(test)]
#[path = "slices_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
