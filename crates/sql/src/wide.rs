//! A join whose tables hold the same keys in the same order has nothing to look up: their columns side by side are one
//! wide table, and the query can be asked of that. Columns that its answer has from there as they are need not be asked
//! for at all.

use crate::shape::{Walk, joined};
use sqlparser::ast::{Expr, Query, Select, SelectItem, SetExpr, TableFactor, VisitMut, VisitorMut};
use std::ops::ControlFlow;

/// A join as a query over one table that has the columns of all that it joins, and is called as the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// The query.
    pub text: String,
    /// The columns of its answer, in order; with `true` where it is the table's column of the same name, row by row. None
    /// when rows are filtered, or not all of them have a name.
    pub columns: Option<Vec<(String, bool)>>,
    /// The query for those columns alone that are not the table's; None when there are none, or `columns` is None.
    pub rest: Option<String>,
}

/// None where a name alone would not tell which column is meant.
///
/// Only for queries whose shape is [`crate::Shape::Joined`].
pub(crate) fn wide(query: &Query) -> Option<Wide> {
    let mut query = query.clone();
    rewrite(&mut query)?;
    let text = query.to_string();
    let columns = columns(&query).filter(|columns| columns.iter().any(|(_, same)| *same));
    let split = columns.and_then(|columns| Some((rest(query, &columns)?, columns)));
    let (rest, columns) = split.map_or((None, None), |(rest, columns)| (rest, Some(columns)));
    Some(Wide { text, columns, rest })
}

/// What `Wide::columns` tells, of a query over one table.
pub(crate) fn columns(query: &Query) -> Option<Vec<(String, bool)>> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let [from] = select.from.as_slice() else { return None };
    if select.selection.is_some() {
        return None;
    }
    let (inner, called) = match &from.relation {
        TableFactor::Derived { subquery, alias, .. } => (Some(columns(subquery)?), alias.as_ref()),
        _ => (None, None),
    };
    let same = |name: &str| inner.as_ref().is_none_or(|inner| inner.iter().any(|(inner, same)| *same && inner == name));
    let name = |expr: &Expr| match expr {
        Expr::Identifier(column) => Some(column.value.clone()),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] if called.is_some_and(|called| called.name.value == table.value) => {
                Some(column.value.clone())
            }
            _ => None,
        },
        _ => None,
    };
    let mut found: Vec<(String, bool)> = Vec::new();
    for item in &select.projection {
        let (called, from) = match item {
            SelectItem::UnnamedExpr(expr) => (name(expr)?, name(expr)),
            SelectItem::ExprWithAlias { expr, alias } => (alias.value.clone(), name(expr)),
            _ => return None,
        };
        if found.iter().any(|(before, _)| *before == called) {
            return None;
        }
        let is_same = from.is_some_and(|from| from == called && same(&from));
        found.push((called, is_same));
    }
    Some(found)
}

/// The query without the columns that are the table's. Some(None) when nothing is left, None when what is left names no
/// column: such a query has one row, however many the table has.
fn rest(mut query: Query, columns: &[(String, bool)]) -> Option<Option<String>> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let mut columns = columns.iter();
    select.projection.retain(|_| columns.next().is_some_and(|(_, same)| !same));
    if select.projection.is_empty() {
        return Some(None);
    }
    let named = select.projection.iter().any(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Walk::over(expr).columns,
        _ => false,
    });
    named.then(|| Some(query.to_string()))
}

fn rewrite(query: &mut Query) -> Option<()> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let [from] = select.from.as_mut_slice() else { return None };
    match &mut from.relation {
        TableFactor::Derived { subquery, .. } if from.joins.is_empty() => rewrite(subquery),
        relation => {
            let joined = joined(relation, &from.joins)?;
            from.joins.clear();
            of_one(select, joined.names)
        }
    }
}

fn of_one(select: &mut Select, names: Vec<String>) -> Option<()> {
    let star = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    // The names of its columns follow from how they are joined.
    if select.projection.iter().any(star) {
        return None;
    }
    match select.projection.visit(&mut Bare(&names)).is_break() || select.selection.visit(&mut Bare(&names)).is_break()
    {
        true => None,
        false => Some(()),
    }
}

/// Takes the table's name from a column's.
struct Bare<'a>(&'a [String]);

impl VisitorMut for Bare<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expr {
            match parts.as_slice() {
                [table, column] if self.0.contains(&table.value) => *expr = Expr::Identifier(column.clone()),
                _ => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }
}
