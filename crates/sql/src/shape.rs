//! Whether a query can be run piece by piece: each row of its answer comes from one row of its table, or of each of the
//! tables that it joins by one column. Then the answer is that of the pieces, one after another, and no more than a few
//! pieces are in memory.
//!
//! What is not surely so is not so: only what is named here is allowed.

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, Function, FunctionArguments, GroupByExpr, Join, JoinConstraint, JoinOperator,
    Query, Select, SelectFlavor, SelectItem, SetExpr, TableFactor, UnaryOperator, Visit, Visitor,
};
use std::ops::ControlFlow;

/// How a query's answer comes from its tables' rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Row by row from this one table.
    Rows(String),
    /// Row by row from these tables, all joined by the column `key` of each, which has to be equal.
    Joined {
        /// The tables, in the order of the joins.
        tables: Vec<String>,
        /// The column.
        key: String,
    },
    /// Anything else: rows depend on each other.
    Whole,
}

/// Functions whose value for a row depends on that row's arguments alone.
const SCALAR: [&str; 26] = [
    "abs",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "coalesce",
    "concat",
    "floor",
    "greatest",
    "initcap",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "mod",
    "nullif",
    "octet_length",
    "replace",
    "reverse",
    "right",
    "round",
    "rtrim",
    "substr",
    "substring",
    "upper",
];

pub(crate) fn shape(query: &Query) -> Shape {
    of(query).unwrap_or(Shape::Whole)
}

fn of(query: &Query) -> Option<Shape> {
    let Query { with, body, order_by, limit_clause, fetch, locks, for_clause, settings, format_clause, pipe_operators } =
        query;
    let bare = with.is_none()
        && order_by.is_none()
        && limit_clause.is_none()
        && fetch.is_none()
        && locks.is_empty()
        && for_clause.is_none()
        && settings.is_none()
        && format_clause.is_none()
        && pipe_operators.is_empty();
    match body.as_ref() {
        SetExpr::Select(select) if bare => select_of(select),
        _ => None,
    }
}

fn select_of(select: &Select) -> Option<Shape> {
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(by, more) if by.is_empty() && more.is_empty());
    let more = matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_)))
        || !select.optimizer_hints.is_empty()
        || select.select_modifiers.is_some()
        || select.top.is_some()
        || select.exclude.is_some()
        || select.into.is_some()
        || !select.lateral_views.is_empty()
        || select.prewhere.is_some()
        || !select.connect_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.having.is_some()
        || !select.named_window.is_empty()
        || select.qualify.is_some()
        || select.value_table_mode.is_some()
        || select.flavor != SelectFlavor::Standard;
    let [from] = select.from.as_slice() else { return None };
    // A list of constants alone has one row, however many the table has.
    let names_a_column = select.projection.iter().any(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Walk::over(expr).columns,
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => true,
        SelectItem::ExprWithAliases { .. } => false,
    });
    let scalar = select.projection.iter().all(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Walk::over(expr).scalar,
        // What a star takes besides columns (EXCEPT, REPLACE) is not looked into.
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => item.to_string().ends_with('*'),
        SelectItem::ExprWithAliases { .. } => false,
    }) && select.selection.iter().all(|expr| Walk::over(expr).scalar);
    if grouped || more || !names_a_column || !scalar {
        return None;
    }
    if from.joins.is_empty() {
        return alone(&from.relation);
    }
    let Joined { tables, key, .. } = joined(&from.relation, &from.joins)?;
    Some(Shape::Joined { tables, key })
}

/// A table, or a query in parentheses that is itself row by row.
fn alone(relation: &TableFactor) -> Option<Shape> {
    match relation {
        TableFactor::Derived { lateral: false, subquery, sample: None, .. } => of(subquery),
        _ => table(relation).map(|(name, _)| Shape::Rows(name)),
    }
}

/// A plain table: its name, and what the query calls it.
fn table(relation: &TableFactor) -> Option<(String, String)> {
    let TableFactor::Table { name, alias, .. } = relation else { return None };
    let [part] = name.0.as_slice() else { return None };
    let name = part.as_ident()?.value.clone();
    let called = match alias {
        Some(alias) if !alias.columns.is_empty() => return None,
        Some(alias) => alias.name.value.clone(),
        None => name.clone(),
    };
    // Samples, versions, hints, functions: whatever a plain name with its alias would not print.
    let plain = [format!("{part}"), alias.as_ref().map_or_else(String::new, ToString::to_string)];
    let printed = relation.to_string();
    let is_plain = printed == plain[0] || printed == plain.join(" ") || printed == plain.join(" AS ");
    is_plain.then_some((name, called))
}

/// Tables that are joined by one column.
pub(crate) struct Joined {
    tables: Vec<String>,
    /// What the query calls them.
    pub(crate) names: Vec<String>,
    key: String,
}

pub(crate) fn joined(first: &TableFactor, joins: &[Join]) -> Option<Joined> {
    let (name, called) = table(first)?;
    let (mut tables, mut names, mut key) = (vec![name], vec![called], None);
    for join in joins {
        let (name, called) = table(&join.relation)?;
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)) = &join.join_operator
        else {
            return None;
        };
        let by = match constraint {
            JoinConstraint::Using(columns) => match columns.as_slice() {
                [column] => column.0.first().filter(|_| column.0.len() == 1)?.as_ident()?.value.clone(),
                _ => return None,
            },
            JoinConstraint::On(expr) => equal(expr, &names, &called)?,
            JoinConstraint::Natural | JoinConstraint::None => return None,
        };
        if join.global || tables.contains(&name) || names.contains(&called) || key.get_or_insert(by.clone()) != &by {
            return None;
        }
        tables.push(name);
        names.push(called);
    }
    Some(Joined { tables, names, key: key? })
}

/// The column of `earlier.column = new.column`, either way round.
fn equal(expr: &Expr, earlier: &[String], new: &str) -> Option<String> {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return None };
    let (Expr::CompoundIdentifier(left), Expr::CompoundIdentifier(right)) = (left.as_ref(), right.as_ref()) else {
        return None;
    };
    let ([from, column], [to, other]) = (left.as_slice(), right.as_slice()) else { return None };
    let old = |name: &str| earlier.iter().any(|earlier| earlier == name);
    let bound = old(&from.value) && to.value == new || old(&to.value) && from.value == new;
    (bound && column.value == other.value).then(|| column.value.clone())
}

/// What is in an expression.
pub(crate) struct Walk {
    /// Its value for a row depends on that row alone.
    scalar: bool,
    /// It names a column.
    pub(crate) columns: bool,
}

impl Walk {
    pub(crate) fn over(expr: &Expr) -> Self {
        let mut walk = Self { scalar: true, columns: false };
        let _: ControlFlow<()> = expr.visit(&mut walk);
        walk
    }
}

impl Visitor for Walk {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scalar = false;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.columns |= matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
        self.scalar &= match expr {
            Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::InList { .. }
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::BinaryOp { .. }
            | Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus | UnaryOperator::Not, .. }
            | Expr::Cast { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Nested(_)
            | Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::Case { .. } => true,
            Expr::Function(function) => scalar(function),
            _ => false,
        };
        ControlFlow::Continue(())
    }
}

fn scalar(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    let plain = match &function.args {
        FunctionArguments::List(list) => list.duplicate_treatment.is_none() && list.clauses.is_empty(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => false,
    };
    SCALAR.contains(&name.as_str())
        && plain
        && function.parameters == FunctionArguments::None
        && function.filter.is_none()
        && function.over.is_none()
        && function.null_treatment.is_none()
        && function.within_group.is_empty()
}
