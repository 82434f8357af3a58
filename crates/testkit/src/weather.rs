//! Weather over a test's endpoint: which calls fail, and how.

use serde_json::Value;

use crate::Endpoint;
use crate::http::tell;

impl Endpoint {
    /// Sets the weather, which replaces the old one, starts its counters again and lets held calls go.
    ///
    /// `{"seed": 7, "minute_ms": 50}` is random weather in which a minute of AWS takes 50 ms. With `"strikes": false` no
    /// call fails and things only take their time; with `"windows": false` it is the other way round.
    ///
    /// `{"faults": [{"mutating": 12, "kind": "lost"}, {"service": "ec2", "operation": "CreateVpc", "nth": 1, "kind": "cut"}]}`
    /// strikes the 12th mutating call and the first `CreateVpc`, each once. Kinds: `fail` (a server error before the
    /// work), `lost` (the work is done and a server error is answered), `cut` (the work is done and the connection
    /// closed), `cut_before`, `throttle`, `hold_before` (held, never done), `hold_after` (done, its answer is held), and
    /// `error` with `code`, `message` and `status`.
    pub fn weather(&self, weather: &Value) {
        tell("POST", self.url(), "/_local/weather", &weather.to_string()).expect("setting the weather");
    }

    /// What there has been since the weather was set: `mutating` and `calls` (numbers), `held` (calls held now),
    /// `under_way` (calls whose work has begun and has not ended), and `struck` (a list of `n`, the number
    /// in the request log, `service`, `operation` and `kind`).
    pub fn weather_report(&self) -> Value {
        let text = tell("GET", self.url(), "/_local/weather", "").expect("the weather report");
        serde_json::from_str(&text).expect("the weather report is JSON")
    }

    /// No weather from now on.
    pub fn clear_weather(&self) {
        tell("POST", self.url(), "/_local/weather", "{}").expect("clearing the weather");
    }
}
