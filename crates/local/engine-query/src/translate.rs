//! From Athena's SQL (Trino) to the SQL that polars understands.

use crate::statement;
use sqlparser::{
    ast::{
        BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, OrderByKind, Query,
        SelectItem, SetExpr, Statement, TableAlias, TableFactor, UnaryOperator, Value, VisitMut, VisitorMut,
    },
    dialect::GenericDialect,
    parser::Parser,
};
use std::ops::ControlFlow;

/// Functions that polars has by another name or not at all: name, number of arguments, what to write instead.
const FUNCTIONS: &[(&str, usize, &str)] = &[
    ("approx_distinct", 1, "CAST(count(DISTINCT {0}) AS bigint)"),
    ("approx_percentile", 2, "quantile_cont({0}, {1})"),
    ("any_value", 1, "first({0})"),
    ("arbitrary", 1, "first({0})"),
    ("count_if", 1, "CAST(count(CASE WHEN {0} THEN 1 END) AS bigint)"),
    ("bool_and", 1, "min({0})"),
    ("every", 1, "min({0})"),
    ("bool_or", 1, "max({0})"),
    ("cardinality", 1, "array_length({0})"),
    ("contains", 2, "array_contains({0}, {1})"),
    ("date", 1, "CAST({0} AS date)"),
    ("year", 1, "CAST(date_part('year', {0}) AS bigint)"),
    ("quarter", 1, "CAST(date_part('quarter', {0}) AS bigint)"),
    ("month", 1, "CAST(date_part('month', {0}) AS bigint)"),
    ("week", 1, "CAST(date_part('week', {0}) AS bigint)"),
    ("day", 1, "CAST(date_part('day', {0}) AS bigint)"),
    ("day_of_month", 1, "CAST(date_part('day', {0}) AS bigint)"),
    ("day_of_week", 1, "CAST(date_part('isodow', {0}) AS bigint)"),
    ("day_of_year", 1, "CAST(date_part('doy', {0}) AS bigint)"),
    ("hour", 1, "CAST(date_part('hour', {0}) AS bigint)"),
    ("minute", 1, "CAST(date_part('minute', {0}) AS bigint)"),
    ("second", 1, "CAST(date_part('second', {0}) AS bigint)"),
];

/// Ends the second of two equal column names until the result is written.
pub(crate) const AGAIN: char = '\u{200b}';

/// Names in WITH clauses, which are no catalog tables.
pub fn ctes(ast: &mut Statement) -> Vec<String> {
    struct Names(Vec<String>);
    impl VisitorMut for Names {
        type Break = ();
        fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
            let tables = query.with.iter().flat_map(|with| &with.cte_tables);
            self.0.extend(tables.map(|table| table.alias.name.value.clone()));
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(Vec::new());
    let _all = VisitMut::visit(ast, &mut names);
    names.0
}

/// The name under which a catalog table is registered.
pub fn registered(database: &str, table: &str) -> String {
    format!("{database}.{table}")
}

/// Rewrite the query. `database` is the one that unqualified tables are in.
pub fn translate(ast: &mut Statement, database: &str, ctes: &[String]) -> Result<String, String> {
    if let Statement::Query(query) = ast {
        name_columns(&mut query.body);
    }
    let mut visitor = Translator { database, ctes };
    match VisitMut::visit(ast, &mut visitor) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(ast.to_string()),
    }
}

/// Columns without a name are `_col0`, `_col1`, ... by their position.
fn name_columns(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            let mut seen = Vec::new();
            for (at, item) in select.projection.iter_mut().enumerate() {
                let (expr, name) = match &*item {
                    SelectItem::UnnamedExpr(expr) => (expr, plain_name(expr)),
                    SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.value.clone())),
                    _ => continue,
                };
                let mut name = name.unwrap_or_else(|| format!("_col{at}"));
                // Athena lets two columns have one name, and polars does not.
                while seen.contains(&name) {
                    name.push(AGAIN);
                }
                seen.push(name.clone());
                if matches!(item, SelectItem::ExprWithAlias { .. })
                    || name.ends_with(AGAIN)
                    || plain_name(expr).is_none()
                {
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::with_quote('"', name) };
                }
            }
        }
        SetExpr::SetOperation { left, .. } => name_columns(left),
        SetExpr::Query(query) => name_columns(&mut query.body),
        _ => {}
    }
}

/// The name of a column that is selected as it is.
fn plain_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.clone()),
        _ => None,
    }
}

struct Translator<'a> {
    database: &'a str,
    ctes: &'a [String],
}

impl VisitorMut for Translator<'_> {
    type Break = String;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<String> {
        if let TableFactor::Table { name, alias, .. } = factor
            && let Some((database, table)) = statement::resolve(name, self.database, self.ctes)
        {
            *name = ObjectName::from(vec![Ident::with_quote('"', registered(&database, &table))]);
            let plain =
                || TableAlias { explicit: true, name: Ident::with_quote('"', table), columns: Vec::new(), at: None };
            alias.get_or_insert_with(plain);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        // polars sorts by a column of the answer, not by an aggregate: `ORDER BY count(*)` is the column's number.
        if let (SetExpr::Select(select), Some(order)) = (query.body.as_ref(), &mut query.order_by)
            && let OrderByKind::Expressions(keys) = &mut order.kind
        {
            for key in keys.iter_mut().filter(|key| matches!(key.expr, Expr::Function(_) | Expr::BinaryOp { .. })) {
                let wanted = key.expr.to_string();
                let at = select.projection.iter().position(|item| match item {
                    SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                        expr.to_string() == wanted
                    }
                    _ => false,
                });
                if let Some(at) = at {
                    key.expr = Expr::value(Value::Number((at + 1).to_string(), false));
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        // Athena puts nulls last both ways.
        if let Some(order) = &mut query.order_by
            && let OrderByKind::Expressions(keys) = &mut order.kind
        {
            for key in keys {
                key.options.nulls_first.get_or_insert(false);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        match rewrite(expr) {
            Ok(Some(new)) => *expr = new,
            Ok(None) => {}
            Err(error) => return ControlFlow::Break(error),
        }
        ControlFlow::Continue(())
    }
}

fn parse(text: &str) -> Result<Option<Expr>, String> {
    let parsed = Parser::new(&GenericDialect).try_with_sql(text).and_then(|mut parser| parser.parse_expr());
    parsed.map(Some).map_err(|error| format!("SYNTAX_ERROR: {error}"))
}

fn rewrite(expr: &mut Expr) -> Result<Option<Expr>, String> {
    match expr {
        // Integers divide to an integer; polars would make a fraction.
        Expr::BinaryOp { left, op: BinaryOperator::Divide, right } => parse(&format!("athena_divide({left}, {right})")),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let list = match &mut function.args {
                FunctionArguments::List(list) if !list.args.is_empty() => list,
                _ => return now(&name),
            };
            if let ("sum" | "count", [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))]) =
                (name.as_str(), list.args.as_slice())
                && list.duplicate_treatment.is_none()
            {
                // polars would take a constant once, and not once for each row.
                return match (name.as_str(), &value.value) {
                    (_, Value::Null) => Ok(None),
                    ("count", _) => parse("CAST(count(*) AS bigint)"),
                    _ => parse(&format!("(nullif(CAST(count(*) AS bigint), 0) * {value})")),
                };
            }
            if name == "count" {
                // polars counts in an unsigned type that overflows silently in arithmetic.
                return parse(&format!("CAST({function} AS bigint)"));
            }
            if name == "sum" {
                // A sum is a bigint; polars would overflow silently in the column's own type.
                for arg in &mut list.args {
                    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) = arg
                        && let Some(wide) = parse(&format!("athena_widen({inner})"))?
                    {
                        *inner = wide;
                    }
                }
                return Ok(None);
            }
            let args: Vec<String> = list.args.iter().map(ToString::to_string).collect();
            if let ("date_format", [value, format]) = (name.as_str(), args.as_slice()) {
                return parse(&format!("strftime({value}, {})", mysql_format(format)));
            }
            if let ("date_trunc", [unit, value]) = (name.as_str(), args.as_slice()) {
                return parse(&format!("athena_date_trunc({value}, {unit})"));
            }
            let Some((_, _, template)) =
                FUNCTIONS.iter().find(|(known, count, _)| *known == name && *count == args.len())
            else {
                return Ok(None);
            };
            let mut text = (*template).to_owned();
            for (at, arg) in args.iter().enumerate() {
                text = text.replace(&format!("{{{at}}}"), arg);
            }
            let over = function.over.as_ref().map(|over| format!(" OVER {over}")).unwrap_or_default();
            parse(&format!("{text}{over}"))
        }
        // From the end, which polars does not know.
        Expr::Substring { expr: text, substring_from: Some(from), substring_for: None, .. } => match from.as_ref() {
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: count } => parse(&format!("right({text}, {count})")),
            _ => Ok(None),
        },
        // polars wants the unit inside of the quotes.
        Expr::Interval(interval) => match (interval.value.as_ref(), &interval.leading_field) {
            (Expr::Value(value), Some(unit)) => {
                let count = value.value.clone().into_string().unwrap_or_default();
                parse(&format!("INTERVAL '{count} {}'", unit.to_string().to_lowercase()))
            }
            _ => Ok(None),
        },
        Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => {
            Err("SYNTAX_ERROR: line 1:1: Incorrect number of parameters: expected 1 but found 0".to_owned())
        }
        _ => Ok(None),
    }
}

/// Functions without arguments that tell the time, in UTC as Athena does.
fn now(name: &str) -> Result<Option<Expr>, String> {
    let now = chrono::Utc::now();
    match name {
        "current_date" => parse(&format!("DATE '{}'", now.format("%Y-%m-%d"))),
        "now" | "current_timestamp" | "localtimestamp" => {
            parse(&format!("TIMESTAMP '{}'", now.format("%Y-%m-%d %H:%M:%S%.3f")))
        }
        _ => Ok(None),
    }
}

/// MySQL's date format, which Athena takes, as strftime's.
fn mysql_format(format: &str) -> String {
    [("%i", "%M"), ("%s", "%S"), ("%c", "%-m"), ("%e", "%-d"), ("%f", "%6f"), ("%T", "%H:%M:%S"), ("%W", "%A")]
        .iter()
        .fold(format.to_owned(), |text, (from, to)| text.replace(from, to))
}
