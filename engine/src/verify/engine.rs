//! Runs the trials that claims need, and judges the claims by them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::claim::{Case, Claim};
use super::clock::timed;
use super::experiment::{Experiment, Quantities};
use super::judge::{Breakage, JudgeError};
use super::record::{Record, RecordError};
use super::request::{Request, SettingKey};
use super::results::{CaseResult, Component, Results};
use super::rules::Exchange;
use super::shard::Shard;
use super::statistic::{ALPHA, CONFIDENCE, spent};
use super::stop::{GivenUp, Stop};
use super::store::{StoreError, TrialStore};
use super::verdict::{Profile, Verdict};

/// Looks at the trials of a case that is judged until it is decided: as the trials double from look to look, eight times the
/// declared number is drawn at the most.
pub const LOOKS: usize = 4;

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

/// Watches a run. Trials finish in any order and on any thread.
pub trait Observer: Sync {
    /// Called once: `pending` trials are about to run, `reused` are in the store.
    fn begin(&self, _reused: usize, _pending: usize) {}
    /// A trial has finished; it took so many seconds of a core.
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
    /// Trials that were not begun, or given up, as the run was asked to end.
    pub missing: usize,
    /// The first failed trial of each setting, with its message.
    pub failures: BTreeMap<SettingKey, (u64, String)>,
    /// How many trials of each setting these numbers speak of.
    counted: BTreeMap<SettingKey, u64>,
}

/// A case judged by trials that were drawn until enough was known.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The judgement at the last look.
    pub result: CaseResult,
    /// Whether every interval is narrower than a third of its margin.
    pub narrow: bool,
    /// Trials that the next look lacks, as the run was asked to end.
    pub missing: usize,
}

/// A case on the way to its verdict.
struct Looked {
    case: Case,
    /// The look that is next, or was the last.
    look: usize,
    /// Whether a look is due.
    goes_on: bool,
    result: Option<CaseResult>,
}

impl Looked {
    fn of(case: Case) -> Self {
        Self { case, look: 0, goes_on: true, result: None }
    }
}

/// The cases of every claim, or why there are none.
type Docket = Vec<Result<Vec<Looked>, JudgeError>>;

/// A store of trials and the options under which it is filled and judged.
#[derive(Debug)]
pub struct Engine {
    store: Arc<TrialStore>,
    options: Options,
    stop: Arc<Stop>,
}

impl Engine {
    /// An engine over `store`.
    pub fn new(store: TrialStore, options: Options) -> Self {
        Self::with_stop(Arc::new(store), options, Arc::default())
    }

    /// The same; when `stop` is asked, no more trials are begun.
    pub fn with_stop(store: Arc<TrialStore>, options: Options, stop: Arc<Stop>) -> Self {
        Self { store, options, stop }
    }

    /// The store.
    pub fn store(&self) -> &TrialStore {
        &self.store
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Runs what `claims` need and judges them; see [`Engine::decide`].
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn verify(&self, claims: &[Claim], observer: &dyn Observer) -> Result<Results, StoreError> {
        Ok(self.decide(claims, &[], observer)?.0)
    }

    /// Runs what `claims` need, and the trials `beside` them, and judges the claims. A case that is not decided by the trials
    /// it declares is looked at again with twice as many, until it is or [`LOOKS`] looks are done. The intervals hold jointly
    /// over all looks ([`spent`]); whether a case is looked at again depends on its own trials alone, so that results are
    /// the same whatever else is run, in whatever order and from whichever store. Where [`Options::trials`] fixes the number,
    /// there is one look. A run that is asked to end ([`Engine::with_stop`]) before its trials are done judges nothing: the
    /// tally says how many are [missing](Tally::missing), and no claim is in the results.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn decide(
        &self,
        claims: &[Claim],
        beside: &[Request],
        observer: &dyn Observer,
    ) -> Result<(Results, Tally), StoreError> {
        let mut docket = self.docket(claims);
        let mut tally = Tally::default();
        let mut requests = beside.to_vec();
        requests.extend(docket.iter().flatten().flatten().flat_map(|open| self.requests_at(&open.case, 0)));
        while !requests.is_empty() {
            self.run_into(&mut tally, &requests, observer)?;
            if tally.missing > 0 {
                return Ok((self.results(&[], Vec::new()), tally));
            }
            let mut open: Vec<&mut Looked> =
                docket.iter_mut().flatten().flatten().filter(|open| open.goes_on).collect();
            open.par_iter_mut().for_each(|open| self.follow(open, &tally, Breakage::None));
            let more = open.iter().filter(|open| open.goes_on);
            requests = more.flat_map(|open| self.requests_at(&open.case, open.look)).collect();
        }
        // Looks that the store alone decided were not asked for above.
        let sound = |open: &&Looked| open.result.as_ref().is_some_and(|result| result.error.is_none());
        let met = docket.iter().flatten().flatten().filter(sound);
        let met: Vec<Request> = met.flat_map(|open| self.requests_at(&open.case, open.look)).collect();
        self.count_into(&mut tally, &met);
        Ok((self.results(claims, docket), tally))
    }

    /// The cases of every claim, none of them looked at.
    fn docket(&self, claims: &[Claim]) -> Docket {
        let cases = |claim: &Claim| claim.cases(self.options.profile);
        let of_claim = |claim| Ok(cases(claim)?.into_iter().map(Looked::of).collect());
        claims.par_iter().map(of_claim).collect()
    }

    fn results(&self, claims: &[Claim], docket: Docket) -> Results {
        let judged = claims.iter().zip(docket).filter_map(|(claim, cases)| match cases {
            // A claim that this profile's sizes cannot decide says nothing in it.
            Ok(cases) if cases.is_empty() => None,
            Ok(cases) => Some(claim.result(cases.into_iter().filter_map(|open| open.result).collect())),
            Err(error) => Some(claim.result(vec![CaseResult::unjudged(&error)])),
        });
        let Options { profile, seed, .. } = self.options;
        Results {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile,
            seed,
            confidence: CONFIDENCE,
            claims: judged.collect(),
            maps: Vec::new(),
        }
    }

    /// The trials that `claims` need.
    pub fn requests(&self, claims: &[Claim]) -> Vec<Request> {
        let cases = claims.iter().filter_map(|claim| claim.cases(self.options.profile).ok()).flatten();
        cases.flat_map(|case| case.requests).collect()
    }

    /// Runs the trials asked for that are not yet stored (of the shard, where there is one). A trial that fails or panics
    /// is counted and does not stop the others; a store that cannot be written does. A trial that failed in an earlier run is
    /// tried again.
    pub fn run(&self, requests: &[Request], observer: &dyn Observer) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        self.run_into(&mut tally, requests, observer)?;
        Ok(tally)
    }

    /// Counts stored trials that no run asked for.
    fn count_into(&self, tally: &mut Tally, requests: &[Request]) {
        for request in requests {
            let counted = tally.counted.entry(request.key.clone()).or_default();
            if (request.trials as u64) > *counted {
                let seed = self.options.seed;
                let before = self.store.count(&request.with_trials(*counted as usize), seed);
                tally.reused += self.store.count(request, seed) - before;
                *counted = request.trials as u64;
            }
        }
    }

    fn run_into(
        &self,
        tally: &mut Tally,
        requests: &[Request],
        observer: &dyn Observer,
    ) -> Result<(), StoreError> {
        let mut merged: BTreeMap<&SettingKey, Request> = BTreeMap::new();
        for request in requests {
            let trials = self.wanted(request);
            let entry = merged.entry(&request.key).or_insert_with(|| request.with_trials(trials));
            entry.trials = entry.trials.max(trials);
        }
        let all = merged.values().flat_map(|r| self.own_trials(r).map(move |trial| (r, trial)));
        let (reused, mut pending): (Vec<_>, Vec<_>) =
            all.partition(|(r, trial)| self.store.contains(r, self.options.seed, *trial));
        pending.sort_by(|a, b| b.0.cost.total_cmp(&a.0.cost));
        // What an earlier call ran for the same tally is not met again: a trial that failed would fail again.
        let is_new = |(request, trial): &(&Request, u64)| {
            tally.counted.get(&request.key).is_none_or(|counted| trial >= counted)
        };
        let reused = reused.iter().filter(|job| is_new(job)).count();
        pending.retain(is_new);
        observer.begin(reused, pending.len());

        let failures = Mutex::new(BTreeMap::new());
        let store_error = Mutex::new(None);
        let (stopped, missing) = (AtomicBool::new(false), AtomicUsize::new(0));
        rayon::scope_fifo(|scope| {
            for &(request, trial) in &pending {
                let (failures, store_error, stopped, missing) = (&failures, &store_error, &stopped, &missing);
                scope.spawn_fifo(move |_| {
                    if stopped.load(Ordering::Relaxed) || self.stop.is_asked() {
                        missing.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                    let (end, seconds) = timed(|| run_caught(request, trial, self.options.seed));
                    let ok = matches!(end, End::Measured(_));
                    let kept = match end {
                        End::GivenUp => {
                            missing.fetch_add(1, Ordering::Relaxed);
                            return;
                        }
                        End::Measured(outcome) => {
                            self.store.insert(request, self.options.seed, trial, outcome)
                        }
                        End::Failed(message) => {
                            let kept = self.store.insert_failure(request, self.options.seed, trial, &message);
                            note_failure(&mut lock(failures), request, trial, message);
                            kept
                        }
                    };
                    self.store.insert_time(request, seconds);
                    if let Err(error) = kept {
                        stopped.store(true, Ordering::Relaxed);
                        lock(store_error).get_or_insert(error);
                    }
                    observer.trial(&request.key, trial, seconds, ok);
                });
            }
        });
        if let Some(error) = store_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        self.store.sync()?;
        let missing = missing.into_inner();
        tally.reused += reused;
        tally.run += pending.len() - missing;
        tally.missing += missing;
        for (key, failure) in failures.into_inner().unwrap_or_else(PoisonError::into_inner) {
            tally.failures.entry(key).or_insert(failure);
        }
        for request in merged.into_values() {
            let counted = tally.counted.entry(request.key.clone()).or_default();
            *counted = (*counted).max(request.trials as u64);
        }
        Ok(())
    }

    /// The numbers of the trials that `request` asks for, of the shard where there is one.
    fn own_trials(&self, request: &Request) -> impl Iterator<Item = u64> + use<> {
        let share = self.options.shard.map(|shard| shard.trials(&request.key, self.options.seed));
        (0..request.trials as u64).filter(move |trial| share.is_none_or(|share| share.holds(*trial)))
    }

    /// Draws trials of `case`, twice as many from look to look, beginning with those that the case asks for, until every interval
    /// is narrower than a third of its margin, `most` trials are drawn, or `ends` says so after a look. The intervals hold jointly
    /// over all looks ([`spent`]), so that stopping when it pleases makes them no less true.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn draw(
        &self,
        case: &Case,
        most: usize,
        observer: &dyn Observer,
        mut ends: impl FnMut() -> bool,
    ) -> Result<Drawn, StoreError> {
        let mut before: Option<CaseResult> = None;
        for look in 0.. {
            let requests = case.requests_at(look, most);
            let tally = self.run(&requests, observer)?;
            if tally.missing > 0 {
                // The trials that happened to be done first are no sample; the look before is whole.
                let unseen = || case.failed(&JudgeError::Other("ended before its trials were done".into()));
                let result = before.unwrap_or_else(unseen);
                return Ok(Drawn { result, narrow: false, missing: tally.missing });
            }
            let result = self.judge_requests(case, &requests, &tally, Breakage::None, spent(look));
            let narrow = result.error.is_none() && result.claim.components.iter().all(Component::is_narrow);
            // An error of few trials only (a statistic that needs more) ends with more of them.
            let hopeless = !tally.failures.is_empty();
            let all = requests.iter().all(|request| request.trials >= most);
            if narrow || hopeless || all || ends() {
                return Ok(Drawn { result, narrow, missing: 0 });
            }
            before = Some(result);
        }
        unreachable!("numbers of trials that double reach every limit")
    }

    /// Judges `claims` by the stored trials: as [`Engine::decide`] does, as far as the store goes.
    pub fn judge(&self, claims: &[Claim], tally: &Tally) -> Results {
        self.judge_as(claims, tally, Breakage::None)
    }

    /// Judges `claims` with their predictions broken on purpose: none ought to stand.
    pub fn judge_broken(&self, claims: &[Claim], breakage: Breakage) -> Results {
        self.judge_as(claims, &Tally::default(), breakage)
    }

    fn judge_as(&self, claims: &[Claim], tally: &Tally, breakage: Breakage) -> Results {
        let mut docket = self.docket(claims);
        let mut open: Vec<&mut Looked> = docket.iter_mut().flatten().flatten().collect();
        open.par_iter_mut().for_each(|open| self.follow(open, tally, breakage));
        self.results(claims, docket)
    }

    /// Judges a case once, by the stored ones of the trials that it asks for.
    pub fn judge_once(&self, case: &Case) -> CaseResult {
        let requests = self.requests_at(case, 0);
        self.judge_requests(case, &requests, &Tally::default(), Breakage::None, ALPHA)
    }

    /// Looks at a case, and again as long as it is undecided and the trials of the next look are stored.
    fn follow(&self, open: &mut Looked, tally: &Tally, breakage: Breakage) {
        loop {
            let requests = self.requests_at(&open.case, open.look);
            let result = self.judge_requests(&open.case, &requests, tally, breakage, self.level(open.look));
            let undecided = result.verdict == Verdict::Inconclusive && open.look + 1 < self.looks();
            open.result = Some(result);
            // One shard of several has its own part of the trials only; nobody but all of them can go on.
            open.goes_on = undecided && self.has_all(&requests);
            if !open.goes_on {
                return;
            }
            open.look += 1;
            if !self.has_all(&self.requests_at(&open.case, open.look)) {
                return;
            }
        }
    }

    pub(super) fn looks(&self) -> usize {
        if self.options.trials.is_some() { 1 } else { LOOKS }
    }

    /// The trials of a look: as many as [`Options::trials`] says, where it does.
    pub(super) fn requests_at(&self, case: &Case, look: usize) -> Vec<Request> {
        match self.options.trials {
            Some(trials) => case.requests.iter().map(|request| request.with_trials(trials)).collect(),
            None => case.requests_at(look, usize::MAX),
        }
    }

    /// How often the intervals of a look may miss.
    pub(super) fn level(&self, look: usize) -> f64 {
        if self.looks() == 1 { ALPHA } else { spent(look) }
    }

    /// How many trials `request` asks for: as many as [`Options::trials`] says, where it does.
    pub fn wanted(&self, request: &Request) -> usize {
        self.options.trials.unwrap_or(request.trials)
    }

    /// The seed of all random streams.
    pub fn seed(&self) -> u64 {
        self.options.seed
    }

    /// How many of these are stored.
    pub fn stored(&self, request: &Request) -> usize {
        self.store.count(&request.with_trials(self.wanted(request)), self.options.seed)
    }

    /// Whether all trials of all `requests` are stored.
    pub fn has_all(&self, requests: &[Request]) -> bool {
        requests.iter().all(|request| self.stored(request) == self.wanted(request))
    }

    pub(super) fn judge_requests(
        &self,
        case: &Case,
        requests: &[Request],
        tally: &Tally,
        breakage: Breakage,
        alpha: f64,
    ) -> CaseResult {
        let mut outcomes = Vec::new();
        for request in requests {
            let wanted = request.trials as u64;
            let failure = tally.failures.get(&request.key).filter(|(trial, _)| *trial < wanted);
            if let Some((trial, message)) = failure {
                let (experiment, message) = (request.key.experiment.clone(), message.clone());
                return case.failed(&JudgeError::Trial { experiment, trial: *trial, message });
            }
            let stored = self.store.records(request, self.options.seed);
            if stored.is_empty() {
                return case.failed(&JudgeError::Other("no trials are stored for this setting".into()));
            }
            outcomes.push(stored);
        }
        case.judge(&borrowed(&outcomes), breakage, alpha)
    }

    /// Exchanges every claim with each of its rivals, on the stored trials: each rival ought to stand where the measurement
    /// is moved to it, and the claim to fall there. Looks again as [`Engine::decide`] does. Returns the id of the claim,
    /// the label of the case, and the exchange.
    ///
    /// # Errors
    /// Those of the cases and of judging.
    pub fn exchanges(&self, claims: &[Claim]) -> Result<Vec<(String, String, Exchange)>, JudgeError> {
        let of_claim = |claim: &Claim| {
            let mut all = Vec::new();
            for case in claim.cases(self.options.profile)? {
                let exchanges = self.exchanges_of(&case)?.into_iter();
                all.extend(exchanges.map(|exchange| (claim.id.clone(), case.label.clone(), exchange)));
            }
            Ok(all)
        };
        let parts: Result<Vec<Vec<_>>, JudgeError> = claims.par_iter().map(of_claim).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    fn exchanges_of(&self, case: &Case) -> Result<Vec<Exchange>, JudgeError> {
        let mut look = 0;
        loop {
            let requests = self.requests_at(case, look);
            let outcomes: Vec<_> =
                requests.iter().map(|r| self.store.records(r, self.options.seed)).collect();
            let exchanges = case.exchange(&borrowed(&outcomes), self.level(look))?;
            look += 1;
            let last = look == self.looks() || !self.has_all(&self.requests_at(case, look));
            if last || exchanges.iter().all(Exchange::is_decided) {
                return Ok(exchanges);
            }
        }
    }

    /// The stored records among the trials that `request` asks for, in order.
    pub fn records(&self, request: &Request) -> Vec<Arc<Record>> {
        self.store.records(&request.with_trials(self.wanted(request)), self.options.seed)
    }

    /// These as outcomes of the experiment `E`, of which the request has to be.
    ///
    /// # Errors
    /// A record that is no such outcome.
    pub fn trials<E: Experiment>(&self, request: &Request) -> Result<Vec<E::Outcome>, RecordError> {
        self.outcomes(request)
    }

    /// These as outcomes of the kind that `request` measures.
    ///
    /// # Errors
    /// A record that is no such outcome.
    pub fn outcomes<O: Quantities>(&self, request: &Request) -> Result<Vec<O>, RecordError> {
        self.records(request).iter().map(|record| record.read()).collect()
    }
}

fn borrowed(outcomes: &[Vec<Arc<Record>>]) -> Vec<Vec<&Record>> {
    outcomes.iter().map(|of_setting| of_setting.iter().map(AsRef::as_ref).collect()).collect()
}

/// How a trial ended.
enum End {
    Measured(Record),
    Failed(String),
    GivenUp,
}

/// A panic in a trial is a defect of that experiment; it must not take the other trials with it.
fn run_caught(request: &Request, trial: u64, seed: u64) -> End {
    match catch_unwind(AssertUnwindSafe(|| request.run_trial(trial, seed))) {
        Ok(Ok(outcome)) => End::Measured(outcome),
        Ok(Err(error)) if error.is::<GivenUp>() => End::GivenUp,
        Ok(Err(error)) => End::Failed(error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            End::Failed(format!("panicked: {}", text.unwrap_or_default()))
        }
    }
}

/// Of several failures at a setting the first trial is told.
fn note_failure(
    failures: &mut BTreeMap<SettingKey, (u64, String)>,
    request: &Request,
    trial: u64,
    message: String,
) {
    let entry = failures.entry(request.key.clone()).or_insert((trial, String::new()));
    if trial <= entry.0 {
        *entry = (trial, message);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
