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

/// The names of files: the placeholder of the grain, if there is one, `*` where `many`, and nothing that would hide a file.
pub(super) fn file(found: &mut Vec<String>, path: &str, value: &str, placeholder: Option<&str>, many: bool) {
    let plain = placeholder.map_or_else(|| value.to_owned(), |word| value.replacen(word, "2024-09", 1));
    let needs_word = placeholder.is_some() && plain == value;
    // A star at the start matches a letter or digit, and more.
    let first = if many && plain.starts_with('*') { "a" } else { "" };
    let more = if many { "_.=-*" } else { "_.=-" };
    if needs_word || value.len() > LONGEST || !word_like(&format!("{first}{plain}"), more) {
        let one = match placeholder {
            Some(word) => format!("needs one {word} and no slash; it "),
            None => "has to be a name without a slash; it ".to_owned(),
        };
        let star = if many { "; * matches any text" } else { "" };
        found.push(format!(
            "{path}: `{value}` {one}starts with a letter or digit, and has letters, digits and _.=- in it{star}"
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
