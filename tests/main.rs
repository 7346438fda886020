//! The integration tests: one binary, and this page is its table of contents.
//!
//! They run the real program the way a user does and know nothing of its inside, except `tidy` and `papers`, which read its source.

#![allow(
    clippy::unwrap_used,
    reason = "in a test a panic is the message, also in its helpers"
)]

// The harness: folders, runs of the program, synthetic people, the JSON report as an outsider reads it.
mod util;

// What the command line promises: commands, options, outputs, exit codes.
mod cli;
// The budget of a CI job: limits that are kept, exceeded, or refused.
mod budget;
// The ratchet of a CI job: never more than before.
mod baseline;
mod baseline_packs;
// What is new since then, in which files, and that every format tells of it.
mod since;
// The action, the job template, the hook, and the script that they share.
mod pipeline;
// The configuration file: found, named, outranked, told of, refused.
mod config;
// Ignore rules: what they take out, and that nothing else changes.
mod ignore;
// Schemas of the audit and of the configuration: derived, committed, and kept by real outputs.
mod schemas;
// What a package carries: completions and manual pages.
mod packaging;
// What a user states of the law: wrong statements and files are refused, and counts do what the law asks of them.
mod law;
// Why a record was found and counted as it was, and what was nearly found.
mod explain;
// Files, folders, links, standard input: what is read and in which order.
mod walk;
// Whatever is broken, hostile or missing: a message or a gap in the report, and everything else is counted.
mod bad_input;
// The program, an independent counter and the generator's own books agree on every number.
mod count;
// Persons of each file: an independent counter agrees, however the scan is divided, and reports go by them.
mod persons;
// One export a record class: every row lands in its category.
mod exports;
// Archives and compressed files: what is in them counts like files of its own.
mod containers;
// The same 1,000 people in every format, as other programs wrote them: the same counts.
mod formats;
// Documents of office programs: sentences, what is hidden or embedded, and what is broken or hostile.
mod office;
// Databases and PDF documents: logs, blobs and lines, and what cannot be read.
mod stores;
// Pages, XML and logs: lines, keys, and what is broken or hostile.
mod markup;
// Column stores and row files, whose values have types.
mod columnar;
// Messages that other programs wrote, and archives that cannot be opened.
mod mail;
// Every record class in three header languages and without a header, and the sources that leaks come from.
mod records;
// Numbers that pass by chance, and values that were damaged on their way.
mod columns;
// The built-in patterns: all of them listed, and all of their examples hold.
mod patterns;
// Labelled cases and free text: detection keeps its precision and recall.
mod quality;
// Any number of threads, any order, any division into files: the same numbers.
mod parallel;
// Machines that share the work: together the same numbers.
mod shard;
// Little memory, a full disk: the same numbers, or none.
mod memory;
// Tallies of parts: joined, they give what one scan gives.
mod parts;
// What was scanned: digests that other programs confirm.
#[cfg(unix)]
mod manifest;
// Scans that are killed and go on: the same audit.
mod resume;
// Hostile text, many files, deep folders: time in proportion to what is read.
mod linear;
// Reports in every format, with hostile names, and when they cannot be written.
mod reports;
// The page in a real browser, where there is one: what a reader does, in both languages, with very many files.
mod page;
// No output of any kind holds a value of the data.
mod privacy;
// The house rules of the source: headers, sizes, and who may import whom.
mod tidy;
// The papers: README and ARCHITECTURE say what the program and the source say.
mod papers;
