//! Runs the trials that claims need, and judges the claims by them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;
use thiserror::Error;

use super::claim::{Case, Claim};
use super::experiment::{Experiment, Request, SettingKey};
use super::judge::{Breakage, JudgeError};
use super::record::{Record, RecordError};
use super::results::{CaseResult, Component, Results};
use super::rules::Exchange;
use super::statistic::CONFIDENCE;
use super::store::{StoreError, TrialStore};
use super::verdict::Profile;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Sizes and numbers of trials.
    pub profile: Profile,
    /// Changes all random streams.
    pub seed: u64,
    /// Replaces every declared number of trials.
    pub trials: Option<usize>,
    /// Runs only a part of the trials.
    pub shard: Option<Shard>,
}

/// Part `index` (from 1) of `count` parts of the trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// A shard that is not of the form `I/N` with $1\le I\le N$.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("shard `{0}` is not of the form I/N with 1 <= I <= N, for example 2/8")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let error = || ShardError(text.to_owned());
        let (index, count) = text.split_once('/').ok_or_else(error)?;
        let (index, count) = (index.parse().map_err(|_| error())?, count.parse().map_err(|_| error())?);
        if 1 <= index && index <= count { Ok(Self { index, count }) } else { Err(error()) }
    }
}

/// Watches a run. Trials finish in any order and on any thread.
pub trait Observer: Sync {
    /// Called once: `pending` trials are about to run, `reused` are in the store.
    fn begin(&self, _reused: usize, _pending: usize) {}
    /// A trial has finished.
    fn trial(&self, _key: &SettingKey, _trial: u64, _seconds: f64, _ok: bool) {}
}

/// Watches nothing.
impl Observer for () {}

/// What happened to the trials of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Trials that were in the store.
    pub reused: usize,
    /// Trials that were run.
    pub run: usize,
    /// The first failed trial of each setting, with its message.
    pub failures: BTreeMap<SettingKey, (u64, String)>,
}

/// A case judged by trials that were drawn until enough was known.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The judgement at the last look.
    pub result: CaseResult,
    /// Whether every interval is narrower than a third of its margin.
    pub narrow: bool,
}

/// A store of trials and the options under which it is filled and judged.
#[derive(Debug)]
pub struct Engine {
    store: TrialStore,
    options: Options,
}

impl Engine {
    /// An engine over `store`.
    pub fn new(store: TrialStore, options: Options) -> Self {
        Self { store, options }
    }

    /// The store.
    pub fn store(&self) -> &TrialStore {
        &self.store
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Runs what `claims` need and judges them.
    pub fn verify(&self, claims: &[Claim], observer: &dyn Observer) -> Result<Results, StoreError> {
        let requests = self.requests(claims);
        let tally = self.run(&requests, observer)?;
        Ok(self.judge(claims, &tally))
    }

    /// The trials that `claims` need.
    pub fn requests(&self, claims: &[Claim]) -> Vec<Request> {
        let cases = claims.iter().filter_map(|claim| claim.cases(self.options.profile).ok()).flatten();
        cases.flat_map(|case| case.requests).collect()
    }

    /// Runs the trials asked for that are not yet stored (of the shard, where there is one). A trial that fails or panics
    /// is counted and does not stop the others; a store that cannot be written does.
    pub fn run(&self, requests: &[Request], observer: &dyn Observer) -> Result<Tally, StoreError> {
        let mut merged: BTreeMap<&SettingKey, Request> = BTreeMap::new();
        for request in requests {
            let trials = self.options.trials.unwrap_or(request.trials);
            let entry = merged.entry(&request.key).or_insert_with(|| request.with_trials(trials));
            entry.trials = entry.trials.max(trials);
        }
        let all = merged.values().flat_map(|r| (0..r.trials as u64).map(move |trial| (r, trial)));
        let mine = all.enumerate().filter(|(number, _)| match self.options.shard {
            Some(Shard { index, count }) => number % count == index - 1,
            None => true,
        });
        let (reused, mut pending): (Vec<_>, Vec<_>) = mine
            .map(|(_, job)| job)
            .partition(|(r, trial)| self.store.contains(r, self.options.seed, *trial));
        pending.sort_by(|a, b| b.0.cost.total_cmp(&a.0.cost));
        observer.begin(reused.len(), pending.len());

        let failures = Mutex::new(BTreeMap::new());
        let store_error = Mutex::new(None);
        let stopped = AtomicBool::new(false);
        rayon::scope_fifo(|scope| {
            for &(request, trial) in &pending {
                let (failures, store_error, stopped) = (&failures, &store_error, &stopped);
                scope.spawn_fifo(move |_| {
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let begin = Instant::now();
                    let outcome = run_caught(request, trial, self.options.seed);
                    let ok = outcome.is_ok();
                    match outcome {
                        Ok(outcome) => {
                            if let Err(error) = self.store.insert(request, self.options.seed, trial, outcome)
                            {
                                stopped.store(true, Ordering::Relaxed);
                                lock(store_error).get_or_insert(error);
                            }
                        }
                        Err(message) => {
                            let mut failures = lock(failures);
                            let entry = failures.entry(request.key.clone()).or_insert((trial, String::new()));
                            if trial <= entry.0 {
                                *entry = (trial, message);
                            }
                        }
                    }
                    observer.trial(&request.key, trial, begin.elapsed().as_secs_f64(), ok);
                });
            }
        });
        match store_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(Tally {
                reused: reused.len(),
                run: pending.len(),
                failures: failures.into_inner().unwrap_or_else(PoisonError::into_inner),
            }),
        }
    }

    /// Draws trials of `case`, twice as many from look to look, beginning with those that the case asks for, until every interval is
    /// narrower than a third of its margin, `most` trials are drawn, or `ends` says so after a look. The intervals hold jointly
    /// over all looks (see [`Case::judge_at_look`]), so that stopping when it pleases makes them no less true.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn draw(
        &self,
        case: Case,
        most: usize,
        observer: &dyn Observer,
        mut ends: impl FnMut() -> bool,
    ) -> Result<Drawn, StoreError> {
        let (mut case, mut look) = (case, 0);
        loop {
            let tally = self.run(&case.requests, observer)?;
            let result = self.judge_at_look(&case, &tally, look);
            let narrow = result.error.is_none() && result.claim.components.iter().all(Component::is_narrow);
            let trials = case.requests.iter().map(|request| request.trials).max().unwrap_or(most);
            // An error of few trials only (a statistic that needs more) ends with more of them.
            let hopeless = !tally.failures.is_empty();
            if narrow || hopeless || trials >= most || ends() {
                return Ok(Drawn { result, narrow });
            }
            case = case.with_trials((2 * trials).min(most));
            look += 1;
        }
    }

    /// Judges `claims` by the stored trials.
    pub fn judge(&self, claims: &[Claim], tally: &Tally) -> Results {
        self.judge_as(claims, tally, Breakage::None)
    }

    /// Judges `claims` with their predictions broken on purpose: none ought to stand.
    pub fn judge_broken(&self, claims: &[Claim], breakage: Breakage) -> Results {
        self.judge_as(claims, &Tally::default(), breakage)
    }

    fn judge_as(&self, claims: &[Claim], tally: &Tally, breakage: Breakage) -> Results {
        let Options { profile, seed, .. } = self.options;
        let claims = claims
            .par_iter()
            .filter_map(|claim| match claim.cases(profile) {
                // A claim that this profile's sizes cannot decide says nothing in it.
                Ok(cases) if cases.is_empty() => None,
                Ok(cases) => {
                    let cases = cases.par_iter().map(|c| self.judge_case(c, tally, breakage)).collect();
                    Some(claim.result(cases))
                }
                Err(error) => Some(claim.result(vec![CaseResult::unjudged(&error)])),
            })
            .collect();
        Results {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile,
            seed,
            confidence: CONFIDENCE,
            claims,
        }
    }

    fn judge_case(&self, case: &Case, tally: &Tally, breakage: Breakage) -> CaseResult {
        self.with_records(case, tally, |records| case.judge(records, breakage))
    }

    /// Judges a case by its stored trials at look number `look`; see [`Case::judge_at_look`].
    pub fn judge_at_look(&self, case: &Case, tally: &Tally, look: usize) -> CaseResult {
        self.with_records(case, tally, |records| case.judge_at_look(records, look))
    }

    fn with_records(
        &self,
        case: &Case,
        tally: &Tally,
        judge: impl FnOnce(&[Vec<&Record>]) -> CaseResult,
    ) -> CaseResult {
        let mut outcomes = Vec::new();
        for request in &case.requests {
            let wanted = self.options.trials.unwrap_or(request.trials) as u64;
            let failure = tally.failures.get(&request.key).filter(|(trial, _)| *trial < wanted);
            if let Some((trial, message)) = failure {
                let (experiment, message) = (request.key.experiment.clone(), message.clone());
                return case.failed(&JudgeError::Trial { experiment, trial: *trial, message });
            }
            let stored = self.records(request);
            if stored.is_empty() {
                return case.failed(&JudgeError::Other("no trials are stored for this setting".into()));
            }
            outcomes.push(stored);
        }
        let borrowed: Vec<Vec<&Record>> =
            outcomes.iter().map(|o| o.iter().map(AsRef::as_ref).collect()).collect();
        judge(&borrowed)
    }

    /// Exchanges every claim with each of its rivals, on the stored trials: each rival ought to stand where the measurement
    /// is moved to it, and the claim to fall there. Returns the id of the claim, the label of the case, and the exchange.
    ///
    /// # Errors
    /// Those of the cases and of judging.
    pub fn exchanges(&self, claims: &[Claim]) -> Result<Vec<(String, String, Exchange)>, JudgeError> {
        let of_claim = |claim: &Claim| {
            let mut all = Vec::new();
            for case in claim.cases(self.options.profile)? {
                let outcomes: Vec<Vec<_>> = case.requests.iter().map(|r| self.records(r)).collect();
                let borrowed: Vec<Vec<&Record>> =
                    outcomes.iter().map(|o| o.iter().map(AsRef::as_ref).collect()).collect();
                let exchanges = case.exchange(&borrowed)?.into_iter();
                all.extend(exchanges.map(|exchange| (claim.id.clone(), case.label.clone(), exchange)));
            }
            Ok(all)
        };
        let parts: Result<Vec<Vec<_>>, JudgeError> = claims.par_iter().map(of_claim).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    /// The stored records among the trials that `request` asks for, in order.
    pub fn records(&self, request: &Request) -> Vec<std::sync::Arc<Record>> {
        let trials = self.options.trials.unwrap_or(request.trials);
        self.store.records(&request.with_trials(trials), self.options.seed)
    }

    /// These as outcomes of the experiment `E`, of which the request has to be.
    ///
    /// # Errors
    /// A record that is no such outcome.
    pub fn trials<E: Experiment>(&self, request: &Request) -> Result<Vec<E::Outcome>, RecordError> {
        self.records(request).iter().map(|record| record.read()).collect()
    }
}

/// A panic in a trial is a defect of that experiment; it must not take the other trials with it.
fn run_caught(request: &Request, trial: u64, seed: u64) -> Result<Record, String> {
    match catch_unwind(AssertUnwindSafe(|| request.run_trial(trial, seed))) {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(format!("panicked: {}", text.unwrap_or_default()))
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
