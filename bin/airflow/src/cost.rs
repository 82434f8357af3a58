//! What running the pipeline costs, in an environment and in MWAA Serverless: AWS's list prices in us-east-1, as of 2026-11.
//! A plan that makes the one tells the price of the other.

use strata_layer::Context;
use strata_schedule::Schedule;
use strata_state::dag;
use strata_state::layers::airflow::{Class, Wish as Airflow};
use strata_state::layers::net::{Egress, Wish as Net};
use strata_state::wish::Pipeline;

/// US dollars for an hour of one task of a workflow; each task pays for a minute at least.
const TASK_HOUR: f64 = 0.08;
/// Hours of a month, and months of a year, as AWS's own examples count them.
const HOURS: f64 = 730.0;
/// A NAT gateway with its address, by the hour.
const NAT: f64 = 0.045 + 0.005;
/// The nine interface endpoints that MWAA needs, in two zones, by the hour.
const ENDPOINTS: f64 = 0.18;

/// An environment of this class with one worker, in US dollars by the hour. The two largest cost more than that.
pub(crate) fn environment(class: Class) -> f64 {
    match class {
        Class::Micro => 0.29,
        Class::Small => 0.49,
        Class::Medium => 0.74,
        Class::Large | Class::Xlarge | Class::TwoXlarge => 0.99,
    }
}

/// What an environment costs a month, with the way out that only it needs.
fn month_of_environment(airflow: &Airflow, net: &Net) -> f64 {
    let way_out = match net.egress {
        Egress::Nat => NAT,
        Egress::NatPerZone => NAT * net.private_subnets.len() as f64,
        Egress::Endpoints => ENDPOINTS,
        Egress::None => 0.0,
    };
    (environment(airflow.class) + way_out) * HOURS
}

/// Say what is planned costs, and what the other kind would, for who has neither yet: then there is something to decide.
pub(crate) fn say(cx: &Context) {
    compare(&cx.doc.pipeline, &cx.session.account, &cx.session.region).iter().for_each(|line| cx.report.say(line));
}

/// The planned kind first, the other one after it.
fn compare(pipeline: &Pipeline, account: &str, region: &str) -> [String; 2] {
    let (airflow, net) = (pipeline.airflow(), pipeline.net());
    let month = month_of_environment(airflow, net);
    let way_out = match net.egress {
        Egress::Nat => " and the NAT gateway",
        Egress::NatPerZone => " and the NAT gateways",
        Egress::Endpoints => " and the VPC endpoints",
        Egress::None => "",
    };
    let about = if matches!(airflow.class, Class::Xlarge | Class::TwoXlarge) { "more than" } else { "about" };
    let environment = format!(
        "an environment ({}){way_out}: {about} ${month:.0} a month, whether it runs or not",
        airflow.class.as_str()
    );
    let tasks = dag::graph(pipeline, account, region).tasks.len();
    let (task, runs) = (TASK_HOUR / 60.0, runs_a_month(&airflow.schedule));
    let run = tasks as f64 * task;
    let serverless = format!(
        "MWAA Serverless: ${run:.3} a run of {tasks} tasks at a minute each, ${:.2} a month of {runs:.0} runs; each further \
         minute of a task is ${task:.4}",
        run * runs
    );
    if pipeline.is_serverless() {
        [format!("airflow cost: {serverless}"), format!("airflow cost: the other kind, {environment}")]
    } else {
        [format!("airflow cost: {environment}"), format!("airflow cost: the other kind, {serverless}")]
    }
}

/// How often it runs in a month, on average; every day where the schedule cannot be read.
fn runs_a_month(schedule: &str) -> f64 {
    Schedule::airflow(schedule).map_or(30.0, |schedule| schedule.runs_a_month())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use strata_state::layers::airflow::Orchestrator;

    #[test]
    fn cron_lines_are_counted() {
        let runs = |cron: &str| runs_a_month(cron).round();
        assert_eq!(runs("0 7 * * *"), 30.0);
        assert_eq!(runs("0 7 * * 1-5"), 22.0);
        assert_eq!(runs("0 7 * * mon,thu"), 9.0);
        assert_eq!(runs("*/15 * * * *"), 2922.0);
        assert_eq!(runs("30 6,18 * * *"), 61.0);
        assert_eq!(runs("0 7 1 * *"), 1.0);
        assert_eq!(runs_a_month("0 7 1 jan *"), 1.0 / 12.0);
    }

    #[test]
    fn both_prices_are_told_the_planned_one_first() {
        let text = include_str!("../../../pipelines/driven-data/pipeline.json");
        let mut pipeline = strata_state::read(text).expect("the pipeline is valid").pipeline;
        let [planned, other] = compare(&pipeline, "123456789012", "eu-central-1");
        assert!(planned.contains("an environment (mw1.small) and the NAT gateway: about $394 a month"), "{planned}");
        assert!(other.contains("MWAA Serverless: $0.023 a run of 17 tasks"), "{other}");
        assert!(other.contains("$0.69 a month of 30 runs"), "{other}");
        pipeline.airflow.get_or_insert_default().kind = Orchestrator::Serverless;
        let [planned, other] = compare(&pipeline, "123456789012", "eu-central-1");
        assert!(
            planned.contains("MWAA Serverless") && other.contains("the other kind, an environment"),
            "{planned} {other}"
        );
    }
}
