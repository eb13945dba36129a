//! Predictions on data: the spectrum of the user's own kernel matrix in place of a population's.

use serde_json::Value as Json;

use super::batch::{BatchSteps, batch_steps_within};
use super::population::{Population, population_modes, subset_distill_gain, subset_early_stopping};
use super::schedule::optimal_schedule;
use super::subset::subset_curve;
use crate::TheoryError;
use crate::catalog::Kind::Numbers;
use crate::catalog::parameter::optional;
use crate::catalog::{Kind, Parameter, Params, Value};

pub(super) const LAMBDA_OR_DATA: Parameter = optional(
    "lambda",
    Kind::Json,
    "the eigenvalues of the kernel",
    "{\"power\": a} for i^-a up to P, or {\"values\": [...]}, or [...]; null with mu and y2",
    "null",
);
pub(super) const POPULATION_MU: Parameter = optional(
    "mu",
    Numbers,
    "in place of lambda: the n eigenvalues of the kernel matrix of your own data, which --kernel finds",
    "a list of numbers >= 0, some of them > 0; null",
    "null",
);
pub(super) const POPULATION_Y2: Parameter = optional(
    "y2",
    Numbers,
    "the squared projections of the labels onto its eigenvectors, which --labels gives",
    "a list of numbers >= 0, one for each of mu; null",
    "null",
);

/// What a population has in place of.
const OF_SPECTRA: [&str; 6] = ["P", "lambda", "eta", "sigma2", "tail", "eta_tail"];

/// Points of the curve over time.
const CURVE: usize = 25;
/// Steps of $n/(\mu_1N)$ up to which the law was measured to hold within 5 %.
const MEASURED_STEPS: f64 = 300.0;
/// Elementary operations for each eigenvalue and time: places of the nodes, and pairs of them.
const EACH_TIME: f64 = 1.8e3;

const SOON: &str = "label errors on the points left out; on digits the law held within 5 % up to 300 steps of n/(mu_1 N), as here; L within 1 % to 30 steps, 4 to 20 % too high at 300, later worthless";
const LATE: &str = "label errors on the points left out; t* is inf or lies behind 300 steps of n/(mu_1 N), up to which the law held within 5 % on digits: 10 % at convergence; L is worthless that late";
const NOTHING: &str = "label errors on the points left out: so few points teach nothing about the others, and not to train is best; L is worthless late";
const LARGE: &str = "label errors on the points left out; N is above n/4, up to which the law held on digits within 5 % to 300 steps of n/(mu_1 N) and 10 % at convergence, where at N = 0.45 n errors were 17 % above it; L is worthless late";
const GAIN: &str = "label errors on the points left out; chi is that of the law of random subsets, which held on digits within 5 to 10 % for N up to n/4";
const ONE_PASS: &str = "label errors on average over all points, in one pass over them; their spectrum stands for that of their source, which is good for modes well above 1/n only: the law of a finite population is one of full batches";

/// The eigenvalues of a kernel matrix and the squared projections of the labels.
pub(super) struct Data {
    mu: Vec<f64>,
    y2: Vec<f64>,
}

/// What the parameters `mu` and `y2` say, where they are given in place of a spectrum.
pub(super) fn given(params: &Params) -> Result<Option<Data>, TheoryError> {
    let absent = |name: &str| Ok::<bool, TheoryError>(params.get::<Json>(name)?.is_null());
    let missing = |name: &str, meaning: &str| {
        Err(TheoryError::MissingParameter { name: name.to_owned(), meaning: meaning.to_owned() })
    };
    match (absent("mu")?, absent("y2")?) {
        (true, true) if absent("lambda")? => missing(
            "lambda",
            "the eigenvalues of the kernel; or mu and y2 of data, which --kernel and --labels give",
        ),
        (true, true) => Ok(None),
        (true, false) => missing("mu", POPULATION_MU.meaning),
        (false, true) => missing("y2", POPULATION_Y2.meaning),
        (false, false) => {
            let known = |name: &&str| params.has(name) && params.differs_from_default(name);
            if let Some(name) = OF_SPECTRA.into_iter().find(|name| known(name)) {
                let valid = "left out where mu is given, the spectrum of data";
                return Err(TheoryError::invalid(name, params.get::<Json>(name)?, valid));
            }
            Ok(Some(Data { mu: params.get("mu")?, y2: params.get("y2")? }))
        }
    }
}

impl Data {
    fn afford(&self, params: &Params, times: usize) -> Result<(), TheoryError> {
        params.afford("the contour sums", EACH_TIME * self.mu.len() as f64 * times as f64)
    }

    pub fn early_stopping(&self, params: &Params) -> Result<Value, TheoryError> {
        self.afford(params, 250 + CURVE)?;
        let samples = params.integer("N")?;
        let best = subset_early_stopping(&self.mu, &self.y2, samples)?;
        let unit = Population::new(&self.mu, &self.y2, samples)?.unit()?;
        let times = times(unit, best.time);
        let curve = subset_curve(&self.mu, &self.y2, samples, &times)?;
        let column = |i: usize| seen(curve.iter().map(|row| row[i]).collect());
        let steps = best.time.map(|time| time / unit);
        let remark = if best.time == Some(0.0) {
            NOTHING
        } else if 4 * samples > self.mu.len() {
            LARGE
        } else if steps.is_some_and(|steps| steps <= MEASURED_STEPS) {
            SOON
        } else {
            LATE
        };
        let or_inf = |x: Option<f64>| x.map_or(Value::Word("inf"), Value::from);
        Ok(Value::Object(vec![
            ("t_star", or_inf(best.time)),
            ("steps", or_inf(steps)),
            ("E_out", best.error.into()),
            ("delta_star", or_inf(best.ridge)),
            ("E_ridge", best.ridge_error.into()),
            (
                "curve",
                Value::Object(vec![
                    ("t", times.into()),
                    ("E_out", column(0).into()),
                    ("L", column(1).into()),
                ]),
            ),
            ("remark", Value::Word(remark)),
        ]))
    }

    pub fn distill_gain(&self, params: &Params) -> Result<Value, TheoryError> {
        params.afford("the scan over ridges", 2e4 * self.mu.len() as f64)?;
        let found = subset_distill_gain(&self.mu, &self.y2, params.integer("N")?)?;
        Ok(Value::Object(vec![
            ("delta_star", found.ridge.into()),
            ("E_out", found.error.into()),
            ("chi", found.chi.into()),
            ("remark", Value::Word(GAIN)),
        ]))
    }

    pub fn schedule(&self, params: &Params, batch: usize, horizon: usize) -> Result<Value, TheoryError> {
        let points = self.mu.len();
        if batch > points {
            let valid = format!("an integer from 1 to {points}, as many as there are points");
            return Err(TheoryError::invalid("B", batch, valid));
        }
        if batch > 0 && horizon > points / batch {
            let valid = format!(
                "an integer from 1 to {}, one pass over the {points} points with B = {batch}",
                points / batch
            );
            return Err(TheoryError::invalid("T", horizon, valid));
        }
        let (spectrum, target) = population_modes(&self.mu, &self.y2)?;
        params.afford("the sweeps", 400.0 * spectrum.levels() as f64 * horizon as f64)?;
        let found = optimal_schedule(&spectrum, &target, 0.0, batch, horizon)?;
        Ok(Value::Object(vec![
            ("E_T", found.error.into()),
            ("alpha", found.steps.into()),
            ("remark", Value::Word(ONE_PASS)),
        ]))
    }

    pub fn batch_steps(&self, goal: f64, batches: &[usize]) -> Result<Value, TheoryError> {
        let (spectrum, target) = population_modes(&self.mu, &self.y2)?;
        let rows = batch_steps_within(&spectrum, &target, goal, batches, self.mu.len())?;
        Ok(Value::Object(vec![
            ("batches", rows.iter().map(BatchSteps::row).collect::<Vec<_>>().into()),
            ("remark", Value::Word(ONE_PASS)),
        ]))
    }
}

/// Six decades from a tenth of the unit on, and the best time with a decade at each side.
fn times(unit: f64, best: Option<f64>) -> Vec<f64> {
    let best = best.filter(|best| *best > 0.0).map(|best| best / unit);
    let low = best.map_or(0.1, |best| (0.1 * best).min(0.1)).ln();
    let high = best.map_or(1e5, |best| (10.0 * best).max(1e5)).ln();
    (0..CURVE).map(|i| unit * (low + (high - low) * i as f64 / (CURVE - 1) as f64).exp()).collect()
}

/// Errors of which less is left than the contour can tell are 0.
fn seen(mut errors: Vec<f64>) -> Vec<f64> {
    let floor = 1e-8 * errors.first().copied().unwrap_or(0.0);
    errors.iter_mut().filter(|error| **error < floor).for_each(|error| *error = 0.0);
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::TheoryError;
    use crate::catalog::find;
    use crate::learning_in_time::{subset_curve, subset_early_stopping};

    fn population(n: usize) -> (Vec<f64>, Vec<f64>) {
        let law = |a: f64| move |k: usize| n as f64 * (k as f64).powf(-a);
        ((1..=n).map(law(1.5)).collect(), (1..=n).map(|k| law(2.2)(k) + 0.3).collect())
    }

    fn asked(id: &str, n: usize, more: Json) -> Result<Json, TheoryError> {
        let (mu, y2) = population(n);
        let mut given = json!({"mu": mu, "y2": y2});
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Ok(find(id)?.answer(given.as_object().unwrap())?.value.to_json())
    }

    #[test]
    fn stopping_comes_with_the_curve() {
        let (mu, y2) = population(60);
        let found = asked("dyn/early-stopping", 60, json!({"N": 12})).unwrap();
        let best = subset_early_stopping(&mu, &y2, 12).unwrap();
        assert_eq!(found["t_star"].as_f64(), best.time);
        assert_eq!(found["E_ridge"], best.ridge_error);
        let numbers =
            |name: &str| -> Vec<f64> { serde_json::from_value(found["curve"][name].clone()).unwrap() };
        let curve = subset_curve(&mu, &y2, 12, &numbers("t")).unwrap();
        assert_eq!((curve.len(), numbers("E_out")), (25, curve.iter().map(|row| row[0]).collect()));
        assert!(numbers("E_out").iter().all(|error| *error >= best.error * (1.0 - 1e-9)));
        assert!(found["remark"].as_str().unwrap().contains("5 %"));
        let large = asked("dyn/early-stopping", 60, json!({"N": 20})).unwrap();
        assert!(large["remark"].as_str().unwrap().contains("above n/4"));
    }

    #[test]
    fn one_pass_is_one_pass() {
        let schedule = |more| asked("dyn/schedule", 50, more);
        let found = schedule(json!({"B": 2, "T": 25})).unwrap();
        assert_eq!(found["alpha"].as_array().unwrap().len(), 25);
        let steps = |more| asked("dyn/batch-steps", 50, more);
        let rows = steps(json!({"B": [1, 4], "target": 1.2})).unwrap();
        assert!(rows["batches"][0][1].as_f64().unwrap() <= 50.0);
        for (refused, told) in [
            (schedule(json!({"B": 2, "T": 26})), "`T` is 26; valid: an integer from 1 to 25"),
            (schedule(json!({"B": 51, "T": 1})), "`B` is 51; valid: an integer from 1 to 50"),
            (schedule(json!({"B": 0, "T": 1})), "`B` is 0"),
            (steps(json!({"B": [1, 51], "target": 1.2})), "`B` is 51"),
            (steps(json!({"B": [1], "target": 0.31})), "`target` is 0.31; valid: above "),
            (steps(json!({"B": [1], "target": 9.0})), "`target` is 9"),
        ] {
            let error = refused.unwrap_err().to_string();
            assert!(error.contains(told), "{error} does not say {told}");
        }
    }

    #[test]
    fn data_stand_in_place_of_a_spectrum() {
        for (more, told) in [
            (json!({"lambda": [1.0]}), "`lambda`"),
            (json!({"sigma2": 0.1}), "`sigma2` is 0.1; valid: left out where mu is given"),
            (json!({"P": 3}), "`P` is 3"),
            (json!({"y2": null}), "`y2` is missing"),
            (json!({"mu": null}), "`mu` is missing"),
            (json!({"mu": null, "y2": null}), "`lambda` is missing"),
            (json!({"N": 60}), "`N` is 60; valid: an integer from 1 to 59"),
            (json!({"N": 0}), "`N` is 0"),
            (json!({"y2": [1.0]}), "`y2` is 1 numbers"),
            (json!({"mu": [-1.0, 2.0], "y2": [1.0, 1.0], "N": 1}), "`mu` is -1"),
            (json!({"mu": [0.0, 0.0], "y2": [1.0, 1.0], "N": 1}), "`mu` is all zero"),
        ] {
            for id in ["dyn/early-stopping", "dyn/distill-gain"] {
                let mut given = json!({"N": 12});
                given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                let error = asked(id, 60, given).unwrap_err().to_string();
                assert!(error.contains(told), "{id}: {error} does not say {told}");
            }
        }
    }
}
