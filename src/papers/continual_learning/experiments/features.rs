use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::kernel_spectrum::{NtkMap, SphereSpectrum};
use solvable_theory::{Activation, InitialScales, TheoryError};

use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{filled, non_negative, positive, require, within};
use solvable_shared::checks;
use solvable_simulate::SimulationError;
use solvable_simulate::data::{Dataset, gaussian_inputs, on_sphere};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::regression::Grams;

/// What tasks are functions of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Features {
    /// Independent standard normal features with $\lambda_i=i^{-a}$ and $\eta_i=i^{-b}$, $i\le P$: the setting in which the theory is exact
    /// for large samples.
    Gaussian {
        /// $a$.
        decay: f64,
        /// $b$.
        target_decay: f64,
        /// $P$.
        modes: usize,
        /// Modes without power in the target: $\eta_i=0$ up to this number, and equal powers of total 1 beyond.
        #[serde(skip_serializing_if = "Option::is_none")]
        unlearnable_beyond: Option<usize>,
    },
    /// Inputs on the sphere $\|x\|^2=d$ and the tangent kernel of an infinitely wide network.
    Sphere(Sphere),
    /// Images drawn, with replacement, from the first `population` of the shipped digits, standardized as a whole and scaled to the sphere;
    /// the tangent kernel of a bias-free ReLU network of depth `depth`. The population is the law of inputs: the spectrum of its kernel
    /// matrix is that of the kernel.
    Digits {
        /// How many images there are.
        population: usize,
        /// $L$.
        depth: usize,
        /// The target.
        target: DigitsTarget,
    },
}

/// What is learnt about the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitsTarget {
    /// Drawn from the Gaussian process with the kernel as covariance.
    Matched,
    /// 1 for even digits, $-1$ for odd ones.
    Parity,
}

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

/// The kernel among all images of the population, its eigenvalues $\lambda_i$, and the coefficients of parity in the eigenfunctions.
struct DigitsKernel {
    kernel: Matrix,
    /// $K_2$ among all images.
    square: Matrix,
    eigenvalues: Vec<f64>,
    /// $\langle f,\phi_i\rangle$.
    coefficients: Vec<f64>,
    parity: Vec<f64>,
}

static DIGITS: Mutex<BTreeMap<(usize, usize), Arc<DigitsKernel>>> = Mutex::new(BTreeMap::new());

/// Images drawn twice are settled by a ridge of this share of the largest kernel value.
const DUPLICATES: f64 = 1e-9;

impl DigitsKernel {
    fn of(population: usize, depth: usize) -> Result<Arc<Self>, SimulationError> {
        let mut all = DIGITS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = all.get(&(population, depth)) {
            return Ok(Arc::clone(found));
        }
        let digits = Dataset::digits()?;
        let inputs = digits.scaled_head(population)?;
        let inputs = on_sphere(inputs.inputs().clone())?;
        let mut cosines = linalg::transpose_product(&inputs, &inputs) / inputs.nrows() as f64;
        cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
        cosines.fill_diagonal(1.0);
        let map = NtkMap::new(&InitialScales::new(Activation::relu(), 2.0, 0.0)?, depth)?;
        let values = cosines.iter().map(|t| map.at(*t)).collect::<Result<Vec<_>, _>>()?;
        let kernel = Matrix::from_vec(population, population, values);
        let n = population as f64;
        let (eigenvalues, vectors) = linalg::symmetric_eigen(&(&kernel / n))?;
        let labels = digits.labels().unwrap_or_default();
        let parity: Vec<f64> =
            labels.iter().take(population).map(|l| if l % 2 == 0 { 1.0 } else { -1.0 }).collect();
        // φ = √n v, averages over the population.
        let coefficients = vectors
            .column_iter()
            .map(|v| v.iter().zip(&parity).map(|(v, f)| v * f).sum::<f64>() / n.sqrt())
            .collect();
        let square = linalg::product(&kernel, &kernel) / n;
        let eigenvalues = eigenvalues.into_iter().map(|l| l.max(0.0)).collect();
        let found = Arc::new(Self { kernel, square, eigenvalues, coefficients, parity });
        all.insert((population, depth), Arc::clone(&found));
        Ok(found)
    }
}

/// How many images are shipped.
const IMAGES: usize = 1797;

/// Deeper kernels take longer than anybody waits: every entry costs an integral for each layer.
const DEEPEST: usize = 1000;

static SPECTRA: Mutex<BTreeMap<String, Arc<SphereSpectrum>>> = Mutex::new(BTreeMap::new());

impl Sphere {
    /// Whether there are such kernels and targets.
    pub(crate) fn check(&self) -> Result<(), SettingError> {
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

    /// Random inputs ($d\times n$).
    pub fn inputs(&self, samples: usize, streams: &Streams) -> Result<Matrix, SimulationError> {
        on_sphere(gaussian_inputs(self.dimension, samples, streams))
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

impl Features {
    /// Whether there are such features.
    pub(crate) fn check(&self) -> Result<(), SettingError> {
        match self {
            Self::Gaussian { decay, target_decay, modes, unlearnable_beyond } => {
                positive("gaussian.decay", *decay)?;
                non_negative("gaussian.target_decay", *target_decay)?;
                checks::count("gaussian.modes", *modes)?;
                let bound = unlearnable_beyond.unwrap_or(0);
                let valid = format!("below {modes}, the number of modes");
                require(bound < *modes, "gaussian.unlearnable_beyond", bound, valid)
            }
            Self::Digits { population, depth, .. } => {
                within("digits.population", *population, 2..=IMAGES)?;
                within("digits.depth", *depth, 1..=DEEPEST)
            }
            Self::Sphere(sphere) => sphere.check().map_err(|error| error.within("sphere")),
        }
    }

    /// Whether `samples` of them, called `field`, can be learnt at once with a ridge.
    pub(super) fn check_stage(&self, field: &str, samples: usize, ridge: f64) -> Result<(), SettingError> {
        let (most, reason) = match self {
            Self::Gaussian { modes, .. } if ridge == 0.0 => {
                (*modes, ", the number of modes, without a ridge")
            }
            _ => (checks::MOST, ""),
        };
        require((1..=most).contains(&samples), field, samples, format!("from 1 to {most}{reason}"))
    }

    /// What the theory needs of them.
    pub fn theory(&self) -> Result<(Spectrum, Target), TheoryError> {
        match self {
            Self::Gaussian { decay, modes, .. } => {
                let powers = self.gaussian_powers();
                Ok((Spectrum::power(*decay, *modes)?, Target::new(powers, 0.0)?))
            }
            Self::Digits { population, depth, target } => {
                let digits = DigitsKernel::of(*population, *depth)
                    .map_err(|e| TheoryError::undefined("the spectrum of the digits", e.to_string()))?;
                let spectrum = Spectrum::simple(digits.eigenvalues.clone(), 0.0)?;
                let target = match target {
                    DigitsTarget::Matched => Target::matched(&spectrum),
                    DigitsTarget::Parity => {
                        Target::new(digits.coefficients.iter().map(|w| w * w).collect(), 0.0)?
                    }
                };
                Ok((spectrum, target))
            }
            Self::Sphere(sphere) => {
                let spectrum = sphere.spectrum()?;
                let of_kernel = Spectrum::sphere(&spectrum)?;
                let Some((weights, power)) = sphere.target_weights()? else {
                    let target = Target::matched(&of_kernel);
                    return Ok((of_kernel, target));
                };
                let levels = spectrum.weights.len();
                let kept = |k: usize| weights.get(k).copied().unwrap_or(0.0);
                let powers: Vec<f64> = (0..levels).map(|k| kept(k) / spectrum.degeneracy(k)).collect();
                let tail = (power - (0..levels).map(kept).sum::<f64>()).max(0.0);
                Ok((of_kernel, Target::new(powers, tail)?))
            }
        }
    }

    /// The ridge that settles inputs drawn twice.
    pub fn ridge(&self) -> f64 {
        match self {
            Self::Digits { depth, .. } => DUPLICATES * 2.0 * *depth as f64,
            _ => 0.0,
        }
    }

    fn gaussian_powers(&self) -> Vec<f64> {
        let Self::Gaussian { target_decay, modes, unlearnable_beyond, .. } = self else { return Vec::new() };
        (1..=*modes)
            .map(|i| match unlearnable_beyond {
                Some(bound) if i > *bound => 1.0 / (modes - bound) as f64,
                Some(_) => 0.0,
                None => (i as f64).powf(-target_decay),
            })
            .collect()
    }

    /// Gram matrices of `samples` random inputs.
    pub fn grams(&self, samples: usize, streams: &Streams) -> Result<Grams, SimulationError> {
        match self {
            Self::Gaussian { decay, modes, .. } => {
                let lambda: Vec<f64> = (1..=*modes).map(|i| (i as f64).powf(-decay)).collect();
                let eta = self.gaussian_powers();
                // Φᵀ, one column a sample.
                let features = gaussian_inputs(*modes, samples, streams);
                let gram = |weight: &dyn Fn(usize) -> f64| {
                    let mut scaled = features.clone();
                    for (i, mut row) in scaled.row_iter_mut().enumerate() {
                        row *= weight(i).sqrt();
                    }
                    linalg::transpose_product(&scaled, &scaled)
                };
                let (kernel, square) = (gram(&|i| lambda[i]), gram(&|i| lambda[i] * lambda[i]));
                if lambda == eta {
                    return Ok(Grams::matched(kernel, square, lambda.iter().sum()));
                }
                let (target, mixed) = (gram(&|i| eta[i]), gram(&|i| lambda[i] * eta[i]));
                Ok(Grams { kernel, target, mixed, square, target_power: eta.iter().sum() })
            }
            Self::Digits { population, depth, target } => {
                let digits = DigitsKernel::of(*population, *depth)?;
                let mut rng = streams.rng(0);
                let drawn: Vec<usize> = (0..samples).map(|_| rng.random_range(0..*population)).collect();
                let part = |m: &Matrix| Matrix::from_fn(samples, samples, |i, j| m[(drawn[i], drawn[j])]);
                let (kernel, square) = (part(&digits.kernel), part(&digits.square));
                if *target == DigitsTarget::Matched {
                    let trace = digits.eigenvalues.iter().sum();
                    return Ok(Grams::matched(kernel, square, trace));
                }
                // One fixed target f: H = f fᵀ, G = (K f/n) fᵀ.
                let f = Matrix::from_column_slice(*population, 1, &digits.parity);
                let smoothed = linalg::product(&digits.kernel, &f) / *population as f64;
                let outer = |a: &Matrix| Matrix::from_fn(samples, samples, |i, j| a[drawn[i]] * f[drawn[j]]);
                let power = f.norm_squared() / *population as f64;
                Ok(Grams { kernel, target: outer(&f), mixed: outer(&smoothed), square, target_power: power })
            }
            Self::Sphere(sphere) => {
                let inputs = sphere.inputs(samples, streams)?;
                let mut cosines = linalg::transpose_product(&inputs, &inputs) / sphere.dimension as f64;
                cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
                cosines.fill_diagonal(1.0);
                let kernel = sphere.kernel(&cosines, sphere.depth)?;
                let zonal = sphere.zonal()?;
                let Some(weights) = &zonal.target else {
                    let [square] = &zonal_sums(sphere.dimension, &cosines, &[&zonal.square])[..] else {
                        return Err(SimulationError::NotFinite { what: "a sum over degrees" });
                    };
                    return Ok(Grams::matched(kernel, square.clone(), zonal.target_power));
                };
                let mut sums =
                    zonal_sums(sphere.dimension, &cosines, &[&zonal.square, &zonal.mixed, weights])
                        .into_iter();
                let (Some(square), Some(mixed), Some(by_degree)) = (sums.next(), sums.next(), sums.next())
                else {
                    return Err(SimulationError::NotFinite { what: "a sum over degrees" });
                };
                let target = match &sphere.target {
                    SphereTarget::Depth(depth) => sphere.kernel(&cosines, *depth)?,
                    _ => by_degree,
                };
                Ok(Grams { kernel, target, mixed, square, target_power: zonal.target_power })
            }
        }
    }
}
