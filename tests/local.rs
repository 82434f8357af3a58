//! The local endpoint as a process, and as AWS clients see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "local/check.rs"]
mod shared;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use strata_testkit::{DyingProxy, Endpoint, Output, bin, connections, eventually, listening, python, repository, run};

fn check(file: &str, name: &str) {
    shared::check(file, name, &[]);
}

#[test]
fn d05_an_environment_without_a_way_out_fails() {
    check("mwaa.py", "d05_no_way_out");
}

#[test]
fn d06_an_environment_without_a_self_rule_fails() {
    check("mwaa.py", "d06_no_self_rule");
}

#[test]
fn d07_an_environment_needs_its_requirements_file_first() {
    check("mwaa.py", "d07_requirements_not_there");
}

#[test]
fn d21_an_environment_refuses_an_open_or_unversioned_bucket() {
    check("mwaa.py", "d21_bucket");
}

#[test]
fn an_environment_needs_a_role_that_both_principals_may_assume() {
    check("mwaa.py", "roles");
}

#[test]
fn an_environment_request_is_validated() {
    check("mwaa.py", "requests");
}

#[test]
fn an_environment_comes_up_changes_and_goes() {
    check("mwaa.py", "life");
}

#[test]
fn buckets_are_as_strict_as_aws() {
    check("control.py", "buckets");
}

#[test]
fn large_objects_come_back_whole() {
    check("control.py", "large_objects");
}

#[test]
fn objects_are_read_and_written_as_boto3_does() {
    for name in ["linked", "conditional", "checksums", "versions", "multipart", "by_host_name", "control_characters"] {
        check("objects.py", name);
    }
}

#[test]
fn the_command_line_copies_and_moves() {
    let folder = tempfile::tempdir().unwrap();
    shared::check("objects.py", "command_line", &[("FOLDER", folder.path())]);
}

#[test]
fn what_is_in_use_cannot_be_deleted() {
    check("control.py", "networks");
}

#[test]
fn security_group_rules_can_be_modified() {
    check("control.py", "groups");
}

#[test]
fn workgroups_can_be_updated() {
    check("control.py", "workgroups");
}

#[test]
fn unknown_names_and_operations_are_errors_of_aws() {
    check("control.py", "unknown_names");
}

/// `local` with a folder of its own and the checkout's Python environment.
fn local(dir: &Path, verb: &str, more: &[&str]) -> Output {
    let dir = dir.to_str().unwrap();
    let mut args = vec![verb, "--dir", dir];
    args.extend_from_slice(more);
    run(bin("local"), &args, "", &[])
}

/// A port that was free a moment ago.
fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

fn lives(process: u32) -> bool {
    // A zombie has ended, too: only its parent has not looked yet.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next()).is_some_and(|state| state != 'Z')
}

fn gone(process: u32) {
    eventually("the process to end", Duration::from_secs(10), || (!lives(process)).then_some(()));
}

#[test]
fn it_starts_once_tells_about_itself_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, port) = (folder.path(), free_port());
    let venv = repository().join(".local/venv");
    // The environment exists after this, so that the next start can be timed.
    drop(Endpoint::start());
    let begun = Instant::now();
    let started = local(dir, "start", &["--port", &port, "--venv", venv.to_str().unwrap()]);
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    assert!(begun.elapsed() < Duration::from_secs(2), "a later start took {:?}", begun.elapsed());
    let again = local(dir, "start", &["--port", &port]);
    assert_eq!(again.status, Some(0));
    assert!(again.stderr.contains("already running"), "{}", again.stderr);

    let url = format!("http://127.0.0.1:{port}");
    let variables = local(dir, "env", &[]);
    assert!(variables.stdout.contains(&format!("export AWS_ENDPOINT_URL={url}\n")), "{}", variables.stdout);
    let named = format!("export AWS_ENDPOINT_URL_MWAA=http://localhost:{port}\n");
    assert!(variables.stdout.contains(&named), "{}", variables.stdout);
    assert!(started.stderr.contains(&format!("running at {url} ")), "{}", started.stderr);
    let cli = |args: &[&str]| {
        let mut all = vec!["-m", "awscli", "--endpoint-url", &url, "--region", "eu-central-1"];
        all.extend_from_slice(args);
        let env = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
        let output = run(python(), &all, "", &[env[0], env[1], ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")]);
        assert_eq!(output.status, Some(0), "aws {args:?}: {}", output.stderr);
        output.stdout
    };
    cli(&["s3", "mb", "s3://from-the-command-line"]);
    assert!(cli(&["s3", "ls"]).contains("from-the-command-line"));
    cli(&["glue", "create-database", "--database-input", "Name=d"]);
    assert!(cli(&["mwaa", "list-environments"]).contains("[]"));
    let logged = local(dir, "logs", &["--last", "2"]).stdout;
    assert!(logged.contains("* glue:CreateDatabase") && logged.contains("airflow:ListEnvironments"), "{logged}");

    assert_eq!(local(dir, "reset", &[]).status, Some(0));
    assert!(!cli(&["s3", "ls"]).contains("from-the-command-line"));
    let health: serde_json::Value = serde_json::from_str(&local(dir, "status", &[]).stdout).unwrap();
    let text = std::fs::read_to_string(dir.join("endpoint.json")).unwrap();
    let about: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(health["pid"], about["pid"]);
    assert_eq!(local(dir, "stop", &[]).status, Some(0));
    gone(about["pid"].as_u64().unwrap() as u32);
    gone(about["moto_pid"].as_u64().unwrap() as u32);
    assert_eq!(local(dir, "status", &[]).status, Some(1));
    assert_eq!(local(dir, "stop", &[]).status, Some(0), "a second stop is no error");
}

#[test]
fn a_fresh_account_is_empty() {
    let endpoint = Endpoint::start();
    let script = repository().join("tests/local/control.py");
    let output = run(python(), &[script.to_str().unwrap(), "nothing_at_first"], "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}

#[test]
fn a_crash_leaves_no_process() {
    let mut endpoint = Endpoint::start();
    let (local, moto) = endpoint.processes();
    endpoint.crash();
    gone(local);
    gone(moto);
}

#[test]
fn a_running_one_works_on_when_a_new_program_is_built_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (program, port) = (folder.path().join("local"), free_port());
    std::fs::copy(bin("local"), &program).unwrap();
    drop(Endpoint::start());
    let venv = repository().join(".local/venv");
    let (dir, venv) = (folder.path().to_str().unwrap(), venv.to_str().unwrap());
    let started = run(&program, &["start", "--dir", dir, "--port", &port, "--venv", venv], "", &[]);
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    std::fs::remove_file(&program).unwrap();
    // Queries and jobs are processes of this program.
    let url = format!("http://127.0.0.1:{port}");
    let region = ("AWS_DEFAULT_REGION", "eu-central-1");
    let keys = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
    let script = repository().join("tests/local/athena.py");
    let env = [("AWS_ENDPOINT_URL", url.as_str()), region, keys[0], keys[1]];
    let output = run(python(), &[script.to_str().unwrap(), "paging"], "", &env);
    assert_eq!(local(folder.path(), "stop", &[]).status, Some(0));
    assert_eq!(output.status, Some(0), "{}", output.stderr);
}

#[test]
fn one_in_the_background_fetches_packages_as_its_person_does() {
    let folder = tempfile::tempdir().unwrap();
    drop(Endpoint::start());
    let (dir, port, venv) = (folder.path().to_str().unwrap(), free_port(), repository().join(".local/venv"));
    let fetching = [("https_proxy", "http://proxy:1"), ("SSL_CERT_FILE", "/ca.pem"), ("UV_DEFAULT_INDEX", "http://x/")];
    let args = ["start", "--dir", dir, "--port", &port, "--venv", venv.to_str().unwrap()];
    let started =
        run(bin("local"), &args, "", &[&fetching[..], &[("AWS_SECRET_ACCESS_KEY", "not to be inherited")]].concat());
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    let text = std::fs::read_to_string(folder.path().join("endpoint.json")).unwrap();
    let about: serde_json::Value = serde_json::from_str(&text).unwrap();
    let environ = std::fs::read_to_string(format!("/proc/{}/environ", about["pid"])).unwrap();
    assert_eq!(local(folder.path(), "stop", &[]).status, Some(0));
    for (name, value) in fetching {
        assert!(environ.contains(&format!("{name}={value}\0")), "{name}: {environ}");
    }
    assert!(!environ.contains("not to be inherited"));
}

#[test]
fn a_taken_port_is_a_clear_error() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let venv = repository().join(".local/venv");
    let output = local(folder.path(), "start", &["--port", &port, "--venv", venv.to_str().unwrap()]);
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains(&port) && output.stderr.contains("--port"), "{}", output.stderr);
}

#[test]
fn without_python_it_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(bin("local"), &["start", "--dir", folder.path().to_str().unwrap()], "", &[("PATH", "")]);
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains("install python3 and python3-venv"), "{}", output.stderr);
}

/// The status line of the answer to a request with this Host header.
fn status_for(endpoint: &Endpoint, host: &str) -> String {
    let address = endpoint.url().replace("http://", "");
    let mut stream = TcpStream::connect(address).unwrap();
    let scope = "local/20260101/eu-central-1/airflow/aws4_request";
    let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let head = format!(
        "GET /environments HTTP/1.1\r\nHost: {host}\r\nAuthorization: {signature}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text.lines().next().unwrap_or_default().to_string()
}

#[test]
fn only_names_of_this_machine_are_answered() {
    let endpoint = Endpoint::start();
    for host in ["api.localhost:4566", "localhost", "api.127.0.0.1", "127.0.0.1:1"] {
        assert!(status_for(&endpoint, host).contains(" 200 "), "{host}");
    }
    for host in ["example.com", "localhost.example.com", "192.168.0.1"] {
        assert!(status_for(&endpoint, host).contains(" 403 "), "{host}");
    }
    let logged = endpoint.requests(0);
    assert_eq!(logged.len(), 4, "what was refused is no AWS call");
    assert_eq!(logged[0]["operation"], "ListEnvironments");
    assert_eq!(endpoint.mutating_since(0), Vec::<String>::new());
    assert_eq!(endpoint.count(), 4);
}

#[test]
fn the_dying_proxy_lets_so_many_requests_through() {
    let endpoint = Endpoint::start();
    let proxy = DyingProxy::start(endpoint.url(), 2);
    let script = "import boto3\nfrom botocore.config import Config\n\
        s3 = boto3.client('s3', config=Config(retries={'total_max_attempts': 1}))\n\
        for _ in range(3):\n    print(len(s3.list_buckets()['Buckets']), flush=True)\n";
    let mut env = endpoint.env();
    env[0].1 = proxy.url();
    let output = run(python(), &["-c", script], "", &env);
    assert_eq!(output.stdout, "0\n0\n", "{}", output.stderr);
    assert_ne!(output.status, Some(0));
    assert_eq!(endpoint.count(), 2);
    assert_eq!(proxy.seen(), 3);
}

#[test]
fn calls_one_after_the_other_share_a_connection_to_moto() {
    let endpoint = Endpoint::start();
    let script = "import boto3\nfor _ in range(50):\n    boto3.client('sts').get_caller_identity()\n";
    let output = run(python(), &["-c", script], "", &endpoint.env());
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let moto = listening(endpoint.processes().1)[0].port();
    // Both ends of a few.
    let count = connections(moto);
    assert!((1..=8).contains(&count), "{count} ends of connections after 50 calls");
}

#[test]
fn buckets_and_objects_survive_stop_and_start() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, port) = (folder.path(), free_port());
    let venv = repository().join(".local/venv");
    let start = || local(dir, "start", &["--port", &port, "--venv", venv.to_str().unwrap()]);
    let check = |name: &str| {
        let script = repository().join("tests/local/objects.py");
        let url = format!("http://127.0.0.1:{port}");
        let env =
            [("AWS_ENDPOINT_URL", url.as_str()), ("FOLDER", dir.to_str().unwrap()), ("PYTHONDONTWRITEBYTECODE", "1")];
        let output = run(python(), &[script.to_str().unwrap(), name], "", &env);
        assert_eq!(output.status, Some(0), "{name}: {}", output.stderr);
    };
    let started = start();
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    assert!(!started.stderr.contains("as they were"), "{}", started.stderr);
    check("before_a_restart");
    assert_eq!(local(dir, "stop", &[]).status, Some(0));
    let started = start();
    assert_eq!(started.status, Some(0), "{}", started.stderr);
    assert!(started.stderr.contains("are as they were"), "{}", started.stderr);
    check("after_a_restart");
    assert_eq!(local(dir, "stop", &[]).status, Some(0));
}
