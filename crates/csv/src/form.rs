//! The forms that values of each type have in a CSV file.

use strata_state::wish::{Type, is_day};

/// Whether `text`, which is not empty, is a value of this type: in one of the few forms that every engine agrees on.
#[must_use]
pub fn fits(kind: Type, text: &str) -> bool {
    let whole = |text: &str| digits(text.strip_prefix('-').unwrap_or(text));
    match kind {
        Type::String => !text.contains('\0'),
        Type::Int => whole(text) && text.parse::<i32>().is_ok(),
        Type::Bigint => whole(text) && text.parse::<i64>().is_ok(),
        Type::Double => double(text),
        Type::Boolean => matches!(text, "true" | "false"),
        Type::Date => is_day(text),
        Type::Timestamp => timestamp(text),
        Type::Decimal(most, scale) => decimal(text, most, scale),
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn double(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (number, power) = rest.split_once(['e', 'E']).map_or((rest, "0"), |(number, power)| (number, power));
    let (before, after) = number.split_once('.').unwrap_or((number, "0"));
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    digits(before) && digits(after) && digits(power) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn decimal(text: &str, most: u8, scale: u8) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (before, after) = rest.split_once('.').map_or((rest, None), |(before, after)| (before, Some(after)));
    let after_fits = after.is_none_or(|after| digits(after) && after.len() <= usize::from(scale));
    digits(before) && after_fits && before.trim_start_matches('0').len() <= usize::from(most - scale)
}

/// `2024-09-15 07:00:00`, and up to six digits of a second.
fn timestamp(text: &str) -> bool {
    let Some((day, time)) = text.split_once(' ') else { return false };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<&str> = time.split(':').collect();
    let below =
        |part: &str, limit: u8| part.len() == 2 && digits(part) && part.parse::<u8>().is_ok_and(|part| part < limit);
    let time_fits = matches!(parts[..], [h, m, s] if below(h, 24) && below(m, 60) && below(s, 60));
    is_day(day) && time_fits && digits(fraction) && fraction.len() <= 6
}
