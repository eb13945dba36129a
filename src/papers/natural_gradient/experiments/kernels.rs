use serde::{Deserialize, Serialize};
use solvable_theory::natural_gradient::{self as ngd, Damping, LayerKernels, Method};
use solvable_theory::{Architecture, TheoryError};

use super::data::Sample;
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{at_least, non_negative, require};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{checks, shortened};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::training::{NaturalGradient, Tangents};

/// $A_l$, $B_l$ of a network of one output between two sets of inputs, as the theory takes them.
pub(super) fn empirical_kernels(rows: &Tangents, columns: &Tangents) -> Result<LayerKernels, TheoryError> {
    let layers = 1..=columns.depth();
    LayerKernels::new(
        layers.clone().map(|l| rows.forward_kernel(columns, l)).collect(),
        layers.map(|l| rows.backward_kernel(columns, l)).collect(),
    )
}

/// A random network and data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelSetting {
    /// The network.
    pub network: Architecture,
    /// The data.
    #[serde(flatten)]
    pub sample: Sample,
}

impl KernelSetting {
    pub(super) fn check(&self) -> Result<(), SettingError> {
        checks::network(&self.network)?;
        checks::plain(&self.network)?;
        checks::one_output(&self.network)?;
        checks::trained_biases(&self.network)?;
        self.sample.check(&self.network)
    }

    fn kernels(&self, streams: &Streams) -> Result<(usize, LayerKernels), TrialFailure> {
        let (number, tangents) = self.sample.draw_tangents(&self.network, streams)?;
        Ok((number, empirical_kernels(&tangents, &tangents)?))
    }
}

/// The kernels of a random network at the layers at which the deviations of all others have added up.
pub struct LayerKernelMatrices;

/// Kernels, their upper triangles column by column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerKernelMatricesOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// $A_L$.
    pub forward: Vec<f64>,
    /// $B_1$.
    pub backward: Vec<f64>,
    /// $K$.
    pub tangent: Vec<f64>,
}

impl LayerKernelMatrices {
    /// The upper triangle of a symmetric matrix, with weights such that its length is the Frobenius norm of the matrix.
    pub fn triangle(matrix: &Matrix) -> Vec<f64> {
        let pairs = (0..matrix.ncols()).flat_map(|j| (0..=j).map(move |i| (i, j)));
        pairs.map(|(i, j)| matrix[(i, j)] * if i == j { 1.0 } else { std::f64::consts::SQRT_2 }).collect()
    }
}

impl Experiment for LayerKernelMatrices {
    type Setting = KernelSetting;
    type Outcome = LayerKernelMatricesOutcome;
    const ID: &'static str = "layer-kernels";
    const VERSION: u32 = 1;

    fn check(setting: &KernelSetting) -> Result<(), SettingError> {
        setting.check()?;
        at_least("samples", setting.sample.samples, 2)
    }

    fn run(setting: &KernelSetting, streams: &Streams) -> Result<LayerKernelMatricesOutcome, TrialFailure> {
        let (number, kernels) = setting.kernels(streams)?;
        let stored = |matrix: &Matrix| shortened(&Self::triangle(matrix));
        Ok(LayerKernelMatricesOutcome {
            data_set: number as f64,
            forward: stored(kernels.forward(kernels.depth())),
            backward: stored(kernels.backward(1)),
            tangent: stored(&kernels.total()),
        })
    }

    fn cost(setting: &KernelSetting) -> f64 {
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * setting.sample.samples as f64)
    }
}

/// The block tri-diagonal matrix of a random network.
pub struct TridiagonalPoles;

/// The negative part of a spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TridiagonalPolesOutcome {
    /// The number of eigenvalues below $-10^{-10}$ of the largest.
    pub negative: f64,
    /// The largest pole of the damping, 0 where there is none.
    pub largest_pole: f64,
    /// The smallest pole of the damping, 0 where there is none.
    pub smallest_pole: f64,
}

impl Experiment for TridiagonalPoles {
    type Setting = KernelSetting;
    type Outcome = TridiagonalPolesOutcome;
    const ID: &'static str = "tridiagonal-poles";
    const VERSION: u32 = 1;

    fn check(setting: &KernelSetting) -> Result<(), SettingError> {
        setting.check()?;
        let (depth, samples) = (setting.network.depth(), setting.sample.samples);
        let valid = format!("at most {} at depth {depth}", checks::MOST / depth);
        require(depth.saturating_mul(samples) <= checks::MOST, "samples", samples, valid)
    }

    fn run(setting: &KernelSetting, streams: &Streams) -> Result<TridiagonalPolesOutcome, TrialFailure> {
        let (_, kernels) = setting.kernels(streams)?;
        let (depth, size) = (kernels.depth(), kernels.columns());
        // K^{1/2} (T ⊗ I) K^{1/2}, symmetric with the spectrum of the parameter-space matrix.
        let roots = (1..=depth)
            .map(|l| {
                let (values, vectors) = linalg::symmetric_eigen(&kernels.tangent(l))?;
                let mut scaled = vectors.clone();
                for (mut column, value) in scaled.column_iter_mut().zip(&values) {
                    column *= value.max(0.0).sqrt();
                }
                Ok(scaled * vectors.transpose())
            })
            .collect::<Result<Vec<_>, TrialFailure>>()?;
        let mut matrix = Matrix::zeros(depth * size, depth * size);
        for row in 0..depth {
            for column in row.saturating_sub(1)..(row + 2).min(depth) {
                let block = &roots[row] * &roots[column];
                matrix.view_mut((row * size, column * size), (size, size)).copy_from(&block);
            }
        }
        let values = linalg::symmetric_eigenvalues(&((&matrix + matrix.transpose()) * 0.5))?;
        let limit = -1e-10 * values[values.len() - 1];
        let negative: Vec<f64> = values.iter().copied().filter(|v| *v < limit).collect();
        let pole = |value: Option<&f64>| value.map_or(0.0, |v| -v / setting.sample.samples as f64);
        Ok(TridiagonalPolesOutcome {
            negative: negative.len() as f64,
            largest_pole: pole(negative.first()),
            smallest_pole: pole(negative.last()),
        })
    }

    fn cost(setting: &KernelSetting) -> f64 {
        setting.network.parameter_count() as f64 * (20.0 + 6.0 * setting.sample.samples as f64)
    }
}

/// A random network and strengths of damping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DampedTridiagonalSetting {
    /// The network and the data.
    #[serde(flatten)]
    pub system: KernelSetting,
    /// $\rho$, several.
    pub strengths: Vec<f64>,
}

/// The damped block tri-diagonal method on a random network.
pub struct DampedTridiagonal;

/// A spectrum for each strength of damping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DampedTridiagonalOutcome {
    /// The number of the data set.
    pub data_set: f64,
    /// The eigenvalues of the response, ascending, strength after strength, whether safe or not.
    pub eigenvalues: Vec<f64>,
    /// $\rho_j$ of the same network.
    pub poles: Vec<f64>,
}

impl Experiment for DampedTridiagonal {
    type Setting = DampedTridiagonalSetting;
    type Outcome = DampedTridiagonalOutcome;
    const ID: &'static str = "damped-tridiagonal";
    const VERSION: u32 = 1;

    fn check(setting: &DampedTridiagonalSetting) -> Result<(), SettingError> {
        let KernelSetting { network, sample } = &setting.system;
        setting.system.check()?;
        NaturalGradient::damped(Method::Btd, Damping::Ridge(1.0)).check(network.depth(), sample.samples)?;
        checks::each("strengths", &setting.strengths, non_negative)
    }

    fn run(
        setting: &DampedTridiagonalSetting,
        streams: &Streams,
    ) -> Result<DampedTridiagonalOutcome, TrialFailure> {
        let (number, kernels) = setting.system.kernels(streams)?;
        let mut eigenvalues = Vec::new();
        for &rho in &setting.strengths {
            let response = ngd::btd_response(&kernels, &kernels, rho)?;
            eigenvalues.extend(linalg::symmetric_eigenvalues(&((&response + response.transpose()) * 0.5))?);
        }
        Ok(DampedTridiagonalOutcome {
            data_set: number as f64,
            eigenvalues,
            poles: ngd::btd_poles(&kernels)?,
        })
    }

    fn cost(setting: &DampedTridiagonalSetting) -> f64 {
        LayerKernelMatrices::cost(&setting.system)
    }
}
