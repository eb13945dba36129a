//! What a map sweeps over, and how it is judged.

use serde_json::Value as Json;
use thiserror::Error;

use super::sweep::shown;
use super::{Cell, Column, Found, Map, Sweep, fit};
use crate::verify::statistic::{ALPHA, standard_error};
use crate::verify::{
    Case, CaseResult, Claim, Engine, JudgeError, Knob, Profile, Request, SettingError, Verdict, assign,
    in_order,
};

/// A map to be: a claim, the case that it starts from, the fields that are swept and those that are set.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPlan {
    /// `<part>/<name>`.
    pub id: String,
    /// What is to be seen in it.
    pub title: String,
    /// The claim.
    pub claim: String,
    /// The label of the case, or a part of it; empty for the first one.
    pub case: String,
    /// Whose cases.
    pub profile: Profile,
    /// Fields that are set to other values than in the case.
    pub fixed: Vec<(String, Json)>,
    /// One or two sweeps, the first one over sizes.
    pub sweeps: Vec<Sweep>,
    /// The component to be mapped; the first one where it is empty.
    pub component: String,
    /// Trials of a cell; those of the case where it is none.
    pub trials: Option<usize>,
}

/// Why there is no map.
#[derive(Debug, Error)]
pub enum MapError {
    /// The claim has no cases, or none of that label.
    #[error("{0}")]
    Case(String),
    /// No sweep, or more than two.
    #[error("{0} fields are swept; valid: 1 or 2")]
    Sweeps(usize),
    /// A field that cannot be set, in any cell.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// A cell with its case, or the reason why it has none.
struct Placed {
    at: Vec<Json>,
    case: Result<Case, SettingError>,
}

impl MapPlan {
    /// A map of `claim` over the sizes of `sweep`, from the case whose label holds `case` in the quick profile.
    pub fn new(id: &str, title: &str, claim: &str, case: &str, sweep: Sweep) -> Self {
        let text = str::to_owned;
        Self {
            id: text(id),
            title: text(title),
            claim: text(claim),
            case: text(case),
            profile: Profile::Quick,
            fixed: Vec::new(),
            sweeps: vec![sweep],
            component: String::new(),
            trials: None,
        }
    }

    /// Sweeps a second field.
    #[must_use]
    pub fn and(mut self, sweep: Sweep) -> Self {
        self.sweeps.push(sweep);
        self
    }

    /// Sets a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Json>) -> Self {
        self.fixed.push((field.to_owned(), value.into()));
        self
    }

    /// Maps this component of the claim.
    #[must_use]
    pub fn of_component(mut self, label: &str) -> Self {
        self.component = label.to_owned();
        self
    }

    /// Draws so many trials in every cell.
    #[must_use]
    pub fn trials(mut self, trials: usize) -> Self {
        self.trials = Some(trials);
        self
    }

    /// The case that the map starts from.
    fn start(&self, claim: &Claim) -> Result<Case, MapError> {
        let cases = claim.cases(self.profile).map_err(|error| MapError::Case(error.to_string()))?;
        let exact = cases.iter().position(|case| case.label == self.case);
        let found = exact.or_else(|| cases.iter().position(|case| case.label.contains(&self.case)));
        let labels: Vec<String> = cases.iter().map(|case| format!("`{}`", case.label)).collect();
        found.and_then(|index| cases.into_iter().nth(index)).ok_or_else(|| {
            let known = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
            MapError::Case(format!("{} has no case `{}`; it has {known}", self.claim, self.case))
        })
    }

    /// The cells of a map that starts from `start`, the first sweep running fastest.
    ///
    /// # Errors
    /// Settings that no cell can have; cells that alone cannot be hold their own reason.
    fn cells(&self, start: &Case, knobs: &[Knob]) -> Result<Vec<Placed>, MapError> {
        let (first, second) = match &self.sweeps[..] {
            [first] => (first, None),
            [first, second] => (first, Some(second)),
            sweeps => return Err(MapError::Sweeps(sweeps.len())),
        };
        let mut cells = Vec::new();
        for row in second.map_or(vec![None], |sweep| sweep.values.iter().map(Some).collect()) {
            for value in &first.values {
                let mut changes = vec![(&first.field, value)];
                changes.extend(second.map(|sweep| &sweep.field).zip(row));
                let at = changes.iter().map(|(_, value)| (*value).clone()).collect();
                // What is set may be a multiple of what is swept.
                changes.extend(self.fixed.iter().map(|(field, value)| (field, value)));
                cells.push(Placed { at, case: self.placed(start, &changes, knobs) });
            }
        }
        if cells.iter().all(|cell| cell.case.is_err())
            && let Some(Placed { case: Err(error), .. }) = cells.pop()
        {
            return Err(MapError::Setting(error));
        }
        Ok(cells)
    }

    fn placed(
        &self,
        start: &Case,
        changes: &[(&String, &Json)],
        knobs: &[Knob],
    ) -> Result<Case, SettingError> {
        let mut settings: Vec<Json> =
            start.requests.iter().map(|request| request.setting().clone()).collect();
        let swept = &changes[..changes.len() - self.fixed.len()];
        for setting in &mut settings {
            in_order(changes.iter().copied())
                .into_iter()
                .try_for_each(|(field, value)| assign(setting, field, value, knobs))?;
            // What is set must leave alone what is swept.
            for (field, value) in swept {
                let mut again = setting.clone();
                assign(&mut again, field, value, knobs)?;
                if again != *setting {
                    let set: Vec<String> = self.fixed.iter().map(|(field, _)| format!("`{field}`")).collect();
                    let valid = format!("fields that {} leaves as they are", set.join(", "));
                    return Err(SettingError::invalid(field.as_str(), shown(value), valid));
                }
            }
        }
        let told: Vec<String> =
            changes.iter().map(|(field, value)| format!("{field}={}", shown(value))).collect();
        let declared = start.requests.iter().map(|request| request.trials).max().unwrap_or(2);
        start.at(told.join(" "), &settings, self.trials.unwrap_or(declared))
    }

    /// The trials of all cells.
    ///
    /// # Errors
    /// See [`MapError`].
    pub fn requests(&self, claim: &Claim, knobs: &[Knob]) -> Result<Vec<Request>, MapError> {
        let cases = self.cells(&self.start(claim)?, knobs)?.into_iter().filter_map(|cell| cell.case.ok());
        Ok(cases.flat_map(|case| case.requests).collect())
    }

    /// The map, by the trials in the engine's store.
    ///
    /// # Errors
    /// See [`MapError`].
    pub fn chart(&self, engine: &Engine, claim: &Claim, knobs: &[Knob]) -> Result<Map, MapError> {
        let mut component = self.component.clone();
        let start = self.start(claim)?;
        let cells = self.cells(&start, knobs)?;
        let judge = |cell: Placed| -> Cell {
            let Placed { at, case } = cell;
            let case = match case {
                Ok(case) => case,
                Err(error) => {
                    return Cell { at, trials: Vec::new(), found: None, error: Some(error.to_string()) };
                }
            };
            let trials = case.requests.iter().map(|request| engine.stored(request)).collect();
            if let Some(reason) = missing(engine, &case) {
                return Cell { at, trials, found: None, error: Some(reason) };
            }
            let result = engine.judge_once(&case);
            match found(&result, &mut component) {
                Ok(found) => Cell { at, trials, found: Some(found), error: None },
                Err(error) => Cell { at, trials, found: None, error: Some(error.to_string()) },
            }
        };
        let cells: Vec<Cell> = cells.into_iter().map(judge).collect();
        let setting = start.requests.first().map(|request| request.setting().clone()).unwrap_or_default();
        let mut map = Map {
            id: self.id.clone(),
            title: self.title.clone(),
            claim: claim.id.clone(),
            case: start.label,
            comparison: claim.comparison.name().to_owned(),
            statistic: claim.statistic.name().to_owned(),
            profile: self.profile,
            seed: engine.seed(),
            fixed: self.fixed.clone(),
            component,
            sweeps: self.sweeps.clone(),
            setting,
            cells,
            columns: Vec::new(),
        };
        let is_distance = claim.comparison.is_distance();
        let rows = self.sweeps.get(1).map_or(vec![None], |s| s.values.iter().cloned().map(Some).collect());
        map.columns = rows.into_iter().enumerate().map(|(k, at)| column(&map, k, at, is_distance)).collect();
        Ok(map)
    }
}

/// Says where trials failed or were never run: what the others say would be biased.
fn missing(engine: &Engine, case: &Case) -> Option<String> {
    let counts = case.requests.iter().map(|request| (engine.stored(request), engine.wanted(request)));
    let (stored, wanted) = counts.into_iter().find(|(stored, wanted)| stored < wanted)?;
    Some(format!("{} of {wanted} trials failed or were not run", wanted - stored))
}

/// What a judged case says of the component; the first one names itself.
fn found(result: &CaseResult, component: &mut String) -> Result<Found, JudgeError> {
    if let Some(error) = &result.error {
        return Err(JudgeError::Other(error.clone()));
    }
    let components = &result.claim.components;
    let named = components.iter().find(|c| component.is_empty() || c.label == *component);
    let known = || components.iter().map(|c| format!("`{}`", c.label)).collect::<Vec<_>>().join(", ");
    let judged = named.ok_or_else(|| {
        JudgeError::Other(format!("no component is called `{component}`; there are {}", known()))
    })?;
    component.clone_from(&judged.label);
    let standing = result.rivals.iter().filter(|rival| rival.judgement.verdict == Verdict::Confirmed);
    let trials = result.trials.iter().copied().min().unwrap_or(0);
    Ok(Found {
        predicted: judged.predicted,
        measured: judged.measured,
        discrepancy: judged.discrepancy,
        error: standard_error(judged.discrepancy, trials, components.len()),
        margin: judged.margin,
        verdict: judged.verdict,
        standing: standing.map(|rival| rival.name.clone()).collect(),
    })
}

fn column(map: &Map, number: usize, at: Option<Json>, is_distance: bool) -> Column {
    // Sizes are spaced by factors; along anything else there is no law to expect.
    let are_sizes = map.sweeps.first().is_some_and(|sweep| sweep.log);
    let points = if are_sizes { map.points(number) } else { Vec::new() };
    // The laws of all columns hold jointly (Bonferroni).
    let count = map.sweeps.get(1).map_or(1, |sweep| sweep.values.len());
    let alpha = ALPHA / count as f64;
    let limit = fit::limit(&points, alpha);
    let largest = map.column(number).iter().rev().find_map(|cell| cell.found.as_ref());
    let verdict = limit.zip(largest).map_or(Verdict::Inconclusive, |(limit, largest)| {
        let (value, margin) = (limit.value, largest.margin);
        if value.low > 0.0 || (value.high < 0.0 && !is_distance) {
            Verdict::Refuted
        } else if value.high < 0.0 || !largest.standing.is_empty() {
            // A distance has no limit below 0, so the extrapolation is wrong; where a rival agrees too, the limit says nothing.
            Verdict::Inconclusive
        } else if (is_distance || margin.low <= value.low) && value.high <= margin.high {
            Verdict::Confirmed
        } else {
            Verdict::Inconclusive
        }
    });
    Column { at, law: fit::power_law(&points, alpha), limit, verdict, leaves: leaves(map, number) }
}

/// Where the discrepancy crosses one of the margin's ends.
fn leaves(map: &Map, number: usize) -> Vec<f64> {
    let Some(sweep) = map.sweeps.first() else { return Vec::new() };
    let scaled = |x: f64| if sweep.log { x.ln() } else { x };
    let unscaled = |x: f64| if sweep.log { x.exp() } else { x };
    let mut crossings = Vec::new();
    for [(a, left), (b, right)] in map.neighbours(number) {
        let (a, b) = (scaled(a), scaled(b));
        // Beyond the upper end, and beyond the lower end.
        for beyond in [
            |found: &Found| found.discrepancy.value - found.margin.high,
            |found: &Found| found.margin.low - found.discrepancy.value,
        ] {
            let (from, to) = (beyond(left), beyond(right));
            if (from > 0.0) != (to > 0.0) {
                crossings.push(unscaled(a + (b - a) * from / (from - to)));
            }
        }
    }
    crossings
}
