//! What is in the fake: one DAG with three tasks, its runs, and Variables; with the refusals of AWS and of both Airflows.

use crate::fake::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const DAG: &str = "driven_data_pipeline";
const TASKS: [&str; 3] = ["wait_for_raw", "payment_data", "ready"];
/// The time that the schedule is for, which has come.
pub(crate) const DUE: &str = "2024-09-28T07:00:00+00:00";

pub(crate) struct Airflow {
    pub(crate) version: u8,
    pub(crate) paused: bool,
    /// How often the DAG is not known yet.
    pub(crate) unread: u32,
    pub(crate) import_errors: Vec<Value>,
    /// Newest last.
    pub(crate) runs: Vec<Run>,
    /// Days whose runs fail.
    pub(crate) failing: Vec<String>,
    pub(crate) variables: BTreeMap<String, String>,
    /// The next request is done, and its answer lost.
    pub(crate) loses_answer: bool,
    /// The next POST of a run is the one whose answer is lost.
    pub(crate) loses_run: bool,
    /// All requests: method, path, query, body.
    pub(crate) asked: Vec<(String, String, Value, Value)>,
}

pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) logical: Option<String>,
    pub(crate) conf: Value,
    /// 0 queued, 1 and 2 running, 3 ended.
    pub(crate) stage: u8,
}

impl Airflow {
    pub(crate) fn new(version: u8) -> Self {
        Self {
            version,
            paused: false,
            unread: 0,
            import_errors: Vec::new(),
            runs: Vec::new(),
            failing: Vec::new(),
            variables: BTreeMap::new(),
            loses_answer: false,
            loses_run: false,
            asked: Vec::new(),
        }
    }

    /// Requests of this method to paths that end so.
    pub(crate) fn count(&self, method: &str, end: &str) -> usize {
        self.asked.iter().filter(|(one, path, ..)| one == method && path.ends_with(end)).count()
    }

    pub(crate) fn invoke(&mut self, http: &str, name: &str, input: &Value) -> Answer {
        let text = |field: &str| input[field].as_str().unwrap_or_default().to_owned();
        let (method, path) = (text("Method"), text("Path"));
        assert_eq!((http, name), ("POST", "driven-data-dev-airflow"));
        if path.len() > 64 || path.is_empty() {
            let why = "1 validation error detected: Value at 'path' failed to satisfy constraint: Member must have length less than or equal to 64";
            return Err(("ValidationException", json!({ "message": why })));
        }
        self.asked.push((method.clone(), path.clone(), input["QueryParameters"].clone(), input["Body"].clone()));
        match self.answer(&method, &path, &input["QueryParameters"], &input["Body"]) {
            Ok(answer) => Ok(json!({ "RestApiStatusCode": 200, "RestApiResponse": answer })),
            Err((status, detail)) => {
                let two = json!({ "detail": detail, "status": status, "title": "Refused", "type": "about:blank" });
                let response = if self.version == 3 { json!({ "detail": detail }) } else { two };
                Err(("RestApiClientException", json!({ "RestApiStatusCode": status, "RestApiResponse": response })))
            }
        }
    }

    fn answer(&mut self, method: &str, path: &str, query: &Value, body: &Value) -> Result<Value, (u16, String)> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["importErrors"]) => {
                Ok(json!({ "import_errors": self.import_errors, "total_entries": self.import_errors.len() }))
            }
            ("GET", ["variables"]) => Ok(self.list(query)),
            ("POST", ["variables"]) => self.set(body, false),
            ("PATCH", ["variables", key]) => {
                assert_eq!(body["key"], *key);
                self.set(body, true)
            }
            ("POST", ["dags", "~", "dagRuns", "~", "taskInstances", "list"]) => Ok(self.tasks(body)),
            (_, ["dags", dag, ..]) if *dag != DAG || self.is_unread() => {
                Err((404, format!("The DAG with dag_id: `{dag}` was not found")))
            }
            ("GET", ["dags", _]) => Ok(self.dag()),
            ("PATCH", ["dags", _]) => {
                assert_eq!(body, &json!({ "is_paused": false }));
                self.paused = false;
                Ok(self.dag())
            }
            ("GET", ["dags", _, "dagRuns"]) => Ok(self.list_runs(query)),
            ("POST", ["dags", _, "dagRuns"]) => self.create(body),
            _ => Err((404, format!("nothing is at {method} {path}"))),
        }
    }

    fn is_unread(&mut self) -> bool {
        let unread = self.unread > 0;
        self.unread = self.unread.saturating_sub(1);
        unread
    }

    fn dag(&self) -> Value {
        let (tick, after) = match self.version {
            3 => ("next_dagrun_logical_date", "next_dagrun_run_after"),
            _ => ("next_dagrun", "next_dagrun_create_after"),
        };
        json!({ "dag_id": DAG, "is_paused": self.paused, tick: DUE, after: DUE })
    }

    fn create(&mut self, body: &Value) -> Result<Value, (u16, String)> {
        let fields = body.as_object().unwrap();
        if let Some(strange) =
            fields.keys().find(|field| !["dag_run_id", "logical_date", "conf"].contains(&field.as_str()))
        {
            return Err((422, format!("{strange}: extra fields not permitted")));
        }
        if self.version == 3 && !fields.contains_key("logical_date") {
            return Err((422, "logical_date: Field required".into()));
        }
        if self.version == 2 && fields.get("logical_date").is_some_and(Value::is_null) {
            return Err((400, "None is not of type 'string'".into()));
        }
        let id = body["dag_run_id"].as_str().unwrap().to_owned();
        let logical = body["logical_date"].as_str().map(str::to_owned);
        if self.runs.iter().any(|run| run.id == id || logical.is_some() && run.logical == logical) {
            return Err((409, "already exists".into()));
        }
        self.runs.push(Run { id, logical, conf: body["conf"].clone(), stage: 0 });
        self.loses_answer = std::mem::take(&mut self.loses_run);
        Ok(self.shown(self.runs.len() - 1))
    }

    fn fails(&self, run: &Run) -> bool {
        self.failing.iter().any(|day| run.conf["date"] == day.as_str())
    }

    fn shown(&self, at: usize) -> Value {
        let run = &self.runs[at];
        let state = match run.stage {
            0 => "queued",
            1 | 2 => "running",
            _ if self.fails(run) => "failed",
            _ => "success",
        };
        json!({
            "dag_run_id": run.id, "dag_id": DAG, "state": state, "run_type": "manual", "conf": run.conf,
            "logical_date": run.logical,
            "start_date": (run.stage > 0).then_some("2024-09-28T07:00:01.5+00:00"),
            "end_date": (run.stage > 2).then_some("2024-09-28T07:02:31+00:00"),
        })
    }

    /// The newest first. A call that lists them moves the oldest run that has not ended one step on, unless the DAG is
    /// paused.
    fn list_runs(&mut self, query: &Value) -> Value {
        assert_eq!(query["order_by"], "-id");
        let paused = self.paused;
        if let Some(run) = self.runs.iter_mut().find(|run| run.stage < 3 && !paused) {
            run.stage += 1;
        }
        let most = usize::try_from(query["limit"].as_u64().unwrap()).unwrap();
        let runs: Vec<Value> = (0..self.runs.len()).rev().take(most).map(|at| self.shown(at)).collect();
        json!({ "dag_runs": runs, "total_entries": self.runs.len() })
    }

    fn tasks(&self, body: &Value) -> Value {
        assert_eq!(body["dag_ids"], json!([DAG]));
        let Some(run) = self.runs.iter().find(|run| body["dag_run_ids"] == json!([run.id])) else {
            return json!({ "task_instances": [], "total_entries": 0 });
        };
        let states: [Option<&str>; 3] = match (run.stage, self.fails(run)) {
            (0, _) => [None, None, None],
            (1, _) => [Some("deferred"), None, None],
            (2, _) => [Some("success"), Some("running"), None],
            (_, false) => [Some("success"); 3],
            (_, true) => [Some("success"), Some("failed"), Some("upstream_failed")],
        };
        let task = |(at, name): (usize, &&str)| {
            let began = states[at].is_some_and(|state| state != "upstream_failed");
            json!({
                "task_id": name, "state": states[at], "try_number": if *name == "payment_data" && began { 3 } else { 1 },
                "map_index": -1, "start_date": began.then(|| format!("2024-09-28T07:00:0{at}+00:00")),
                "end_date": (run.stage > 2 && began).then_some("2024-09-28T07:00:12.5+00:00"),
            })
        };
        json!({ "task_instances": TASKS.iter().enumerate().map(task).collect::<Vec<_>>(), "total_entries": 3 })
    }

    fn list(&self, query: &Value) -> Value {
        let from = usize::try_from(query["offset"].as_u64().unwrap()).unwrap();
        let one = |(key, value): (&String, &String)| json!({ "key": key, "value": value, "description": null });
        // Pages of two, so that a client that asks once is found out.
        let page: Vec<Value> = self.variables.iter().skip(from).take(2).map(one).collect();
        json!({ "variables": page, "total_entries": self.variables.len() })
    }

    fn set(&mut self, body: &Value, exists: bool) -> Result<Value, (u16, String)> {
        let key = body["key"].as_str().unwrap().to_owned();
        match (self.variables.contains_key(&key), exists) {
            (true, false) => return Err((409, "Variable already exists".into())),
            (false, true) => return Err((404, "Variable not found".into())),
            _ => {}
        }
        self.variables.insert(key, body["value"].as_str().unwrap().to_owned());
        Ok(body.clone())
    }
}
