//! Objects as files. A file is one more name of the object's own, so it costs next to nothing.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use strata_local_s3::Listed;

use crate::Cloud;

impl Cloud {
    /// The object's bytes as a file. The name holds the ETag, so a new version is a new file.
    ///
    /// # Errors
    /// The object cannot be read, in S3's words; or the file cannot be written.
    pub async fn fetch(&self, bucket: &str, object: &Listed) -> Result<PathBuf, String> {
        let told = |error: strata_local_s3::Error| format!("{}: {}", error.code, error.message);
        // A cached file must not outlive the right to read the object.
        self.s3.check_open(bucket, &object.key).await.map_err(told)?;
        let digest = Sha256::digest(format!("{bucket}\n{}\n{}\n{}", object.key, object.etag, object.size));
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = folder(&self.dir);
        let path = folder.join(name);
        if tokio::fs::metadata(&path).await.is_ok_and(|meta| meta.len() == object.size) {
            return Ok(path);
        }
        let (s3, to, bucket, key) = (self.s3.clone(), path.clone(), bucket.to_owned(), object.key.clone());
        let export = move || -> Result<(), String> {
            std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            // Write a temporary file, then rename: a reader never sees half a file.
            let part = folder.join(uuid::Uuid::new_v4().to_string());
            s3.export(&bucket, &key, &part).map_err(told)?;
            let moved = std::fs::rename(&part, &to);
            // Two names of one file stay two.
            let _ = std::fs::remove_file(&part);
            moved.map_err(|error| format!("{}: {error}", to.display()))
        };
        tokio::task::spawn_blocking(export).await.map_err(|error| error.to_string())??;
        Ok(path)
    }
}

/// Forgets all files, which would keep the bytes of objects that are gone.
pub fn clear(dir: &Path) {
    let _ = std::fs::remove_dir_all(folder(dir));
}

fn folder(dir: &Path) -> PathBuf {
    dir.join("cache")
}
