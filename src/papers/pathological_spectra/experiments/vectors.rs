use serde::{Deserialize, Serialize};

use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{DataFisher, DataFisherSetting, FisherSetting, checks, shortened};
use solvable_simulate::cross_entropy::{dual, root, softmax};
use solvable_simulate::gram::tangent_kernel;
use solvable_simulate::linalg::{Matrix, symmetric_eigen};
use solvable_simulate::network::Network;

/// Outputs up to which the whole dual is decomposed.
const MOST: usize = 1000;

/// What [`OutlierVectors`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutlierVectorsOutcome {
    /// $1-s$: the mean over the $C$ top eigenvectors of $\Theta$ of the squared norm of what lies outside of the span of the class-constant vectors.
    pub deficit: f64,
}

/// The eigenvectors of the outliers of a random network.
pub struct OutlierVectors;

impl Experiment for OutlierVectors {
    type Setting = FisherSetting;
    type Outcome = OutlierVectorsOutcome;
    const ID: &'static str = "outlier-vectors";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        checks::plain(&setting.network)?;
        at_least("samples", setting.samples, 2)?;
        decomposed(setting.samples, setting.network.classes(), "samples")
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<OutlierVectorsOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let classes = setting.network.classes();
        let vectors = top_vectors(&tangent_kernel(&network, &signals), classes)?;
        let outside: f64 = vectors.as_slice().chunks(setting.samples).map(about_the_mean).sum();
        Ok(OutlierVectorsOutcome { deficit: outside / classes as f64 })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 2.0 * setting.kernel_cost()
    }
}

fn decomposed(samples: usize, classes: usize, field: &str) -> Result<(), SettingError> {
    let most = MOST / classes;
    require(samples <= most, field, samples, format!("at most {most}, for at most {MOST} outputs in all"))
}

/// The eigenvectors of the `count` largest eigenvalues, one a column.
fn top_vectors(matrix: &Matrix, count: usize) -> Result<Matrix, TrialFailure> {
    let (_, vectors) = symmetric_eigen(matrix)?;
    Ok(vectors.columns(vectors.ncols() - count, count).into_owned())
}

/// $\sum_n(v_n-\bar v)^2$.
fn about_the_mean(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|v| (v - mean).powi(2)).sum()
}

/// What [`DigitsVectors`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsVectorsOutcome {
    /// The $C$ top eigenvectors of $\Theta$, one after the other, each class by class.
    pub vectors: Vec<f64>,
}

/// The eigenvectors of the outliers of random networks on fixed real inputs.
pub struct DigitsVectors;

impl Experiment for DigitsVectors {
    type Setting = DataFisherSetting;
    type Outcome = DigitsVectorsOutcome;
    const ID: &'static str = "digits-vectors";
    const VERSION: u32 = 1;

    fn check(setting: &DataFisherSetting) -> Result<(), SettingError> {
        DataFisher::check(setting)?;
        checks::plain(&setting.network)?;
        decomposed(setting.data.samples(), setting.network.classes(), "data.samples")
    }

    fn run(setting: &DataFisherSetting, streams: &Streams) -> Result<DigitsVectorsOutcome, TrialFailure> {
        let network = Network::draw(&setting.network, streams);
        let signals = network.forward(setting.data.inputs())?;
        let vectors = top_vectors(&tangent_kernel(&network, &signals), setting.network.classes())?;
        Ok(DigitsVectorsOutcome { vectors: shortened(vectors.as_slice()) })
    }

    fn cost(setting: &DataFisherSetting) -> f64 {
        2.0 * setting.cost()
    }
}

/// What [`ClassifierVector`] measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifierVectorOutcome {
    /// The outputs, sample by sample.
    pub logits: Vec<f64>,
    /// The top eigenvector of $\frac1NQ^{1/2}\Theta Q^{1/2}$, sample by sample.
    pub vector: Vec<f64>,
}

/// The eigenvector of the largest outlier of a random classifier.
pub struct ClassifierVector;

impl Experiment for ClassifierVector {
    type Setting = FisherSetting;
    type Outcome = ClassifierVectorOutcome;
    const ID: &'static str = "classifier-vector";
    const VERSION: u32 = 1;

    fn check(setting: &FisherSetting) -> Result<(), SettingError> {
        setting.check_kernel()?;
        checks::plain(&setting.network)?;
        checks::classes(&setting.network, 2)?;
        at_least("samples", setting.samples, 2)?;
        decomposed(setting.samples, setting.network.classes(), "samples")
    }

    fn run(setting: &FisherSetting, streams: &Streams) -> Result<ClassifierVectorOutcome, TrialFailure> {
        let (network, signals) = setting.draw(streams)?;
        let (classes, samples) = signals.output.shape();
        let g = softmax(&signals.output);
        let top = top_vectors(&dual(&tangent_kernel(&network, &signals), &g), 1)?;
        // S = Q^{1/2} U: from the basis of S, class by class, to that of the symmetric root, sample by sample.
        let mut vector = Vec::with_capacity(classes * samples);
        for (n, g) in g.column_iter().enumerate() {
            let own = Matrix::from_fn(classes, 1, |k, _| top[(k * samples + n, 0)]);
            let image = root(&g) * own;
            let q =
                Matrix::from_fn(
                    classes,
                    classes,
                    |k, l| if k == l { g[k] * (1.0 - g[k]) } else { -g[k] * g[l] },
                );
            let (values, basis) = symmetric_eigen(&q)?;
            let mut block = Matrix::zeros(classes, 1);
            // The lowest eigenvalue is 0, of the vector of ones.
            for (value, direction) in
                values.iter().zip(basis.column_iter()).skip(1).filter(|(v, _)| **v > 0.0)
            {
                block.column_mut(0).axpy(direction.dot(&image.column(0)) / value.sqrt(), &direction, 1.0);
            }
            vector.extend_from_slice(block.as_slice());
        }
        Ok(ClassifierVectorOutcome {
            logits: shortened(signals.output.as_slice()),
            vector: shortened(&vector),
        })
    }

    fn cost(setting: &FisherSetting) -> f64 {
        setting.weight_cost() + 3.0 * setting.kernel_cost()
    }
}
