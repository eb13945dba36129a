use serde::{Deserialize, Serialize};
use solvable_theory::continual_learning::Heads;
use solvable_theory::kernel_spectrum::legendre;
use solvable_theory::{Architecture, TheoryError};

use super::features::Features;
use super::tasks::{cost, similarity};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, non_negative, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{Sphere, TrunkGrams, checks};
use solvable_simulate::linalg::{self, Matrix, Solver};
use solvable_simulate::network::Network;
use solvable_simulate::regression::{ErrorForm, Grams, KernelStage, Labels, learning_operators};
use solvable_simulate::training::{Parametrization, Tangents};

/// What part of the kernel belongs to the trunk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trunk {
    /// The same share of every eigenvalue.
    Share(f64),
    /// All layers of the network but the last, on a sphere.
    Network,
}

/// Two tasks in turn, with a head each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultiHeadSetting {
    /// The features.
    pub features: Features,
    /// The trunk.
    pub trunk: Trunk,
    /// $\varrho$, the correlation of the heads' initial weights.
    pub head_correlation: f64,
    /// $N_1$ and $N_2$.
    pub samples: [usize; 2],
    /// $\sigma_1^2$ and $\sigma_2^2$.
    pub noise: [f64; 2],
}

impl MultiHeadSetting {
    /// The shares of the trunk in the levels of the theory's spectrum, and the correlation.
    pub(crate) fn heads(&self) -> Result<Heads, TheoryError> {
        let trunk = match (&self.features, self.trunk) {
            (Features::Sphere(sphere), Trunk::Network) => sphere.trunk_shares()?.to_vec(),
            (features, Trunk::Share(share)) => vec![share; features.theory()?.0.levels()],
            (_, Trunk::Network) => return Err(TheoryError::undefined("the trunk", "there is no network")),
        };
        Ok(Heads { trunk, correlation: self.head_correlation })
    }

    /// Gram matrices of the kernel and of its shared part.
    fn grams(&self, streams: &Streams) -> Result<(Grams, TrunkGrams), TrialFailure> {
        let count = self.samples.iter().sum();
        match (&self.features, self.trunk) {
            (Features::Sphere(sphere), Trunk::Network) => Ok(sphere.trunk_grams(count, streams)?),
            (features, trunk) => {
                let share = if let Trunk::Share(share) = trunk { share } else { 0.0 };
                let grams = features.grams(count, streams)?;
                let trunk = TrunkGrams {
                    kernel: &grams.kernel * share,
                    mixed: &grams.mixed * share,
                    squares: [&grams.square * share, &grams.square * (share * share)],
                };
                Ok((grams, trunk))
            }
        }
    }
}

/// Errors of both heads; those after both stages at $\rho=0$ and $\rho=1$, between which they are linear.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultiHeadOutcome {
    /// $E_1$, of the first head on the first task.
    pub first: f64,
    /// $E_{A\to B}$, of the second head on the second task.
    pub forward: [f64; 2],
    /// $E_{\rm back}$, of the first head on the first task.
    pub backward: [f64; 2],
}

/// Sequential kernel regression of two heads, whose kernel with each other is $\varrho$ times that of the trunk; errors averaged exactly
/// over targets and noise.
pub struct MultiHead;

impl Experiment for MultiHead {
    type Setting = MultiHeadSetting;
    type Outcome = MultiHeadOutcome;
    const ID: &'static str = "multi-head";
    const VERSION: u32 = 1;

    fn check(setting: &MultiHeadSetting) -> Result<(), SettingError> {
        setting.features.check().map_err(|error| error.within("features"))?;
        match setting.trunk {
            Trunk::Share(share) => within("trunk.share", share, 0.0..=1.0)?,
            Trunk::Network => {
                let Features::Sphere(sphere) = &setting.features else {
                    return Err(SettingError::invalid("trunk", "network", "a share, without a sphere"));
                };
                at_least("features.sphere.depth", sphere.depth, 2)?;
            }
        }
        within("head_correlation", setting.head_correlation, -1.0..=1.0)?;
        setting.samples.iter().try_for_each(|&n| setting.features.check_stage("samples", n, 0.0))?;
        checks::each("noise", &setting.noise, non_negative)
    }

    fn run(setting: &MultiHeadSetting, streams: &Streams) -> Result<MultiHeadOutcome, TrialFailure> {
        let [first, second] = setting.samples;
        let (grams, trunk) = setting.grams(&streams.child("inputs"))?;
        let rho = setting.head_correlation;
        // Where the samples of one head meet those of the other.
        let between = |whole: &Matrix, shared: &Matrix, factor: f64| {
            let mut mixed = whole.clone();
            for (row, column, rows, columns) in [(0, first, first, second), (first, 0, second, first)] {
                let part = shared.view((row, column), (rows, columns)) * factor;
                mixed.view_mut((row, column), (rows, columns)).copy_from(&part);
            }
            mixed
        };
        let mut labels = Labels::new();
        labels.extend(0, first, setting.noise[0]);
        labels.extend(1, second, setting.noise[1]);
        let ridge = setting.features.ridge();
        let stages = setting.samples.map(|samples| KernelStage { samples, ridge });
        let operators = learning_operators(&between(&grams.kernel, &trunk.kernel, rho), &stages)?;
        // What a head sees of the samples of the other.
        let seen_by = |head: usize| {
            let (start, length) = if head == 0 { (first, second) } else { (0, first) };
            let mut mixed = grams.mixed.clone();
            mixed.rows_mut(start, length).copy_from(&(trunk.mixed.rows(start, length) * rho));
            let mut square = between(&grams.square, &trunk.squares[0], rho);
            let own = trunk.squares[1].view((start, start), (length, length)) * (rho * rho);
            square.view_mut((start, start), (length, length)).copy_from(&own);
            Grams { mixed, square, ..grams.clone() }
        };
        let after = |head: usize| ErrorForm::new(&operators[1], &seen_by(head), &labels, 2);
        let errors = |head: usize| {
            let form = after(head);
            [0.0, 1.0].map(|rho| form.error(head, &similarity(rho)))
        };
        Ok(MultiHeadOutcome {
            first: ErrorForm::new(&operators[0], &grams, &labels, 2).error(0, &similarity(0.0)),
            forward: errors(1),
            backward: errors(0),
        })
    }

    fn cost(setting: &MultiHeadSetting) -> f64 {
        2.0 * cost(&setting.features, setting.samples.iter().sum())
    }
}

/// A finite network with several linear heads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadKernelsSetting {
    /// The network at infinite width, and the inputs.
    pub sphere: Sphere,
    /// $M$.
    pub width: usize,
    /// How many heads.
    pub heads: usize,
    /// $\varrho$ between the initial weights of any two of them.
    pub head_correlation: f64,
    /// Inputs.
    pub samples: usize,
}

/// The tangent kernel of the trunk, averaged over inputs and heads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadKernelsOutcome {
    /// Of a head with itself.
    pub same: f64,
    /// Between two heads.
    pub cross: f64,
    /// The share of the trunk in the eigenvalues of degree 0, 1 and 2, from pairs of inputs.
    pub shares: [f64; 3],
}

/// The tangent kernel of a network with several heads at its start.
pub struct HeadKernels;

/// Most heads: kernels of all of them are one matrix.
const MOST_HEADS: usize = 100;

impl Experiment for HeadKernels {
    type Setting = HeadKernelsSetting;
    type Outcome = HeadKernelsOutcome;
    const ID: &'static str = "head-kernels";
    const VERSION: u32 = 1;

    fn check(setting: &HeadKernelsSetting) -> Result<(), SettingError> {
        setting.sphere.check().map_err(|error| error.within("sphere"))?;
        at_least("sphere.depth", setting.sphere.depth, 2)?;
        checks::count("width", setting.width)?;
        within("heads", setting.heads, 2..=MOST_HEADS)?;
        let least = -1.0 / (setting.heads as f64 - 1.0);
        within("head_correlation", setting.head_correlation, least..=1.0)?;
        within("samples", setting.samples, 4..=checks::MOST)?;
        let most = checks::MOST / setting.heads;
        require(
            setting.samples <= most,
            "samples",
            setting.samples,
            format!("at most {most} for so many heads"),
        )
    }

    fn run(setting: &HeadKernelsSetting, streams: &Streams) -> Result<HeadKernelsOutcome, TrialFailure> {
        let HeadKernelsSetting { sphere, width, heads, samples, .. } = setting;
        let (heads, samples) = (*heads, *samples);
        let inputs = sphere.inputs(samples, &streams.child("inputs"))?;
        let mut network = Network::draw(&architecture(sphere, *width, heads)?, streams);
        if let Some(weights) = network.weights.last_mut() {
            *weights =
                linalg::product(&linalg::equicorrelated_root(heads, setting.head_correlation), weights);
        }
        let tangents = Tangents::new(&network, network.forward(&inputs)?, Parametrization::Ntk)?;
        let depth = tangents.depth();
        let trunk = (2..depth).fold(tangents.layer_kernel(1), |sum, l| sum + tangents.layer_kernel(l));
        let whole = &trunk + tangents.layer_kernel(depth);
        let block = |kernel: &Matrix, one: usize, other: usize| {
            kernel.view((one * samples, other * samples), (samples, samples)).into_owned()
        };
        let (mut same, mut cross) = (0.0, 0.0);
        let zero = || Matrix::zeros(samples, samples);
        let (mut of_trunk, mut of_whole) = (zero(), zero());
        for one in 0..heads {
            for other in 0..heads {
                let mean = block(&trunk, one, other).mean();
                if one == other {
                    same += mean / heads as f64;
                    of_trunk += block(&trunk, one, one);
                    of_whole += block(&whole, one, one);
                } else {
                    cross += mean / (heads * (heads - 1)) as f64;
                }
            }
        }
        let (part, all) = (degrees(sphere, &inputs, &of_trunk)?, degrees(sphere, &inputs, &of_whole)?);
        Ok(HeadKernelsOutcome { same, cross, shares: std::array::from_fn(|k| part[k] / all[k]) })
    }

    fn cost(setting: &HeadKernelsSetting) -> f64 {
        let (m, n) = (setting.width as f64, setting.samples as f64);
        let outputs = n * setting.heads as f64;
        setting.sphere.depth as f64 * m * (m * (20.0 + 2.0 * outputs) + outputs * outputs)
    }
}

/// A network of so many outputs; biases are trained where there are any.
fn architecture(sphere: &Sphere, width: usize, heads: usize) -> Result<Architecture, TheoryError> {
    let scales = &sphere.scales;
    let hidden = vec![width; sphere.depth.saturating_sub(1)];
    let widths = [vec![sphere.dimension], hidden, vec![heads]].concat();
    Ok(Architecture::new(widths, scales.activation.clone(), scales.sigma_w2, scales.sigma_b2)?
        .with_trained_biases(scales.sigma_b2 > 0.0))
}

/// The eigenvalues of degree 0, 1 and 2 by least squares over pairs of inputs.
fn degrees(sphere: &Sphere, inputs: &Matrix, kernel: &Matrix) -> Result<Vec<f64>, TrialFailure> {
    let cosines = linalg::transpose_product(inputs, inputs) / sphere.dimension as f64;
    let (mut moments, mut right) = (Matrix::zeros(3, 3), Matrix::zeros(3, 1));
    for i in 0..inputs.ncols() {
        for j in 0..i {
            let t = cosines[(i, j)].clamp(-1.0, 1.0);
            let values = legendre(sphere.dimension, 2, t)?;
            for (k, p) in values.iter().enumerate() {
                right[k] += p * kernel[(i, j)];
                values.iter().enumerate().for_each(|(l, q)| moments[(k, l)] += p * q);
            }
        }
    }
    let solved = Solver::spd(&moments, 0.0, "the second moments of three degrees")?.solve(&right);
    Ok(solved.iter().copied().collect())
}
