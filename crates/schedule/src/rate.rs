//! `rate(5 minutes)`: a number and a unit, which is singular for 1 and plural for more ("Rate expressions" of EventBridge's
//! guide: `rate(1 hours)` and `rate(5 hour)` are not valid).

use chrono::TimeDelta;

/// Larger numbers mean never.
const MOST: i64 = 99_999;

/// Reads what is between the brackets.
pub(crate) fn read(text: &str) -> Result<TimeDelta, String> {
    let wrong = || "is not a rate like rate(5 minutes)".to_owned();
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let [number, unit] = words[..] else { return Err(wrong()) };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|number| digits && (1..=MOST).contains(number)).ok_or_else(wrong)?;
    let singular = match unit.strip_suffix('s') {
        Some(unit) if number > 1 => unit,
        None if number == 1 => unit,
        Some(_) => return Err("has a unit in the plural; 1 takes the singular".to_owned()),
        None => return Err(format!("has a unit in the singular; {number} takes the plural")),
    };
    match singular {
        "minute" => Ok(TimeDelta::minutes(number)),
        "hour" => Ok(TimeDelta::hours(number)),
        "day" => Ok(TimeDelta::days(number)),
        _ => Err(wrong()),
    }
}
