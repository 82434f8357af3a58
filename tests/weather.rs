//! Weather: for each seed the whole pipeline goes up, runs a day, goes up again and down, at an endpoint that fails,
//! throttles, forgets answers, lists late and takes its time. Everything has to come out as on a calm day.
//!
//! WEATHERS=200 WEATHER_SEED=1 sets how many seeds, from which; the figures go to target/weather.txt. Where `just test` draws a
//! sample there are fewer, and others for each commit, of those that the last full measurement had (RELIABILITY.md).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use strata_testkit::{Endpoint, Sample, World, repository, world};
use strata_tests::{LAYERS, assert_same, is_shared_log, json as parse, layer, pipeline};

/// A person whose run fails runs it again; more often than this is not converging.
const RUNS: usize = 4;

/// What one seed came to.
struct Outcome {
    seed: u64,
    seconds: f64,
    strikes: usize,
    /// Runs of a program that had to be run again, with what they said last.
    again: Vec<String>,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Run a program until it succeeds, as a person would.
fn until_done(
    seed: u64,
    again: &mut Vec<String>,
    name: &str,
    words: &[&str],
    document: &str,
    env: &[(&str, &str)],
) -> String {
    let mut said = String::new();
    for _ in 0..RUNS {
        let output = layer(name, words, document, env);
        if output.status == Some(0) {
            return output.stdout;
        }
        let mut lines = output.stderr.lines().rev();
        let last = lines.find(|line| line.starts_with(&format!("{name}:")) && !line.contains("still there"));
        again.push(format!("{name} {}: {}", words[0], last.unwrap_or(&output.stderr)));
        said += &output.stderr;
        // A failed run still prints one valid document.
        if !output.stdout.is_empty() {
            parse(&output.stdout);
        }
        assert!(again.len() < RUNS * 3, "seed {seed}: {name} {words:?}: {}", output.stderr);
    }
    panic!("seed {seed}: {name} {words:?} failed {RUNS} times: {said}");
}

fn up(seed: u64, again: &mut Vec<String>, env: &[(&str, &str)]) -> String {
    let wish = pipeline().to_string();
    LAYERS.iter().fold(wish, |document, name| until_done(seed, again, name, &["up"], &document, env))
}

/// One day with the real rows; what each table answers.
fn day(seed: u64, again: &mut Vec<String>, document: &str, env: &[(&str, &str)]) -> Value {
    let rows = repository().join("tests/fixtures/batch_2024-09-15.csv");
    let rows = rows.to_str().unwrap();
    let mut go = |name, words: &[&str], document: &str| until_done(seed, again, name, words, document, env);
    let loaded = go("datagen", &["load", "--input", rows, "--date", "2024-09-15"], document);
    let crawled = go("catalog", &["crawl", "raw"], &loaded);
    let run = go("jobs", &["run", "--date", "2024-09-15"], &crawled);
    let crawled = go("catalog", &["crawl"], &run);
    let pay = "SELECT count(*) AS n, sum(payment_amount) AS sum FROM payment_data";
    let people = "SELECT count(DISTINCT unique_id) AS n FROM dim_person";
    let tables = crawled.as_str();
    let mut answer = |sql: &str| go("catalog", &["query", sql, "--format", "csv"], tables);
    json!([answer(pay), answer(people)])
}

/// What a calm day comes to.
struct Calm {
    document: String,
    things: std::collections::BTreeMap<String, usize>,
    answers: Value,
}

fn calm() -> Calm {
    let endpoint = Endpoint::start();
    let (env, mut again) = (endpoint.env(), Vec::new());
    let document = up(0, &mut again, &env);
    let answers = day(0, &mut again, &document, &env);
    assert!(again.is_empty(), "nothing fails on a calm day: {again:?}");
    Calm { document, things: things(&World::of(&endpoint).snapshot()), answers }
}

/// How many things there are; of what a re-run makes more of (versions, runs, queries), nothing.
fn things(snapshot: &Value) -> std::collections::BTreeMap<String, usize> {
    let mut count = world::count(snapshot);
    for kind in ["object", "delete-marker", "job-run", "query", "log-stream"] {
        count.remove(kind);
    }
    count
}

/// What is there and was not before. Glue's three log groups are the account's, and other pipelines' runs write into
/// them, too; runs and queries are AWS's memory of what was done.
fn remains(nothing: &Value, left: &Value) -> Vec<String> {
    let mut more = Vec::new();
    for (kind, things) in left.as_object().unwrap() {
        for id in things.as_object().unwrap().keys() {
            let shared = kind == "log-group" && is_shared_log(id);
            let memory = ["job-run", "query"].contains(&kind.as_str());
            if nothing[kind].get(id).is_none() && !shared && !memory {
                more.push(format!("{kind} {id}"));
            }
        }
    }
    more
}

fn storm(seed: u64, endpoint: &Endpoint, world: &World, calm: &Calm, nothing: &Value) -> Outcome {
    let begun = Instant::now();
    let (env, mut again) = (endpoint.env(), Vec::new());
    endpoint.weather(&json!({ "seed": seed, "minute_ms": 20 }));
    let document = up(seed, &mut again, &env);
    assert_same(&format!("seed {seed}: the first up"), &document, &calm.document);
    let answers = day(seed, &mut again, &document, &env);
    assert_eq!(answers, calm.answers, "seed {seed}: the day");
    let second = up(seed, &mut again, &env);
    assert_eq!(second, document, "seed {seed}: the second up");
    let there = things(&world.snapshot());
    assert_eq!(there, calm.things, "seed {seed}: one set of things");
    until_done(seed, &mut again, "teardown", &["--yes"], &document, &env);
    let strikes = endpoint.weather_report()["struck"].as_array().unwrap().len();
    endpoint.clear_weather();
    let left = world.snapshot();
    let more = remains(nothing, &left);
    assert!(more.is_empty(), "seed {seed}: after down: {more:?}");
    Outcome { seed, seconds: begun.elapsed().as_secs_f64(), strikes, again }
}

#[test]
fn every_weather_converges() {
    let sample = Sample::drawn();
    let (few, from) = if sample.is_whole() { (6, 1) } else { (sample.of(6), 1000 + sample.below(190)) };
    let (count, first) = (number("WEATHERS", few), number("WEATHER_SEED", from));
    let calm = calm();
    let (next, outcomes) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let endpoint = Endpoint::start();
                let world = World::of(&endpoint);
                let nothing = world.snapshot();
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    // One at least: otherwise this test has shown nothing.
                    if seed >= first + count || (seed > first && !sample.has_time()) {
                        break;
                    }
                    let outcome = storm(seed, &endpoint, &world, &calm, &nothing);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let strikes: usize = outcomes.iter().map(|outcome| outcome.strikes).sum();
    // Otherwise the sun shone, and this test has shown nothing.
    assert!(strikes >= outcomes.len() * 5, "{strikes} strikes in {} weathers", outcomes.len());
    let slowest = outcomes.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds)).unwrap();
    let worst = outcomes.iter().max_by_key(|outcome| (outcome.again.len(), outcome.strikes)).unwrap();
    let again: Vec<&str> = outcomes.iter().flat_map(|outcome| &outcome.again).map(String::as_str).collect();
    let said = format!(
        "{} weathers converged: {strikes} strikes, {} runs had to be run again\n\
         slowest: seed {} in {:.1} s; worst: seed {} with {} strikes and {} runs again\n",
        outcomes.len(),
        again.len(),
        slowest.seed,
        slowest.seconds,
        worst.seed,
        worst.strikes,
        worst.again.len()
    );
    let _ = std::io::stderr().write_all(said.as_bytes());
    let said = format!("{said}{}\n", again.join("\n"));
    std::fs::write(repository().join("target/weather.txt"), said).unwrap();
}
