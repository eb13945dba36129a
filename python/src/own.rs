//! Theories of the user's own: experiments, claims and figures that are functions of Python.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use anyhow::{Context, Result, anyhow};
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError, PySystemExit, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use rayon::ThreadPoolBuilder;
use serde_json::Value as Json;
use solvable_engine::cli::Offer;
use solvable_engine::figure::Figure;
use solvable_engine::streams::Streams;
use solvable_engine::verify::{
    At, Claim, ClaimDraft, JudgeError, Margin, Procedure, Record, Request, statistic,
};
use solvable_engine::{FigurePlan, Paper, Source};

use crate::json;
use crate::processes::{Beginning, Processes};
use crate::runs::{self, Event, Options, Threads};

/// An experiment of Python: settings are JSON, outcomes records of numbers.
type Own = Procedure<Json, Record>;

/// What the user made, with texts of JSON for settings and numbers for what refers to one another.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Theory {
    experiments: Vec<OwnExperiment>,
    /// Experiment, setting, cost of a trial.
    costs: Vec<(usize, String, f64)>,
    claims: Vec<OwnClaim>,
    figures: Vec<OwnFigure>,
    papers: Vec<OwnPaper>,
    sources: Vec<OwnSource>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnExperiment {
    id: String,
    version: u32,
    code: Vec<u8>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnClaim {
    id: String,
    title: String,
    formula: String,
    sources: Vec<String>,
    experiment: usize,
    statistic: Option<String>,
    comparison: Option<String>,
    components: Vec<String>,
    /// Whether the prediction is conditional on the outcome.
    given: bool,
    rivals: Vec<OwnRival>,
    cases: Vec<OwnCase>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnRival {
    name: String,
    given: bool,
    /// The settings at which it is one.
    at: Vec<String>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnCase {
    label: String,
    settings: Vec<String>,
    trials: usize,
    margin: (f64, f64),
    sizes: Vec<f64>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnFigure {
    id: String,
    trials: Vec<OwnRequest>,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnRequest {
    experiment: usize,
    setting: String,
    trials: usize,
}

#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct OwnPaper {
    id: String,
    title: String,
    summary: String,
    sources: Vec<OwnSource>,
}

/// Key, authors, title, venue, year, arXiv number.
type OwnSource = (String, String, String, String, u16, String);

/// The user's functions, called in the thread that waits for the run.
#[derive(Clone)]
struct Functions {
    judge: Arc<Py<PyAny>>,
    tell: Sender<Event>,
}

impl Functions {
    /// Calls a method of the judging object and reads its value. An exception is an error in words; Ctrl-C ends the run.
    fn call<T: Send + 'static>(
        &self,
        method: &'static str,
        arguments: impl FnOnce(Python<'_>) -> PyResult<Py<PyTuple>> + Send + 'static,
        read: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T> + Send + 'static,
    ) -> Result<T, JudgeError> {
        let (answer, answered) = mpsc::channel();
        let judge = Arc::clone(&self.judge);
        let ask = move |py: Python<'_>| -> PyResult<()> {
            let value = arguments(py)
                .and_then(|arguments| judge.bind(py).call_method1(method, arguments.into_bound(py)))
                .and_then(|value| read(&value));
            let value = match value {
                Err(error)
                    if error.is_instance_of::<PyKeyboardInterrupt>(py)
                        || error.is_instance_of::<PySystemExit>(py) =>
                {
                    return Err(error);
                }
                Err(error) => Err(in_words(py, &error)),
                Ok(value) => Ok(value),
            };
            // Whoever asked waits for it.
            let _ = answer.send(value);
            Ok(())
        };
        let gone = || JudgeError::Other("the run was interrupted".to_owned());
        self.tell.send(Event::Call(Box::new(ask))).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?.map_err(JudgeError::Other)
    }
}

/// What an exception says, and where it was raised.
fn in_words(py: Python<'_>, error: &PyErr) -> String {
    let told = py
        .import("solvable._worker")
        .and_then(|module| module.call_method1("shortened", (error.value(py), error.traceback(py))))
        .and_then(|told| told.extract::<String>());
    told.unwrap_or_else(|_| error.to_string())
}

/// An outcome as Python has it: floats and lists of floats.
fn outcome<'py>(py: Python<'py>, record: &Record) -> PyResult<Bound<'py, PyAny>> {
    let told = serde_json::to_value(record).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    json::to_python(py, &told)
}

/// Draws the trials that the theory needs, judges its claims, and writes the report.
#[pyfunction]
pub fn verify_own(
    py: Python<'_>,
    options: Options,
    theory: Theory,
    worker: Beginning,
    judge: Py<PyAny>,
    watch: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let codes = theory.experiments.iter().map(|experiment| experiment.code.clone()).collect();
    let processes = Arc::new(Processes::new(worker, codes));
    let stopping = Arc::clone(&processes);
    // Threads of their own: those of predictions are needed by the user's functions, which these wait for.
    let pool = ThreadPoolBuilder::new()
        .num_threads(options.call().0.unwrap_or(1))
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("cannot start the threads: {error}")))?;
    let threads = Threads::own(pool, move || stopping.stop());
    runs::judged(py, &options, threads, Vec::new(), false, watch, move |host| {
        let functions = Functions { judge: Arc::new(judge), tell: host.sender() };
        offer(theory, &processes, &functions)
    })
}

/// The theory as the engine has it.
fn offer(theory: Theory, processes: &Arc<Processes>, functions: &Functions) -> Result<Offer> {
    let Theory { experiments, costs, claims, figures, papers, sources } = theory;
    let mut by_experiment: HashMap<usize, HashMap<String, f64>> = HashMap::new();
    for (experiment, setting, cost) in costs {
        by_experiment.entry(experiment).or_default().insert(parsed(&setting)?.to_string(), cost);
    }
    let procedures: Vec<Own> = experiments
        .into_iter()
        .enumerate()
        .map(|(number, experiment)| {
            let costs = by_experiment.remove(&number).unwrap_or_default();
            procedure(number, experiment, costs, Arc::clone(processes))
        })
        .collect();
    let of = |number: usize| procedures.get(number).cloned().context("an experiment is missing");

    let mut parts: Vec<Paper> = papers.into_iter().map(paper).collect();
    for (number, own) in claims.into_iter().enumerate() {
        let claim = claim(number, of(own.experiment)?, own, functions)?;
        part(&mut parts, &claim.id).claims.push(claim);
    }
    for (number, own) in figures.into_iter().enumerate() {
        let requests = own.trials.iter().map(|own| {
            let procedure = of(own.experiment)?;
            Ok((procedure, parsed(&own.setting)?, own.trials))
        });
        let plan = figure(number, own.id.clone(), requests.collect::<Result<_>>()?, functions);
        part(&mut parts, &own.id).figures.push(plan);
    }
    Ok(Offer { bibliography: sources.into_iter().map(source).collect(), ..Offer::of(parts) })
}

fn parsed(setting: &str) -> Result<Json> {
    serde_json::from_str(setting).with_context(|| format!("the setting {setting} is no JSON"))
}

fn source((key, authors, title, venue, year, arxiv): OwnSource) -> Source {
    Source::told(&key, &authors, &title, &venue, year, &arxiv)
}

fn paper(own: OwnPaper) -> Paper {
    let OwnPaper { id, title, summary, sources } = own;
    Paper {
        name: id.clone(),
        id,
        title,
        summary,
        findings: Vec::new,
        sources: sources.into_iter().map(source).collect(),
        claims: Vec::new(),
        figures: Vec::new(),
        maps: Vec::new(),
        knobs: &[],
    }
}

/// The paper that an id belongs to; one that nobody described has the name of the part as its title.
fn part<'a>(parts: &'a mut Vec<Paper>, id: &str) -> &'a mut Paper {
    let id = id.split('/').next().unwrap_or(id);
    let place = parts.iter().position(|paper| paper.id == id).unwrap_or_else(|| {
        let (id, title) = (id.to_owned(), id.to_owned());
        parts.push(paper(OwnPaper { id, title, summary: String::new(), sources: Vec::new() }));
        parts.len() - 1
    });
    &mut parts[place]
}

fn procedure(
    number: usize,
    experiment: OwnExperiment,
    costs: HashMap<String, f64>,
    processes: Arc<Processes>,
) -> Own {
    let run =
        move |setting: &Json, streams: &Streams| Ok(Record::of(&processes.trial(number, setting, streams)?)?);
    Procedure::new(experiment.id, experiment.version, run)
        .costing(move |setting| costs.get(&setting.to_string()).copied().unwrap_or(1.0))
}

fn claim(number: usize, procedure: Own, own: OwnClaim, functions: &Functions) -> Result<Claim> {
    let OwnClaim {
        id, title, formula, sources, statistic, comparison, components, given, rivals, cases, ..
    } = own;
    let (mut at, mut margins, mut sizes) = (Vec::new(), HashMap::new(), HashMap::new());
    for case in cases {
        let settings = case.settings.iter().map(|text| parsed(text)).collect::<Result<Vec<_>>>()?;
        let names: Vec<String> = settings.iter().map(Json::to_string).collect();
        sizes.extend(names.iter().cloned().zip(case.sizes));
        let (low, high) = case.margin;
        margins.extend(names.into_iter().next().map(|name| (name, Margin::between(low, high))));
        at.push(At::sizes(case.label, settings, case.trials));
    }
    let measuring = functions.clone();
    let draft = Claim::of(procedure, id, title)
        .formula(formula)
        .sources(&sources)
        .components(components)
        .cases(move |_| Ok(at.clone()))
        // Every case has its own; none would be the strictest.
        .margin(move |setting, _| {
            margins.get(&setting.to_string()).copied().unwrap_or(Margin::symmetric(0.0))
        })
        .measure(move |setting, record| {
            let (setting, record) = (setting.to_string(), record.clone());
            let arguments = move |py: Python<'_>| {
                let told = (number, setting, outcome(py, &record)?);
                Ok(told.into_pyobject(py)?.unbind())
            };
            measuring.call("measure", arguments, |value| value.extract::<Vec<f64>>())
        });
    let size = move |setting: &Json| sizes.get(&setting.to_string()).copied().unwrap_or(1.0);
    let draft = judged_by(draft, statistic.as_deref(), comparison.as_deref(), size)?;
    let draft = if given {
        draft.predict_given(conditional(functions, number, None))
    } else {
        draft.predict(free(functions, number, None))
    };
    let all = rivals.into_iter().enumerate().try_fold(draft, |draft, (place, rival)| {
        let at = rival.at.iter().map(|text| Ok(parsed(text)?.to_string())).collect::<Result<HashSet<_>>>()?;
        let applies = move |setting: &Json| at.contains(&setting.to_string());
        Ok::<_, anyhow::Error>(if rival.given {
            draft.rival_given_where(rival.name, applies, conditional(functions, number, Some(place)))
        } else {
            draft.rival_where(rival.name, applies, free(functions, number, Some(place)))
        })
    });
    Ok(all?.finish())
}

/// What the theory, or a rival of it, says of a setting.
fn free(
    functions: &Functions,
    claim: usize,
    rival: Option<usize>,
) -> impl Fn(&Json) -> Result<Vec<f64>, JudgeError> + Send + Sync + 'static {
    let functions = functions.clone();
    move |setting| {
        let setting = setting.to_string();
        let arguments = move |py: Python<'_>| Ok((claim, rival, setting).into_pyobject(py)?.unbind());
        functions.call("predict", arguments, |value| value.extract::<Vec<f64>>())
    }
}

/// What the theory, or a rival of it, says of a trial.
fn conditional(
    functions: &Functions,
    claim: usize,
    rival: Option<usize>,
) -> impl Fn(&Json, &Record) -> Result<Vec<f64>, JudgeError> + Send + Sync + 'static {
    let functions = functions.clone();
    move |setting, record| {
        let (setting, record) = (setting.to_string(), record.clone());
        let arguments = move |py: Python<'_>| {
            let told = (claim, rival, setting, outcome(py, &record)?);
            Ok(told.into_pyobject(py)?.unbind())
        };
        functions.call("predict_given", arguments, |value| value.extract::<Vec<f64>>())
    }
}

type Draft = ClaimDraft<Json, Record>;

fn judged_by(
    draft: Draft,
    statistic: Option<&str>,
    comparison: Option<&str>,
    size: impl Fn(&Json) -> f64 + Send + Sync + 'static,
) -> Result<Draft> {
    let draft = match comparison {
        None | Some("ratio") => draft,
        Some("difference") => draft.by_difference(),
        Some("distance") => draft.by_distance(),
        Some("relative_distance") => draft.by_relative_distance(),
        Some("largest_difference") => draft.by_largest_difference(),
        Some("mean_difference") => draft.by_mean_difference(),
        Some(other) => return Err(anyhow!("there is no comparison {other}")),
    };
    Ok(match statistic {
        None => draft,
        Some("mean") => draft.mean(),
        Some("median") => draft.median(),
        Some("identity") => draft.identity(),
        Some("law") => draft.law(),
        Some("log_slope") => draft.log_slope(size),
        Some("rms_log_slope") => draft.rms_log_slope(size),
        Some(other) => return Err(anyhow!("there is no statistic {other}")),
    })
}

fn figure(number: usize, id: String, asked: Vec<(Own, Json, usize)>, functions: &Functions) -> FigurePlan {
    let (asked, functions) = (Arc::new(asked), functions.clone());
    let wanted = Arc::clone(&asked);
    let requests = move |_| {
        let requests =
            wanted.iter().map(|(procedure, setting, trials)| Request::of(procedure, setting, *trials));
        Ok(requests.collect::<Result<_, _>>()?)
    };
    FigurePlan::new(id, requests, move |trials| {
        let found = asked.iter().map(|(procedure, setting, _)| trials.by(procedure, setting));
        let found = found.collect::<Result<Vec<Vec<Record>>, _>>()?;
        let arguments = move |py: Python<'_>| {
            let lists = found.iter().map(|records| {
                let outcomes =
                    records.iter().map(|record| outcome(py, record)).collect::<PyResult<Vec<_>>>()?;
                PyList::new(py, outcomes)
            });
            let lists = PyList::new(py, lists.collect::<PyResult<Vec<_>>>()?)?;
            Ok((number, lists).into_pyobject(py)?.unbind())
        };
        let drawn = functions.call("draw", arguments, |value| value.extract::<String>())?;
        Ok(serde_json::from_str::<Figure>(&drawn)?)
    })
}

/// The key of a trial: what its generator is seeded with.
#[pyfunction]
pub fn trial_key(experiment: &str, setting: &str, number: u64, seed: u64) -> PyResult<[u8; 32]> {
    let setting = parsed(setting).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Streams::for_trial(experiment, &setting.to_string(), number, seed).seed())
}

/// The mean of a sample and the ends of its interval.
#[pyfunction]
pub fn mean_interval(values: Vec<f64>) -> PyResult<(f64, f64, f64)> {
    let estimate = statistic::mean(&values, statistic::ALPHA)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok((estimate.value, estimate.low, estimate.high))
}
