//! The five logs of an environment: the wish, MWAA's answer and the call's argument, in one form.

use aws_sdk_mwaa::types::{
    LoggingConfiguration, LoggingConfigurationInput, LoggingLevel, ModuleLoggingConfiguration,
    ModuleLoggingConfigurationInput,
};
use serde_json::{Value, json};
use strata_aws::Error;
use strata_state::layers::airflow::{LogLevel, Logs};

/// A log that is switched off.
const OFF: &str = "OFF";

/// The wished levels.
pub(crate) fn wished(logs: &Logs) -> Value {
    let level = |level: LogLevel| level.as_str().unwrap_or(OFF);
    json!({
        "dag_processing": level(logs.dag_processing),
        "scheduler": level(logs.scheduler),
        "task": level(logs.task),
        "web_server": level(logs.web_server),
        "worker": level(logs.worker),
    })
}

/// The levels that are set.
pub(crate) fn live(logs: Option<&LoggingConfiguration>) -> Value {
    let level = |log: Option<&ModuleLoggingConfiguration>| match log {
        Some(log) if log.enabled() == Some(true) => log.log_level().map_or(OFF, LoggingLevel::as_str).to_owned(),
        _ => OFF.to_owned(),
    };
    json!({
        "dag_processing": level(logs.and_then(|logs| logs.dag_processing_logs())),
        "scheduler": level(logs.and_then(|logs| logs.scheduler_logs())),
        "task": level(logs.and_then(|logs| logs.task_logs())),
        "web_server": level(logs.and_then(|logs| logs.webserver_logs())),
        "worker": level(logs.and_then(|logs| logs.worker_logs())),
    })
}

/// The levels as MWAA wants them: a log that is off needs a level, too.
pub(crate) fn input(levels: &Value) -> Result<LoggingConfigurationInput, Error> {
    let log = |name: &str| {
        let level = levels[name].as_str().unwrap_or(OFF);
        let on = level != OFF;
        ModuleLoggingConfigurationInput::builder()
            .enabled(on)
            .log_level(if on { LoggingLevel::from(level) } else { LoggingLevel::Critical })
            .build()
            .map_err(|error| Error::failed(format!("setting log {name}"), error.to_string()))
    };
    let input = LoggingConfigurationInput::builder()
        .dag_processing_logs(log("dag_processing")?)
        .scheduler_logs(log("scheduler")?)
        .task_logs(log("task")?)
        .webserver_logs(log("web_server")?)
        .worker_logs(log("worker")?);
    Ok(input.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_off_stays_off() {
        let logs = Logs { worker: LogLevel::Off, task: LogLevel::Debug, ..Logs::default() };
        let input = input(&wished(&logs)).unwrap();
        let worker = input.worker_logs().unwrap();
        assert!(!worker.enabled());
        assert!(input.task_logs().unwrap().enabled());
        assert_eq!(input.task_logs().unwrap().log_level(), &LoggingLevel::Debug);
        let off = ModuleLoggingConfiguration::builder().enabled(false).log_level(LoggingLevel::Critical).build();
        assert_eq!(live(Some(&LoggingConfiguration::builder().worker_logs(off).build()))["worker"], "OFF");
    }
}
