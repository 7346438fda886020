//! What is a finding: a panic of our code, memory past a limit, and (libFuzzer's own) a hang.
//!
//! A panic inside a library during a walk is none, as the program ends that container with a reason and goes on; nor is memory that
//! a library asks for past the limit where the program decodes in a process of its own, which costs that process. Both are written
//! to standard error once for each place, so that they can be reported where they belong. Anywhere else nobody would catch them.

use std::alloc::{Layout, System, set_alloc_error_hook};
use std::backtrace::Backtrace;
use std::collections::BTreeSet;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::{process, thread};

use cap::Cap;

/// Memory that walks in the process of the program may take in all. With the limits of [`super::container`] they take far less.
pub const MEMORY: usize = 256 << 20;

/// The same for formats that the program decodes in a process of its own, as large as that may get.
pub const MEMORY_APART: usize = 2 << 30;

/// The thread in which containers are walked through.
const WALK_THREAD: &str = "unpack";

/// An allocation past the limit fails.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Whether the program decodes the format at hand in a process of its own.
static IS_APART: AtomicBool = AtomicBool::new(false);

/// Limits memory and judges panics from now on. Costs nothing when it is called again.
pub fn start(memory: usize) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        ALLOCATOR
            .set_limit(memory)
            .expect("nothing was taken so far");
        IS_APART.store(memory >= MEMORY_APART, Ordering::Relaxed);
        // That of libFuzzer aborts at any panic.
        panic::set_hook(Box::new(judge));
        set_alloc_error_hook(refuse);
    });
}

fn judge(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |place| {
        format!("{}:{}", place.file(), place.line())
    });
    let place = if is_of_std(&place) {
        innermost()
    } else {
        place
    };
    if in_walk() && is_of_library(&place) {
        tell("panic", place);
        return;
    }
    eprintln!("finding: {info}\n{}", Backtrace::force_capture());
    process::abort();
}

/// Judges memory that is not to be had.
fn refuse(layout: Layout) {
    let place = innermost();
    if IS_APART.load(Ordering::Relaxed) && in_walk() && is_of_library(&place) {
        tell("memory past the limit", place);
        // Ends the walk, as the end of its process would.
        panic::resume_unwind(Box::new(()));
    }
    let (n, trace) = (layout.size(), Backtrace::force_capture());
    eprintln!("finding: {n} bytes of memory past the limit\n{trace}");
    process::abort();
}

fn in_walk() -> bool {
    thread::current().name() == Some(WALK_THREAD)
}

fn tell(what: &str, place: String) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(place.clone()) {
        eprintln!("{what} in a library, answered by the program: {place}");
    }
}

/// The innermost place in the code that is not of the standard library or of this hook.
fn innermost() -> String {
    let trace = Backtrace::force_capture().to_string();
    let mut places = trace
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("at "))
        .filter(|place| !is_of_std(place) && !place.contains("src/guard.rs"));
    places.next().map_or_else(String::new, str::to_owned)
}

fn is_of_library(place: &str) -> bool {
    place.contains("/registry/src/")
}

fn is_of_std(place: &str) -> bool {
    place.contains("/rustc/") || place.starts_with("library/")
}
