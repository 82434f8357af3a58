//! Words of the wish that become names, tags, keys and paths: what AWS takes, and nothing that a shell, a policy or a
//! path takes for more than a word.

/// The longest word that becomes part of other names; Glue and Airflow take about 250.
const LONGEST: usize = 100;

pub(super) fn word_like(text: &str, more: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

/// A name that is part of other names, lower case.
pub(crate) fn name(found: &mut Vec<String>, path: &str, value: &str, least: usize, most: usize) {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let right = (least..=most).contains(&value.len())
        && value.chars().all(legal)
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !right {
        found.push(format!(
            "{path}: `{value}` has to be {least} to {most} lower-case letters, digits and hyphens, and start with a letter"
        ));
    }
}

/// A word that becomes a job, a crawler or a task of the DAG, part of a key and of a policy: a `*` in it would be a right
/// on everything.
pub(crate) fn word(found: &mut Vec<String>, path: &str, value: &str) {
    if value.len() > LONGEST || !word_like(value, "_.-") {
        found.push(format!(
            "{path}: `{value}` has to be 1 to {LONGEST} letters, digits, hyphens, dots and underscores, and start with a letter or digit"
        ));
    }
}

/// The name of a table, a column or a folder column.
pub(crate) fn column(found: &mut Vec<String>, path: &str, value: &str) {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if value.is_empty() || value.len() > LONGEST || !value.chars().all(legal) {
        found.push(format!("{path}: `{value}` has to be 1 to {LONGEST} lower-case letters, digits and underscores"));
    }
}

/// A path on this machine that stays below the folder it starts from.
pub(crate) fn relative(found: &mut Vec<String>, path: &str, value: &str) {
    let bad = value.len() > 500
        || value.contains('\\')
        || value.chars().any(char::is_control)
        || value.split('/').any(|part| part.is_empty() || part == ".." || part == ".");
    if bad {
        found.push(format!("{path}: `{value}` has to be a relative path without `..`"));
    }
}

/// A prefix of keys. Whatever starts with a dot or an underscore is no data for Glue, Athena and Spark.
pub(crate) fn prefix(found: &mut Vec<String>, path: &str, value: &str) {
    let parts = value.strip_suffix('/').unwrap_or(value);
    if value.len() > 500 || !parts.split('/').all(|part| word_like(part, "_.=-")) {
        found.push(format!(
            "{path}: `{value}` has to be a relative path without `..`, of folders that start with a letter or digit and have letters, digits and _.=- in them"
        ));
    }
}

/// The name of a day's file: one `{date}`, and nothing that would hide it.
pub(crate) fn file(found: &mut Vec<String>, path: &str, value: &str) {
    let plain = value.replacen("{date}", "2024-09-15", 1);
    if plain == value || value.len() > LONGEST || !word_like(&plain, "_.=-") {
        found.push(format!(
            "{path}: `{value}` needs one {{date}} and no slash; it starts with a letter or digit, and has letters, digits and _.=- in it"
        ));
    }
}

/// Text without line breaks and other control characters.
pub(crate) fn line(found: &mut Vec<String>, path: &str, value: &str) {
    if value.chars().any(char::is_control) {
        found.push(format!("{path}: `{value}` has a line break or another control character in it"));
    }
}

/// The description of a security group's rule (EC2 API: IpRange).
pub(crate) fn description(found: &mut Vec<String>, path: &str, value: &str) {
    let legal = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if value.len() > 255 || !value.chars().all(legal) {
        found.push(format!(
            "{path}: `{value}`: AWS takes up to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{{}}!$*"
        ));
    }
}

/// What is wrong with the name of a bucket, by S3's own rules (docs: bucketnamingrules).
#[must_use]
pub fn bucket_problem(bucket: &str) -> Option<&'static str> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    let reserved_start = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| bucket.starts_with(start));
    let reserved_end = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| bucket.ends_with(end));
    if !(3..=63).contains(&bucket.len()) {
        Some("3 to 63 characters")
    } else if !bucket.chars().all(legal) {
        Some("lower-case letters, digits, hyphens and dots only")
    } else if !bucket.starts_with(|c: char| c.is_ascii_alphanumeric())
        || !bucket.ends_with(|c: char| c.is_ascii_alphanumeric())
    {
        Some("a letter or digit at both ends")
    } else if bucket.contains("..") {
        Some("no two dots in a row")
    } else if bucket.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("not the form of an IP address")
    } else if reserved_start || reserved_end {
        Some("none of AWS's reserved beginnings and endings")
    } else {
        None
    }
}

/// Days that CloudWatch can keep logs for (CloudWatch Logs API: PutRetentionPolicy).
const LOG_DAYS: [i32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// A retention of logs in days.
pub(crate) fn log_days(found: &mut Vec<String>, path: &str, days: i32) {
    if !LOG_DAYS.contains(&days) {
        let known: Vec<String> = LOG_DAYS.iter().map(i32::to_string).collect();
        found.push(format!("{path}: {days} is none of the numbers that CloudWatch takes: {}", known.join(", ")));
    }
}

/// So many numbers with dots between them.
pub(crate) fn is_numbers(text: &str, many: usize) -> bool {
    let number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == many && text.split('.').all(number)
}

/// Whether `text` is a time of the day, `HH:MM`.
pub(crate) fn is_clock(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| {
        let two = |part: &str, below: u8| {
            part.len() == 2 && is_numbers(part, 1) && part.parse::<u8>().is_ok_and(|value| value < below)
        };
        two(hour, 24) && two(minute, 60)
    })
}

/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !parts.iter().all(|part| is_numbers(part, 1)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year > 0 && (1..=last).contains(&day)
}
