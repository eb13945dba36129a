//! The file of trials that a process writes.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The one file that this process appends trials to, and beside it one with their times. Where it is a file of a task of several, it
/// is begun with the first trial, under a name that no file has: no two processes ever write one file, which needs no locks and
/// holds on file systems of networks.
#[derive(Debug)]
pub(super) struct OwnFile {
    /// Where a file is begun: its folder and the beginning of its name.
    begins: Option<(PathBuf, String)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    trials: Option<(PathBuf, File)>,
    times: Option<File>,
    /// A line was not written whole; another after it would be lost with it.
    broken: bool,
}

impl OwnFile {
    /// A file that is open already, at its end.
    pub(super) fn open(path: PathBuf, file: File) -> Self {
        Self { begins: None, state: Mutex::new(State { trials: Some((path, file)), ..State::default() }) }
    }

    /// A file to be begun in `folder`: `<stem>.jsonl`, or `<stem>.2.jsonl` and so on where that exists.
    pub(super) fn to_begin(folder: PathBuf, stem: String) -> Self {
        Self { begins: Some((folder, stem)), state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps all writers out as long as the guard lives: none is in the midst of a line.
    pub(super) fn hold(&self) -> MutexGuard<'_, State> {
        self.lock()
    }

    /// Appends a line, in one piece. The error names the file.
    pub(super) fn append(&self, line: &[u8]) -> Result<(), (PathBuf, io::Error)> {
        let mut state = self.lock();
        if state.trials.is_none()
            && let Some((folder, stem)) = &self.begins
        {
            state.trials = Some(first_free(folder, stem)?);
        }
        let State { trials, broken, .. } = &mut *state;
        let Some((path, file)) = trials else { return Ok(()) };
        if *broken {
            let lost = io::Error::other("an earlier line was not written whole");
            return Err((path.clone(), lost));
        }
        file.write_all(line).map_err(|error| {
            *broken = true;
            (path.clone(), error)
        })
    }

    /// Appends a line to the times. What cannot be written is left out: times are for plans only.
    pub(super) fn append_time(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.times.is_none() {
            let path = state.trials.as_ref().map(|(path, _)| times_of(path));
            state.times = path.and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok());
        }
        if let Some(file) = &mut state.times {
            let _ = file.write_all(line);
        }
    }

    /// Waits until what was written is on the disk, so that other machines see it.
    pub(super) fn sync(&self) -> Result<(), (PathBuf, io::Error)> {
        match &self.lock().trials {
            Some((path, file)) => file.sync_data().map_err(|error| (path.clone(), error)),
            None => Ok(()),
        }
    }
}

/// The file of the times of the trials in `trials`.
pub(super) fn times_of(trials: &Path) -> PathBuf {
    trials.with_extension("times")
}

fn first_free(folder: &Path, stem: &str) -> Result<(PathBuf, File), (PathBuf, io::Error)> {
    let mut number = 1u32;
    loop {
        let name = if number == 1 { format!("{stem}.jsonl") } else { format!("{stem}.{number}.jsonl") };
        let path = folder.join(name);
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err((path, error)),
        }
    }
}
