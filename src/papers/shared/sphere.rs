//! Tangent kernels on spheres, and targets on them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::kernel_spectrum::{NtkMap, SphereSpectrum, degree_weights};
use solvable_theory::{Activation, Architecture, InitialScales, TheoryError};

use crate::checks;
use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{filled, non_negative, positive, require, within};
use solvable_simulate::SimulationError;
use solvable_simulate::data::{gaussian_inputs, on_sphere};
use solvable_simulate::linalg::{self, LargeCholesky, Matrix};
use solvable_simulate::regression::Grams;

/// A tangent kernel on a sphere, and targets on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sphere {
    /// $d$.
    pub dimension: usize,
    /// $\phi,\sigma_w^2,\sigma_b^2$ of the network.
    #[serde(flatten)]
    pub scales: InitialScales,
    /// $L$.
    pub depth: usize,
    /// The targets.
    pub target: SphereTarget,
}

/// Gaussian targets on a sphere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SphereTarget {
    /// $\eta=\lambda$: drawn from the Gaussian process with the kernel as covariance.
    Matched,
    /// $N(d,k)\eta_k$ for the degrees $0,1,\dots$
    Powers(Vec<f64>),
    /// Drawn from the Gaussian process of the tangent kernel of another depth.
    Depth(usize),
}

/// Coefficients of $P_k$ in the Gram matrices of a sphere.
#[derive(Debug, Clone)]
struct Zonal {
    /// $\eta_kN(d,k)$; `None` where the kernel itself is the covariance of targets.
    target: Option<Vec<f64>>,
    /// $\lambda_k\eta_kN(d,k)$.
    mixed: Vec<f64>,
    /// $\lambda_k^2N(d,k)$.
    square: Vec<f64>,
    target_power: f64,
}

/// Highest degree looked at: far beyond what the Gram matrices need.
fn highest_degree(dimension: usize) -> usize {
    match dimension {
        2 => 1000,
        3 => 600,
        _ => 150,
    }
}

/// Deeper kernels take longer than anybody waits: every entry costs an integral for each layer.
pub const DEEPEST: usize = 1000;

/// What the trunk of a network adds to the Gram matrices of a sphere: its share $\tau_k$ of every eigenvalue.
#[derive(Debug, Clone)]
pub struct TrunkGrams {
    /// $\sum\tau\lambda\phi\phi^\top$.
    pub kernel: Matrix,
    /// $\sum\tau\lambda\eta\phi\phi^\top$.
    pub mixed: Matrix,
    /// $\sum\tau\lambda^2\phi\phi^\top$ and $\sum\tau^2\lambda^2\phi\phi^\top$.
    pub squares: [Matrix; 2],
}

static SHARES: Mutex<BTreeMap<String, Arc<Vec<f64>>>> = Mutex::new(BTreeMap::new());
static SPECTRA: Mutex<BTreeMap<String, Arc<SphereSpectrum>>> = Mutex::new(BTreeMap::new());

impl Sphere {
    /// Whether there are such kernels and targets.
    pub fn check(&self) -> Result<(), SettingError> {
        within("dimension", self.dimension, 2..=checks::MOST)?;
        positive("sigma_w2", self.scales.sigma_w2)?;
        non_negative("sigma_b2", self.scales.sigma_b2)?;
        within("depth", self.depth, 1..=DEEPEST)?;
        match &self.target {
            SphereTarget::Matched => Ok(()),
            SphereTarget::Powers(powers) => {
                filled("target.powers", powers)?;
                checks::each("target.powers", powers, non_negative)?;
                let total: f64 = powers.iter().sum();
                let valid = "numbers with a finite sum > 0";
                require(total > 0.0 && total.is_finite(), "target.powers", format!("{powers:?}"), valid)
            }
            SphereTarget::Depth(depth) => within("target.depth", *depth, 1..=DEEPEST),
        }
    }

    /// The spectrum of the kernel of a network of depth `depth`.
    pub fn spectrum_at(&self, depth: usize) -> Result<Arc<SphereSpectrum>, TheoryError> {
        let key = format!("{:?} {depth} {}", self.scales, self.dimension);
        let mut spectra = SPECTRA.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = spectra.get(&key) {
            return Ok(Arc::clone(found));
        }
        let highest = highest_degree(self.dimension);
        let spectrum = Arc::new(SphereSpectrum::of_ntk(&self.scales, depth, self.dimension, highest)?);
        spectra.insert(key, Arc::clone(&spectrum));
        Ok(spectrum)
    }

    /// The spectrum of the kernel.
    pub fn spectrum(&self) -> Result<Arc<SphereSpectrum>, TheoryError> {
        self.spectrum_at(self.depth)
    }

    /// $\eta_kN(d,k)$ and $\sum_i\eta_i$; `None` for the matched prior.
    fn target_weights(&self) -> Result<Option<(Vec<f64>, f64)>, TheoryError> {
        Ok(match &self.target {
            SphereTarget::Matched => None,
            SphereTarget::Powers(powers) => Some((powers.clone(), powers.iter().sum())),
            SphereTarget::Depth(depth) => {
                let other = self.spectrum_at(*depth)?;
                Some((other.weights.clone(), other.trace))
            }
        })
    }

    fn zonal(&self) -> Result<Zonal, TheoryError> {
        let spectrum = self.spectrum()?;
        let targets = self.target_weights()?;
        let levels = spectrum.weights.len();
        let square = (0..levels).map(|k| spectrum.weights[k] * spectrum.eigenvalue(k)).collect();
        let target_power = targets.as_ref().map_or(spectrum.trace, |(_, power)| *power);
        let target = targets.map(|(weights, _)| weights);
        let weight =
            |k: usize| target.as_ref().map_or(spectrum.weights[k], |t| t.get(k).copied().unwrap_or(0.0));
        let mixed = (0..levels).map(|k| spectrum.eigenvalue(k) * weight(k)).collect();
        Ok(Zonal { target, mixed: shortened(mixed), square: shortened(square), target_power })
    }

    /// $\Theta(XX'^\top/d)$.
    pub fn kernel(&self, cosines: &Matrix, depth: usize) -> Result<Matrix, TheoryError> {
        let map = NtkMap::new(&self.scales, depth)?;
        let values = cosines.iter().map(|t| map.at(*t)).collect::<Result<Vec<_>, _>>()?;
        Ok(Matrix::from_vec(cosines.nrows(), cosines.ncols(), values))
    }

    /// The kernel of infinite width between two sets of inputs ($d\times n$ and $d\times m$).
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn between(&self, rows: &Matrix, columns: &Matrix) -> Result<Matrix, TheoryError> {
        let mut cosines = linalg::transpose_product(rows, columns) / self.dimension as f64;
        cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
        self.kernel(&cosines, self.depth)
    }

    /// `count` independent functions drawn from the matched prior, at `inputs` ($d\times n$): $n\times$ `count`.
    ///
    /// # Errors
    /// A kernel that is singular.
    pub fn draw_targets(
        &self,
        inputs: &Matrix,
        count: usize,
        streams: &Streams,
    ) -> Result<Matrix, SimulationError> {
        let covariance = self.between(inputs, inputs)?;
        let normals = streams.child("targets").normals(count * inputs.ncols(), 1.0);
        let normals = Matrix::from_vec(inputs.ncols(), count, normals);
        Ok(LargeCholesky::new(&covariance, 0.0, "the prior of the targets")?.scale(&normals))
    }

    /// A network of one output whose hidden layers are `width` wide; biases are trained where there are any.
    ///
    /// # Errors
    /// A depth or width of 0.
    pub fn network(&self, width: usize) -> Result<Architecture, TheoryError> {
        let Self { dimension, scales, depth, .. } = self;
        let widths = [vec![*dimension], vec![width; depth.saturating_sub(1)], vec![1]].concat();
        let trained = scales.sigma_b2 > 0.0;
        Ok(Architecture::new(widths, scales.activation.clone(), scales.sigma_w2, scales.sigma_b2)?
            .with_trained_biases(trained))
    }

    /// Random inputs ($d\times n$).
    pub fn inputs(&self, samples: usize, streams: &Streams) -> Result<Matrix, SimulationError> {
        on_sphere(gaussian_inputs(self.dimension, samples, streams))
    }

    /// What the theory needs of it.
    ///
    /// # Errors
    /// Those of the kernel's spectrum.
    pub fn theory(&self) -> Result<(Spectrum, Target), TheoryError> {
        let spectrum = self.spectrum()?;
        let of_kernel = Spectrum::sphere(&spectrum)?;
        let Some((weights, power)) = self.target_weights()? else {
            let target = Target::matched(&of_kernel);
            return Ok((of_kernel, target));
        };
        let levels = spectrum.weights.len();
        let kept = |k: usize| weights.get(k).copied().unwrap_or(0.0);
        let powers: Vec<f64> = (0..levels).map(|k| kept(k) / spectrum.degeneracy(k)).collect();
        let tail = (power - (0..levels).map(kept).sum::<f64>()).max(0.0);
        Ok((of_kernel, Target::new(powers, tail)?))
    }

    /// $\tau_k$ of the levels of the spectrum: the share of all layers but the last in the eigenvalues of the kernel.
    ///
    /// # Errors
    /// Those of the kernel's spectrum.
    pub fn trunk_shares(&self) -> Result<Arc<Vec<f64>>, TheoryError> {
        let spectrum = self.spectrum()?;
        let key = format!("{:?} {} {}", self.scales, self.depth, self.dimension);
        let mut all = SHARES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&key) {
            return Ok(Arc::clone(found));
        }
        let map = NtkMap::new(&self.scales, self.depth)?;
        let highest = spectrum.levels().saturating_sub(1);
        let trunk = degree_weights(self.dimension, highest, |t| Ok(map.parts(t)?[1]))?;
        let share =
            |(part, whole): (f64, &f64)| if *whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
        let shares = Arc::new(trunk.into_iter().zip(&spectrum.weights).map(share).collect::<Vec<_>>());
        all.insert(key, Arc::clone(&shares));
        Ok(shares)
    }

    /// Gram matrices of `samples` random inputs, and those of the trunk.
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn trunk_grams(
        &self,
        samples: usize,
        streams: &Streams,
    ) -> Result<(Grams, TrunkGrams), SimulationError> {
        let cosines = self.cosines(samples, streams)?;
        let grams = self.grams_at(&cosines)?;
        let map = NtkMap::new(&self.scales, self.depth)?;
        let values =
            cosines.iter().map(|t| Ok(map.parts(*t)?[1])).collect::<Result<Vec<_>, TheoryError>>()?;
        let kernel = Matrix::from_vec(samples, samples, values);
        let (zonal, shares) = (self.zonal()?, self.trunk_shares()?);
        let times = |all: &[f64]| all.iter().zip(shares.iter()).map(|(c, tau)| c * tau).collect::<Vec<_>>();
        let (mixed, once) = (times(&zonal.mixed), times(&zonal.square));
        let twice = times(&once);
        let mut sums = zonal_sums(self.dimension, &cosines, &[&mixed, &once, &twice]).into_iter();
        let (Some(mixed), Some(once), Some(twice)) = (sums.next(), sums.next(), sums.next()) else {
            return Err(SimulationError::NotFinite { what: "a sum over degrees" });
        };
        Ok((grams, TrunkGrams { kernel, mixed, squares: [once, twice] }))
    }

    /// Cosines between `samples` random inputs.
    fn cosines(&self, samples: usize, streams: &Streams) -> Result<Matrix, SimulationError> {
        let inputs = self.inputs(samples, streams)?;
        let mut cosines = linalg::transpose_product(&inputs, &inputs) / self.dimension as f64;
        cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
        cosines.fill_diagonal(1.0);
        Ok(cosines)
    }

    /// Gram matrices of `samples` random inputs.
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn grams(&self, samples: usize, streams: &Streams) -> Result<Grams, SimulationError> {
        self.grams_at(&self.cosines(samples, streams)?)
    }

    fn grams_at(&self, cosines: &Matrix) -> Result<Grams, SimulationError> {
        let kernel = self.kernel(cosines, self.depth)?;
        let zonal = self.zonal()?;
        let Some(weights) = &zonal.target else {
            let [square] = &zonal_sums(self.dimension, cosines, &[&zonal.square])[..] else {
                return Err(SimulationError::NotFinite { what: "a sum over degrees" });
            };
            return Ok(Grams::matched(kernel, square.clone(), zonal.target_power));
        };
        let mut sums =
            zonal_sums(self.dimension, cosines, &[&zonal.square, &zonal.mixed, weights]).into_iter();
        let (Some(square), Some(mixed), Some(by_degree)) = (sums.next(), sums.next(), sums.next()) else {
            return Err(SimulationError::NotFinite { what: "a sum over degrees" });
        };
        let target = match &self.target {
            SphereTarget::Depth(depth) => self.kernel(cosines, *depth)?,
            _ => by_degree,
        };
        Ok(Grams { kernel, target, mixed, square, target_power: zonal.target_power })
    }

    /// The kernel at `cosines`, and its square $\sum_k\lambda_k^2N(d,k)P_k$, which is the mean of products of kernels over inputs.
    ///
    /// # Errors
    /// Those of the kernel and of its spectrum.
    pub fn kernel_and_square(&self, cosines: &Matrix) -> Result<(Matrix, Matrix), SimulationError> {
        let zonal = self.zonal()?;
        let square = zonal_sums(self.dimension, cosines, &[&zonal.square]).pop();
        let square = square.ok_or(SimulationError::NotFinite { what: "a sum over degrees" })?;
        Ok((self.kernel(cosines, self.depth)?, square))
    }

    /// A bias-free ReLU network of depth `depth` at the edge of chaos.
    ///
    /// # Errors
    /// None for a dimension of 2 and more.
    pub fn relu(dimension: usize, depth: usize, target: SphereTarget) -> Result<Self, TheoryError> {
        Ok(Self { dimension, scales: InitialScales::new(Activation::relu(), 2.0, 0.0)?, depth, target })
    }
}

/// Drops the tail of coefficients that adds less than $10^{-9}$ of their sum.
fn shortened(mut coefficients: Vec<f64>) -> Vec<f64> {
    let total: f64 = coefficients.iter().sum();
    let mut left = 0.0;
    while coefficients.len() > 1 {
        left += coefficients[coefficients.len() - 1];
        if left > 1e-9 * total {
            break;
        }
        coefficients.pop();
    }
    coefficients
}

/// $\sum_kc_kP_k(T)$, entry by entry, for several sets of coefficients, by the recurrence of the polynomials of the sphere in
/// $d$ dimensions.
fn zonal_sums(dimension: usize, cosines: &Matrix, coefficients: &[&[f64]]) -> Vec<Matrix> {
    let mut sums = vec![Matrix::zeros(cosines.nrows(), cosines.ncols()); coefficients.len()];
    let degrees = coefficients.iter().map(|c| c.len()).max().unwrap_or(0);
    let mut before = Matrix::zeros(cosines.nrows(), cosines.ncols());
    let mut now = Matrix::from_element(cosines.nrows(), cosines.ncols(), 1.0);
    for k in 0..degrees {
        for (sum, coefficients) in sums.iter_mut().zip(coefficients) {
            match coefficients.get(k) {
                Some(c) if *c != 0.0 => sum.zip_apply(&now, |s, p| *s += c * p),
                _ => {}
            }
        }
        let (k, d) = (k as f64, dimension as f64);
        // (k+d−2)P_{k+1} = (2k+d−2)tP_k − kP_{k−1}; for k = 0 and d = 2 both sides vanish: P_1 = t.
        let (scale, back) =
            if k == 0.0 { (1.0, 0.0) } else { ((2.0 * k + d - 2.0) / (k + d - 2.0), k / (k + d - 2.0)) };
        before.zip_zip_apply(&now, cosines, |p, q, t| *p = scale * t * q - back * *p);
        std::mem::swap(&mut before, &mut now);
    }
    sums
}
