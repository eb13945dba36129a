//! `predict` on the user's own kernel or data: `--kernel`, `--data` and `--labels` fill in the spectrum.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value as Json, json};
use solvable_engine::cli::entries;

use crate::simulate::SimulationError;
use crate::simulate::any_architecture::kernels;
use crate::simulate::data::{Dataset, Vectors, read_matrix};
use crate::simulate::linalg::Matrix;
use crate::simulate::population::Population;
use crate::theory::TheoryError;
use crate::theory::any_architecture::{Blueprint, Parametrization, kernel_cost};
use crate::theory::catalog::{self, COST_LIMIT, Prediction};

/// The options that name the user's own files.
#[derive(Debug, Args)]
pub struct OwnKernel {
    /// The kernel of your data: the n×n Gram matrix as .csv, .csv.gz or .npy; or `architecture=@net.json`, the infinitely wide
    /// network's tangent kernel of the inputs in `--data`.
    #[arg(long, value_name = "FILE|architecture=@FILE", conflicts_with = "batch")]
    kernel: Option<String>,
    /// Your inputs, a row each, taken as they are: .csv, .csv.gz or .npy.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    data: Option<PathBuf>,
    /// Your labels, a row for each point, taken as they are; several columns are several outputs, whose errors are added.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    labels: Option<PathBuf>,
}

/// Elementary operations, of a nanosecond each, that kernel matrices and eigenvalues may take where `cost_limit` does not say: as many as
/// 4000 points need.
const COST: f64 = 4e10;
/// Elementary operations of the eigenproblem, over $n^3$.
const EIGEN: f64 = 0.6;

/// Parameters of spectra, which files of data have in their place.
const OF_SPECTRA: [&str; 8] = ["P", "lambda", "eta", "sigma2", "tail", "eta_tail", "mu", "y2"];

impl OwnKernel {
    /// Fills in the parameters `mu` and `y2` of the prediction, where files are named, and says what was done.
    ///
    /// # Errors
    /// Predictions that take no data, options that do not fit together, files that cannot be read, matrices that are no kernels.
    pub fn fill(
        &self,
        prediction: &Prediction,
        given: &mut Map<String, Json>,
    ) -> Result<Vec<String>, SimulationError> {
        let options = [
            ("--kernel", self.kernel.is_some()),
            ("--data", self.data.is_some()),
            ("--labels", self.labels.is_some()),
        ];
        let Some((option, _)) = options.into_iter().find(|(_, there)| *there) else {
            return Ok(Vec::new());
        };
        let takes = |prediction: &Prediction| {
            ["mu", "y2"].iter().all(|name| prediction.parameters.iter().any(|p| p.name == *name))
        };
        if !takes(prediction) {
            let known = catalog::all();
            let known: Vec<&str> = known.iter().filter(|p| takes(p)).map(|p| p.id).collect();
            let valid = format!("left out with {}; it goes with {}", prediction.id, known.join(", "));
            return Err(TheoryError::invalid(option, "given", valid).into());
        }
        if let Some(name) = OF_SPECTRA.into_iter().find(|name| given.contains_key(*name)) {
            let valid = format!("left out beside {option}, whose spectrum and labels stand in its place");
            return Err(TheoryError::invalid(name, &given[name], valid).into());
        }
        let (Some(kernel), Some(labels)) = (&self.kernel, &self.labels) else {
            let (name, meaning) = match (&self.kernel, &self.data) {
                (Some(_), _) => ("--labels", "the file of labels, one for each point"),
                (None, Some(_)) => ("--kernel", "the kernel of --data: architecture=@net.json"),
                (None, None) => (
                    "--kernel",
                    "the Gram matrix of the labelled points, or architecture=@net.json with --data",
                ),
            };
            return Err(missing(name, meaning));
        };
        let limit = given.get(COST_LIMIT.name).and_then(Json::as_f64).unwrap_or(COST);
        let mut notes = Vec::new();
        let (kernel, rows_of) = match kernel.split_once('=') {
            Some(("architecture", network)) => {
                let data = self.data.as_deref();
                let data =
                    data.ok_or_else(|| missing("--data", "the inputs of the architecture, a row each"))?;
                (of_architecture(network, data, limit, &mut notes)?, "--data")
            }
            Some((name, _)) if !Path::new(kernel).exists() => {
                let valid = "a file, or architecture=@net.json";
                return Err(TheoryError::invalid("--kernel", format!("{name}=..."), valid).into());
            }
            _ if self.data.is_some() => {
                let valid = "left out beside a Gram matrix, which says all of them";
                return Err(TheoryError::invalid("--data", "given", valid).into());
            }
            _ => (matrix(Path::new(kernel), Vectors::Refused, &mut notes)?, "--kernel"),
        };
        let mut labels = matrix(labels, Vectors::Columns, &mut notes)?;
        let points = kernel.nrows();
        if labels.nrows() == 1 && points > 1 {
            labels = labels.transpose();
        }
        if kernel.is_square() && labels.nrows() != points {
            let value = format!("{} numbers", labels.nrows());
            return Err(TheoryError::invalid(
                "--labels",
                value,
                format!("{points}, one for each row of {rows_of}"),
            )
            .into());
        }
        afford("the eigenvalues of the kernel", EIGEN * (points as f64).powi(3), limit)?;
        notes.push(told(&labels));
        let population = Population::new(&kernel, &labels).map_err(by_option)?;
        notes.extend(population.notes);
        given.insert("mu".to_owned(), json!(population.mu));
        given.insert("y2".to_owned(), json!(population.y2));
        Ok(notes)
    }
}

fn missing(name: &str, meaning: &str) -> SimulationError {
    TheoryError::MissingParameter { name: name.to_owned(), meaning: meaning.to_owned() }.into()
}

fn afford(what: &str, operations: f64, limit: f64) -> Result<(), TheoryError> {
    if operations <= limit {
        return Ok(());
    }
    Err(TheoryError::TooCostly { what: what.to_owned(), operations, limit })
}

/// A matrix of a file, as its rows stand there.
fn matrix(path: &Path, vectors: Vectors, notes: &mut Vec<String>) -> Result<Matrix, SimulationError> {
    let (matrix, told) = read_matrix(path, vectors)?;
    notes.extend(told);
    Ok(matrix.transpose())
}

/// The tangent kernel of the infinitely wide network, of one output.
fn of_architecture(
    network: &str,
    data: &Path,
    limit: f64,
    notes: &mut Vec<String>,
) -> Result<Matrix, SimulationError> {
    let described = entries::value_of(network).map_err(|problem| {
        TheoryError::invalid("--kernel architecture", problem, "@net.json, a file of JSON")
    })?;
    // The path of a layer stands behind the option that names the file.
    let placed = |error: TheoryError| match error {
        TheoryError::InvalidParameter { name, value, valid } => {
            TheoryError::InvalidParameter { name: format!("--kernel {name}"), value, valid }
        }
        TheoryError::MissingParameter { name, meaning } => {
            TheoryError::MissingParameter { name: format!("--kernel {name}"), meaning }
        }
        other => other,
    };
    let blueprint = Blueprint::read(&described).map_err(placed)?;
    let data = Dataset::read(data)?;
    afford("the kernels of this architecture", kernel_cost(&blueprint, data.samples())?, limit)?;
    blueprint.independent_outputs().map_err(placed)?;
    notes.extend(data.notes().iter().cloned());
    notes.push(format!(
        "inputs are taken as they are, not scaled or centred: the mean square of their values is {:.4}; the kernel is that of a network in \
         standard parametrization, as for step-size, and times are those of its rates",
        data.inputs().norm_squared() / data.inputs().len() as f64
    ));
    let rows: Vec<Vec<f64>> = data.inputs().column_iter().map(|row| row.iter().copied().collect()).collect();
    let own = |error: TheoryError| match error {
        TheoryError::InvalidParameter { name, value, valid } if name == "inputs" => {
            TheoryError::InvalidParameter { name: "--data".to_owned(), value, valid }
        }
        other => other,
    };
    Ok(kernels(&blueprint, &rows, Parametrization::Standard).map_err(own)?.tangent)
}

/// What labels are, for a reader to see whether that was meant.
fn told(labels: &Matrix) -> String {
    let (points, outputs) = labels.shape();
    let each =
        if outputs == 1 { String::new() } else { format!(" of {outputs} outputs, whose errors are added,") };
    format!(
        "labels{each} are taken as they are, not centred: their mean is {:.4}, the error before training {:.4}",
        labels.mean(),
        labels.norm_squared() / points as f64
    )
}

/// The error of a parameter as that of the option that the user gave.
fn by_option(error: SimulationError) -> SimulationError {
    match error {
        SimulationError::Theory(TheoryError::InvalidParameter { name, value, valid }) => {
            TheoryError::InvalidParameter { name: format!("--{name}"), value, valid }.into()
        }
        other => other,
    }
}
