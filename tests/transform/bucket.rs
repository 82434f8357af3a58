//! A bucket in a folder, with the SQL and the specs of driven-data in it, as `storage` puts them there.

use chrono::NaiveDate;
use polars::prelude::{DataFrame, ParquetReader, SerReader};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use strata_engine::{Error, Folder, Limits, Report, Store, run, run_within};
use strata_state::wish::Transform;
use strata_state::{Document, Spec};

/// The header of the raw files.
pub(crate) const HEADER: &str = "person_name,user_name,email,personal_number,birth_date,address,phone,mac_address,ip_address,iban,\
                          accessed_at,session_duration,download_speed,upload_speed,consumed_traffic,unique_id";

pub(crate) struct Bucket {
    folder: tempfile::TempDir,
    name: String,
    pub(crate) document: Document,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The 189 real rows.
pub(crate) fn real() -> String {
    std::fs::read_to_string(root().join("tests/fixtures/batch_2024-09-15.csv")).unwrap()
}

impl Bucket {
    pub(crate) fn new(name: &str) -> Self {
        let text = std::fs::read_to_string(root().join("pipelines/driven-data/pipeline.json")).unwrap();
        Self::of(name, &text, |transform| {
            std::fs::read(root().join("pipelines/driven-data").join(&transform.sql)).unwrap()
        })
    }

    /// Of another pipeline, with the SQL of each transform.
    pub(crate) fn of(name: &str, document: &str, sql: impl Fn(&Transform) -> Vec<u8>) -> Self {
        let document = strata_state::read(document).unwrap();
        let bucket = Self { folder: tempfile::tempdir().unwrap(), name: name.to_owned(), document };
        for transform in &bucket.document.pipeline.transforms {
            bucket.put(&Spec::sql_key(transform), sql(transform));
            bucket.put(&Spec::key(transform), bucket.spec(&transform.name).print().unwrap().into_bytes());
        }
        bucket
    }

    pub(crate) fn store(&self) -> Folder {
        Folder(self.folder.path().to_owned())
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    pub(crate) fn url(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    pub(crate) fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.store().put(&self.url(key), bytes.into()).unwrap();
    }

    pub(crate) fn raw(&self, date: &str, text: impl Into<Vec<u8>>) {
        self.put(&format!("data/raw/raw_batch_data_{date}.csv"), text);
    }

    pub(crate) fn spec(&self, name: &str) -> Spec {
        let pipeline = &self.document.pipeline;
        let transform = pipeline.transforms.iter().find(|transform| transform.name == name).unwrap();
        Spec::new(pipeline, transform, &self.name).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.document.pipeline.transforms.iter().map(|transform| transform.name.clone()).collect()
    }

    pub(crate) fn run(&self, name: &str, date: Option<&str>) -> Result<Report, Error> {
        run(&self.spec(name), &self.store(), date.map(day), &mut |_| {})
    }

    /// As `run_all`, within limits.
    pub(crate) fn run_within(&self, limits: Limits, date: Option<&str>) {
        for name in self.names() {
            run_within(limits, &self.spec(&name), &self.store(), date.map(day), &mut |_| {}).unwrap();
        }
    }

    pub(crate) fn run_all(&self, date: Option<&str>) {
        for name in self.names() {
            self.run(&name, date).unwrap();
        }
    }

    pub(crate) fn bytes(&self, key: &str) -> Vec<u8> {
        self.store().get(&self.url(key)).unwrap()
    }

    /// One day of a table, from its one file.
    pub(crate) fn table(&self, name: &str, date: &str) -> DataFrame {
        let path = &self.document.pipeline.tables[name].path;
        let bytes = self.bytes(&format!("{path}batch_date={date}/part-00000.parquet"));
        ParquetReader::new(Cursor::new(bytes)).finish().unwrap()
    }

    /// Every object below a prefix with its content.
    pub(crate) fn below(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let objects = self.store().list(&self.url(prefix)).unwrap();
        objects.into_iter().map(|object| (object.url.clone(), self.store().get(&object.url).unwrap())).collect()
    }
}

/// One column as text.
pub(crate) fn texts(frame: &DataFrame, column: &str) -> Vec<String> {
    let column = frame.column(column).unwrap().as_materialized_series();
    column.iter().map(|value| value.str_value().into_owned()).collect()
}

/// One raw row; `change` sets columns by name.
pub(crate) fn row(id: &str, change: &[(&str, &str)]) -> String {
    let plain = "Ana Pop,anapopescu,anapopescu@email.ro,2260915133704,1961-08-30,\"Strada A Nr. 1, Cluj, 389586\",0786 645 539,\
                 38:f9:7c:b3:d5:88,63.138.125.200,RO16EZML5644748904109718,2024-09-14 12:04:17,31554,750,40,166472";
    let mut fields: Vec<String> = plain.split(',').map(str::to_owned).collect();
    // The address has two commas of its own.
    let address = fields.drain(5..8).collect::<Vec<_>>().join(",");
    fields.insert(5, address);
    fields.push(id.to_owned());
    for (name, value) in change {
        let index = HEADER.split(',').position(|column| column == *name).unwrap();
        fields[index] = (*value).to_owned();
    }
    fields.join(",")
}

/// A raw file of these rows.
pub(crate) fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}
