//! Decoding in a process of its own: for formats that other people's code reads, which may abort, or take any memory or time.
//!
//! The process is the program itself, in a command that nobody types. It gets the container as its standard input, whatever else
//! it needs over a socket, and answers with the members ([`frame`]). It limits its memory and processor time, and is killed
//! when it keeps silent for too long, when nobody reads any more, or with the program. Whatever becomes of it costs one container.
//!
//! Where there are no such sockets and limits (outside Unix), and where the library is used without a program to run, a container
//! is gone through in a thread.

#[cfg(feature = "rar")]
mod alive;
mod frame;
mod serve;

use std::io::{self, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use self::frame::{Heard, Order, VERSION};
use super::pump::{BLOCK_BYTES, Job, Sink, Stop, Told};
use super::{Limits, Password};
use crate::error::Reason;

#[cfg(feature = "rar")]
pub(super) use self::alive::alive;
pub use self::serve::serve;

/// The command that serves.
pub const COMMAND: &str = "unpack-apart";

/// Ids of formats that a process may name.
const IDS_MAX: usize = 64;

/// Has the container decoded by a process, and passes on what that says.
pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let Some(program) = &job.unpacking.program else {
        let what = "there is no program to decode it with";
        return Err(Reason::Internal(what.to_owned()).into());
    };
    let (file, size) = job.source.into_file(limits.spool_bytes)?;
    sink.of_size(size);
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_read_timeout(Some(Duration::from_secs(limits.apart_silent_seconds_max)))?;
    let mut command = Command::new(&**program);
    command
        .arg(COMMAND)
        .env_clear()
        // All that it needs to know of the environment: where temporary files go.
        .env("TMPDIR", tempfile::env::temp_dir())
        .stdin(file)
        .stdout(OwnedFd::from(theirs))
        .stderr(Stdio::null());
    let child = command.spawn();
    // It holds the other end of the socket, which must close with the process.
    drop(command);
    let child = child.map_err(|e| {
        let what = format!(
            "the process that decodes it cannot be started: {}",
            e.kind()
        );
        Reason::Internal(what)
    })?;
    let mut process = Process { child, limits };
    let order = Order {
        version: VERSION,
        container: job.container,
        name: job.name,
        limits,
        passwords: job
            .unpacking
            .passwords
            .iter()
            .map(Password::to_vec)
            .collect(),
    };
    // If it is gone already, its end will tell why.
    let _ = order.write(&mut &ours);
    relay(&ours, sink, &mut process)
}

/// Passes on what the process says, until it has said all.
fn relay(socket: &UnixStream, sink: &mut Sink, process: &mut Process) -> Result<(), Stop> {
    let mut rdr = BufReader::with_capacity(BLOCK_BYTES, socket);
    let mut is_open = false;
    let mut n_members: u64 = 0;
    let mut is_left = false;
    loop {
        let heard = match frame::hear(&mut rdr) {
            Ok(Some(heard)) => heard,
            Ok(None) => return Err(process.ended().into()),
            Err(e) => return Err(process.failed(&e).into()),
        };
        let told = match heard {
            Heard::Is(id) => {
                sink.is(interned(&id).ok_or_else(out_of_turn)?)?;
                continue;
            }
            Heard::Told(told) => told,
        };
        match (told, is_open) {
            (Told::Begin(name, known), false) => {
                sink.start(name.as_bytes(), known)?;
                n_members += 1;
                (is_open, is_left) = (true, false);
            }
            (Told::Refused(name, reason), false) => {
                sink.refuse(name.as_bytes(), reason)?;
                n_members += 1;
            }
            (Told::Bytes(bytes), true) if sink.is_wanted() => sink.put(bytes)?,
            (Told::Bytes(bytes), true) => {
                if !std::mem::replace(&mut is_left, true) {
                    // It may have gone on by itself.
                    let _ = (&*socket).write_all(&n_members.to_le_bytes());
                }
                sink.passed_over(bytes.len() as u64)?;
            }
            (Told::PassedOver(n), _) => sink.passed_over(n)?,
            (Told::End(reason), true) => {
                sink.finish(reason)?;
                is_open = false;
            }
            (Told::Over(reason), false) => {
                return reason.map_or(Ok(()), |reason| Err(reason.into()));
            }
            _ => return Err(out_of_turn().into()),
        }
    }
}

fn out_of_turn() -> Reason {
    Reason::Internal("the process that decodes it said what does not belong there".to_owned())
}

/// An id as long-lived as those that are compiled in. There are only so many.
fn interned(id: &str) -> Option<&'static str> {
    static IDS: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let is_id = id.len() <= 32 && id.bytes().all(|b| b.is_ascii_graphic());
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = ids.iter().find(|known| **known == id) {
        return Some(known);
    }
    if !is_id || ids.len() >= IDS_MAX {
        return None;
    }
    let known: &'static str = Box::leak(id.into());
    ids.push(known);
    Some(known)
}

/// A process that decodes. It does not outlive its use.
struct Process {
    child: Child,
    limits: Limits,
}

impl Process {
    /// Why it ended before it had said all.
    fn ended(&mut self) -> Reason {
        let memory = self.limits.apart_memory_bytes_max >> 20;
        let signal = self.child.wait().ok().and_then(|status| status.signal());
        match signal {
            Some(signal) if signal == rustix::process::Signal::XCPU.as_raw() => {
                Reason::Limit("decoding it takes more processor time than is allowed".to_owned())
            }
            // Memory that is not to be had aborts the process.
            Some(signal) => Reason::Limit(format!(
                "the process that decodes it was stopped by signal {signal}: it is damaged, or takes more than {memory} MiB of memory"
            )),
            None => Reason::Internal("the process that decodes it ended too early".to_owned()),
        }
    }

    fn failed(&mut self, error: &io::Error) -> Reason {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                let most = self.limits.apart_silent_seconds_max;
                Reason::Limit(format!("nothing was decoded of it for {most} seconds"))
            }
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => self.ended(),
            _ => out_of_turn(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests;
