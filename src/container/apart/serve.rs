//! The process that decodes: it takes its order, limits itself, goes through the container and says what is in it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Resource, Rlimit, setrlimit};

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
    let most = |n| Rlimit {
        current: Some(n),
        maximum: Some(n),
    };
    setrlimit(Resource::As, most(limits.apart_memory_bytes_max))?;
    setrlimit(Resource::Core, most(0))?;
    let time = Rlimit {
        current: Some(seconds),
        maximum: Some(seconds.saturating_add(5)),
    };
    setrlimit(Resource::Cpu, time)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}
