//! GetQueryResults: a page of rows.

use crate::{
    failure::invalid,
    query, run,
    store::{Athena, Place},
};
use serde_json::{Value, json};
use strata_local_wire::{Answer, AwsError};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncSeekExt, BufReader, SeekFrom},
};

/// The token is the offset of the next row in the file of rows.
fn offset(body: &Value) -> Result<u64, AwsError> {
    match body["NextToken"].as_str() {
        None => Ok(0),
        Some(token) => {
            token.strip_prefix("row-").and_then(|at| at.parse().ok()).ok_or_else(|| invalid("NextToken is invalid"))
        }
    }
}

/// GetQueryResults.
pub(crate) async fn get(athena: &Athena, place: &Place, body: &Value) -> Answer {
    let id = query::id(body)?;
    let size = body["MaxResults"].as_u64().unwrap_or(1000);
    if !(1..=1000).contains(&size) {
        return Err(invalid("MaxResults is more than maximum allowed length 1000."));
    }
    let mut at = offset(body)?;
    let (columns, updates) = athena.with(place, |queries| {
        let query = query::find(queries, id)?;
        match (query.state, &query.end) {
            ("SUCCEEDED", Some(end)) => Ok((end.columns.clone(), query.kind == "DML")),
            ("FAILED" | "CANCELLED", _) => {
                Err(invalid(format!("Query did not finish successfully. Final query state: {}", query.state)))
            }
            (state, _) => Err(invalid(format!("Query has not yet finished. Current state: {state}"))),
        }
    })?;
    let gone = |_| invalid(format!("Could not find results of query {id}"));
    let mut file = File::open(run::rows_path(athena, id)).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    file.seek(SeekFrom::Start(at)).await.map_err(gone)?;
    let mut reader = BufReader::new(file);
    let mut rows = Vec::new();
    let mut line = String::new();
    while (rows.len() as u64) < size {
        line.clear();
        let read = reader.read_line(&mut line).await.map_err(gone)?;
        if read == 0 {
            break;
        }
        at += read as u64;
        let cells: Vec<Option<String>> = serde_json::from_str(&line).map_err(|_| invalid("NextToken is invalid"))?;
        let data: Vec<Value> = cells
            .into_iter()
            .map(|cell| cell.map_or_else(|| json!({}), |text| json!({ "VarCharValue": text })))
            .collect();
        rows.push(json!({ "Data": data }));
    }
    let mut answer = json!({ "ResultSet": { "Rows": rows, "ResultSetMetadata": { "ColumnInfo": columns } } });
    if updates {
        answer["UpdateCount"] = 0.into();
    }
    if at < length {
        answer["NextToken"] = format!("row-{at}").into();
    }
    Ok(answer)
}
