//! A checkout whose pipeline has tables of every grain.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use strata_testkit::World;
use strata_tests::{Checkout, Said, json as parse};

const PIPELINE: &str = "pipelines/minimal/pipeline.json";
const DOCUMENT: &str = "minimal-dev-local";

pub(crate) struct Site {
    pub(crate) checkout: Checkout,
    pub(crate) world: World,
}

/// Columns, and what else a table has.
pub(crate) fn table(format: &str, columns: &[&str], more: Value) -> Value {
    let mut table = json!({ "format": format, "columns": columns });
    table.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    table
}

/// A transform with its SQL.
pub(crate) fn transform(writes: &str, reads: &[&str], sql: &str) -> (Value, String) {
    let file = format!("sql/{writes}.sql");
    (json!({ "name": writes, "sql": file, "reads": reads, "writes": writes }), sql.to_owned())
}

/// Tables of a pipeline, each in a folder of its own, and what makes them.
pub(crate) fn wish(checkout: &Checkout, tables: &[(&str, Value)], transforms: &[(Value, String)]) {
    for (transform, sql) in transforms {
        let file = checkout.path(&format!("pipelines/minimal/{}", transform["sql"].as_str().unwrap()));
        std::fs::write(file, sql).unwrap();
    }
    checkout.change(PIPELINE, |pipeline| {
        let tables = tables.iter().map(|(name, table)| {
            let mut table = table.clone();
            table["path"] = json!(format!("data/{name}/"));
            ((*name).to_owned(), table)
        });
        pipeline["tables"] = tables.collect::<Map<_, _>>().into();
        pipeline["transforms"] = transforms.iter().map(|(transform, _)| transform.clone()).collect();
    });
}

impl Site {
    /// With everything up.
    pub(crate) fn new(tables: &[(&str, Value)], transforms: &[(Value, String)]) -> Self {
        let checkout = Checkout::new();
        wish(&checkout, tables, transforms);
        let world = World::of(&checkout.endpoint);
        let site = Self { checkout, world };
        site.done(&["up"]);
        site
    }

    pub(crate) fn strata(&self, words: &[&str]) -> Said {
        self.checkout.strata(&[words, &["pipeline=minimal"]].concat())
    }

    pub(crate) fn done(&self, words: &[&str]) -> Said {
        let said = self.strata(words);
        assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
        said
    }

    /// A file in the checkout; its name.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.checkout.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        name.to_owned()
    }

    /// One verb of one program on the saved document.
    pub(crate) fn verb(&self, program: &str, words: &[&str]) -> Said {
        self.strata(&[&["layer", program], words].concat())
    }

    pub(crate) fn bucket(&self) -> String {
        self.checkout.document(DOCUMENT)["storage"]["bucket"].as_str().unwrap().to_owned()
    }

    /// A table as the catalog has it.
    pub(crate) fn glue_table(&self, name: &str) -> Value {
        let database = self.checkout.document(DOCUMENT)["catalog"]["database"].clone();
        self.world.call("glue", "get_table", json!({ "DatabaseName": database, "Name": name }))["Table"].clone()
    }

    pub(crate) fn put(&self, key: &str, text: &str) {
        self.world.call("s3", "put_object", json!({ "Bucket": self.bucket(), "Key": key, "Body": text }));
    }

    /// The newest version of each object below a prefix: its ETag and its version id, by its key without the prefix. The ETag is
    /// the MD5 of the bytes, and a version id says that it was not written again.
    pub(crate) fn objects(&self, prefix: &str) -> BTreeMap<String, (String, String)> {
        let asked = json!({ "Bucket": self.bucket(), "Prefix": prefix });
        let found = self.world.call("s3", "list_object_versions", asked);
        let latest = found["Versions"].as_array().into_iter().flatten().filter(|version| version["IsLatest"] == true);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        latest
            .map(|version| {
                let key = text(&version["Key"]).strip_prefix(prefix).unwrap().to_owned();
                (key, (text(&version["ETag"]), text(&version["VersionId"])))
            })
            .collect()
    }

    /// The rows of a query, each as its values in the order of the columns' names.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let said = self.done(&["query", "format=json", sql]);
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let row = |row: &Value| row.as_object().unwrap().values().map(plain).collect();
        parse(&said.out).as_array().unwrap().iter().map(row).collect()
    }
}
