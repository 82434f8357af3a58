//! The Glue database. Its parameters say whose it is, too: databases cannot be listed by tag, and parameters come with
//! the list, so that not every database of the account has to be asked for its tags.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::DatabaseInput;
use std::collections::HashMap;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error};
use strata_glue::{retag, tags_for, tags_of};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::Kind;

pub(crate) struct Database(pub(crate) Client);

props! {
    /// What a database is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// What the console shows.
            description: Option<String>,
            /// Parameters that say whose it is.
            parameters: Tags,
        }
    }
}

/// The name of the pipeline's database.
pub(crate) fn name(cx: &Context) -> String {
    cx.name(Kind::Database, &cx.doc.pipeline.catalog().database)
}

/// Parameters that say whose a database or a table is.
pub(crate) fn marks(cx: &Context) -> [(&'static str, &str); 2] {
    [(tags::PIPELINE, cx.doc.pipeline.name.as_str()), (tags::ENV, cx.doc.pipeline.env.as_str())]
}

/// The marks among parameters.
pub(crate) fn marked(parameters: Option<&HashMap<String, String>>) -> Tags {
    let own = |key: &str| key.starts_with("strata:");
    let each = parameters.into_iter().flatten().filter(|(key, _)| own(key));
    each.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn input(desired: &Desired<Props>) -> Result<DatabaseInput, Error> {
    DatabaseInput::builder()
        .name(&desired.name)
        .set_description(desired.props.description.clone())
        .set_parameters(Some(desired.props.parameters.clone().into_iter().collect()))
        .build()
        .map_err(|error| Error::failed(format!("describing database {}", desired.name), error.to_string()))
}

#[async_trait]
impl Resource for Database {
    const KIND: &'static str = "database";
    const LABEL: &'static str = "Glue databases";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let pipeline = &cx.doc.pipeline;
        let props = Props {
            description: Some(format!("Tables of pipeline {}, env {}", pipeline.name, pipeline.env)),
            parameters: marks(cx).map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        };
        Ok(vec![Desired::new("main", name(cx), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let wanted = name(cx);
        let mut pages = self.0.get_databases().into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.during(|| "listing databases".into())?;
            for database in page.database_list() {
                let parameters = marked(database.parameters());
                let name = database.name();
                if name != wanted && !tags::is_ours(&parameters, &cx.doc.pipeline) {
                    continue;
                }
                let Some(tags) = tags_of::<Self>(&self.0, cx, name).await? else { continue };
                let props = Props { description: database.description().map(str::to_owned), parameters };
                found.push(Observed::new("main", name, props).tagged(cx, tags));
            }
        }
        Ok(found)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let tags = tags_for::<Self>(cx, desired);
        let call = self.0.create_database().database_input(input(desired)?).set_tags(Some(tags));
        call.send().await.during(|| format!("creating database {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self.0.update_database().name(&observed.physical).database_input(input(desired)?);
        call.send().await.during(|| format!("updating database {}", observed.physical)).map(drop)
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, cx, &observed.physical, tags).await
    }

    /// Its tables go first: Glue itself drops them some time later, in the way of the next deployment.
    async fn delete(&self, _: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let database = &observed.physical;
        let doing = || format!("listing the tables of database {database}");
        let mut pages = self.0.get_tables().database_name(database).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let tables = page.during(doing)?.table_list.unwrap_or_default();
            names.extend(tables.into_iter().map(|table| table.name));
        }
        // The most that one call takes.
        for part in names.chunks(100) {
            let doing = || format!("removing {} tables of database {database}", part.len());
            let call = self.0.batch_delete_table().database_name(database).set_tables_to_delete(Some(part.to_vec()));
            let answer = call.send().await.during(doing)?;
            for error in answer.errors() {
                let detail = error.error_detail();
                let code = detail.and_then(|detail| detail.error_code()).unwrap_or_default();
                if code != "EntityNotFoundException" {
                    let why = detail.and_then(|detail| detail.error_message()).unwrap_or("AWS gave no message");
                    let name = error.table_name().unwrap_or_default();
                    return Err(Error::failed(format!("removing table {database}.{name}"), format!("{code}: {why}")));
                }
            }
        }
        let call = self.0.delete_database().name(database);
        call.send().await.during(|| format!("removing database {database}")).map(drop)
    }
}
