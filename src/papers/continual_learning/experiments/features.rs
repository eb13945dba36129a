use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::RngExt;
use serde::{Deserialize, Serialize};
use solvable_theory::continual_learning::{Spectrum, Target};
use solvable_theory::kernel_spectrum::NtkMap;
use solvable_theory::{Activation, InitialScales, TheoryError};

use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{non_negative, positive, require, within};
use solvable_shared::{DEEPEST, Sphere, checks};
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
            Self::Sphere(sphere) => sphere.theory(),
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
            Self::Sphere(sphere) => sphere.grams(samples, streams),
        }
    }
}
