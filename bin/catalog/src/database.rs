//! The Glue database. Its parameters say whose it is, too: databases cannot be listed by tag, and parameters come with
//! the list, so that not every database of the account has to be asked for its tags.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::DatabaseInput;
use serde_json::json;
use std::collections::HashMap;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error};
use strata_glue::{retag, tags_for, tags_of};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Database(pub(crate) Client);

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

fn input(cx: &Context, wish: &Wish) -> Result<DatabaseInput, Error> {
    let parameters = marks(cx).map(|(key, value)| (key.to_owned(), value.to_owned()));
    DatabaseInput::builder()
        .name(&wish.name)
        .description(wish.text("description"))
        .set_parameters(Some(parameters.into()))
        .build()
        .map_err(|error| Error::failed(format!("describing database {}", wish.name), error.to_string()))
}

#[async_trait]
impl Untyped for Database {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let pipeline = &cx.doc.pipeline;
        let wish = Wish::new("main", name(cx))
            .prop("description", format!("Tables of pipeline {}, env {}", pipeline.name, pipeline.env))
            .prop("parameters", json!(marks(cx).into_iter().collect::<HashMap<_, _>>()));
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let wished = name(cx);
        let mut pages = self.0.get_databases().into_paginator().send();
        let mut lives = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.during(|| "listing databases".into())?;
            for database in page.database_list() {
                let marks = marked(database.parameters());
                let name = database.name();
                if name != wished && !tags::is_ours(&marks, &cx.doc.pipeline) {
                    continue;
                }
                let Some(tags) = tags_of(&self.0, cx, &format!("database/{name}")).await? else { continue };
                let live = Live::new("main", name)
                    .tagged(cx, tags)
                    .prop("description", database.description())
                    .prop("parameters", json!(marks));
                lives.push(live);
            }
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags = tags_for(cx, "database", wish);
        let call = self.0.create_database().database_input(input(cx, wish)?).set_tags(Some(tags));
        call.send().await.during(|| format!("creating database {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        if changes.iter().any(|change| change.field != "tags") {
            let call = self.0.update_database().name(&live.physical).database_input(input(cx, wish)?);
            call.send().await.during(|| format!("updating database {}", live.physical))?;
        }
        if changes.iter().any(|change| change.field == "tags") {
            retag(&self.0, cx, "database", live, wish).await?;
        }
        Ok(())
    }

    /// Its tables go first: Glue itself drops them some time later, in the way of the next deployment.
    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let database = &live.physical;
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
