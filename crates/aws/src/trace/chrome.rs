//! From spans to the trace event format: `B` where something begins, `E` where it ends, `i` for what happens at once, `s`
//! and `f` for an arrow. The beginning is written at once: what a killed program was doing is in the file, too.
//!
//! `tracing-chrome` writes the same format, for one process with one file: its pid is always 1.

use super::lanes::Lanes;
use super::span::TARGET;
use serde_json::{Map, Value, json};
use std::fmt::Debug;
use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The field by which the spans of SDK calls are known.
const METHOD: &str = "rpc.method";

/// Writes what it hears of.
pub(super) struct Chrome {
    file: File,
    pid: u32,
    lanes: Mutex<Lanes>,
}

/// A span that has begun.
struct Open {
    lane: u64,
    row: String,
    /// Whether something within it goes on in its lane.
    busy: bool,
    /// Whether the lane is its parent's.
    borrowed: bool,
    /// Told at its end.
    result: Map<String, Value>,
}

/// Fields by name.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn take(&mut self, name: &str) -> String {
        match self.0.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

/// Microseconds, on a clock that all programs of a pipe share.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    u64::try_from(now).unwrap_or_default()
}

impl Chrome {
    pub(super) fn new(file: File, program: &str) -> Self {
        let chrome = Self { file, pid: std::process::id(), lanes: Mutex::default() };
        chrome.write(json!({ "ph": "M", "name": "process_name", "tid": 0, "args": { "name": program } }));
        chrome
    }

    fn write(&self, mut event: Value) {
        event["pid"] = self.pid.into();
        event["ts"] = now().into();
        // A full disk is no reason to stop working.
        let _ = (&self.file).write_all(format!("{event},\n").as_bytes());
    }

    /// A lane for something in `row`.
    fn lane(&self, row: &str) -> u64 {
        let (lane, name) = self.lanes.lock().unwrap_or_else(PoisonError::into_inner).take(row);
        if let Some(name) = name {
            self.write(json!({ "ph": "M", "name": "thread_name", "tid": lane, "args": { "name": name } }));
            self.write(json!({ "ph": "M", "name": "thread_sort_index", "tid": lane, "args": { "sort_index": lane } }));
        }
        lane
    }
}

fn is_call(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.fields().field(METHOD).is_some()
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Chrome {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == TARGET || is_call(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET || is_call(metadata)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let (kind, name) = if is_call(span.metadata()) {
            ("call".to_owned(), span.name().replace(' ', ""))
        } else {
            let (kind, what) = (fields.take("kind"), fields.take("what"));
            let name = format!("{kind} {what}").trim_end().to_owned();
            (kind, name)
        };
        let mut row = fields.take("row");
        let mut shared = None;
        // In a lane of its own it could belong to any span: its parent is named.
        let above = span.parent().map_or(0, |parent| parent.id().into_u64());
        if let Some(parent) = span.parent()
            && let Some(parent) = parent.extensions_mut().get_mut::<Open>()
        {
            if row.is_empty() {
                row.clone_from(&parent.row);
            }
            if row == parent.row && !parent.busy {
                parent.busy = true;
                shared = Some(parent.lane);
            }
        }
        let lane = shared.unwrap_or_else(|| self.lane(&row));
        let args = json!({ "id": id.into_u64(), "parent": above, "row": row });
        span.extensions_mut().insert(Open { lane, row, busy: false, borrowed: shared.is_some(), result: Map::new() });
        self.write(json!({ "ph": "B", "cat": kind, "name": name, "tid": lane, "args": args }));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            open.result.extend(fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let lane = context.event_span(event).and_then(|span| Some(span.extensions().get::<Open>()?.lane));
        let (lane, arrow, what) = (lane.unwrap_or_default(), fields.take("arrow"), fields.take("what"));
        if arrow.is_empty() {
            self.write(json!({ "ph": "i", "s": "t", "cat": "mark", "name": what, "tid": lane }));
        } else {
            let id = format!("{} {what}", self.pid);
            self.write(json!({ "ph": arrow, "bp": "e", "cat": "needs", "name": what, "id": id, "tid": lane }));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>() else { return };
        self.write(json!({ "ph": "E", "tid": open.lane, "args": open.result }));
        if !open.borrowed {
            self.lanes.lock().unwrap_or_else(PoisonError::into_inner).free(open.lane);
        } else if let Some(parent) = span.parent()
            && let Some(parent) = parent.extensions_mut().get_mut::<Open>()
        {
            parent.busy = false;
        }
    }
}
