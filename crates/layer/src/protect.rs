//! Copies that `protect` keeps from `down`: removing one takes its name.

use crate::Global;
use crate::confirm::typed;
use strata_aws::Error;
use strata_state::wish::Pipeline;

/// Let `down` go on with this copy of the pipeline, unless it is protected and not named. Returns the name, where it
/// was given.
///
/// # Errors
/// [`strata_aws::Exit::Usage`] when it is protected and its name is neither `--confirm` nor typed on the terminal, and when
/// `--confirm` names another copy. `--yes` changes nothing about that.
pub fn allow_removal(global: &Global, pipeline: &Pipeline) -> Result<Option<String>, Error> {
    let name = pipeline.copy();
    let refuse = |message: String| Err(Error::usage(format!("removing {name}"), message));
    match &global.confirm {
        Some(said) if *said == name => return Ok(Some(name)),
        Some(said) => return refuse(format!("--confirm names `{said}`, which is another copy; nothing was touched")),
        None if !pipeline.protect => return Ok(None),
        None => {}
    }
    let question = format!("{name} is protected (`protect` in its pipeline.json). Type its name to remove it");
    let why = match typed(&question) {
        Some(answer) if answer == name => return Ok(Some(name)),
        Some(_) => "its name was not typed",
        None => "there is no terminal to type its name on",
    };
    let message = format!(
        "it is protected (`protect` in its pipeline.json), and {why}; --yes is not enough; to remove it anyway, \
         use --confirm {name} (just down confirm={name})"
    );
    refuse(message)
}
