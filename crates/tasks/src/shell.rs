//! The graph as lines that a shell can follow: what each task waits for, and the program that does it.
//!
//! A program tries again by itself what AWS refuses for a moment, and a person sees a failure at once: the graph's retries are
//! for engines that run alone at night.

use crate::{Graph, Work, filled};

/// Which part of the tables a run makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// One day, `YYYY-MM-DD`.
    Day(String),
    /// Every day that has input: no file is waited for, and no day is checked.
    All,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// The tasks that have to succeed before it starts.
    pub after: Vec<String>,
    /// The program that does it, with its words.
    pub command: Vec<String>,
}

/// All tasks of a run, each after those that it waits for.
#[must_use]
pub fn lines(graph: &Graph, part: &Part) -> Vec<Line> {
    let graph = graph.without(|work| match (work, part) {
        (Work::File { .. } | Work::Ready { .. }, Part::All) => true,
        // Tables without partitions have no part that belongs to the day.
        (Work::Ready { prefixes }, Part::Day(_)) => prefixes.is_empty(),
        _ => false,
    });
    let line = |task: &crate::Task| Line {
        id: task.id.clone(),
        after: task.after.clone(),
        command: command(&task.work, part),
    };
    graph.tasks.iter().map(line).collect()
}

fn command(work: &Work, part: &Part) -> Vec<String> {
    let day = match part {
        Part::Day(day) => Some(day.as_str()),
        Part::All => None,
    };
    let mut words: Vec<&str> = match work {
        Work::File { table, .. } => vec!["datagen", "input", "--table", table],
        Work::Crawl { table, .. } => vec!["catalog", "crawl", table],
        Work::Job { transform, .. } => vec!["jobs", "run", transform],
        Work::Ready { .. } => vec!["storage", "ready"],
    };
    match (work, day) {
        (Work::File { .. } | Work::Job { .. }, Some(day)) => words.extend(["--date", day]),
        (Work::Job { .. }, None) => words.push("--rebuild"),
        (Work::Crawl { .. }, None) => words.push("--all"),
        _ => {}
    }
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    if let Work::Ready { prefixes } = work {
        words.extend(prefixes.iter().map(|prefix| day.map_or_else(|| prefix.clone(), |day| filled(prefix, day))));
    }
    words
}

/// A task a line, its parts separated by tabs: its name; the tasks that it waits for, separated by spaces, `-` where there are
/// none; the program; each of the program's words.
#[must_use]
pub fn print(graph: &Graph, part: &Part) -> String {
    let line = |line: &Line| {
        let after = if line.after.is_empty() { "-".to_owned() } else { line.after.join(" ") };
        format!("{}\t{after}\t{}\n", line.id, line.command.join("\t"))
    };
    lines(graph, part).iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Retries, Task};
    use std::time::Duration;

    #[test]
    fn a_day_without_partitions_is_not_checked() {
        let second = Duration::from_secs(1);
        let task = |id: &str, work| Task { id: id.into(), work, after: Vec::new(), timeout: second };
        let job = Work::Job { transform: "a".into(), job: "a_prod".into() };
        let graph = Graph {
            id: String::new(),
            description: String::new(),
            schedule: String::new(),
            start_date: String::new(),
            ready_by: String::new(),
            tags: Vec::new(),
            region: String::new(),
            bucket: String::new(),
            retries: Retries { count: 0, delay: second, longest: second },
            tasks: vec![task("a", job), task("ready", Work::Ready { prefixes: Vec::new() })],
        };
        assert_eq!(print(&graph, &Part::Day("2024-09-15".into())), "a\t-\tjobs\trun\ta\t--date\t2024-09-15\n");
        assert_eq!(print(&graph, &Part::All), "a\t-\tjobs\trun\ta\t--rebuild\n");
    }
}
