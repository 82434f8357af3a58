//! Runs the SQL, and holds its answer to the columns that the table declares.

use crate::Error;
use crate::parquet::dtype;
use polars::prelude::*;
use polars::sql::SQLContext;
use std::collections::BTreeMap;
use strata_state::Spec;
use strata_state::spec::Place;
use strata_state::wish::Column;

/// Run the query `text` over `tables`; the answer has exactly the declared columns.
pub(crate) fn answer(spec: &Spec, text: &str, tables: BTreeMap<String, DataFrame>) -> Result<DataFrame, Error> {
    let failed = |error: PolarsError| Error::Query { sql: spec.sql.clone(), reason: error.to_string() };
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(&name, frame.lazy());
    }
    let frame = context.execute(text).and_then(LazyFrame::collect).map_err(failed)?;
    conform(frame, &spec.writes).map_err(|reason| wrong(spec, reason))
}

/// The answer is not the declared table.
pub(crate) fn wrong(spec: &Spec, reason: String) -> Error {
    Error::Answer { sql: spec.sql.clone(), table: table_name(&spec.writes), reason }
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
            (true, true) => {
                format!("the SQL gives the order {}, the table declares {}", found.join(", "), wanted.join(", "))
            }
            (false, _) => format!("column `{}` is missing; add it to the SELECT", missing.join("`, `")),
            (true, false) => format!("column `{}` is not declared; remove it or declare it", extra.join("`, `")),
        });
    }
    let columns = frame.into_columns().into_iter().zip(&place.columns).map(|(found, wanted)| typed(found, wanted));
    DataFrame::new_infer_height(columns.collect::<Result<_, _>>()?).map_err(|error| error.to_string())
}

/// The column in its declared type. Only integers may grow; anything else has to be cast in the SQL, where it is seen.
fn typed(found: polars::prelude::Column, wanted: &Column) -> Result<polars::prelude::Column, String> {
    let goal = dtype(wanted.kind);
    let grows = *found.dtype() == DataType::Int32 && goal == DataType::Int64;
    if *found.dtype() == goal {
        Ok(found)
    } else if grows {
        found.cast(&goal).map_err(|error| error.to_string())
    } else {
        let is = found.dtype().to_string().replace('[', "(").replace(']', ")");
        Err(format!("column `{}`: the SQL gives {is}, the table declares {}: CAST it", wanted.name, wanted.kind))
    }
}
