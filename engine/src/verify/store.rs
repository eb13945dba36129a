//! The append-only store of trials: one JSON line each, flushed as it finishes.
//!
//! A folder holds `trials.jsonl`, which a run of all trials appends to, and `shards/*.jsonl`, one file for each process that ran a
//! part of them. A process reads them all and writes its own; times lie beside in files of their own, so that the same trials
//! are the same lines.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use super::own_file::{OwnFile, State, times_of};
use super::record::Record;
use super::request::{Request, SettingKey};
use super::shard::Shard;
use super::times::{Forecast, TimeLine, Times};
use crate::streams::StreamVersion;

/// Name of the store's file in an output folder.
pub const STORE_FILE: &str = "trials.jsonl";

/// Name of the folder, in an output folder, of the files of tasks that ran a part of the trials each.
pub const SHARD_FOLDER: &str = "shards";

/// Trials of the same name whose outcomes differ by more than this (relative) contradict each other; smaller
/// differences are the rounding of another machine.
const SAME_OUTCOME: f64 = 1e-6;

/// What becomes of a torn last line in the file that is written on.
const OWN_END: &str = "dropped a torn last line; its trial is run again";

/// What becomes of one in a file of another process, which may be writing it.
const FOREIGN_END: &str = "passed over a torn last line; its trial counts as missing";

/// By experiment, setting and seed; then by number.
type Trials = BTreeMap<(SettingKey, u64), BTreeMap<u64, Kept>>;

/// A trial and the streams that it was drawn from. Of trials of one name those of the newest streams stand: all are draws of the same
/// law, only their words became other numbers.
#[derive(Debug)]
struct Kept {
    streams: StreamVersion,
    record: Arc<Record>,
}

/// Messages of failed trials, likewise.
type Failures = BTreeMap<(SettingKey, u64), BTreeMap<u64, String>>;

/// Trials by experiment, setting, seed and number; optionally backed by files.
#[derive(Debug, Default)]
pub struct TrialStore {
    trials: Mutex<Trials>,
    failures: Mutex<Failures>,
    times: Mutex<Times>,
    file: Option<OwnFile>,
    /// Held as long as the store lives, so that a second run of the same part is told.
    _claim: Option<File>,
    warnings: Vec<String>,
    duplicates: usize,
    files: Vec<StoreFile>,
    conflicts: Vec<Conflict>,
}

/// What was found in a file of trials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreFile {
    /// The file.
    pub path: PathBuf,
    /// Records of trials.
    pub trials: usize,
    /// Records of trials that failed.
    pub failed: usize,
    /// Trials met before, in it or in a file read earlier, with the same outcome.
    pub duplicates: usize,
    /// Trials met before with another outcome.
    pub contradictory: usize,
    /// Lines that are no records.
    pub skipped: usize,
    /// Whether its last line is torn.
    pub torn: bool,
}

/// A trial that is stored with two outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The trial's setting.
    pub key: SettingKey,
    /// Its seed.
    pub seed: u64,
    /// Its number.
    pub trial: u64,
    /// The file of the later record.
    pub path: PathBuf,
    /// The line there.
    pub line: usize,
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

/// The line of a trial that failed.
#[derive(Debug, Serialize, Deserialize)]
struct FailureLine {
    experiment: String,
    setting: Json,
    seed: u64,
    trial: u64,
    code: String,
    error: String,
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
    /// Another process appends to the same store, or runs the same part.
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
    /// dropped with a warning. The files of tasks that ran parts of the trials are read.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(STORE_FILE);
        let fail = |action| io_error(action, &path);
        std::fs::create_dir_all(folder).map_err(fail("open"))?;
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(fail("open"))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path }),
            // A file system without locks: two runs at once are then the user's own care.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut store = Self::default();
        let Extent { whole, open_end } = store.load(&path, BufReader::new(&mut file), OWN_END)?;
        store.load_times(&path);
        for shard in shard_files(folder)? {
            store.load_file(&shard)?;
        }
        store.agrees()?;
        let length = file.seek(SeekFrom::End(0)).map_err(fail("read"))?;
        if whole < length {
            file.set_len(whole).map_err(fail("write"))?;
        }
        if open_end {
            file.write_all(b"\n").map_err(fail("write"))?;
        }
        store.file = Some(OwnFile::open(path, file));
        Ok(store)
    }

    /// Opens the store in `folder` for a task that runs a part of the trials: all files are read, none of them is changed, and
    /// trials are appended to a file that this process begins. A second process for the same part waits for the first as
    /// long as `patience` and is refused then, where the file system has locks; where it has none, both run the same
    /// trials into files of their own, which count once.
    pub fn open_shard(folder: &Path, shard: Shard, patience: Duration) -> Result<Self, StoreError> {
        let shards = folder.join(SHARD_FOLDER);
        std::fs::create_dir_all(&shards).map_err(io_error("open", &shards))?;
        let claim = claimed(shards.join(format!("{}.lock", shard.stem())), patience)?;
        let mut store = Self::default();
        for path in files_of(folder)? {
            store.load_file(&path)?;
        }
        store.agrees()?;
        store.file = Some(OwnFile::to_begin(shards, shard.stem()));
        store._claim = Some(claim);
        Ok(store)
    }

    /// Reads stores (folders, or files as plain text or gzip) without appending to them, and joins them.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self, StoreError> {
        let store = Self::survey(paths)?;
        store.agrees()?;
        Ok(store)
    }

    /// The same where trials that contradict each other are no error: the first record of each counts, the others are
    /// [`TrialStore::conflicts`].
    pub fn survey<P: AsRef<Path>>(paths: &[P]) -> Result<Self, StoreError> {
        let mut store = Self::default();
        for path in paths {
            let path = path.as_ref();
            if path.is_dir() {
                let files = files_of(path)?;
                if files.is_empty() {
                    store.load_file(&path.join(STORE_FILE))?;
                }
                files.iter().try_for_each(|file| store.load_file(file))?;
            } else {
                store.load_file(path)?;
            }
        }
        Ok(store)
    }

    fn agrees(&self) -> Result<(), StoreError> {
        match self.conflicts.first() {
            None => Ok(()),
            Some(Conflict { key, trial, path, line, .. }) => Err(StoreError::Conflict {
                path: path.clone(),
                line: *line,
                experiment: key.experiment.clone(),
                trial: *trial,
            }),
        }
    }

    /// Reads a file that another process may be writing.
    fn load_file(&mut self, path: &Path) -> Result<(), StoreError> {
        let file = File::open(path).map_err(io_error("open", path))?;
        let reader: Box<dyn Read> = match path.extension() {
            Some(e) if e == "gz" => Box::new(MultiGzDecoder::new(file)),
            _ => Box::new(file),
        };
        self.load(path, BufReader::new(reader), FOREIGN_END)?;
        self.load_times(path);
        Ok(())
    }

    /// Reads the times of the trials in a file, where there are any.
    fn load_times(&mut self, trials: &Path) {
        let times = self.times.get_mut().unwrap_or_else(PoisonError::into_inner);
        let lines = File::open(times_of(trials)).map(BufReader::new).into_iter().flat_map(BufReader::lines);
        // What cannot be read is left out: times are for plans only.
        let lines = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
        lines.for_each(|line| times.add(line));
    }

    /// Reads all lines.
    fn load(&mut self, path: &Path, mut reader: impl BufRead, torn_end: &str) -> Result<Extent, StoreError> {
        const NAMED: usize = 3;
        let mut extent = Extent { whole: 0, open_end: false };
        let mut found = StoreFile::of(path);
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
            let known = match serde_json::from_slice::<Line>(&buffer) {
                Ok(line) => {
                    self.admit(&mut found, number, line);
                    true
                }
                Err(_) => match serde_json::from_slice::<FailureLine>(&buffer) {
                    Ok(line) => {
                        self.admit_failure(&mut found, line);
                        true
                    }
                    Err(_) => false,
                },
            };
            if known {
                extent.open_end = torn;
            } else if torn {
                found.torn = true;
                self.warnings.push(format!("{} line {number}: {torn_end}", path.display()));
                break;
            } else if !buffer.trim_ascii().is_empty() {
                found.skipped += 1;
                if found.skipped <= NAMED {
                    self.warnings
                        .push(format!("{} line {number}: skipped, not a trial record", path.display()));
                }
            }
            extent.whole += read as u64;
        }
        if found.skipped > NAMED {
            let more = found.skipped - NAMED;
            self.warnings.push(format!("{}: {more} more lines skipped", path.display()));
        }
        self.files.push(found);
        Ok(extent)
    }

    fn admit(&mut self, file: &mut StoreFile, number: usize, line: Line) {
        let Line { experiment, setting, seed, trial, streams, outcome, .. } = line;
        let key = SettingKey { experiment, setting: setting.to_string() };
        file.trials += 1;
        let trials = self.trials.get_mut().unwrap_or_else(PoisonError::into_inner);
        let of_setting = trials.entry((key.clone(), seed)).or_default();
        match of_setting.get(&trial) {
            Some(earlier) if earlier.streams > streams => {}
            Some(earlier) if earlier.streams == streams => {
                if earlier.record.distance(&outcome) <= SAME_OUTCOME {
                    file.duplicates += 1;
                    self.duplicates += 1;
                } else {
                    file.contradictory += 1;
                    self.conflicts.push(Conflict { key, seed, trial, path: file.path.clone(), line: number });
                }
            }
            _ => {
                of_setting.insert(trial, Kept { streams, record: Arc::new(outcome) });
            }
        }
    }

    fn admit_failure(&mut self, file: &mut StoreFile, line: FailureLine) {
        let FailureLine { experiment, setting, seed, trial, error, .. } = line;
        let key = SettingKey { experiment, setting: setting.to_string() };
        file.failed += 1;
        let failures = self.failures.get_mut().unwrap_or_else(PoisonError::into_inner);
        failures.entry((key, seed)).or_default().insert(trial, error);
    }

    /// What was odd about the files, in words.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Records met more than once while reading.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// What was found in each file, in the order of reading.
    pub fn files(&self) -> &[StoreFile] {
        &self.files
    }

    /// Trials that are stored with two outcomes; only [`TrialStore::survey`] lets them pass.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Whether the trial is stored.
    pub fn contains(&self, request: &Request, seed: u64, trial: u64) -> bool {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.get(&(request.key.clone(), seed)).is_some_and(|t| t.contains_key(&trial))
    }

    /// The streams that a stored trial was drawn from.
    pub fn streams(&self, request: &Request, seed: u64, trial: u64) -> Option<StreamVersion> {
        let trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials.get(&(request.key.clone(), seed))?.get(&trial).map(|kept| kept.streams)
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

    /// Which of the trials $0..$`request.trials` failed when they were last run, with their messages. A trial that came to its end
    /// in another run is none of them.
    pub fn failures(&self, request: &Request, seed: u64) -> BTreeMap<u64, String> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let of_setting = failures.get(&(request.key.clone(), seed));
        let all = of_setting.into_iter().flat_map(|trials| trials.range(..request.trials as u64));
        let failed: BTreeMap<u64, String> = all.map(|(trial, error)| (*trial, error.clone())).collect();
        drop(failures);
        failed.into_iter().filter(|(trial, _)| !self.contains(request, seed, *trial)).collect()
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
        if let Some(file) = &self.file {
            let line = Line {
                experiment: request.key.experiment.clone(),
                setting: request.setting().clone(),
                seed,
                trial,
                code: env!("CARGO_PKG_VERSION").to_owned(),
                streams: StreamVersion::CURRENT,
                outcome: outcome.clone(),
            };
            append(file, &line)?;
        }
        let mut trials = self.trials.lock().unwrap_or_else(PoisonError::into_inner);
        trials
            .entry((request.key.clone(), seed))
            .or_default()
            .insert(trial, Kept { streams: StreamVersion::CURRENT, record: Arc::new(outcome) });
        Ok(())
    }

    /// Keeps that a trial failed, once for each message. A later run tries it again.
    pub fn insert_failure(
        &self,
        request: &Request,
        seed: u64,
        trial: u64,
        error: &str,
    ) -> Result<(), StoreError> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let of_setting = failures.entry((request.key.clone(), seed)).or_default();
        if of_setting.insert(trial, error.to_owned()).as_deref() == Some(error) {
            return Ok(());
        }
        drop(failures);
        let Some(file) = &self.file else { return Ok(()) };
        let line = FailureLine {
            experiment: request.key.experiment.clone(),
            setting: request.setting().clone(),
            seed,
            trial,
            code: env!("CARGO_PKG_VERSION").to_owned(),
            error: error.to_owned(),
        };
        append(file, &line)
    }

    /// Keeps how many seconds of a core a trial took, for plans.
    pub fn insert_time(&self, request: &Request, seconds: f64) {
        let line = self.times.lock().unwrap_or_else(PoisonError::into_inner).count(request, seconds);
        self.append_times(line);
    }

    fn append_times(&self, lines: impl IntoIterator<Item = TimeLine>) {
        let Some(file) = &self.file else { return };
        lines.into_iter().filter_map(|line| json_line(&line).ok()).for_each(|text| file.append_time(&text));
    }

    /// How long a trial of `request` will take, by the recorded times.
    pub fn forecast(&self, request: &Request) -> Forecast {
        self.times.lock().unwrap_or_else(PoisonError::into_inner).forecast(request)
    }

    /// Waits until what was kept is on the disk.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> Result<(), StoreError> {
        let lines = self.times.lock().unwrap_or_else(PoisonError::into_inner).save();
        self.append_times(lines);
        let Some(file) = &self.file else { return Ok(()) };
        file.sync().map_err(|(path, source)| StoreError::Io { action: "write", path, source })
    }

    /// Lets nothing be written as long as what is returned lives, so that the program may be left without tearing a line.
    pub fn hold(&self) -> Hold<'_> {
        Hold(self.file.as_ref().map(OwnFile::hold))
    }
}

/// Keeps a store from writing; see [`TrialStore::hold`].
#[must_use]
pub struct Hold<'a>(#[expect(dead_code, reason = "a guard")] Option<MutexGuard<'a, State>>);

impl StoreFile {
    fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            trials: 0,
            failed: 0,
            duplicates: 0,
            contradictory: 0,
            skipped: 0,
            torn: false,
        }
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

fn json_line(line: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

fn append(file: &OwnFile, line: &impl Serialize) -> Result<(), StoreError> {
    let fail = |(path, source)| StoreError::Io { action: "write", path, source };
    let text = json_line(line).map_err(|source| fail((PathBuf::from(STORE_FILE), source)))?;
    file.append(&text).map_err(fail)
}

/// The files of trials in a folder.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let whole = Some(folder.join(STORE_FILE)).filter(|path| path.exists());
    Ok(whole.into_iter().chain(shard_files(folder)?).collect())
}

/// Those of tasks that ran a part each, in the order of their names.
fn shard_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let folder = folder.join(SHARD_FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error("open", &folder)(error)),
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(io_error("read", &folder))?;
    let is_store = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")
    };
    paths.retain(is_store);
    paths.sort();
    Ok(paths)
}

/// Takes the lock of a part, or waits for it.
fn claimed(path: PathBuf, patience: Duration) -> Result<File, StoreError> {
    const PAUSE: Duration = Duration::from_millis(100);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(io_error("open", &path))?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            // Without locks the files are kept apart all the same.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
            Err(TryLockError::WouldBlock) if begin.elapsed() < patience => sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path }),
        }
    }
}
