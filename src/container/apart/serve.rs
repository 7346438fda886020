//! The process that decodes: it takes its order, limits itself, goes through the container and says what is in it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::frame::{self, Order};
use crate::container::pump::{Job, Sink, Stop, Told, ended_by};
use crate::container::{Limits, Password, Source, Unpacking, walk_of};
use crate::error::Reason;

/// Serves the order that stands in the socket at standard output, for the container at standard input.
///
/// # Errors
/// When there is no order, or nobody to answer to.
pub fn serve() -> io::Result<()> {
    let socket = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let order = Order::read(&mut &socket)?;
    limit(&order.limits, file.metadata()?.len())?;
    let unwanted = Arc::new(AtomicU64::new(0));
    listen(socket.try_clone()?, Arc::clone(&unwanted))?;
    let socket = Mutex::new(socket);
    let tell = move |told| {
        let mut socket = socket.lock().unwrap_or_else(PoisonError::into_inner);
        frame::tell(&mut *socket, told).map_err(|e| match e.kind() {
            // Nothing of it was sent: what is lost has to be told.
            io::ErrorKind::InvalidData => {
                let what = "a name in it is longer than can be passed on";
                Stop::Because(Reason::Limit(what.to_owned()))
            }
            _ => Stop::Unread,
        })
    };
    let mut sink = Sink::of(Arc::new(tell), order.limits, unwanted);
    let job = Job {
        container: order.container,
        source: Source::File(file),
        name: order.name,
        unpacking: Unpacking {
            limits: order.limits,
            passwords: order.passwords.iter().map(|p| Password::new(p)).collect(),
            program: None,
        },
    };
    let walk = walk_of(order.container);
    let walked = catch_unwind(AssertUnwindSafe(|| walk(job, &mut sink)));
    let ended = ended_by(walked);
    let told = sink
        .end_open(&ended)
        .and_then(|()| sink.tell(Told::Over(ended)));
    told.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Hears which members nobody wants to read further.
fn listen(mut socket: UnixStream, unwanted: Arc<AtomicU64>) -> io::Result<()> {
    let thread = thread::Builder::new().name("listen".to_owned());
    let listening = thread.stack_size(64 << 10).spawn(move || {
        let mut number = [0; 8];
        while socket.read_exact(&mut number).is_ok() {
            unwanted.store(u64::from_le_bytes(number), Ordering::Relaxed);
        }
    });
    listening.map(|_| ())
}

/// Takes no more memory and processor time than is allowed, writes no core with the data in it, and ends with the program.
fn limit(limits: &Limits, size: u64) -> io::Result<()> {
    let seconds = limits
        .apart_seconds_max
        .saturating_add(limits.apart_seconds_each_mib.saturating_mul(size >> 20));
    let memory = limits.apart_memory_bytes_max;
    for (resource, current, maximum) in [
        (Resource::As, memory, memory),
        (Resource::Core, 0, 0),
        (Resource::Cpu, seconds, seconds.saturating_add(5)),
    ] {
        let inherited = getrlimit(resource).maximum;
        setrlimit(resource, lowered(inherited, current, maximum))?;
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

/// The limit that is wanted, or the one that was inherited where that is lower: to raise it is not allowed.
fn lowered(inherited: Option<u64>, current: u64, maximum: u64) -> Rlimit {
    let room = maximum - current;
    let maximum = inherited.map_or(maximum, |inherited| inherited.min(maximum));
    // Where the system warns at the one and kills at the other, the warning must come first to be told.
    let current = match maximum {
        0 => 0,
        _ => current.min(maximum.saturating_sub(room).max(1)),
    };
    Rlimit {
        current: Some(current),
        maximum: Some(maximum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_are_there_already_are_kept() {
        for (inherited, wanted, want) in [
            (None, (2 << 30, 2 << 30), (2 << 30, 2 << 30)),
            (Some(1 << 40), (2 << 30, 2 << 30), (2 << 30, 2 << 30)),
            (Some(1 << 30), (2 << 30, 2 << 30), (1 << 30, 1 << 30)),
            (Some(0), (0, 0), (0, 0)),
            (Some(100), (0, 0), (0, 0)),
            (None, (600, 605), (600, 605)),
            (Some(605), (600, 605), (600, 605)),
            (Some(602), (600, 605), (597, 602)),
            (Some(3), (600, 605), (1, 3)),
            (Some(0), (600, 605), (0, 0)),
            (None, (u64::MAX, u64::MAX), (u64::MAX, u64::MAX)),
        ] {
            let limit = lowered(inherited, wanted.0, wanted.1);
            let limit = (limit.current, limit.maximum);
            assert_eq!(
                limit,
                (Some(want.0), Some(want.1)),
                "{inherited:?} {wanted:?}"
            );
        }
    }
}
