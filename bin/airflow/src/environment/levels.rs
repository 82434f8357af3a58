//! The five logs of an environment: the wish, MWAA's answer and the call's argument, in one form.

use aws_sdk_mwaa::types::{
    LoggingConfiguration, LoggingConfigurationInput, LoggingLevel, ModuleLoggingConfiguration,
    ModuleLoggingConfigurationInput,
};
use strata_aws::Error;
use strata_layer::Serialize;
use strata_state::layers::airflow::{LogLevel, Logs};

/// A log that is switched off.
const OFF: &str = "OFF";

/// The level of each log, in AWS's word for it, or that it is off.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(crate = "strata_layer::serde")]
pub(crate) struct Levels {
    dag_processing: String,
    scheduler: String,
    task: String,
    web_server: String,
    worker: String,
}

/// The wished levels.
pub(crate) fn wished(logs: &Logs) -> Levels {
    let level = |level: LogLevel| level.as_str().unwrap_or(OFF).to_owned();
    Levels {
        dag_processing: level(logs.dag_processing),
        scheduler: level(logs.scheduler),
        task: level(logs.task),
        web_server: level(logs.web_server),
        worker: level(logs.worker),
    }
}

/// The levels that are set.
pub(crate) fn live(logs: Option<&LoggingConfiguration>) -> Levels {
    let level = |log: Option<&ModuleLoggingConfiguration>| match log {
        Some(log) if log.enabled() == Some(true) => log.log_level().map_or(OFF, LoggingLevel::as_str).to_owned(),
        _ => OFF.to_owned(),
    };
    Levels {
        dag_processing: level(logs.and_then(|logs| logs.dag_processing_logs())),
        scheduler: level(logs.and_then(|logs| logs.scheduler_logs())),
        task: level(logs.and_then(|logs| logs.task_logs())),
        web_server: level(logs.and_then(|logs| logs.webserver_logs())),
        worker: level(logs.and_then(|logs| logs.worker_logs())),
    }
}

/// The levels as MWAA requires them: a log that is off needs a level, too.
pub(crate) fn input(levels: &Levels) -> Result<LoggingConfigurationInput, Error> {
    let log = |level: &str| {
        let on = level != OFF;
        ModuleLoggingConfigurationInput::builder()
            .enabled(on)
            .log_level(if on { LoggingLevel::from(level) } else { LoggingLevel::Critical })
            .build()
            .map_err(|error| Error::failed("setting the levels of logs", error.to_string()))
    };
    let input = LoggingConfigurationInput::builder()
        .dag_processing_logs(log(&levels.dag_processing)?)
        .scheduler_logs(log(&levels.scheduler)?)
        .task_logs(log(&levels.task)?)
        .webserver_logs(log(&levels.web_server)?)
        .worker_logs(log(&levels.worker)?);
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
        assert_eq!(live(Some(&LoggingConfiguration::builder().worker_logs(off).build())).worker, "OFF");
    }
}
