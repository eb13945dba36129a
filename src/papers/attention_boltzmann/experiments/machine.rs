//! The machine itself: annealing, Gibbs chains, score matching.

use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::{check_samples, check_scale, check_sizes, check_sum};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::attention::{annealed_log_z, gibbs_averages, samples};

/// Random machines: patterns of one norm in random directions, or with independent entries and random biases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomMachine {
    /// $d$.
    pub dimension: usize,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
    /// $\|\xi_\mu\|^2$; without it entries are standard normal, and biases normal with standard deviation 0.3.
    pub square: Option<f64>,
}

impl RandomMachine {
    /// Whether the machine can be drawn, and its partition function summed.
    pub(super) fn check(&self) -> Result<(), SettingError> {
        check_sizes(self.dimension, self.patterns, self.order)?;
        self.square.map_or(Ok(()), |square| check_scale("square", square))
    }

    /// The same for machines without biases.
    pub(super) fn check_unbiased(&self) -> Result<(), SettingError> {
        self.check()?;
        let valid = "a number: without it the machine has biases";
        require(self.square.is_some(), "square", "null", valid)
    }

    /// The machine with the given patterns and, if there are any, biases, as they are stored.
    pub fn machine(&self, xi: &[f64], b: &[f64], c: &[f64]) -> Result<AttentionMachine, TheoryError> {
        let given = |list: &[f64]| (!list.is_empty()).then(|| list.to_vec());
        let xi = DMatrix::from_row_slice(self.patterns, self.dimension, xi);
        AttentionMachine::new(xi, given(b), given(c), 1.0, (self.order as f64).recip())
    }

    /// Patterns row by row, $b$, $c$.
    pub(super) fn draw(&self, streams: &Streams) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (k, d) = (self.patterns, self.dimension);
        let mut xi = streams.child("patterns").normals(k * d, 1.0);
        let Some(square) = self.square else {
            return (xi, streams.child("b").normals(d, 0.3), streams.child("c").normals(k, 0.3));
        };
        for row in xi.chunks_mut(d) {
            let scale = (square / row.iter().map(|x| x * x).sum::<f64>()).sqrt();
            row.iter_mut().for_each(|x| *x *= scale);
        }
        (xi, Vec::new(), Vec::new())
    }
}

/// Annealed importance sampling of random machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnealingSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: RandomMachine,
    /// $R$.
    pub chains: usize,
    /// $T$.
    pub temperatures: usize,
}

/// The estimate, and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnnealingOutcome {
    /// $\log Z$.
    pub log_z: f64,
    /// Its standard error.
    pub error: f64,
    /// The patterns, row by row.
    pub xi: Vec<f64>,
}

/// Annealed importance sampling of a random machine.
pub struct Annealing;

impl Experiment for Annealing {
    type Setting = AnnealingSetting;
    type Outcome = AnnealingOutcome;
    const ID: &'static str = "annealing";
    const VERSION: u32 = 1;

    fn check(setting: &AnnealingSetting) -> Result<(), SettingError> {
        setting.machine.check_unbiased()?;
        // The sum for one hidden unit less is a rival.
        within("order", setting.machine.order, 2..=checks::MOST)?;
        within("chains", setting.chains, 2..=checks::MOST)?;
        checks::count("temperatures", setting.temperatures)
    }

    fn run(setting: &AnnealingSetting, streams: &Streams) -> Result<AnnealingOutcome, TrialFailure> {
        let (xi, b, c) = setting.machine.draw(streams);
        let machine = setting.machine.machine(&xi, &b, &c)?;
        let (log_z, error) = annealed_log_z(&machine, setting.chains, setting.temperatures, streams)?;
        Ok(AnnealingOutcome { log_z, error, xi })
    }

    fn cost(setting: &AnnealingSetting) -> f64 {
        let size = setting.machine.dimension * setting.machine.patterns * setting.machine.order;
        (setting.chains * setting.temperatures) as f64 * size as f64
    }
}

/// Gibbs chains of random machines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GibbsSetting {
    /// The machine.
    #[serde(flatten)]
    pub machine: RandomMachine,
    /// Chains.
    pub chains: usize,
    /// Sweeps before the averages.
    pub burn: usize,
    /// Sweeps of the averages.
    pub kept: usize,
}

/// Averages over Gibbs chains, and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GibbsMomentsOutcome {
    /// $\mathbb E\lbrack p(v)v^\top\rbrack$, row by row.
    pub products: Vec<f64>,
    /// $\mathbb Ev$.
    pub mean: Vec<f64>,
    /// $\mathbb E\,H(p(v))$.
    pub entropy: f64,
    /// The patterns, row by row.
    pub xi: Vec<f64>,
    /// $b$; empty without biases.
    pub b: Vec<f64>,
    /// $c$; empty without biases.
    pub c: Vec<f64>,
}

/// Averages over Gibbs chains of a random machine.
pub struct GibbsMoments;

impl Experiment for GibbsMoments {
    type Setting = GibbsSetting;
    type Outcome = GibbsMomentsOutcome;
    const ID: &'static str = "gibbs-moments";
    const VERSION: u32 = 1;

    fn check(setting: &GibbsSetting) -> Result<(), SettingError> {
        setting.machine.check()?;
        checks::count("chains", setting.chains)?;
        within("burn", setting.burn, 0..=checks::MOST_STEPS)?;
        checks::steps("kept", setting.kept)
    }

    fn run(setting: &GibbsSetting, streams: &Streams) -> Result<GibbsMomentsOutcome, TrialFailure> {
        let (xi, b, c) = setting.machine.draw(streams);
        let machine = setting.machine.machine(&xi, &b, &c)?;
        let averages = gibbs_averages(&machine, setting.chains, setting.burn, setting.kept, streams)?;
        Ok(GibbsMomentsOutcome {
            products: averages.products.transpose().iter().copied().collect(),
            mean: averages.mean.iter().copied().collect(),
            entropy: averages.entropy,
            xi,
            b,
            c,
        })
    }

    fn cost(setting: &GibbsSetting) -> f64 {
        let size = setting.machine.dimension * setting.machine.patterns * setting.machine.order;
        (setting.chains * (setting.burn + setting.kept)) as f64 * size as f64
    }
}

/// Denoising score matching of a student on data of a teacher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenoisingSetting {
    /// The teacher's patterns, its $\sigma^2$ and $n$.
    pub teacher: (Vec<Vec<f64>>, f64, usize),
    /// The student's patterns, its $\sigma^2$ and $n$.
    pub student: (Vec<Vec<f64>>, f64, usize),
    /// $s^2$.
    pub noise_var: f64,
    /// Samples of a trial.
    pub samples: usize,
}

impl DenoisingSetting {
    /// Teacher and student.
    pub fn machines(&self) -> Result<(AttentionMachine, AttentionMachine), TheoryError> {
        let build = |(xi, sigma2, order): &(Vec<Vec<f64>>, f64, usize)| {
            AttentionMachine::new(matrix(xi)?, None, None, *sigma2, (*order as f64).recip())
        };
        Ok((build(&self.teacher)?, build(&self.student)?))
    }
}

/// The objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenoisingOutcome {
    /// $\frac12\langle\|\nabla\log p_\theta(x+s\epsilon)+\epsilon/s\|^2\rangle$ over samples $x$ of the teacher.
    pub objective: f64,
}

/// The objective of the student on noisy samples of the teacher.
pub struct Denoising;

impl Experiment for Denoising {
    type Setting = DenoisingSetting;
    type Outcome = DenoisingOutcome;
    const ID: &'static str = "denoising";
    const VERSION: u32 = 2;

    fn check(setting: &DenoisingSetting) -> Result<(), SettingError> {
        let DenoisingSetting { teacher, student, noise_var, samples } = setting;
        check_given(teacher).map_err(|error| error.within("teacher"))?;
        check_given(student).map_err(|error| error.within("student"))?;
        let (own, other) = (teacher.0[0].len(), student.0[0].len());
        let valid = format!("rows of {own}, as the teacher's");
        require(own == other, "student.0", format!("rows of {other}"), valid)?;
        check_scale("noise_var", *noise_var)?;
        check_samples("samples", *samples, own)
    }

    fn run(setting: &DenoisingSetting, streams: &Streams) -> Result<DenoisingOutcome, TrialFailure> {
        let (teacher, student) = setting.machines()?;
        let clean = samples(&teacher, setting.samples, streams)?;
        let (mut rng, s) = (streams.child("noise").rng(0), setting.noise_var.sqrt());
        let (mut sum, mut noise) = (0.0, vec![0.0; teacher.dimension()]);
        for x in clean.column_iter() {
            noise.iter_mut().for_each(|noise| *noise = StandardNormal.sample(&mut rng));
            let v: Vec<f64> = x.iter().zip(&noise).map(|(x, noise)| x + s * noise).collect();
            let score = student.score(&v)?;
            sum += 0.5 * score.iter().zip(&noise).map(|(g, e)| (g + e / s).powi(2)).sum::<f64>();
        }
        Ok(DenoisingOutcome { objective: sum / setting.samples as f64 })
    }

    fn cost(setting: &DenoisingSetting) -> f64 {
        100.0 * setting.samples as f64
    }
}

/// Patterns, $\sigma^2$ and $n$ of a machine.
fn check_given((xi, sigma2, order): &(Vec<Vec<f64>>, f64, usize)) -> Result<(), SettingError> {
    check_rows("0", xi)?;
    check_scale("1", *sigma2)?;
    checks::count("2", *order)?;
    check_sum("2", *order, xi.len(), *order)
}

/// Rows of one length, at least one of at least one number.
fn check_rows(field: &str, rows: &[Vec<f64>]) -> Result<(), SettingError> {
    let columns = rows.first().map_or(0, Vec::len);
    let alike = columns > 0 && rows.iter().all(|row| row.len() == columns);
    let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
    require(alike, field, format!("rows of lengths {lengths:?}"), "rows of one length, at least 1")?;
    rows.iter().flatten().try_for_each(|x| within(field, *x, -1e3..=1e3))
}

/// The matrix of the given rows.
fn matrix(rows: &[Vec<f64>]) -> Result<DMatrix<f64>, TheoryError> {
    let columns = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != columns) {
        return Err(TheoryError::invalid("xi", "rows of several lengths", "rows of one length"));
    }
    Ok(DMatrix::from_row_iterator(rows.len(), columns, rows.iter().flatten().copied()))
}

/// A partition function by importance sampling from the Gaussian.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportanceSetting {
    /// $\xi$, one pattern a row.
    pub xi: Vec<Vec<f64>>,
    /// $n=1/\beta$, any positive number; without it the quadratic memory, $F(x)=\frac12x^2$.
    pub order: Option<f64>,
    /// Samples of a trial.
    pub samples: usize,
}

impl ImportanceSetting {
    /// $\xi$.
    pub fn patterns(&self) -> Result<DMatrix<f64>, TheoryError> {
        matrix(&self.xi)
    }
}

/// The estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportanceOutcome {
    /// $\frac d2\log2\pi+\log\langle w(v)\rangle$ for standard normal $v$, with $w=(\sum_\mu e^{\xi_\mu\cdot v/n})^n$ or $w=e^{\frac12\|\xi v\|^2}$.
    pub log_z: f64,
}

/// Importance sampling from the standard normal distribution.
pub struct Importance;

impl Experiment for Importance {
    type Setting = ImportanceSetting;
    type Outcome = ImportanceOutcome;
    const ID: &'static str = "importance";
    const VERSION: u32 = 1;

    fn check(setting: &ImportanceSetting) -> Result<(), SettingError> {
        let ImportanceSetting { xi, order, samples } = setting;
        check_rows("xi", xi)?;
        order.map_or(Ok(()), |order| check_scale("order", order))?;
        check_samples("samples", *samples, xi[0].len().max(xi.len()))
    }

    fn run(setting: &ImportanceSetting, streams: &Streams) -> Result<ImportanceOutcome, TrialFailure> {
        let xi = setting.patterns()?;
        let d = xi.ncols();
        let visible =
            DMatrix::from_vec(d, setting.samples, streams.child("visible").normals(d * setting.samples, 1.0));
        let fields = &xi * visible;
        let logs = fields.column_iter().map(|y| match setting.order {
            Some(n) => {
                let largest = y.max();
                largest + n * y.iter().map(|y| ((y - largest) / n).exp()).sum::<f64>().ln()
            }
            None => 0.5 * y.norm_squared(),
        });
        let logs: Vec<f64> = logs.collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = logs.iter().map(|l| (l - largest).exp()).sum::<f64>() / logs.len() as f64;
        let base = 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln();
        Ok(ImportanceOutcome { log_z: base + largest + mean.ln() })
    }

    fn cost(setting: &ImportanceSetting) -> f64 {
        30.0 * setting.samples as f64
    }
}
