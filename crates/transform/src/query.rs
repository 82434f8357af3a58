//! Runs the SQL, and holds its answer to the columns that the table declares.

use crate::Error;
use crate::parquet::dtype;
use crate::twice::twice;
use polars::prelude::*;
use polars::sql::SQLContext;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use strata_sql::Query;
use strata_state::Spec;
use strata_state::spec::Place;
use strata_state::wish::Column;

/// Run `query` over `tables`; the answer has exactly the declared columns.
pub(crate) fn answer(spec: &Spec, query: &Query, tables: BTreeMap<String, DataFrame>) -> Result<DataFrame, Error> {
    let failed = |error: PolarsError| Error::Query { sql: spec.sql.clone(), reason: error.to_string() };
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(&name, frame.lazy());
    }
    let frame = context.execute(query.text()).and_then(LazyFrame::collect).map_err(failed)?;
    conform(frame, &spec.writes).map_err(|reason| Error::Answer {
        sql: spec.sql.clone(),
        table: table_name(&spec.writes),
        reason,
    })
}

/// A table is called after the last folder of its path.
fn table_name(place: &Place) -> String {
    place.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

fn conform(frame: DataFrame, place: &Place) -> Result<DataFrame, String> {
    let found: Vec<&str> = frame.get_column_names().into_iter().map(|name| name.as_str()).collect();
    let wanted: Vec<&str> = place.columns.iter().map(|column| column.name.as_str()).collect();
    if found != wanted {
        let missing: Vec<_> = wanted.iter().filter(|name| !found.contains(name)).copied().collect();
        let extra: Vec<_> = found.iter().filter(|name| !wanted.contains(name)).copied().collect();
        return Err(match (missing.is_empty(), extra.is_empty()) {
            (true, true) => format!("the order is {}, and declared is {}", found.join(", "), wanted.join(", ")),
            (false, _) => format!("column `{}` is missing; add it to the SELECT", missing.join("`, `")),
            (true, false) => format!("column `{}` is not declared; remove it or declare it", extra.join("`, `")),
        });
    }
    let columns = frame.into_columns().into_iter().zip(&place.columns).map(|(found, wanted)| typed(found, wanted));
    let frame = DataFrame::new_infer_height(columns.collect::<Result<_, _>>()?).map_err(|error| error.to_string())?;
    unique(&frame, &place.key)?;
    Ok(frame)
}

/// The column in its declared type. Only integers may grow; anything else has to be cast in the SQL, where it is seen.
fn typed(found: polars::prelude::Column, wanted: &Column) -> Result<polars::prelude::Column, String> {
    let goal = dtype(wanted.kind);
    let grows = *found.dtype() == DataType::Int32 && goal == DataType::Int64;
    let column = if *found.dtype() == goal {
        found
    } else if grows {
        found.cast(&goal).map_err(|error| error.to_string())?
    } else {
        let is = found.dtype();
        return Err(format!("column `{}` is {is}, and declared is {}; cast it in the SQL", wanted.name, wanted.kind));
    };
    match column.null_count() {
        nulls if nulls > 0 && !wanted.nullable => Err(format!(
            "column `{}` has no value in {nulls} of {} rows; correct the SQL, or declare it `{} {} null`",
            wanted.name,
            column.len(),
            wanted.name,
            wanted.kind
        )),
        _ => Ok(column),
    }
}

/// Joins that multiply rows show here.
fn unique(frame: &DataFrame, key: &[String]) -> Result<(), String> {
    if key.is_empty() || surely_unique(frame, key) {
        return Ok(());
    }
    let keys = key.iter().map(|name| col(name.as_str())).collect::<Vec<_>>();
    let groups = frame.clone().lazy().group_by(keys).agg([len()]).collect().map_err(|error| error.to_string())?;
    let (key, rows, distinct) = (key.join(", "), frame.height(), groups.height());
    if distinct == rows {
        return Ok(());
    }
    Err(format!("{rows} rows have only {distinct} different values of its key ({key}); a join multiplies rows"))
}

/// Whether a key of one text column has no two equal hashes, which is quick to see; anything else is not sure.
fn surely_unique(frame: &DataFrame, key: &[String]) -> bool {
    let [name] = key else { return false };
    let Some(texts) = frame.column(name).ok().and_then(|column| column.str().ok()) else { return false };
    let hash = |text: Option<&str>| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let hashes = texts.downcast_iter().flat_map(|chunk| chunk.iter().map(hash)).collect();
    twice(hashes).is_empty()
}
