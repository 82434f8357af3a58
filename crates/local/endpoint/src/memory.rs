//! What services know, in a file for each below `state`: written a moment after a change and at the end, read at the start.
//! moto keeps its own file there.

use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use strata_local_cloud::{Cloud, Service};
use strata_local_moto::Up;
use strata_local_process::file::write_whole;

/// A change is written after this time.
const PAUSE: Duration = Duration::from_millis(100);

/// Writing takes at most one part in so many of the time.
const SHARE: u32 = 10;

/// What is there again after a start.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Report {
    /// How many resources.
    resources: usize,
    /// What could not be read, in sentences.
    unread: Vec<String>,
}

/// The files of the services.
#[derive(Debug)]
pub struct Memory {
    folder: PathBuf,
    written: Mutex<HashMap<&'static str, Vec<u8>>>,
    report: Mutex<Report>,
}

impl Memory {
    /// The memory in a folder of the endpoint's. Secrets are in it, so it is the user's alone.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let folder = folder(dir);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self { folder, written: Mutex::default(), report: Mutex::default() })
    }

    /// Whether a folder of the endpoint's has something of an earlier run.
    pub fn is_in(dir: &Path) -> bool {
        let files = fs::read_dir(folder(dir)).into_iter().flatten().flatten();
        files
            .into_iter()
            .any(|file| [".json", ".pickle"].iter().any(|end| file.path().to_string_lossy().ends_with(end)))
    }

    /// Gives services what they knew. What cannot be read is put aside.
    pub fn load(&self, cloud: &Cloud) {
        for service in cloud.services.all() {
            let (name, path) = (service.name(), self.path(service.name()));
            let loaded = match fs::read(&path) {
                Ok(text) => service.load(&text).map_err(|why| why.to_string()),
                Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(0),
                Err(why) => Err(why.to_string()),
            };
            match loaded {
                Ok(resources) => self.with_report(|report| report.resources += resources),
                Err(why) => {
                    let aside = path.with_extension("json.unread");
                    let _ = fs::rename(&path, &aside);
                    let aside = aside.display();
                    self.tell(format!(
                        "what {name} knew cannot be read: {why}; the file is now {aside}, and {name} starts empty"
                    ));
                }
            }
        }
    }

    /// Hears what moto has again.
    pub fn add(&self, moto: Up, buckets: usize) {
        self.with_report(|report| report.resources += moto.resources + buckets);
        if let Some(why) = moto.unread {
            self.tell(why);
        }
    }

    /// Writes what has changed since it was written.
    pub fn save(&self, cloud: &Cloud) {
        for service in cloud.services.all() {
            if let Err(why) = self.save_one(&*service) {
                tracing::error!("keeping what {} knows: {why}", service.name());
            }
        }
    }

    /// Saves after each change, for ever.
    pub async fn keep(&self, cloud: &Cloud) {
        loop {
            cloud.changes.notified().await;
            tokio::time::sleep(PAUSE).await;
            let begun = Instant::now();
            self.save(cloud);
            tokio::time::sleep(begun.elapsed() * (SHARE - 1)).await;
        }
    }

    fn save_one(&self, service: &dyn Service) -> io::Result<()> {
        let (name, path) = (service.name(), self.path(service.name()));
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        match service.save()? {
            Some(text) if written.get(name) == Some(&text) => {}
            Some(text) => {
                write_whole(&path, &text)?;
                written.insert(name, text);
            }
            None => {
                written.remove(name);
                match fs::remove_file(&path) {
                    Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// What is there again.
    pub(crate) fn report(&self) -> Report {
        self.with_report(|report| report.clone())
    }

    fn tell(&self, why: String) {
        tracing::error!("{why}");
        self.with_report(|report| report.unread.push(why));
    }

    fn with_report<T>(&self, work: impl FnOnce(&mut Report) -> T) -> T {
        work(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn path(&self, service: &str) -> PathBuf {
        self.folder.join(format!("{service}.json"))
    }
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("state")
}
