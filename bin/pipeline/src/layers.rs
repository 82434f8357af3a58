//! `pipeline layers`: which layers a pipeline asks for, in stages.

use crate::{Failure, input};
use strata_state::{Document, layers};

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print all layers, not only those of the pipeline; needs no document
    #[arg(long)]
    all: bool,
    /// One stage a line, its layers separated by spaces, instead of one layer a line
    #[arg(long)]
    stages: bool,
}

/// The layers as text.
pub(crate) fn print(args: &Args, env: Option<&str>) -> Result<String, Failure> {
    let stages = match args.all {
        true => stages(None),
        false => stages(Some(&strata_state::read_for(&input::text()?, env)?)),
    };
    let between = if args.stages { " " } else { "\n" };
    Ok(stages.iter().map(|stage| stage.join(between) + "\n").collect())
}

/// The layers in stages: each uses only what earlier stages made. Those that `document` asks for, or all.
fn stages(document: Option<&Document>) -> Vec<Vec<&'static str>> {
    let layers = document.map_or_else(layers::all, |document| layers::asked(&document.pipeline));
    layers
        .chunk_by(|one, next| one.stage(&layers) == next.stage(&layers))
        .map(|stage| stage.iter().map(|one| one.name).collect())
        .collect()
}
