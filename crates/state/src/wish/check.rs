//! What a wish must hold to before anything is touched. Every problem is found, not only the first.

use super::words::{self, bucket_problem, name, relative};
use super::{Egress, Format, Pipeline};
use crate::names::regions;
use crate::workflow::LONGEST_TASK;
use ipnet::Ipv4Net;
use std::collections::BTreeSet;

/// Everything that is wrong with `pipeline`, one sentence each.
pub(crate) fn problems(pipeline: &Pipeline) -> Vec<String> {
    let mut found = Vec::new();
    name(&mut found, "pipeline.name", &pipeline.name, 2, 24);
    name(&mut found, "pipeline.env", &pipeline.env, 1, 12);
    if let Some(region) = &pipeline.region
        && let Some(problem) = region_problem(region)
    {
        found.push(format!("pipeline.region: {problem}"));
    }
    if pipeline.folder != "." {
        relative(&mut found, "pipeline.folder", &pipeline.folder);
    }
    if let Some(day) = &pipeline.expires
        && !is_day(day)
    {
        found.push(format!("pipeline.expires: `{day}` is not a day (YYYY-MM-DD)"));
    }
    words::tags(&mut found, pipeline);
    words::patterns(&mut found, pipeline);
    let database = pipeline.catalog.database.to_lowercase().replace('-', "_");
    words::word(&mut found, "pipeline.catalog.database", &pipeline.catalog.database);
    words::column(&mut found, "pipeline.catalog.database", &database);
    net(&mut found, pipeline);
    storage(&mut found, pipeline);
    if pipeline.catalog.scan_limit_bytes < 10_000_000 {
        found.push("pipeline.catalog.scan_limit_bytes: AWS wants 10,000,000 at least".into());
    }
    tables(&mut found, pipeline);
    transforms(&mut found, pipeline);
    airflow(&mut found, pipeline);
    found
}

/// What is wrong with a region name, with the nearest known one.
pub(crate) fn region_problem(region: &str) -> Option<String> {
    if regions().contains(&region) {
        return None;
    }
    let nearest =
        regions().iter().max_by(|a, b| strsim::jaro_winkler(a, region).total_cmp(&strsim::jaro_winkler(b, region)))?;
    Some(format!("AWS has no region `{region}`; did you mean `{nearest}`?"))
}

fn net(found: &mut Vec<String>, pipeline: &Pipeline) {
    let net = &pipeline.net;
    let vpc = range(found, "pipeline.net.cidr", &net.cidr);
    if let Some(vpc) = vpc
        && !(16..=28).contains(&vpc.prefix_len())
    {
        found.push(format!("pipeline.net.cidr: `{}` has to be between /16 and /28", net.cidr));
    }
    let mut seen: Vec<(String, Ipv4Net)> = Vec::new();
    for (list, subnets) in [("public_subnets", &net.public_subnets), ("private_subnets", &net.private_subnets)] {
        if subnets.len() != 2 {
            found.push(format!("pipeline.net.{list}: two are needed, one per zone, and here are {}", subnets.len()));
        }
        for (index, text) in subnets.iter().enumerate() {
            let path = format!("pipeline.net.{list}[{index}]");
            let Some(subnet) = range(found, &path, text) else { continue };
            if let Some(vpc) = vpc
                && !vpc.contains(&subnet)
            {
                found.push(format!("{path}: `{subnet}` does not fit into the VPC's `{vpc}`"));
            }
            if subnet.prefix_len() > 28 {
                found.push(format!("{path}: `{subnet}` is smaller than /28, AWS's smallest subnet"));
            }
            for (other, taken) in &seen {
                if taken.contains(&subnet) || subnet.contains(taken) {
                    found.push(format!("{path}: `{subnet}` overlaps `{taken}` of {other}"));
                }
            }
            seen.push((path, subnet));
        }
    }
    if !net.zones.is_empty() && (net.zones.len() != 2 || net.zones[0] == net.zones[1]) {
        found.push("pipeline.net.zones: name two different zones, or none to have strata ask AWS".into());
    }
    for zone in &net.zones {
        name(found, "pipeline.net.zones", zone.trim_end_matches(|c: char| c.is_ascii_lowercase()), 5, 30);
    }
    for (index, rule) in net.ingress.iter().enumerate() {
        range(found, &format!("pipeline.net.ingress[{index}].cidr"), &rule.cidr);
        words::description(found, &format!("pipeline.net.ingress[{index}].description"), &rule.description);
        if rule.port == 0 {
            found.push(format!("pipeline.net.ingress[{index}].port: a TCP port is 1 to 65535"));
        }
    }
    if net.egress == Egress::None && pipeline.env == "prod" && !pipeline.is_serverless() {
        found.push("pipeline.net.egress: `none` leaves MWAA without a way to AWS; use nat or endpoints".into());
    }
}

fn range(found: &mut Vec<String>, path: &str, text: &str) -> Option<Ipv4Net> {
    match text.parse::<Ipv4Net>() {
        // In another form (a zero in front) AWS would show it differently, or read it as an octal number.
        Ok(net) if net.to_string() != text => {
            found.push(format!("{path}: `{text}` is written `{net}`"));
            None
        }
        Ok(net) if net.trunc() == net => Some(net),
        Ok(net) => {
            found.push(format!("{path}: `{text}` has bits beyond its length set; the range is `{}`", net.trunc()));
            None
        }
        Err(_) => {
            found.push(format!("{path}: `{text}` is not an IPv4 range such as 10.0.0.0/16"));
            None
        }
    }
}

fn storage(found: &mut Vec<String>, pipeline: &Pipeline) {
    let storage = &pipeline.storage;
    for (path, days) in [
        ("old_versions_days", storage.old_versions_days),
        ("query_results_days", storage.query_results_days),
        ("unfinished_uploads_days", storage.unfinished_uploads_days),
    ] {
        if days < 1 {
            found.push(format!("pipeline.storage.{path}: {days} is less than 1 day"));
        }
    }
    let Some(bucket) = &storage.bucket else { return };
    if let Some(why) = bucket_problem(bucket) {
        found.push(format!("pipeline.storage.bucket: AWS would refuse `{bucket}`: {why}"));
    }
}

fn tables(found: &mut Vec<String>, pipeline: &Pipeline) {
    let mut paths = BTreeSet::new();
    let mut crawlers = BTreeSet::new();
    for (table, wish) in &pipeline.tables {
        let path = format!("pipeline.tables.{table}");
        words::column(found, &path, table);
        words::prefix(found, &format!("{path}.path"), &wish.path);
        if let Some(crawler) = &wish.crawler {
            words::word(found, &format!("{path}.crawler"), crawler);
        }
        // A crawler names a table after the last folder, and a job only finds the table under the name in the SQL.
        if !wish.path.ends_with(&format!("/{table}/")) {
            found.push(format!(
                "{path}.path: `{}` has to end in `/{table}/`, since a crawler names the table after it",
                wish.path
            ));
        }
        if !paths.insert(&wish.path) {
            found.push(format!("{path}.path: `{}` belongs to another table already", wish.path));
        }
        if let Some(crawler) = &wish.crawler
            && !crawlers.insert(crawler)
        {
            found.push(format!("{path}.crawler: `{crawler}` belongs to another table already"));
        }
        match (&wish.file, &wish.partition) {
            (Some(file), None) => words::file(found, &format!("{path}.file"), file),
            (None, Some(partition)) if wish.columns.iter().any(|column| column.name == *partition) => {
                found.push(format!("{path}.partition: `{partition}` is a column of the files, too"));
            }
            (None, Some(partition)) => {
                // A folder whose name starts with an underscore is no data.
                words::word(found, &format!("{path}.partition"), partition);
                words::column(found, &format!("{path}.partition"), partition);
            }
            _ => found.push(format!("{path}: give either `file` (one file a day) or `partition` (one folder a day)")),
        }
        if wish.format == Format::Csv && wish.partition.is_some() {
            found.push(format!("{path}: a partitioned table is written as parquet"));
        }
        if wish.columns.is_empty() {
            found.push(format!("{path}.columns: there is none"));
        }
        let mut seen = BTreeSet::new();
        for column in &wish.columns {
            words::column(found, &format!("{path}.columns"), &column.name);
            if !seen.insert(&column.name) {
                found.push(format!("{path}.columns: `{}` is there twice", column.name));
            }
        }
        for key in &wish.key {
            if !wish.columns.iter().any(|column| column.name == *key && !column.nullable) {
                found.push(format!("{path}.key: `{key}` is not one of its columns, or may be missing"));
            }
        }
    }
    if let Some(generate) = &pipeline.generate
        && pipeline.tables.get(&generate.table).is_none_or(|table| table.format != Format::Csv)
    {
        found.push(format!("pipeline.generate.table: there is no csv table `{}`", generate.table));
    }
}

fn transforms(found: &mut Vec<String>, pipeline: &Pipeline) {
    let mut names = BTreeSet::new();
    let mut written = BTreeSet::new();
    for transform in &pipeline.transforms {
        let path = format!("pipeline.transforms.{}", transform.name);
        if !names.insert(&transform.name) {
            found.push(format!("{path}: there are two of this name"));
        }
        if !written.insert(&transform.writes) {
            found.push(format!("{path}.writes: `{}` is written by another transform already", transform.writes));
        }
        words::word(found, "pipeline.transforms: name", &transform.name);
        relative(found, &format!("{path}.sql"), &transform.sql);
        for table in transform.reads.iter().chain([&transform.writes]) {
            if !pipeline.tables.contains_key(table) {
                found.push(format!("{path}: there is no table `{table}` in pipeline.tables"));
            }
        }
        if pipeline.tables.get(&transform.writes).is_some_and(|table| table.partition.is_none()) {
            found.push(format!(
                "{path}.writes: `{}` needs a `partition`, so that a day can be replaced alone",
                transform.writes
            ));
        }
        if transform.reads.is_empty() || transform.reads.contains(&transform.writes) {
            found.push(format!("{path}.reads: it has to read at least one table, and not the one that it writes"));
        }
    }
    if pipeline.order().is_none() {
        found.push("pipeline.transforms: they wait for each other in a circle".into());
    }
    jobs(found, &pipeline.jobs);
}

/// The limits of the Glue API, and of a cluster of its smallest workers.
fn jobs(found: &mut Vec<String>, jobs: &super::Jobs) {
    for (field, value, least, most) in [
        ("timeout_minutes", jobs.timeout_minutes, 1, 10_080),
        ("workers", jobs.workers, 2, 299),
        ("retries", jobs.retries, 0, 10),
    ] {
        if !(least..=most).contains(&value) {
            found.push(format!("pipeline.jobs.{field}: {value} is not between {least} and {most}"));
        }
    }
    if jobs.day_gb < 0.0 {
        found.push(format!("pipeline.jobs.day_gb: {} is less than nothing", jobs.day_gb));
    }
    if !is_numbers(&jobs.glue_version, 2) {
        found.push(format!("pipeline.jobs.glue_version: `{}` is not a version such as 5.0", jobs.glue_version));
    }
    let worker = ["G.", "R."].iter().find_map(|kind| jobs.worker_type.strip_prefix(kind)?.strip_suffix('X'));
    if !worker.is_some_and(|size| is_numbers(size, 1)) {
        found.push(format!("pipeline.jobs.worker_type: `{}` is not a type such as G.1X", jobs.worker_type));
    }
}

impl Pipeline {
    /// The transforms in waves: each wave needs only what earlier waves wrote. None when there is a circle.
    #[must_use]
    pub fn order(&self) -> Option<Vec<Vec<&super::Transform>>> {
        let made: BTreeSet<&String> = self.transforms.iter().map(|transform| &transform.writes).collect();
        let mut done: BTreeSet<&String> = BTreeSet::new();
        let mut rest: Vec<&super::Transform> = self.transforms.iter().collect();
        let mut waves = Vec::new();
        while !rest.is_empty() {
            let (wave, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|transform| {
                transform.reads.iter().all(|table| !made.contains(table) || done.contains(table))
            });
            if wave.is_empty() {
                return None;
            }
            done.extend(wave.iter().map(|transform| &transform.writes));
            waves.push(wave);
            rest = later;
        }
        Some(waves)
    }
}

fn airflow(found: &mut Vec<String>, pipeline: &Pipeline) {
    let airflow = &pipeline.airflow;
    let micro = airflow.class == super::Class::Micro;
    let schedulers = if micro { 1..=1 } else { 2..=5 };
    if !schedulers.contains(&airflow.schedulers) {
        let many = if micro { "1" } else { "2 to 5" };
        found.push(format!("pipeline.airflow.schedulers: class {} has {many}", airflow.class.as_str()));
    }
    if airflow.min_workers < 1 || airflow.max_workers < airflow.min_workers || airflow.max_workers > 25 {
        found.push("pipeline.airflow: 1 <= min_workers <= max_workers <= 25 (AWS's quota)".into());
    }
    if micro && airflow.max_workers != 1 {
        found.push("pipeline.airflow.max_workers: class mw1.micro has exactly 1 worker".into());
    }
    let cron = |c: char| c.is_ascii_alphanumeric() || " */,-#".contains(c);
    if airflow.schedule.split_whitespace().count() != 5 || !airflow.schedule.chars().all(cron) {
        found.push(format!("pipeline.airflow.schedule: `{}` is not a cron line of five fields", airflow.schedule));
    } else if airflow.schedule.starts_with('*') {
        // D12: `* 7 * * *` looks like "at seven" and runs sixty times.
        found.push(format!(
            "pipeline.airflow.schedule: `{}` runs every minute; for once at seven write `0 7 * * *`",
            airflow.schedule
        ));
    }
    if !is_clock(&airflow.ready_by) {
        found.push(format!("pipeline.airflow.ready_by: `{}` is not a time HH:MM", airflow.ready_by));
    }
    if !is_day(&airflow.start_date) {
        found.push(format!("pipeline.airflow.start_date: `{}` is not a day (YYYY-MM-DD)", airflow.start_date));
    }
    let window = airflow.maintenance.split_once(':');
    let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    // AWS takes whole and half hours (MWAA API: ([01]\d|2[0-3]):(00|30)).
    if !window.is_some_and(|(day, time)| {
        days.contains(&day) && is_clock(time) && (time.ends_with(":00") || time.ends_with(":30"))
    }) {
        found.push(format!(
            "pipeline.airflow.maintenance: `{}` is not a day and a whole or half hour such as SAT:09:00",
            airflow.maintenance
        ));
    }
    if !is_numbers(&airflow.version, 3) {
        found.push(format!("pipeline.airflow.version: `{}` is not a version such as 2.10.3", airflow.version));
    }
    // MWAA API: AirflowConfigurationOptions.
    let key_like = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '_';
    for (key, value) in &airflow.config {
        let ends = key.starts_with(|c: char| c.is_ascii_lowercase()) && !key.ends_with('.');
        if key.len() > 64 || !ends || !key.chars().all(key_like) {
            found.push(format!("pipeline.airflow.config: `{key}` is not an option such as core.parallelism"));
        }
        if value.is_empty() || !value.chars().all(|c| (' '..='~').contains(&c)) {
            found.push(format!("pipeline.airflow.config.{key}: AWS takes printable ASCII characters only"));
        }
    }
    if pipeline.is_serverless() {
        serverless(found, pipeline);
    }
    for requirement in &airflow.requirements {
        words::line(found, "pipeline.airflow.requirements", requirement);
    }
}

/// What MWAA Serverless cannot do. Limits are those of its guide ("Apache Airflow parameter support").
fn serverless(found: &mut Vec<String>, pipeline: &Pipeline) {
    if pipeline.transforms.is_empty() {
        found.push("pipeline.transforms: a workflow of MWAA Serverless needs at least one".into());
    }
    let minutes = pipeline.jobs.timeout_minutes;
    if minutes > LONGEST_TASK {
        found.push(format!(
            "pipeline.jobs.timeout_minutes: {minutes} is more than {LONGEST_TASK}, after which MWAA Serverless ends a task; \
             use at most {LONGEST_TASK}, or airflow.kind `environment`"
        ));
    }
    if pipeline.airflow.local.is_some() {
        found.push("pipeline.airflow.local: it is for airflow.kind `environment`; workflows always run locally".into());
    }
}

/// So many numbers with dots between them.
fn is_numbers(text: &str, many: usize) -> bool {
    let number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == many && text.split('.').all(number)
}

fn is_clock(text: &str) -> bool {
    text.split_once(':').is_some_and(|(hour, minute)| {
        let two = |part: &str, below: u8| {
            part.len() == 2 && is_numbers(part, 1) && part.parse::<u8>().is_ok_and(|value| value < below)
        };
        two(hour, 24) && two(minute, 60)
    })
}

/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || !parts.iter().all(|part| is_numbers(part, 1)) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year > 0 && (1..=last).contains(&day)
}
