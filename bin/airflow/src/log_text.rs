//! A task's log in the forms that Airflow answers it in, as lines.
//!
//! Airflow 2 answers plain text, or JSON with Python's own writing of a list of pairs of host and text. Airflow 3 answers
//! JSON with one object per event, and writes such objects into its log streams, too.

use serde_json::Value;

/// What the REST API answered.
pub(crate) fn lines(answer: &Value) -> Vec<String> {
    match answer.get("content").unwrap_or(answer) {
        Value::Array(events) => events.iter().flat_map(event).collect(),
        Value::String(text) => texts(text).unwrap_or_else(|| split(text)),
        _ => Vec::new(),
    }
}

/// One message of a log stream.
pub(crate) fn message(text: &str) -> Vec<String> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value["event"].is_string() => event(&value),
        _ => split(text),
    }
}

fn split(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// An event of Airflow 3: `[time] LEVEL what happened`, and the exception where there is one.
fn event(event: &Value) -> Vec<String> {
    let text = |field: &str| event[field].as_str();
    let Some(what) = text("event") else { return event.as_str().map(split).unwrap_or_default() };
    let time = text("timestamp").map(|time| format!("[{time}] ")).unwrap_or_default();
    let level = text("level").map(|level| format!("{} ", level.to_uppercase())).unwrap_or_default();
    let mut lines: Vec<String> = split(what);
    match lines.first_mut() {
        Some(first) => *first = format!("{time}{level}{first}"),
        None => lines.push(format!("{time}{level}")),
    }
    for error in event["error_detail"].as_array().into_iter().flatten() {
        let part = |field: &str| error[field].as_str().unwrap_or_default();
        lines.extend(split(&format!("{}: {}", part("exc_type"), part("exc_value"))));
    }
    lines
}

/// The texts of `[('host', 'text'), ...]`; nothing when it is something else.
fn texts(written: &str) -> Option<Vec<String>> {
    written.trim_start().starts_with("[(").then_some(())?;
    let mut strings = Vec::new();
    let mut signs = written.chars();
    while let Some(sign) = signs.next() {
        if sign == '\'' || sign == '"' {
            strings.push(string(&mut signs, sign));
        }
    }
    (strings.len() % 2 == 0).then(|| strings.iter().skip(1).step_by(2).flat_map(|text| split(text)).collect())
}

/// The rest of a string as Python writes it.
fn string(signs: &mut std::str::Chars<'_>, quote: char) -> String {
    let mut text = String::new();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => {}
                Some(kind @ ('x' | 'u' | 'U')) => {
                    let digits = match kind {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let number: String = signs.by_ref().take(digits).collect();
                    text.extend(u32::from_str_radix(&number, 16).ok().and_then(char::from_u32));
                }
                Some(other) => text.push(other),
                None => break,
            },
            sign if sign == quote => break,
            sign => text.push(sign),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn airflow_2_answers_python_or_plain_text() {
        let python = json!({"content": r#"[('worker-1', '*** Found\n[2024-09-15] {glue.py:1} INFO - it\'s \xe4 day\n'), ('', "can't")]"#});
        assert_eq!(lines(&python), ["*** Found", "[2024-09-15] {glue.py:1} INFO - it's ä day", "can't"]);
        assert_eq!(lines(&json!("host\none\ntwo\n")), ["host", "one", "two"]);
        assert_eq!(lines(&json!({"content": ""})), Vec::<String>::new());
    }

    #[test]
    fn airflow_3_answers_events() {
        let content = json!([
            {"event": "::group::Log message source details", "sources": ["/x"]},
            {"timestamp": "2024-09-15T07:00:01Z", "event": "Task failed with exception", "level": "error",
             "error_detail": [{"exc_type": "AirflowException", "exc_value": "no file", "frames": []}]},
            "a line that is none",
        ]);
        let expected = [
            "::group::Log message source details",
            "[2024-09-15T07:00:01Z] ERROR Task failed with exception",
            "AirflowException: no file",
            "a line that is none",
        ];
        assert_eq!(lines(&json!({"content": content, "continuation_token": null})), expected);
        assert_eq!(message(r#"{"event": "one", "level": "info"}"#), ["INFO one"]);
        assert_eq!(message("[2024-09-15] plain\n"), ["[2024-09-15] plain"]);
    }
}
