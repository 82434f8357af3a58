//! An endpoint that was started by a user with credentials, and programs that they run; everything said is kept.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use strata_testkit::{Endpoint, Output, bin, eventually, repository};

pub(crate) const ACCESS: &str = "CANARYACCESSKEYID001";
pub(crate) const SECRET: &str = "canary-SecretAccessKey-7f3a9b2c5d8e1f40";
pub(crate) const TOKEN: &str = "canary-SessionToken-1b4d7e0a3c6f9258b1e4";

/// A started endpoint in a folder of its own.
pub(crate) struct Stage {
    pub(crate) url: String,
    folder: tempfile::TempDir,
    said: Mutex<Vec<String>>,
}

impl Stage {
    pub(crate) fn start() -> Self {
        // The Python environment exists after this.
        drop(Endpoint::start());
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Self { url: String::new(), folder, said: Mutex::default() };
        let venv = repository().join(".local/venv");
        let record = stage.folder.path().join("record.jsonl");
        let more = ["--port", "0", "--venv", venv.to_str().unwrap(), "--record", record.to_str().unwrap()];
        let started = stage.local(&[&["start"], &more[..]].concat());
        assert_eq!(started.status, Some(0), "{}", started.stderr);
        let about = std::fs::read_to_string(stage.folder.path().join("endpoint.json")).unwrap();
        let about: serde_json::Value = serde_json::from_str(&about).unwrap();
        about["url"].as_str().unwrap().clone_into(&mut stage.url);
        eventually("the endpoint to be ready", Duration::from_secs(60), || {
            let status = stage.local(&["status"]);
            status.stdout.contains("\"ready\":true").then_some(())
        });
        stage
    }

    /// What a person with credentials has in the environment, and everything that makes programs talk.
    pub(crate) fn env(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_ENDPOINT_URL_MWAA", self.url.as_str()),
            ("AWS_ACCESS_KEY_ID", ACCESS),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", TOKEN),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_DEFAULT_REGION", "eu-central-1"),
            ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
        ];
        pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(bin(program));
        command.args(words).current_dir(repository()).envs(self.env());
        command
    }

    fn output(&self, mut command: Command, stdin: &str) -> Output {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("starting a program");
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let output = Output { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        self.said.lock().unwrap().push(format!("{}\n{}", output.stdout, output.stderr));
        output
    }

    /// Run a program of `local` on this endpoint.
    pub(crate) fn local(&self, words: &[&str]) -> Output {
        let mut command = self.command("local", &[words[0], "--dir", self.folder.path().to_str().unwrap()]);
        command.args(&words[1..]);
        self.output(command, "")
    }

    /// Run a program with more or other variables; an empty one is taken away.
    pub(crate) fn run(&self, program: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> Output {
        let mut command = self.command(program, words);
        for (name, value) in env {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        self.output(command, document)
    }

    /// Run a program that has to succeed; what it printed.
    pub(crate) fn done(&self, program: &str, words: &[&str], document: &str) -> String {
        let output = self.run(program, words, document, &[]);
        assert_eq!(output.status, Some(0), "{program} {words:?}: {}", output.stderr);
        output.stdout
    }

    pub(crate) fn runs(&self) -> usize {
        self.said.lock().unwrap().len()
    }

    pub(crate) fn said(&self) -> usize {
        self.said.lock().unwrap().iter().map(String::len).sum()
    }

    /// None of these is in anything that was printed, or in a file of the endpoint.
    pub(crate) fn scan(&self, secrets: &[&str]) {
        for secret in secrets {
            for said in self.said.lock().unwrap().iter() {
                assert!(!said.contains(secret), "{secret} was printed: {said}");
            }
            let mut files = 0;
            scan(self.folder.path(), secret, &mut files);
            // The request log, the record, two logs, endpoint.json and the programs of moto.
            assert!(files > 8, "{files} files");
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.command("local", &["stop", "--dir", self.folder.path().to_str().unwrap_or_default()]).output();
    }
}

fn scan(folder: &Path, secret: &str, files: &mut usize) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            scan(&entry.path(), secret, files);
            continue;
        }
        *files += 1;
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in {}", entry.path().display());
    }
}

/// An endpoint that answers every request as AWS does when the signature is wrong: with what should have been signed,
/// which holds the session's token.
pub(crate) fn mirror() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = vec![0; 16 << 10];
            let read = stream.read(&mut head).unwrap_or(0);
            let text = String::from_utf8_lossy(&head[..read]).into_owned();
            assert!(text.contains(TOKEN), "no token in {text}");
            let said = format!(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256'\n",
                text.replace("\r\n", "\n").replace('&', "&amp;").replace('<', "&lt;")
            );
            let body = format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>{said}</Message></Error></ErrorResponse>"
            );
            let head = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close",
                body.len()
            );
            let _ = write!(stream, "{head}\r\n\r\n{body}");
        }
    });
    url
}
