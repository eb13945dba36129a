//! The append-only store of trials: one JSON line each, flushed as it finishes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use super::experiment::{Request, SettingKey};
use super::record::Record;
use crate::streams::StreamVersion;

/// Name of the store's file in an output folder.
pub const STORE_FILE: &str = "trials.jsonl";

/// Trials of the same name whose outcomes differ by more than this (relative) contradict each other; smaller
/// differences are the rounding of another machine.
const SAME_OUTCOME: f64 = 1e-6;

/// By experiment, setting and seed; then by number.
type Trials = BTreeMap<(SettingKey, u64), BTreeMap<u64, Kept>>;

/// A trial and the streams that it was drawn from. Of trials of one name those of the newest streams stand: all are draws of the same
/// law, only their words became other numbers.
#[derive(Debug)]
struct Kept {
    streams: StreamVersion,
    record: Arc<Record>,
}

/// Trials by experiment, setting, seed and number; optionally backed by a file.
#[derive(Debug, Default)]
pub struct TrialStore {
    trials: Mutex<Trials>,
    file: Option<(PathBuf, Mutex<File>)>,
    warnings: Vec<String>,
    duplicates: usize,
}

/// One line of the store.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    experiment: String,
    setting: Json,
    seed: u64,
    trial: u64,
    code: String,
    #[serde(default)]
    streams: StreamVersion,
    outcome: Record,
}

/// How far a file of trials is sound.
struct Extent {
    /// Length up to the end of the last record or line.
    whole: u64,
    /// The last record lacks its line end.
    open_end: bool,
}

/// Why trials cannot be read or kept.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file cannot be opened, read or written.
    #[error("cannot {action} the trial store {}: {source}", path.display())]
    Io {
        /// `open`, `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process appends to the same store.
    #[error("the trial store {} is in use by another run; wait for it, or choose another folder", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The same trial is stored with two different outcomes.
    #[error(
        "{} line {line}: trial {trial} of {experiment} contradicts an earlier record; the experiment has changed \
         without a new version, or the file is damaged",
        path.display()
    )]
    Conflict {
        /// The file.
        path: PathBuf,
        /// Its line.
        line: usize,
        /// The experiment.
        experiment: String,
        /// The trial.
        trial: u64,
    },
}

impl TrialStore {
    /// A store that keeps its trials in memory only.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Opens (or begins) the store in `folder` for reading and appending. A torn last line, left by a killed run, is
    /// dropped with a warning.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(STORE_FILE);
        let fail = |action| {
            let path = path.clone();
            move |source| StoreError::Io { action, path, source }
        };
        std::fs::create_dir_all(folder).map_err(fail("open"))?;
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(fail("open"))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path }),
            // A file system without locks: two runs at once are then the user's own care.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut store = Self::default();
        let Extent { whole, open_end } = store.load(&path, BufReader::new(&mut file))?;
        let length = file.seek(SeekFrom::End(0)).map_err(fail("read"))?;
        if whole < length {
            file.set_len(whole).map_err(fail("write"))?;
        }
        if open_end {
            file.write_all(b"\n").map_err(fail("write"))?;
        }
        store.file = Some((path, Mutex::new(file)));
        Ok(store)
    }

    /// Reads stores (folders, or files as plain text or gzip) without appending to them, and joins them.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, StoreError> {
        let mut store = Self::default();
        for path in paths {
            let path = path.as_ref();
            let path = if path.is_dir() { path.join(STORE_FILE) } else { path.to_owned() };
            let file = File::open(&path).map_err(|source| StoreError::Io {
                action: "open",
                path: path.clone(),
                source,
            })?;
            let reader: Box<dyn Read> = match path.extension() {
                Some(e) if e == "gz" => Box::new(MultiGzDecoder::new(file)),
                _ => Box::new(file),
            };
            store.load(&path, BufReader::new(reader))?;
        }
        Ok(store)
    }

    /// Reads all lines.
    fn load(&mut self, path: &Path, mut reader: impl BufRead) -> Result<Extent, StoreError> {
        const NAMED: usize = 3;
        let mut extent = Extent { whole: 0, open_end: false };
        let mut skipped = 0;
        let mut buffer = Vec::new();
        for number in 1.. {
            buffer.clear();
            let read = reader.read_until(b'\n', &mut buffer).map_err(|source| StoreError::Io {
                action: "read",
                path: path.to_owned(),
                source,
            })?;
            if read == 0 {
                break;
            }
            let torn = buffer.last() != Some(&b'\n');
            match serde_json::from_slice::<Line>(&buffer).ok() {
                Some(line) => {
                    self.admit(path, number, line)?;
                    extent.open_end = torn;
                }
                None if torn => {
                    self.warnings.push(format!(
                        "{} line {number}: dropped a torn last line; its trial is run again",
                        path.display()
                    ));
                    break;
                }
                None if buffer.trim_ascii().is_empty() => {}
                None => {
                    skipped += 1;
                    if skipped <= NAMED {
                        self.warnings
                            .push(format!("{} line {number}: skipped, not a trial record", path.display()));
                    }
                }
            }
            extent.whole += read as u64;
        }
        if skipped > NAMED {
            self.warnings.push(format!("{}: {} more lines skipped", path.display(), skipped - NAMED));
        }
        Ok(extent)
    }

    fn admit(&mut self, path: &Path, line_number: usize, line: Line) -> Result<(), StoreError> {
        let Line { experiment, setting, seed, trial, streams, outcome, .. } = line;
        let key = SettingKey { experiment, setting: setting.to_string() };
        let trials = self.trials.get_mut().unwrap_or_else(PoisonError::into_inner);
        let of_setting = trials.entry((key.clone(), seed)).or_default();
        match of_setting.get(&trial) {
            Some(earlier) if earlier.streams > streams => {}
            Some(earlier) if earlier.streams == streams => {
                if earlier.record.distance(&outcome) > SAME_OUTCOME {
                    return Err(StoreError::Conflict {
                        path: path.to_owned(),
                        line: line_number,
                        experiment: key.experiment,
                        trial,
                    });
                }
                self.duplicates += 1;
            }
            _ => {
                of_setting.insert(trial, Kept { streams, record: Arc::new(outcome) });
            }
        }
        Ok(())
    }

    /// What was odd about the files, in words.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Records met more than once while reading.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Whether the trial is stored.
    pub fn contains(&self, request: &Request, seed: u64, trial: u64) -> bool {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.get(&(request.key.clone(), seed)).is_some_and(|t| t.contains_key(&trial))
    }

    /// How many of the trials $0..$`request.trials` are stored.
    pub fn count(&self, request: &Request, seed: u64) -> usize {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        let of_setting = trials.get(&(request.key.clone(), seed));
        of_setting.map_or(0, |trials| trials.range(..request.trials as u64).count())
    }

    /// The stored records among the trials $0..$`request.trials`, in order.
    pub fn records(&self, request: &Request, seed: u64) -> Vec<Arc<Record>> {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials
            .get(&(request.key.clone(), seed))
            .map(|t| t.range(..request.trials as u64).map(|(_, drawn)| Arc::clone(&drawn.record)).collect())
            .unwrap_or_default()
    }

    /// What is stored trials of, in order.
    pub fn keys(&self) -> Vec<SettingKey> {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.keys().map(|(key, _)| key.clone()).collect()
    }

    /// Number of stored trials.
    pub fn len(&self) -> usize {
        self.trials.lock().unwrap_or_else(PoisonError::into_inner).values().map(BTreeMap::len).sum()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps a trial: its line is on its way to the disk when this returns.
    pub fn insert(
        &self,
        request: &Request,
        seed: u64,
        trial: u64,
        outcome: Record,
    ) -> Result<(), StoreError> {
        if let Some((path, file)) = &self.file {
            let line = Line {
                experiment: request.key.experiment.clone(),
                setting: request.setting().clone(),
                seed,
                trial,
                code: env!("CARGO_PKG_VERSION").to_owned(),
                streams: StreamVersion::CURRENT,
                outcome: outcome.clone(),
            };
            let write = || -> io::Result<()> {
                let mut text = serde_json::to_vec(&line)?;
                text.push(b'\n');
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.write_all(&text)?;
                file.flush()
            };
            write().map_err(|source| StoreError::Io { action: "write", path: path.clone(), source })?;
        }
        let mut trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials
            .entry((request.key.clone(), seed))
            .or_default()
            .insert(trial, Kept { streams: StreamVersion::CURRENT, record: Arc::new(outcome) });
        Ok(())
    }
}
