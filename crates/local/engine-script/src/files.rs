//! The files of a run: objects that become files, and the programs that run them.

use std::path::{Path, PathBuf};

use strata_local_cloud::Cloud;
use strata_local_process::file::{FileError, file, write_whole};

/// The programs of `python/`: their names and texts.
const PROGRAMS: [(&str, &str); 18] = [
    ("supervise.py", include_str!("../python/supervise.py")),
    ("environment.py", include_str!("../python/environment.py")),
    ("jars.py", include_str!("../python/jars.py")),
    ("launch.py", include_str!("../python/launch.py")),
    ("spark.py", include_str!("../python/spark.py")),
    ("requirements-shell.txt", include_str!("../python/requirements-shell.txt")),
    ("requirements-analytics.txt", include_str!("../python/requirements-analytics.txt")),
    ("requirements-spark.txt", include_str!("../python/requirements-spark.txt")),
    ("lib/awsglue/__init__.py", include_str!("../python/lib/awsglue/__init__.py")),
    ("lib/awsglue/catalog.py", include_str!("../python/lib/awsglue/catalog.py")),
    ("lib/awsglue/columns.py", include_str!("../python/lib/awsglue/columns.py")),
    ("lib/awsglue/context.py", include_str!("../python/lib/awsglue/context.py")),
    ("lib/awsglue/dynamicframe.py", include_str!("../python/lib/awsglue/dynamicframe.py")),
    ("lib/awsglue/formats.py", include_str!("../python/lib/awsglue/formats.py")),
    ("lib/awsglue/job.py", include_str!("../python/lib/awsglue/job.py")),
    ("lib/awsglue/refused.py", include_str!("../python/lib/awsglue/refused.py")),
    ("lib/awsglue/transforms.py", include_str!("../python/lib/awsglue/transforms.py")),
    ("lib/awsglue/utils.py", include_str!("../python/lib/awsglue/utils.py")),
];

/// Writes the programs into the endpoint's folder, where they are not there yet; the answer is that folder.
pub(crate) fn programs(cloud: &Cloud) -> Result<PathBuf, FileError> {
    let folder = cloud.dir.join("glue").join("python");
    for (name, text) in PROGRAMS {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(file("making the folder", parent))?;
        }
        write_whole(&path, text.as_bytes()).map_err(file("writing", &path))?;
    }
    Ok(folder)
}

/// Writes an object into a file.
pub(crate) async fn bring(cloud: &Cloud, bucket: &str, key: &str, to: &Path) -> Result<(), String> {
    let bytes = cloud.s3.get(bucket, key, None).await;
    let bytes = bytes.map_err(|why| {
        format!(
            "LAUNCH ERROR | File could not be downloaded from s3://{bucket}/{key}: An error occurred ({}) when calling the \
             GetObject operation: {}",
            why.code, why.message
        )
    })?;
    std::fs::write(to, bytes).map_err(|why| file("writing", to)(why).to_string())
}

/// Writes the objects of a list into a folder; their files. What is no S3 path stays as it is in a list of Python modules.
pub(crate) async fn bring_all(
    cloud: &Cloud,
    argument: &str,
    list: &[String],
    folder: &Path,
) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for one in list {
        let Some((bucket, key)) = split(one) else {
            if argument == "--additional-python-modules" {
                found.push(one.clone());
                continue;
            }
            return Err(format!("LAUNCH ERROR | {argument} has {one}, which is not an S3 path"));
        };
        let to = folder.join(key.rsplit('/').next().unwrap_or(key));
        bring(cloud, bucket, key, &to).await?;
        found.push(to.to_string_lossy().into_owned());
    }
    Ok(found)
}

/// Bucket and key of an S3 path.
fn split(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("s3://")?.split_once('/')
}
