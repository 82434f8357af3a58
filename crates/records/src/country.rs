//! What differs between countries: names, addresses, personal numbers, phones, bank accounts.

use crate::birth::Birth;
use crate::line::{Line, Word};
use crate::person::{Person, Sex};
use crate::random::Random;

/// One country's way to write a person. Each method that takes a line appends one field to it, without its comma. All are
/// compiled into the loop over the rows: a call for each field would cost more than most fields do.
pub(crate) trait Country: Send + Sync {
    fn person(&self, random: &mut Random) -> Person<'_>;
    fn email_domain(&self, random: &mut Random) -> &Word;
    fn personal_number(&self, line: &mut Line, random: &mut Random, sex: Sex, birth: &Birth);
    /// Between quotes that the caller writes: every address has commas. Made of words, so it has no quotes itself.
    fn address(&self, line: &mut Line, random: &mut Random);
    fn phone(&self, line: &mut Line, random: &mut Random);
    fn iban(&self, line: &mut Line, random: &mut Random);
}
