use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::at_least;
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{FisherSetting, checks};
use solvable_simulate::linalg::{self, Matrix, symmetric_eigen, symmetric_eigenvalues};

/// What [`InputMetric`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputMetricOutcome {
    /// Mean of $\|f(x+\epsilon v)-f(x)\|^2/\epsilon^2$, $v$ along the first outlier of $A^0$.
    pub along: f64,
    /// The same in random directions.
    pub random: f64,
    /// The eigenvalue of that outlier.
    pub largest: f64,
    /// Mean of the $C$ largest eigenvalues of every $A^l$.
    pub top: Vec<f64>,
    /// The eigenvalue after these.
    pub next: Vec<f64>,
    /// $\mathrm{Tr}A^l$.
    pub trace: Vec<f64>,
    /// $\mathrm{Tr}(A^l)^2$.
    pub square: Vec<f64>,
}

/// Metrics $A^l$ of the spaces of inputs and features, $l=0..L-1$, and what a perturbation of length $0.05$ common to all inputs changes.
pub struct InputMetric;

/// $\epsilon$.
const LENGTH: f64 = 0.05;
/// Random directions over which the response is averaged.
const DIRECTIONS: usize = 16;

impl Experiment for InputMetric {
    type Setting = FisherSetting;
    type Outcome = InputMetricOutcome;
    const ID: &'static str = "input-metric";
    const VERSION: u32 = 2;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        let network = &setting.network;
        setting.check_kernel()?;
        checks::plain(network)?;
        checks::layers(network, 2)?;
        at_least("samples", setting.samples, 2)?;
        let (widths, classes) = (network.widths(), network.classes());
        let wide = widths[..network.depth()].iter().all(|width| *width > classes);
        let valid = format!("more units in every other layer than the {classes} of the last");
        checks::widths(network, wide, valid)
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<InputMetricOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let inputs = &signals.hidden[0];
        let (classes, samples) = signals.output.shape();
        let (mut top, mut next, mut trace, mut square) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut outlier, mut largest) = (Matrix::zeros(0, 0), 0.0);
        for (l, delta) in network.output_gradients(&signals).iter().enumerate() {
            let gradients = linalg::transpose_product(&network.weights[l], delta);
            let gram = linalg::transpose_product(&gradients, &gradients) / samples as f64;
            let (values, vectors) = if l == 0 {
                symmetric_eigen(&gram)?
            } else {
                (symmetric_eigenvalues(&gram)?, Matrix::zeros(0, 0))
            };
            let size = values.len();
            top.push(values[size - classes..].iter().sum::<f64>() / classes as f64);
            next.push(values[size - classes - 1]);
            trace.push(gram.trace());
            square.push(gram.norm_squared());
            if l == 0 {
                let v = &gradients * vectors.columns(size - 1, 1);
                (outlier, largest) = (&v / v.norm(), values[size - 1]);
            }
        }
        let response = |direction: &Matrix| -> Result<f64, TrialFailure> {
            let mut moved = inputs.clone();
            for mut column in moved.column_iter_mut() {
                column.axpy(LENGTH / direction.norm(), &direction.column(0), 1.0);
            }
            let change = network.forward(&moved)?.output - &signals.output;
            Ok(change.norm_squared() / (samples as f64 * LENGTH * LENGTH))
        };
        let mut random = 0.0;
        for i in 0..DIRECTIONS {
            let normals = streams.nth_child("direction", i).normals(inputs.nrows(), 1.0);
            random += response(&Matrix::from_vec(inputs.nrows(), 1, normals))? / DIRECTIONS as f64;
        }
        Ok(InputMetricOutcome { along: response(&outlier)?, random, largest, top, next, trace, square })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 3.0 * setting.kernel_cost()
    }
}
