//! Which slices a table has, and in which files. One listing tells; no file of another slice is opened.

use crate::{Error, Object, Store};
use std::collections::BTreeMap;
use strata_slices::{Found, Slice, assign};
use strata_state::spec::Place;

/// The files of each slice of one table.
pub(crate) type Slices = BTreeMap<Slice, Vec<Object>>;

/// List `table`: all of it, or what has a part in common with the slice `only`.
pub(crate) fn find(store: &dyn Store, table: &str, place: &Place, only: Option<Slice>) -> Result<Found<Object>, Error> {
    let layout = place.layout();
    let url = format!("{}{}", place.path, only.map(|slice| layout.prefix(slice)).unwrap_or_default());
    let objects = store.list(&url).map_err(|source| Error::Store { doing: "listing", url, source })?;
    let named = |object: Object| Some((object.url.strip_prefix(place.path.as_str())?.to_owned(), object));
    assign(&layout, only, objects.into_iter().filter_map(named))
        .map_err(|source| Error::Files { table: table.to_owned(), source: source.below(&place.path) })
}

/// Where the data of a slice is, for errors and for writing: a file, or a folder with a slash at the end.
pub(crate) fn folder(place: &Place, slice: Slice) -> String {
    format!("{}{}", place.path, place.layout().name(slice))
}
