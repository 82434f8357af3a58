//! The header: which field is which declared column.

use super::marks::Marks;
use super::scan;
use strata_state::spec::Place;
use strata_state::wish::Column;

/// One field of every record.
pub(super) struct Slot<'a> {
    pub(super) column: &'a Column,
    /// Whether the transform uses it; its validity counts in any case.
    pub(super) used: bool,
    /// Whether it is part of the table's key.
    pub(super) key: bool,
}

/// The fields in the order of the file.
pub(super) struct Layout<'a> {
    pub(super) slots: Vec<Slot<'a>>,
    pub(super) has_key: bool,
    /// Where the first record starts.
    pub(super) body: usize,
}

/// Read the header, which starts at `from`. Columns are found by name, in any order.
pub(super) fn layout<'a>(
    text: &str,
    from: usize,
    place: &'a Place,
    used: &dyn Fn(&str) -> bool,
) -> Result<Layout<'a>, String> {
    if text[from..].trim().is_empty() {
        return Err("it is empty; its first line has to name the columns".to_owned());
    }
    let mut fields = Vec::new();
    let body = scan::record(&mut Marks::new(text.as_bytes()), from, &mut fields)
        .map_err(|malformed| format!("its first line has to name the columns, and {}", malformed.reason()))?;
    let names: Vec<String> = fields.iter().map(|field| text[field.start..field.end].replace("\"\"", "\"")).collect();
    for column in &place.columns {
        match names.iter().filter(|name| **name == column.name).count() {
            0 => return Err(missing(&column.name, &names, place)),
            1 => {}
            _ => return Err(format!("column `{}` is there twice", column.name)),
        }
    }
    let slot = |name: &String| match place.columns.iter().find(|column| column.name == *name) {
        Some(column) => Ok(Slot { column, used: used(name), key: place.key.contains(name) }),
        None => Err(format!("column `{name}` is not declared; remove it, or declare it")),
    };
    let mut slots = names.iter().map(slot).collect::<Result<Vec<_>, _>>()?;
    // A query that uses no column, such as one that only counts, still needs the rows.
    if let Some(first) = slots.first_mut() {
        first.used |= !names.iter().any(|name| used(name));
    }
    Ok(Layout { slots, has_key: !place.key.is_empty(), body })
}

fn missing(column: &str, names: &[String], place: &Place) -> String {
    let strange = names.iter().filter(|name| place.columns.iter().all(|column| column.name != **name));
    let near = strange.map(|name| (strsim::jaro_winkler(name, column), name));
    match near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.8) {
        Some((_, name)) => format!("column `{column}` is missing; `{name}` may be meant"),
        None => format!("column `{column}` is missing; the first line has to name all declared columns"),
    }
}
