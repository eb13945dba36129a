//! Sums and integrals without randomness of the states: a memory cut off at a bound, binary visible units, a simplex of patterns.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use solvable_theory::TheoryError;
use solvable_theory::attention_boltzmann::AttentionMachine;

use super::{check_separation, check_sizes};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::checks;
use solvable_simulate::attention::{end_nodes, log_sum};

/// A memory of one pattern whose integral is cut off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutOffSetting {
    /// $p$ of $F(x)=x^p/p$.
    pub power: i32,
    /// Whether the hidden variable is kept.
    pub hidden: bool,
    /// $L$: every variable lies in $\lbrack-L,L\rbrack$.
    pub bound: f64,
}

/// The integral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutOffOutcome {
    /// Its logarithm.
    pub log_integral: f64,
}

/// The integral of $e^{-\frac12v^2+v^p/p}$, or of $e^{-\frac12v^2+h^{p-1}v-(1-\frac1p)h^p}$, over $\lbrack-L,L\rbrack$ in each variable; a double-exponential rule, whose
/// nodes crowd at the ends: two thousand equal steps do not see the decay from a corner, and are off by up to 4.2.
pub struct CutOff;

impl Experiment for CutOff {
    type Setting = CutOffSetting;
    type Outcome = CutOffOutcome;
    const ID: &'static str = "cut-off-memory";
    const VERSION: u32 = 1;

    fn check(setting: &CutOffSetting) -> Result<(), SettingError> {
        let CutOffSetting { power, bound, .. } = *setting;
        within("power", power, 3..=40)?;
        // The decay from a corner is seen while its exponent has digits left.
        let seen = bound > 1.0 && bound.powi(power) <= 1e12;
        require(seen, "bound", bound, format!("above 1, and at most 1e12 to the power of 1/{power}"))
    }

    fn run(setting: &CutOffSetting, _: &Streams) -> Result<CutOffOutcome, TrialFailure> {
        let p = setting.power;
        let nodes = end_nodes(setting.bound);
        let exponent =
            |v: f64, h: f64| -0.5 * v * v + h.powi(p - 1) * v - (1.0 - f64::from(p).recip()) * h.powi(p);
        let rows = nodes.iter().map(|(v, log_weight)| {
            let row = if setting.hidden {
                log_sum(nodes.iter().map(|(h, log)| exponent(*v, *h) + log))
            } else {
                -0.5 * v * v + v.powi(p) / f64::from(p)
            };
            row + log_weight
        });
        let rows: Vec<f64> = rows.collect();
        Ok(CutOffOutcome { log_integral: log_sum(rows.iter().copied()) })
    }
}

/// Random attention over binary visible units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinaryVisibleSetting {
    /// $d$, at most 20.
    pub dimension: usize,
    /// $K$.
    pub patterns: usize,
    /// $n=1/\beta$.
    pub order: usize,
}

/// The partition function, and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinaryVisibleOutcome {
    /// $\log\sum_{v\in\{\pm1\}^d}e^{b\cdot v}(\sum_\mu e^{(\xi_\mu\cdot v+c_\mu)/n})^n$.
    pub log_z: f64,
    /// The patterns, row by row.
    pub xi: Vec<f64>,
    /// $b$.
    pub b: Vec<f64>,
    /// $c$.
    pub c: Vec<f64>,
}

/// The partition function of a random machine, state by state.
pub struct BinaryVisible;

impl BinaryVisibleSetting {
    /// The machine of a trial.
    pub fn machine(&self, xi: &[f64], b: &[f64], c: &[f64]) -> Result<AttentionMachine, TheoryError> {
        let xi = DMatrix::from_row_slice(self.patterns, self.dimension, xi);
        AttentionMachine::new(xi, Some(b.to_vec()), Some(c.to_vec()), 1.0, (self.order as f64).recip())
    }
}

impl Experiment for BinaryVisible {
    type Setting = BinaryVisibleSetting;
    type Outcome = BinaryVisibleOutcome;
    const ID: &'static str = "binary-visible";
    const VERSION: u32 = 1;

    fn check(setting: &BinaryVisibleSetting) -> Result<(), SettingError> {
        within("dimension", setting.dimension, 1..=20)?;
        check_sizes(setting.dimension, setting.patterns, setting.order)
    }

    fn run(setting: &BinaryVisibleSetting, streams: &Streams) -> Result<BinaryVisibleOutcome, TrialFailure> {
        let (d, k, n) = (setting.dimension, setting.patterns, setting.order as f64);
        if d > 20 {
            return Err(Box::new(TheoryError::invalid("dimension", d, "at most 20: all states are visited")));
        }
        let xi = streams.child("patterns").normals(k * d, 0.8);
        let (b, c) = (streams.child("b").normals(d, 0.3), streams.child("c").normals(k, 0.7));
        let logs: Vec<f64> = (0..1u32 << d)
            .map(|bits| {
                let v: Vec<f64> = (0..d).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect();
                let dot = |row: &[f64]| row.iter().zip(&v).map(|(x, v)| x * v).sum::<f64>();
                let fields: Vec<f64> = xi.chunks(d).zip(&c).map(|(row, c)| (dot(row) + c) / n).collect();
                dot(&b) + n * log_sum(fields.iter().copied())
            })
            .collect();
        let log_z = log_sum(logs.iter().copied());
        Ok(BinaryVisibleOutcome { log_z, xi, b, c })
    }

    fn cost(setting: &BinaryVisibleSetting) -> f64 {
        ((1usize << setting.dimension.min(20)) * setting.dimension * setting.patterns) as f64
    }
}

/// Attention on the corners of a regular simplex.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimplexSetting {
    /// $K\ge2$.
    pub patterns: usize,
    /// $d\ge K$.
    pub dimension: usize,
    /// $\|\xi_\mu\|^2$.
    pub square: f64,
    /// $n=1/\beta$.
    pub order: usize,
}

/// How close the corners are to fixed points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimplexOutcome {
    /// The largest of $\|T(\xi_\mu)-\xi_\mu\|/(2M(K-1)e^{-\beta\Delta_\mu})$ over corners.
    pub ratio: f64,
}

/// Updates at the corners of a simplex around the origin, turned at random.
pub struct Simplex;

impl Experiment for Simplex {
    type Setting = SimplexSetting;
    type Outcome = SimplexOutcome;
    const ID: &'static str = "simplex";
    const VERSION: u32 = 1;

    fn check(setting: &SimplexSetting) -> Result<(), SettingError> {
        let SimplexSetting { patterns, dimension, square, order } = *setting;
        checks::count("dimension", dimension)?;
        let valid = format!("from 2 to {dimension}, the dimension");
        require((2..=dimension).contains(&patterns), "patterns", patterns, valid)?;
        checks::count("order", order)?;
        check_separation(square, order)
    }

    fn run(setting: &SimplexSetting, streams: &Streams) -> Result<SimplexOutcome, TrialFailure> {
        let (k, d) = (setting.patterns, setting.dimension);
        if !(2..=d).contains(&k) {
            return Err(Box::new(TheoryError::invalid("patterns", k, format!("from 2 to d = {d}"))));
        }
        // Orthonormal rows less their mean have the square 1 − 1/K.
        let mut xi = solvable_simulate::linalg::haar_orthogonal(d, streams).rows(0, k).into_owned();
        let mean = xi.row_mean();
        let scale = (setting.square * k as f64 / (k as f64 - 1.0)).sqrt();
        xi.row_iter_mut().for_each(|mut row| row.copy_from(&((&row - &mean) * scale)));
        let beta = (setting.order as f64).recip();
        let machine = AttentionMachine::new(xi.clone(), None, None, 1.0, beta)?;
        let gram = &xi * xi.transpose();
        let radius = gram.diagonal().max().sqrt();
        let mut ratio = 0.0f64;
        for mu in 0..k {
            let others = (0..k).filter(|nu| *nu != mu).map(|nu| gram[(mu, nu)]);
            let gap = gram[(mu, mu)] - others.fold(f64::NEG_INFINITY, f64::max);
            let pattern: Vec<f64> = xi.row(mu).iter().copied().collect();
            let next = machine.update(&pattern)?;
            let moved: f64 = next.iter().zip(&pattern).map(|(a, b)| (a - b).powi(2)).sum();
            ratio = ratio.max(moved.sqrt() * (beta * gap).exp() / (2.0 * radius * (k - 1) as f64));
        }
        Ok(SimplexOutcome { ratio })
    }
}
