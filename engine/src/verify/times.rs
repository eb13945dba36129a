//! How long trials took, and how long others will take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::request::{Request, SettingKey, name};

/// What a forecast of a trial's time rests on, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The mean of recorded trials of this very setting.
    Recorded,
    /// Recorded trials of the same experiment at other settings, scaled by the declared costs.
    Scaled,
    /// Recorded trials of other experiments, scaled by the declared costs, whose units may differ: an order of magnitude.
    Guessed,
    /// Nothing is recorded.
    Unknown,
}

/// How long a trial will take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Seconds of one core; 0 where nothing is known.
    pub seconds: f64,
    /// What they rest on.
    pub basis: Basis,
}

/// Sums over trials.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Sums {
    trials: f64,
    seconds: f64,
    cost: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.seconds += other.seconds;
        self.cost += other.cost;
    }

    fn per_cost(self) -> Option<f64> {
        let ratio = self.seconds / self.cost;
        (ratio.is_finite() && ratio > 0.0).then_some(ratio)
    }

    /// Whether a clock can have shown it.
    fn is_sound(self) -> bool {
        self.trials >= 1.0
            && self.seconds >= 0.0
            && [self.trials, self.seconds, self.cost].iter().all(|x| x.is_finite())
    }
}

/// An experiment, and the fingerprint of its setting, which may be long.
type Place = (String, String);

/// Recorded times.
#[derive(Debug, Default)]
pub(super) struct Times {
    settings: BTreeMap<Place, Sums>,
    experiments: BTreeMap<String, Sums>,
    /// What no line tells yet.
    unsaved: BTreeMap<Place, Sums>,
}

/// One line of a file of times: sums over some trials of one setting.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TimeLine {
    experiment: String,
    setting: String,
    #[serde(flatten)]
    sums: Sums,
}

/// Seconds of a setting that make a line: what a killed run may lose.
const LINE: f64 = 1.0;

impl Times {
    /// Adds what is recorded; times that no clock shows are left out.
    pub(super) fn add(&mut self, line: TimeLine) {
        let TimeLine { experiment, setting, sums } = line;
        if sums.is_sound() {
            // Another version takes about as long.
            self.experiments.entry(name(&experiment).to_owned()).or_default().add(sums);
            self.settings.entry((experiment, setting)).or_default().add(sums);
        }
    }

    /// Adds a trial; returns a line where enough has come together.
    pub(super) fn count(&mut self, request: &Request, seconds: f64) -> Option<TimeLine> {
        let place = (request.key.experiment.clone(), fingerprint(&request.key));
        let sums = self.unsaved.entry(place.clone()).or_default();
        sums.add(Sums { trials: 1.0, seconds, cost: request.cost });
        if sums.seconds < LINE {
            return None;
        }
        let sums = std::mem::take(sums);
        let line = |(experiment, setting): Place| TimeLine { experiment, setting, sums };
        self.add(line(place.clone()));
        Some(line(place))
    }

    /// The lines of all that no line tells yet.
    pub(super) fn save(&mut self) -> Vec<TimeLine> {
        let unsaved = std::mem::take(&mut self.unsaved).into_iter().filter(|(_, sums)| sums.is_sound());
        let line = |(place, sums): &(Place, Sums)| {
            let (experiment, setting) = place.clone();
            TimeLine { experiment, setting, sums: *sums }
        };
        let unsaved: Vec<(Place, Sums)> = unsaved.collect();
        unsaved.iter().map(line).for_each(|line| self.add(line));
        unsaved.iter().map(line).collect()
    }

    /// How long a trial of `request` will take.
    pub(super) fn forecast(&self, request: &Request) -> Forecast {
        let own = self.settings.get(&(request.key.experiment.clone(), fingerprint(&request.key)));
        if let Some(sums) = own {
            return Forecast { seconds: sums.seconds / sums.trials, basis: Basis::Recorded };
        }
        let scaled = |per_cost: f64, basis| Forecast { seconds: per_cost * request.cost, basis };
        let kin = self.experiments.get(name(&request.key.experiment)).and_then(|sums| sums.per_cost());
        if let Some(per_cost) = kin {
            return scaled(per_cost, Basis::Scaled);
        }
        let mut others: Vec<f64> = self.experiments.values().filter_map(|sums| sums.per_cost()).collect();
        others.sort_by(f64::total_cmp);
        match others.get(others.len() / 2) {
            Some(median) => scaled(*median, Basis::Guessed),
            None => Forecast { seconds: 0.0, basis: Basis::Unknown },
        }
    }
}

fn fingerprint(key: &SettingKey) -> String {
    blake3::hash(key.setting.as_bytes()).to_hex()[..16].to_owned()
}
