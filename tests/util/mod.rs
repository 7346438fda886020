//! The harness: a folder of its own for each test, and the real program run in it.
//!
//! [`Dir`] builds a tree, [`Cmd`] runs the binary and captures everything, [`Run`] asks about the result, [`audit`]
//! holds the JSON report as an outsider reads it, and [`formats`] scans files of other programs. Nothing here uses the library, so that what is promised to a user is
//! tested as a user sees it.

#![allow(dead_code, reason = "each test file uses its own part of the harness")]

pub(crate) mod audit;
pub(crate) mod formats;
pub(crate) mod people;

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// Past this a run is killed and its test fails: no test takes nearly as long.
const RUN_TIME_MAX: Duration = Duration::from_secs(60);

/// A folder that is removed at the end of the test.
pub(crate) struct Dir {
    root: TempDir,
}

impl Dir {
    /// An empty folder.
    pub(crate) fn new() -> Dir {
        Dir {
            root: tempfile::Builder::new()
                .prefix("audit-")
                .tempdir()
                .expect("a temporary folder can be made"),
        }
    }

    /// The path of something in it; `""` is the folder itself.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file, with the folders it lies in.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Dir {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Makes a folder.
    pub(crate) fn folder(&self, name: &str) -> &Dir {
        fs::create_dir_all(self.path(name)).unwrap();
        self
    }

    /// Makes a symbolic link to something in the folder, which need not exist.
    #[cfg(unix)]
    pub(crate) fn link(&self, target: &str, name: &str) -> &Dir {
        std::os::unix::fs::symlink(self.path(target), self.path(name)).unwrap();
        self
    }

    /// Makes a FIFO, if the system has the command for it.
    #[cfg(unix)]
    pub(crate) fn fifo(&self, name: &str) -> bool {
        Command::new("mkfifo")
            .arg(self.path(name))
            .status()
            .is_ok_and(|status| status.success())
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The names of what lies directly in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.root.path())
            .unwrap()
            .map(|dent| dent.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The program with the folder as its working directory.
    pub(crate) fn cmd<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Cmd {
        Cmd::new(self.root.path()).args(args)
    }

    /// Scans with JSON on standard output and hands the audit back; the exit code must be the one named.
    #[track_caller]
    pub(crate) fn audit(&self, args: &[&str], code: i32) -> audit::Audit {
        self.cmd(["scan", "-f", "json"])
            .args(args)
            .run()
            .code(code)
            .audit()
    }
}

/// A run of the program that is being put together.
pub(crate) struct Cmd {
    command: Command,
    stdin: Option<Box<dyn Read + Send>>,
}

impl Cmd {
    /// The program, with nothing of this machine's settings that could change what it writes.
    pub(crate) fn new(dir: &Path) -> Cmd {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leakgauge"));
        command.current_dir(dir);
        for name in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "COLUMNS"] {
            command.env_remove(name);
        }
        Cmd {
            command,
            stdin: None,
        }
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<std::ffi::OsStr>>(
        mut self,
        args: impl IntoIterator<Item = S>,
    ) -> Cmd {
        self.command.args(args);
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Cmd {
        self.command.env(name, value);
        self
    }

    /// Takes a variable out of the environment.
    pub(crate) fn without_env(mut self, name: &str) -> Cmd {
        self.command.env_remove(name);
        self
    }

    /// Feeds standard input.
    pub(crate) fn stdin(self, content: impl Into<Vec<u8>>) -> Cmd {
        self.stdin_from(Cursor::new(content.into()))
    }

    /// Feeds standard input from a reader, however long it is.
    pub(crate) fn stdin_from(mut self, rdr: impl Read + Send + 'static) -> Cmd {
        self.stdin = Some(Box::new(rdr));
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub(crate) fn run(mut self) -> Run {
        let shown = format!("{:?}", self.command);
        self.command
            .stdin(match self.stdin {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program can be started");
        if let (Some(mut rdr), Some(mut wtr)) = (self.stdin, child.stdin.take()) {
            // A program that stops reading early closes the pipe; that is its right.
            thread::spawn(move || io::copy(&mut rdr, &mut wtr).and_then(|_| wtr.flush()));
        }
        let stdout = drain(child.stdout.take().expect("stdout is piped"));
        let stderr = drain(child.stderr.take().expect("stderr is piped"));
        let code = wait(child, &shown);
        Run {
            shown,
            code,
            stdout: stdout.join().expect("stdout is read"),
            stderr: stderr.join().expect("stderr is read"),
        }
    }
}

fn drain(mut rdr: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        rdr.read_to_end(&mut bytes).expect("a pipe can be read");
        bytes
    })
}

/// Waits for the end, and kills what does not end.
#[track_caller]
fn wait(mut child: Child, shown: &str) -> Option<i32> {
    let (done, is_done) = mpsc::channel();
    let pid = child.id();
    let guard = thread::spawn(move || {
        let late = is_done.recv_timeout(RUN_TIME_MAX).is_err();
        if late {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        }
        late
    });
    let status = child.wait().expect("the program ends");
    let _ = done.send(());
    assert!(
        !guard.join().unwrap(),
        "killed after {RUN_TIME_MAX:?}: {shown}"
    );
    status.code()
}

/// What a run left behind.
pub(crate) struct Run {
    shown: String,
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Run {
    /// Standard output as text.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// The exit code must be this one.
    #[track_caller]
    pub(crate) fn code(&self, want: i32) -> &Run {
        assert_eq!(self.code, Some(want), "exit code of {self}");
        self
    }

    /// Standard output must hold this text.
    #[track_caller]
    pub(crate) fn out(&self, part: &str) -> &Run {
        assert!(
            self.stdout().contains(part),
            "no `{part}` on stdout of {self}"
        );
        self
    }

    /// Standard error must hold this text.
    #[track_caller]
    pub(crate) fn err(&self, part: &str) -> &Run {
        assert!(
            self.stderr().contains(part),
            "no `{part}` on stderr of {self}"
        );
        self
    }

    /// Nothing may be written to standard output.
    #[track_caller]
    pub(crate) fn silent(&self) -> &Run {
        assert!(self.stdout.is_empty(), "something on stdout of {self}");
        self
    }

    /// Nothing may be written to standard error.
    #[track_caller]
    pub(crate) fn calm(&self) -> &Run {
        assert!(self.stderr.is_empty(), "something on stderr of {self}");
        self
    }

    /// Standard output as a JSON audit.
    #[track_caller]
    pub(crate) fn audit(&self) -> audit::Audit {
        match serde_json::from_slice(&self.stdout) {
            Ok(audit) => audit,
            Err(e) => panic!("no audit ({e}) on stdout of {self}"),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |text: String| text.chars().take(4000).collect::<String>();
        write!(
            f,
            "{}\ncode: {:?}\nstdout:\n{}\nstderr:\n{}",
            self.shown,
            self.code,
            cut(self.stdout()),
            cut(self.stderr())
        )
    }
}

/// Whether permissions do not bite because the tests run as the superuser.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    let dir = Dir::new();
    dir.file("closed", "x");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::read(dir.path("closed")).is_ok()
}
