//! What a query refers to, with the places where it does.

use sqlparser::ast::{Distinct, Expr, GroupByExpr, ObjectName, Query, SelectItem, SetExpr, Visit, Visitor};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// A table name where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// Functions that make one value of many rows, where there is no GROUP BY, either.
const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];

/// What was seen on the walk.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) tables: Vec<Table>,
    /// A `*` takes every column.
    pub(crate) all_columns: bool,
    /// Several rows become one, or some are left out on purpose.
    pub(crate) groups: bool,
    defined: BTreeSet<String>,
}

/// Walk all of `query`, nested queries too.
pub(crate) fn walk(query: &Query) -> Seen {
    let mut seen = Seen::default();
    // No method of the visitor breaks, so the walk always ends.
    let _: ControlFlow<()> = query.visit(&mut seen);
    let defined = std::mem::take(&mut seen.defined);
    seen.tables.retain(|table| !defined.contains(&table.name));
    seen
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.defined.extend(with.cte_tables.iter().map(|cte| cte.alias.name.value.clone()));
        }
        self.stars(&query.body);
        self.groups |= query.limit_clause.is_some() || query.fetch.is_some();
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let start = relation.0.first().and_then(|part| part.as_ident()).map(|ident| ident.span.start);
        let (line, column) = start.map_or((1, 1), |start| (start.line.max(1), start.column.max(1)));
        let parts =
            relation.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), |id| id.value.clone()));
        self.tables.push(Table { name: parts.collect::<Vec<_>>().join("."), line, column });
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.all_columns |= matches!(expr, Expr::Wildcard(_) | Expr::QualifiedWildcard(..));
        self.groups |= matches!(expr, Expr::Function(function) if function.over.is_none() && AGGREGATES.contains(&function.name.to_string().to_lowercase().as_str()));
        ControlFlow::Continue(())
    }
}

impl Seen {
    /// Stars in a select list are not expressions, so the walk over expressions does not meet them.
    fn stars(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => {
                let star =
                    |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
                self.all_columns |= select.projection.iter().any(star);
                let is_plain = matches!(&select.group_by, GroupByExpr::Expressions(of, _) if of.is_empty());
                self.groups |= !is_plain || matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_)));
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.stars(left);
                self.stars(right);
            }
            _ => {}
        }
    }
}
