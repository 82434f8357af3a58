//! Runs the endpoint in the foreground, until it is asked to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use strata_local_buckets::{self as buckets, KmsKeys};
use strata_local_cloud::{Cloud, clear_files};
use strata_local_endpoint::{self as endpoint, Inside, Memory, Record, Requests, Server};
use strata_local_moto::{Moto, Process, venv};
use strata_local_s3::S3;
use strata_local_weather::{Settings, Weather};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use crate::cli::Serve;
use crate::error::Error;
use crate::services;
use strata_local_process::file::{file, write_whole};

/// Prepares everything, then serves.
pub(crate) fn run(options: &Serve) -> Result<ExitCode, Error> {
    let weather = options.weather()?;
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::WARN).init();
    let dir = &options.place.dir;
    std::fs::create_dir_all(dir).map_err(file("making the folder", dir))?;
    venv::ensure(&options.venv())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(file("starting the runtime of", dir))?.block_on(serve(options, weather))
}

async fn serve(options: &Serve, weather: Settings) -> Result<ExitCode, Error> {
    let dir = options.place.dir.canonicalize().map_err(file("finding", &options.place.dir))?;
    let listener = TcpListener::bind(("127.0.0.1", options.port))
        .await
        .map_err(|source| Error::Port { port: options.port, source })?;
    let port = listener.local_addr().map_err(|source| Error::Port { port: options.port, source })?.port();
    // Airflow wants whole paths.
    let cache = options.venv().canonicalize().map_err(file("finding", options.venv()))?;
    let objects = buckets::folder(&dir);
    let (moto, started) = Moto::new();
    let keys = Arc::new(KmsKeys::new(moto.clone()));
    let s3 = S3::open(&objects).map_err(file("opening the objects in", &objects))?;
    let s3 = Arc::new(s3.with_keys(keys.clone()));
    clear_files(&dir);
    let memory = Arc::new(Memory::open(&dir).map_err(file("making a folder for what is kept in", &dir))?);
    let inside = Inside::bind().await.map_err(file("opening a port for the objects in", &objects))?;
    let mut process = Process::launch(&options.venv(), &dir)?;
    let stop = Arc::new(Notify::new());
    if options.until_eof {
        let stop = stop.clone();
        // A plain thread: the runtime would wait for a blocked read when it ends.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            stop.notify_one();
        });
    }
    let cloud = Arc::new(Cloud {
        moto,
        s3,
        objects_url: inside.url(),
        dir: dir.clone(),
        port,
        pace: Duration::from_millis(options.pace),
        weather: Weather::new(&services::CLIMATES),
        changes: Default::default(),
        services: Default::default(),
    });
    cloud.weather.set(weather);
    cloud.services.open(services::all(&cloud, keys, &cache));
    memory.load(&cloud);
    let record = options.record.as_deref().map(Record::create).transpose()?;
    let server = Server {
        cloud: cloud.clone(),
        requests: Requests::create(&dir)?,
        memory: memory.clone(),
        record,
        stop: stop.clone(),
    };
    let about_file = options.place.endpoint_file();
    // An address, no name: SDKs that would put a bucket before a name look up `bucket.localhost`, which few systems resolve.
    let url = format!("http://127.0.0.1:{port}");
    let about = json!({ "url": url, "pid": std::process::id(), "moto_pid": process.id() });
    write_whole(&about_file, about.to_string().as_bytes()).map_err(file("writing", &about_file))?;

    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(endpoint::serve(listener, Arc::new(server)));
    serving.spawn(inside.serve(cloud.s3.clone()));
    for service in cloud.services.all() {
        serving.spawn(service.ticks());
    }
    let (kept, changing) = (memory.clone(), cloud.clone());
    serving.spawn(async move { kept.keep(&changing).await });
    let watched = async {
        let up = match process.up().await {
            Ok(up) => up,
            Err(why) => return why.into(),
        };
        started.at(format!("http://127.0.0.1:{}", up.port));
        memory.add(up, cloud.s3.buckets().len());
        for service in cloud.services.all() {
            service.restore().await;
        }
        started.ready();
        process.ended().await.into()
    };
    let outcome = tokio::select! {
        why = watched => Err::<ExitCode, Error>(why),
        () = stop.notified() => Ok(ExitCode::SUCCESS),
        () = signalled() => Ok(ExitCode::SUCCESS),
    };
    serving.abort_all();
    memory.save(&cloud);
    for service in cloud.services.all() {
        service.end().await;
    }
    process.end().await;
    // Last: `local stop` takes its absence as the end.
    let _ = std::fs::remove_file(&about_file);
    outcome
}

/// Waits for a signal that asks to end. A closed terminal is none.
async fn signalled() {
    let (Ok(mut end), Ok(mut interrupt), Ok(_hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
}
