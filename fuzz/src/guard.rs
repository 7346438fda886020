//! What is a finding: a panic of our code, memory past a limit, and (libFuzzer's own) a hang.
//!
//! A panic inside a library during a walk is none, as the program ends that container with a reason and goes on; it is written
//! to standard error once for each place, so that it can be reported where it belongs. Anywhere else nobody would catch it.

use std::alloc::System;
use std::backtrace::Backtrace;
use std::collections::BTreeSet;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, Once, PoisonError};
use std::{process, thread};

use cap::Cap;

/// Memory that walks in the process of the program may take in all. With the limits of [`super::container`] they take far less.
pub const MEMORY: usize = 256 << 20;

/// The same for formats that the program decodes in a process of its own, as large as that may get.
pub const MEMORY_APART: usize = 2 << 30;

/// The thread in which containers are walked through.
const WALK_THREAD: &str = "unpack";

/// An allocation past the limit fails, and with it the process: that is a finding as well.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Limits memory and judges panics from now on. Costs nothing when it is called again.
pub fn start(memory: usize) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        ALLOCATOR
            .set_limit(memory)
            .expect("nothing was taken so far");
        // That of libFuzzer aborts at any panic.
        panic::set_hook(Box::new(judge));
    });
}

fn judge(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |place| {
        format!("{}:{}", place.file(), place.line())
    });
    let in_walk = thread::current().name() == Some(WALK_THREAD);
    if in_walk && is_of_library(&place) {
        static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(place.clone()) {
            eprintln!("panic in a library, answered by the program: {place}");
        }
        return;
    }
    eprintln!("finding: {info}\n{}", Backtrace::force_capture());
    process::abort();
}

/// Whether the innermost frame that is not of the standard library belongs to a library of others.
fn is_of_library(place: &str) -> bool {
    if place.contains("/registry/src/") {
        return true;
    }
    if !is_of_std(place) {
        return false;
    }
    let trace = Backtrace::force_capture().to_string();
    let mut places = trace
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("at "))
        // From the panic on: before it stands this hook.
        .skip_while(|place| !is_of_std(place))
        .filter(|place| !is_of_std(place) && !place.contains("guard.rs"));
    places
        .next()
        .is_some_and(|place| place.contains("/registry/src/"))
}

fn is_of_std(place: &str) -> bool {
    place.contains("/rustc/") || place.starts_with("library/")
}
