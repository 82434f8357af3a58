//! Prints the JSON Schema of the document; `scripts/schema` keeps the checked-in copy equal to it.

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(std::io::stdout().write_all(strata_state::schema()?.as_bytes())?)
}
