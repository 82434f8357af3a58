//! Statements about the catalog: SHOW and DESCRIBE.

use crate::{
    source,
    store::{Athena, CALLER},
};
use serde_json::{Value, json};
use std::path::Path;
use strata_local_engine_query::{format, statement::Statement};
use strata_local_wire::AwsError;

/// Lines in one column.
pub(crate) struct Listed {
    pub(crate) columns: Vec<Value>,
    lines: Vec<String>,
}

impl Listed {
    fn new(column: &str, lines: Vec<String>) -> Self {
        Self { columns: vec![format::column(column, "string", 0, 0)], lines }
    }

    /// Write the lines as the result object and as rows. Such a result has no header row.
    pub(crate) async fn write(&self, text: &Path, rows: &Path) -> Result<(), String> {
        let plain: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        let json: String = self.lines.iter().map(|line| format!("{}\n", json!([line]))).collect();
        tokio::fs::write(text, plain).await.map_err(|error| error.to_string())?;
        tokio::fs::write(rows, json).await.map_err(|error| error.to_string())
    }
}

fn told(error: &AwsError) -> String {
    match error.code.as_str() {
        "EntityNotFoundException" => {
            format!("FAILED: SemanticException [Error 10072]: Database does not exist: {}", error.message)
        }
        code => format!("GENERIC_INTERNAL_ERROR: {code}: {}", error.message),
    }
}

/// Names of all pages of a listing.
async fn names(athena: &Athena, region: &str, operation: &str, key: &str, body: Value) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut body = body;
    loop {
        let target = format!("AWSGlue.{operation}");
        let page =
            athena.cloud.json(&CALLER, region, "glue", &target, body.clone()).await.map_err(|error| told(&error))?;
        let found = page[key].as_array().into_iter().flatten().filter_map(|one| one["Name"].as_str());
        names.extend(found.map(str::to_owned));
        if !page["NextToken"].is_string() {
            names.sort();
            return Ok(names);
        }
        body["NextToken"] = page["NextToken"].clone();
    }
}

fn qualified<'a>(name: &'a str, database: &'a str) -> (&'a str, &'a str) {
    name.rsplit_once('.').unwrap_or((database, name))
}

/// Answer a statement that is no SELECT. The error is Athena's.
pub(crate) async fn answer(athena: &Athena, region: &str, statement: &Statement, own: &str) -> Result<Listed, String> {
    match statement {
        Statement::ShowTables(database) => {
            let body = json!({ "DatabaseName": database.as_deref().unwrap_or(own) });
            Ok(Listed::new("tab_name", names(athena, region, "GetTables", "TableList", body).await?))
        }
        Statement::ShowDatabases => {
            Ok(Listed::new("database_name", names(athena, region, "GetDatabases", "DatabaseList", json!({})).await?))
        }
        Statement::Describe(name) => {
            let (database, table) = qualified(name, own);
            let table = source::table(athena, region, database, table, "1:10").await?;
            let keys = table["PartitionKeys"].as_array().cloned().unwrap_or_default();
            let line = |column: &Value| {
                let part = |key: &str| column[key].as_str().unwrap_or_default().to_owned();
                format!("{:<20}\t{:<20}\t{:<20}", part("Name"), part("Type"), part("Comment"))
            };
            let columns = table["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
            let mut lines: Vec<String> = columns.iter().chain(&keys).map(line).collect();
            if !keys.is_empty() {
                lines.push(format!("{:<20}\t{:<20}\t{:<20}", "", "", ""));
                lines.push("# Partition Information\t \t ".to_owned());
                lines.push(format!("{:<20}\t{:<20}\t{:<20}", "# col_name", "data_type", "comment"));
                lines.extend(keys.iter().map(line));
            }
            Ok(Listed::new("col_name", lines))
        }
        Statement::ShowPartitions(name) => {
            let (database, table) = qualified(name, own);
            let found = source::table(athena, region, database, table, "1:17").await?;
            let keys: Vec<&str> = found["PartitionKeys"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|key| key["Name"].as_str())
                .collect();
            if keys.is_empty() {
                return Err(format!(
                    "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. Table {table} is not a partitioned table"
                ));
            }
            let body = json!({ "DatabaseName": database, "TableName": table });
            let answer = athena.cloud.json(&CALLER, region, "glue", "AWSGlue.GetPartitions", body).await;
            let answer = answer.map_err(|error| told(&error))?;
            let mut lines: Vec<String> = answer["Partitions"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|partition| {
                    let values = partition["Values"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    keys.iter().zip(values).map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("/")
                })
                .collect();
            lines.sort();
            Ok(Listed::new("partition", lines))
        }
        Statement::Other(word) => Err(format!(
            "NOT_SUPPORTED: the local endpoint answers SELECT, SHOW TABLES, SHOW DATABASES, SHOW PARTITIONS and DESCRIBE, not {word}"
        )),
        Statement::Select(_) => Err("GENERIC_INTERNAL_ERROR: a SELECT is not a statement about the catalog".to_owned()),
    }
}
