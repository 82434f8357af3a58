//! How many environments the region may have. Service Quotas knows; where it does not say, nothing is said here.

use super::Found;
use strata_aws::{During, Error};
use strata_layer::Context;

pub(crate) async fn look(cx: &Context) -> Result<Found, Error> {
    let mut found = Found::default();
    let mwaa = aws_sdk_mwaa::Client::new(&cx.session.sdk);
    let names = async {
        let mut pages = mwaa.list_environments().into_paginator().items().send();
        let mut count = 0;
        while let Some(name) = pages.next().await {
            name.during(|| "counting MWAA environments".into())?;
            count += 1;
        }
        Ok::<i32, Error>(count)
    };
    let (count, most) = futures::try_join!(names, most(cx))?;
    if let Some(most) = most
        && f64::from(count) >= most
    {
        found.say(
            format!("{} has {count} MWAA environments, and the quota is {most}", cx.session.region),
            "delete one, or ask for more in Service Quotas (Amazon MWAA, environments per region)",
        );
    }
    Ok(found)
}

/// The quota; None when it is not to be learnt.
async fn most(cx: &Context) -> Result<Option<f64>, Error> {
    let quotas = aws_sdk_servicequotas::Client::new(&cx.session.sdk);
    let answer = quotas.list_service_quotas().service_code("airflow").send().await;
    let Ok(answer) = answer.during(|| "asking for the quotas of MWAA".into()) else { return Ok(None) };
    let is_it = |name: &str| name.to_lowercase().starts_with("environments");
    let quota = answer.quotas().iter().find(|quota| quota.quota_name().is_some_and(is_it));
    Ok(quota.and_then(|quota| quota.value()))
}
