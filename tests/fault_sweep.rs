//! Every call that changes anything, of every layer's `up` and `down` and of teardown: refused, done with its answer lost,
//! and the program killed right before and right after it. The calls are counted in the endpoint's record of an undisturbed
//! run, so a new resource is swept without being added here.
//!
//! `just test` draws a sample of the points where all of them are too many (crates/testkit/src/sample.rs).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "fault_sweep/fault.rs"]
mod fault;

use fault::{FAULTS, Fault, Ran, run_under};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, Sample, World, repository};
use strata_tests::{Asked, LAYERS, assert_same, below, done, json as parse, pipeline, up};

/// Calls that change anything in an undisturbed run.
fn calls_of(endpoint: &Endpoint, work: impl FnOnce()) -> u64 {
    let before = endpoint.count();
    work();
    endpoint.mutating_since(before).len() as u64
}

/// Things that AWS makes along with others, or whose names the document does not give.
const ALONG: [&str; 7] = ["rule", "network-acl", "interface", "delete-marker", "partition", "log-stream", "query"];

/// Whether AWS keeps things of this kind for days after `down`, of no use and at no cost.
fn is_kept(kind: &str) -> bool {
    kind.ends_with("-pending")
}

/// Everything that is in `after` and not in `before`, as `kind id`; only what a program made itself.
fn made(before: &Value, after: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (kind, things) in after.as_object().unwrap() {
        if ALONG.contains(&kind.as_str()) || is_kept(kind) {
            continue;
        }
        for (id, thing) in things.as_object().unwrap() {
            let is_main = kind == "route-table" && thing["Associations"][0]["Main"] == true;
            let is_default = kind == "security-group" && thing["GroupName"] == "default";
            let is_lock = id.starts_with("/strata/lock/");
            if before[kind].get(id).is_none() && !is_main && !is_default && !is_lock {
                found.insert(format!("{kind} {id}"));
            }
        }
    }
    found
}

/// The document names everything that is left at the endpoint, and its exit code says whether anything is.
fn names_what_is_left(point: &str, ran: &Ran, before: &Value, now: &Value) {
    let document = parse(&ran.stdout);
    assert!(document["failed"].is_object(), "{point}: exit {:?} and no `failed`: {}", ran.code, ran.stderr);
    let left = document["failed"]["left"].as_array().map(Vec::as_slice).unwrap_or_default();
    let left: BTreeSet<String> = left.iter().map(|left| left["id"].as_str().unwrap().to_owned()).collect();
    let made = made(before, now);
    for thing in &made {
        let id = thing.split_once(' ').unwrap().1;
        // `bucket/key@version` is named by its key, `database.table` by the table.
        let named = left.iter().any(|name| {
            id == name
                || id.split('@').next().unwrap().ends_with(&format!("/{name}"))
                || id.ends_with(&format!(".{name}"))
        });
        assert!(named, "{point}: {thing} is there and not in failed.left: {left:?}");
    }
    let expected = if left.is_empty() { 1 } else { 3 };
    assert_eq!(ran.code, Some(expected), "{point}: {}", ran.stderr);
    assert_eq!(document["failed"]["code"], "AccessDenied", "{point}");
}

/// Figures of one layer and verb.
#[derive(Default, Clone)]
struct Figures {
    calls: u64,
    points: u64,
    runs: u64,
    converged: u64,
    duplicates: usize,
    left_after_down: usize,
}

type Table = BTreeMap<(usize, String, &'static str), Figures>;

/// One layer in one pipeline that has it.
#[derive(Debug, Clone)]
struct Swept {
    layer: &'static str,
    wish: Value,
    /// What the table calls it.
    label: String,
    begins: Begins,
}

/// What there is of the layer where `up` begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Begins {
    /// Nothing. After `down` there is nothing again, so one endpoint does for all points.
    Empty,
    /// Nothing, and each point has an endpoint of its own: what `down` leaves is taken up again by other calls.
    EmptyEachTime,
    /// What a `down` has left.
    AfterDown,
}

/// What is swept: every layer of the table, each in a pipeline that has it, and each way of it that has calls of its own.
fn swept() -> Vec<Swept> {
    let mut all = Vec::new();
    for layer in LAYERS.iter() {
        for Asked { label, wish, returns } in strata_tests::wishes(layer) {
            if returns {
                let (label, wish) = (format!("{label}, back"), wish.clone());
                all.push(Swept { layer, wish, label, begins: Begins::AfterDown });
            }
            let begins = if returns { Begins::EmptyEachTime } else { Begins::Empty };
            all.push(Swept { layer, wish, label, begins });
        }
    }
    all
}

/// An endpoint with all that the layer uses.
struct Site {
    endpoint: Endpoint,
    world: World,
    wish: String,
    nothing: Value,
}

impl Site {
    fn of(swept: &Swept) -> Self {
        let endpoint = Endpoint::start();
        let world = World::of(&endpoint);
        let wish = up(&below(swept.layer), &swept.wish.to_string(), &endpoint.env());
        if swept.begins == Begins::AfterDown {
            let document = done(swept.layer, &["up"], &wish, &endpoint.env());
            done(swept.layer, &["down", "--yes"], &document, &endpoint.env());
        }
        let nothing = world.snapshot();
        Self { endpoint, world, wish, nothing }
    }
}

/// Sweep one layer with one kind of fault.
fn sweep(place: usize, swept: &Swept, fault: Fault, table: &Mutex<Table>) {
    let layer = swept.layer;
    let mut site = Site::of(swept);
    let Site { endpoint, world, wish, nothing } = &site;
    let mut document = String::new();
    let ups = calls_of(endpoint, || document = done(layer, &["up"], wish, &endpoint.env()));
    let undisturbed = document.clone();
    let all = world.snapshot();
    let counts = strata_testkit::world::count(&all);
    let downs = calls_of(endpoint, || drop(done(layer, &["down", "--yes"], &document, &endpoint.env())));
    assert_eq!(made(nothing, &world.snapshot()), BTreeSet::new(), "{layer}: an undisturbed down");

    let (mut up_figures, mut down_figures) = (Figures::default(), Figures::default());
    (up_figures.calls, down_figures.calls) = (ups, downs);
    let sample = Sample::drawn();
    // By names that stay when there are more calls.
    let drawn = |verb: &str, call: u64, calls: u64| {
        call <= calls && sample.takes(&format!("{layer} {} {verb} {call} {fault:?}", swept.label))
    };
    let calls = ups.max(downs);
    let first = sample.below(calls.max(1));
    for call in (0..calls).map(|place| (first + place) % calls + 1) {
        if !sample.has_time() {
            break;
        }
        let point = format!("{} up, call {call} of {ups}, {fault:?}", swept.label);
        let (on_up, on_down) = (drawn("up", call, ups), drawn("down", call, downs));
        if !on_up && !on_down {
            continue;
        }
        if swept.begins == Begins::EmptyEachTime {
            site = Site::of(swept);
        }
        let Site { endpoint, world, wish, nothing } = &site;
        if on_up {
            let ran = run_under(endpoint, fault, call, layer, &["up"], wish);
            let met = ran.met(call, &point);
            let (mut failed, mut duplicates) = (false, 0);
            match ran.code {
                None => {}
                // What was lost was made all the same, or the call was the lock's end, which ends by itself.
                Some(0) => {
                    assert_same(&point, &ran.stdout, &undisturbed);
                    duplicates = too_many(&counts, &world.snapshot());
                }
                Some(_) => {
                    failed = true;
                    assert_ne!(fault, Fault::Lost, "{point}: a lost answer is no failure: {}", ran.stderr);
                    names_what_is_left(&point, &ran, nothing, &world.snapshot());
                }
            }
            assert!(fault != Fault::Refused || failed || !met || call == ups, "{point}: refused, and no failure");
            // Again: as if nothing had been.
            let again = done(layer, &["up"], wish, &endpoint.env());
            assert_same(&format!("{point}: the run after it"), &again, &undisturbed);
            duplicates += too_many(&counts, &world.snapshot());
            assert_eq!(duplicates, 0, "{point}");
            document = again;
            up_figures.points += 1;
            up_figures.runs += 2;
            up_figures.converged += 1;
        } else {
            document = done(layer, &["up"], wish, &endpoint.env());
        }
        let point = format!("{} down, call {call} of {downs}, {fault:?}", swept.label);
        if on_down {
            let ran = run_under(endpoint, fault, call, layer, &["down", "--yes"], &document);
            ran.met(call, &point);
            if ran.code.is_some_and(|code| code != 0) {
                assert_ne!(fault, Fault::Lost, "{point}: a lost answer is no failure: {}", ran.stderr);
                if call == 1 {
                    // The lock was refused: nothing was touched, so nothing is half-way.
                    assert_eq!((ran.code, &parse(&ran.stdout)["failed"]["left"]), (Some(1), &Value::Null), "{point}");
                } else {
                    names_what_is_left(&point, &ran, nothing, &world.snapshot());
                }
            }
            down_figures.points += 1;
            down_figures.runs += 1;
        }
        // With no document to start from but the wish.
        done(layer, &["down", "--yes"], wish, &endpoint.env());
        let left = world.snapshot();
        let locks =
            left["log-group"].as_object().unwrap().keys().filter(|name| name.starts_with("/strata/lock/")).count();
        assert_eq!((made(nothing, &left), locks), (BTreeSet::new(), 0), "{point}: the down after it");
        down_figures.runs += 1;
        down_figures.converged += u64::from(on_down);
        down_figures.left_after_down += locks;
    }
    let mut table = table.lock().unwrap();
    table.insert((place, format!("{fault:?}"), "up"), up_figures);
    table.insert((place, format!("{fault:?}"), "down"), down_figures);
}

/// How many more things there are than one undisturbed run makes. Versions of an object are no duplicates.
fn too_many(counts: &BTreeMap<String, usize>, now: &Value) -> usize {
    let now = strata_testkit::world::count(now);
    let once = |kind: &str| !["object", "log-stream", "log-group"].contains(&kind) && !is_kept(kind);
    let kinds = counts.iter().filter(|(kind, _)| once(kind));
    kinds.map(|(kind, count)| now.get(kind).copied().unwrap_or_default().saturating_sub(*count)).sum()
}

#[test]
fn every_call_of_every_layer() {
    let begun = Instant::now();
    let table = Mutex::new(Table::new());
    let swept = swept();
    let mut work: Vec<_> =
        FAULTS.iter().flat_map(|fault| swept.iter().enumerate().map(|(place, swept)| (place, swept, *fault))).collect();
    let sample = Sample::drawn();
    let first = sample.below(work.len() as u64);
    work.rotate_left(usize::try_from(first).unwrap());
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from).min(4);
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((place, swept, fault)) = work.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                {
                    if !sample.has_time() {
                        break;
                    }
                    sweep(*place, swept, *fault, &table);
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    print(&table, &swept, begun.elapsed(), &sample);
    let points: u64 = table.values().map(|figures| figures.points).sum();
    assert!(points > 0, "no point was swept: there was no time for one");
}

fn print(table: &Table, swept: &[Swept], took: Duration, sample: &Sample) {
    let mut lines = format!(
        "{:<20} {:<13} {:<5} {:>6} {:>7} {:>6} {:>10} {:>11} {:>16}\n",
        "layer", "fault", "verb", "calls", "points", "runs", "converged", "duplicates", "left after down"
    );
    let mut points = 0;
    for ((place, fault, verb), figures) in table {
        points += figures.points;
        lines += &format!(
            "{:<20} {fault:<13} {verb:<5} {:>6} {:>7} {:>6} {:>10} {:>11} {:>16}\n",
            swept[*place].label,
            figures.calls,
            figures.points,
            figures.runs,
            figures.converged,
            figures.duplicates,
            figures.left_after_down
        );
    }
    let early = if sample.has_time() { "" } else { ", and the time was up: the others were left out" };
    lines += &format!("{points} points in {:.0} s{early}\n", took.as_secs_f64());
    let _ = std::io::stderr().write_all(lines.as_bytes());
    let folder = repository().join("target/sweep");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("layers.txt"), lines).unwrap();
}

/// teardown is stopped again and again, each time one call after it began to remove things, until nothing is left to stop it
/// at: so it is stopped in every state that it passes through.
#[test]
fn teardown_stopped_at_every_step() {
    let endpoint = Endpoint::start();
    let world = World::of(&endpoint);
    let nothing = world.snapshot();
    let wish = pipeline().to_string();
    let mut lines = String::new();
    for fault in FAULTS {
        up(&LAYERS, &wish, &endpoint.env());
        let mut stops: u64 = 0;
        loop {
            // Sometimes while it takes its locks, sometimes in the midst of things.
            let call = 2 + stops % 9;
            let ran = run_under(&endpoint, fault, call, "teardown", &["--yes"], &wish);
            if ran.struck {
                stops += 1;
                assert!(stops < 500, "teardown under {fault:?} comes to no end");
            }
            if fault == Fault::Refused && ran.struck && ran.code == Some(3) {
                assert_eq!(parse(&ran.stdout)["failed"]["code"], "AccessDenied", "{}", ran.stderr);
            }
            if ran.code == Some(0) {
                break;
            }
            assert!(ran.struck, "teardown under {fault:?}: exit {:?} with no fault: {}", ran.code, ran.stderr);
        }
        let left = world.snapshot();
        assert_eq!(made(&nothing, &left), BTreeSet::new(), "teardown under {fault:?}");
        lines += &format!("teardown  {:<13} {stops} stops, 0 left\n", format!("{fault:?}"));
    }
    let _ = std::io::stderr().write_all(lines.as_bytes());
    let folder = repository().join("target/sweep");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("teardown.txt"), lines).unwrap();
}
