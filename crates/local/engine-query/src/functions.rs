//! Functions whose result depends on the types of their arguments, which a rewrite of the text cannot see.

use polars::{
    prelude::{udf::UserDefinedFunction, *},
    sql::{FunctionOptions, FunctionRegistry},
};

/// The functions that `translate` writes into a query. Each is made once: polars takes two calls for the same expression, as
/// in `SELECT a / 100 ... GROUP BY a / 100`, only where they are of one object.
pub(crate) struct Functions([UserDefinedFunction; 3]);

impl Functions {
    pub(crate) fn new() -> Self {
        let quotient = |fields: &[Field]| {
            let (left, right) = (fields[0].dtype(), fields[1].dtype());
            if whole(left) && whole(right) {
                DataType::Int64
            } else if let (true, Some(kind)) = (left.is_decimal() || right.is_decimal(), decimal(left, right)) {
                kind
            } else {
                DataType::Float64
            }
        };
        let wide = |fields: &[Field]| match fields[0].dtype() {
            kind if whole(kind) => DataType::Int64,
            kind => kind.clone(),
        };
        Self([
            new("athena_divide", divide, quotient),
            new("athena_widen", widen, wide),
            new("athena_date_trunc", date_trunc, |fields| fields[0].dtype().clone()),
        ])
    }
}

impl FunctionRegistry for Functions {
    fn register(&mut self, name: &str, _: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(ComputeError: "{} cannot be registered here", name)
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        Ok(self.0.iter().find(|function| function.name == name).cloned())
    }

    fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|function| function.name == name)
    }
}

fn new(
    name: &str,
    work: fn(&mut [Column]) -> PolarsResult<Column>,
    kind: fn(&[Field]) -> DataType,
) -> UserDefinedFunction {
    let field = move |_: &Schema, fields: &[Field]| Ok(Field::new(fields[0].name().clone(), kind(fields)));
    let mut function = UserDefinedFunction::new(name.into(), BaseColumnUdf::new(work, field));
    function.options = FunctionOptions::elementwise();
    function
}

/// An integer, also a literal whose width is not fixed yet.
fn whole(kind: &DataType) -> bool {
    kind.is_integer() || matches!(kind, DataType::Unknown(UnknownKind::Int(_)))
}

/// The type of a quotient with a decimal in it: the wider scale, all digits.
fn decimal(left: &DataType, right: &DataType) -> Option<DataType> {
    let scale = |kind: &DataType| match kind {
        DataType::Decimal(_, scale) => Some(*scale),
        kind if whole(kind) => Some(0),
        _ => None,
    };
    Some(DataType::Decimal(38, scale(left)?.max(scale(right)?)))
}

fn divide(args: &mut [Column]) -> PolarsResult<Column> {
    let (left, right) = (args[0].clone(), args[1].clone());
    if whole(left.dtype()) && whole(right.dtype()) {
        let (left, right) = (left.cast(&DataType::Int64)?, right.cast(&DataType::Int64)?);
        polars_ensure!(!right.i64()?.iter().any(|value| value == Some(0)), ComputeError: "DIVISION_BY_ZERO: Division by zero");
        let size = left.len().max(right.len());
        let (left_values, right_values) = (left.i64()?, right.i64()?);
        let at = |values: &Int64Chunked, row: usize| values.get(if values.len() == 1 { 0 } else { row });
        // Towards zero, as SQL divides; a floor would be one less for negative numbers.
        let values: Int64Chunked =
            (0..size).map(|row| at(left_values, row)?.checked_div(at(right_values, row)?)).collect();
        return Ok(values.with_name(left.name().clone()).into_column());
    }
    if let Some(kind) = decimal(left.dtype(), right.dtype()) {
        return (left.cast(&kind)? / right.cast(&kind)?)?.cast(&kind);
    }
    left.cast(&DataType::Float64)? / right.cast(&DataType::Float64)?
}

fn widen(args: &mut [Column]) -> PolarsResult<Column> {
    if whole(args[0].dtype()) { args[0].cast(&DataType::Int64) } else { Ok(args[0].clone()) }
}

fn date_trunc(args: &mut [Column]) -> PolarsResult<Column> {
    let unit = args[1].str()?.get(0).unwrap_or_default().to_lowercase();
    let every = match unit.as_str() {
        "second" => "1s",
        "minute" => "1m",
        "hour" => "1h",
        "day" => "1d",
        "week" => "1w",
        "month" => "1mo",
        "quarter" => "1q",
        "year" => "1y",
        other => polars_bail!(ComputeError: "INVALID_FUNCTION_ARGUMENT: '{}' is not a valid Timestamp field", other),
    };
    let name = args[0].name().clone();
    let frame = DataFrame::new(args[0].len(), vec![args[0].clone()])?;
    let out = frame.lazy().select([col(name.clone()).dt().truncate(lit(every))]).collect()?;
    out.column(&name).cloned()
}
