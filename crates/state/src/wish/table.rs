//! Tables: where their files are, what a run replaces of them, and what their columns are.

use crate::near;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};
use strata_slices::{Grain, Input, Layout};

/// One table of the pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Format of its files.
    pub format: Format,
    /// Prefix in the bucket, with a slash at the end and none at the start.
    pub path: String,
    /// What a run replaces as a whole, its slice: the rows of a day, of a month, or all of them.
    #[serde(default, skip_serializing_if = "Grain::is_default")]
    pub grain: Grain,
    /// How the files of a table that no transform makes are found. By default `dated`, or `whole` where the grain is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// Names of its files below `path`, for tables that are not partitioned by folder: with `{date}` (YYYY-MM-DD) where the
    /// grain is a day, `{month}` (YYYY-MM) where it is a month; `glob` and `newest` take `*` for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The column whose value is the day or month and which is a folder (`<partition>=<day>/`) rather than in the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// The crawler that finds this table. Without one, `catalog` declares the table itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawler: Option<String>,
    /// The columns in the order of the file: `name type` or `name type null` where the value may be missing.
    pub columns: Vec<Column>,
    /// Columns that together differ between any two rows of a slice; without them, rows may repeat. Of rows of a CSV file that
    /// share a key, copies are kept once and contradictions are rejected; joins then cannot multiply rows. Two files of
    /// a slice with rows of one key are refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
}

impl Table {
    /// How its files are found.
    #[must_use]
    pub fn input(&self) -> Input {
        self.input.unwrap_or(if self.grain == Grain::Whole { Input::Whole } else { Input::Dated })
    }

    /// Where its slices are below its path.
    #[must_use]
    pub fn layout(&self) -> Layout<'_> {
        let (file, partition) = (self.file.as_deref(), self.partition.as_deref());
        Layout { grain: self.grain, input: self.input(), file, partition }
    }
}

/// File formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma separated, RFC 4180 quotes, with a header line, UTF-8.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// A column, written `name type` or `name type null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Column {
    /// Lower-case letters, digits and underscores.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Whether the value may be missing.
    pub nullable: bool,
}

/// Column types: those that Glue, Athena, polars and Spark all have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Unicode text.
    String,
    /// 32 bit.
    Int,
    /// 64 bit.
    Bigint,
    /// Binary floating point; never for money.
    Double,
    /// true or false.
    Boolean,
    /// A day, `YYYY-MM-DD` in CSV.
    Date,
    /// A point in time without a zone, microseconds, `YYYY-MM-DD HH:MM:SS[.ffffff]` in CSV.
    Timestamp,
    /// Exact decimal: digits in all (1 to 38), digits after the point.
    Decimal(u8, u8),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Int => f.write_str("int"),
            Self::Bigint => f.write_str("bigint"),
            Self::Double => f.write_str("double"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Decimal(digits, scale) => write!(f, "decimal({digits},{scale})"),
        }
    }
}

impl FromStr for Type {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = match text {
            "string" => Some(Self::String),
            "int" => Some(Self::Int),
            "bigint" => Some(Self::Bigint),
            "double" => Some(Self::Double),
            "boolean" => Some(Self::Boolean),
            "date" => Some(Self::Date),
            "timestamp" => Some(Self::Timestamp),
            _ => None,
        };
        if let Some(kind) = plain {
            return Ok(kind);
        }
        let decimal = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')).and_then(|rest| {
            let (digits, scale) = rest.split_once(',')?;
            Some((digits.trim().parse::<u8>().ok()?, scale.trim().parse::<u8>().ok()?))
        });
        match decimal {
            Some((digits, scale)) if (1..=38).contains(&digits) && scale <= digits => Ok(Self::Decimal(digits, scale)),
            Some(_) => Err(format!("`{text}`: a decimal has 1 to 38 digits, and not more of them after the point")),
            None => Err(near::unknown_type(text)),
        }
    }
}

impl TryFrom<String> for Column {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (Some(name), Some(kind)) = (words.next(), words.next()) else {
            return Err(format!("a column is written `name type`, and this is `{text}`"));
        };
        let nullable = match words.next() {
            None => false,
            Some("null") => true,
            Some(other) => {
                return Err(format!("after the type only `null` may follow, and in `{text}` it is `{other}`"));
            }
        };
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if words.next().is_some() || !name.chars().all(legal) {
            return Err(format!("a column name has lower-case letters, digits and underscores, and this is `{text}`"));
        }
        Ok(Self { name: name.to_owned(), kind: kind.parse()?, nullable })
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        format!("{} {}{}", column.name, column.kind, if column.nullable { " null" } else { "" })
    }
}

impl JsonSchema for Column {
    fn schema_name() -> Cow<'static, str> {
        "Column".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A column, written `name type` or `name type null`.",
            "pattern": "^[a-z0-9_]+ (string|int|bigint|double|boolean|date|timestamp|decimal\\([0-9]+,[0-9]+\\))( null)?$"
        })
    }
}
