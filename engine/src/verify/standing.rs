//! How far a case is on the way to its verdict.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim::Case;
use super::engine::{Engine, Tally};
use super::judge::Breakage;
use super::request::{Request, SettingKey};
use super::verdict::Verdict;

/// Numbers of trials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Asked for.
    pub wanted: usize,
    /// Stored.
    pub stored: usize,
    /// Run, but not to their end.
    pub failed: usize,
    /// Not run.
    pub missing: usize,
    /// Stored with two outcomes, of which the first counts.
    pub contradictory: usize,
}

/// How far a case is.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The look that is due, from 0; the last one where nothing is.
    pub look: usize,
    /// The trials of this look.
    pub requests: Vec<Request>,
    /// Whether nothing is due: the case is decided, all looks are done, or a trial failed.
    pub complete: bool,
}

impl Engine {
    /// How far a case is, by the stored trials: a run of it would begin with the trials of this look.
    pub fn standing(&self, case: &Case) -> Standing {
        let mut look = 0;
        loop {
            let requests = self.requests_at(case, look);
            let count = self.count(&requests);
            let decided = || {
                let level = self.level(look);
                let result = self.judge_requests(case, &requests, &Tally::default(), Breakage::None, level);
                result.verdict != Verdict::Inconclusive
            };
            let complete = count.missing == 0 && (count.failed > 0 || look + 1 == self.looks() || decided());
            if complete || count.missing > 0 {
                return Standing { look, requests, complete };
            }
            look += 1;
        }
    }

    /// What is stored of the trials that `requests` ask for; trials asked for by several count once.
    pub fn count(&self, requests: &[Request]) -> Count {
        let seed = self.options().seed;
        let mut count = Count::default();
        for request in widest(requests).into_values() {
            let stored = self.store().count(request, seed);
            let failed = self.store().failures(request, seed).len();
            count.wanted += request.trials;
            count.stored += stored;
            count.failed += failed;
            count.missing += request.trials - stored - failed;
            let conflicts = self.store().conflicts().iter();
            let of_request = conflicts.filter(|conflict| {
                (&conflict.key, conflict.seed) == (&request.key, seed)
                    && conflict.trial < request.trials as u64
            });
            count.contradictory += of_request.count();
        }
        count
    }

    /// The first stored failure at each setting of `cases`, as the run told it that they happened in.
    pub fn failures_of<'a>(&self, cases: impl IntoIterator<Item = &'a Case>) -> Tally {
        let mut tally = Tally::default();
        for request in cases.into_iter().flat_map(|case| self.requests_at(case, self.looks() - 1)) {
            let first = self.store().failures(&request, self.options().seed).into_iter().next();
            if let Some(failure) = first {
                tally.failures.insert(request.key, failure);
            }
        }
        tally
    }
}

/// Of the requests for one setting the one for most trials.
pub fn widest(requests: &[Request]) -> BTreeMap<&SettingKey, &Request> {
    let mut widest: BTreeMap<&SettingKey, &Request> = BTreeMap::new();
    for request in requests {
        let entry = widest.entry(&request.key).or_insert(request);
        if entry.trials < request.trials {
            *entry = request;
        }
    }
    widest
}
