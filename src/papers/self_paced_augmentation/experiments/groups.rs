//! Kernel regression on samples that are repeated as a group turns them.

use rand::seq::index::sample;
use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, positive, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_shared::{Sphere, SphereTarget, checks};
use solvable_simulate::SimulationError;
use solvable_simulate::linalg::{self, LargeCholesky, Matrix};

/// The copies of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Copies {
    /// Its shifts by these elements of the cyclic group.
    Shifts(Vec<usize>),
    /// Its shifts by so many distinct elements, drawn anew for every sample.
    Random(usize),
}

impl Copies {
    /// How many.
    pub fn count(&self) -> usize {
        match self {
            Self::Shifts(shifts) => shifts.len(),
            Self::Random(count) => *count,
        }
    }

    fn check(&self, order: usize) -> Result<(), SettingError> {
        match self {
            Self::Shifts(shifts) => distinct("copies.shifts", shifts, order),
            Self::Random(count) => within("copies.random", *count, 1..=order),
        }
    }
}

/// Distinct shifts of a ring, at least one.
fn distinct(field: &str, shifts: &[usize], order: usize) -> Result<(), SettingError> {
    filled(field, shifts)?;
    let mut sorted = shifts.to_vec();
    sorted.sort_unstable();
    let holds = sorted.windows(2).all(|pair| pair[0] < pair[1]) && sorted.last() < Some(&order);
    require(holds, field, format!("{shifts:?}"), format!("distinct integers below {order}"))
}

/// Regression on Gaussian features of the characters of a cyclic group, with an invariant target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianCopiesSetting {
    /// $n$: shifts by $0,\dots,n-1$.
    pub order: usize,
    /// $B$: modes of every character.
    pub modes: usize,
    /// $a$ of $\lambda_{\rho b}=b^{-a}/(1+\min(\rho,n-\rho))$.
    pub decay: f64,
    /// $c$ of $\eta_b=b^{-c}$.
    pub target_decay: f64,
    /// $N$.
    pub samples: usize,
    /// $\delta$, on all points.
    pub delta: f64,
    /// The copies, one regression for each on the same samples.
    pub copies: Vec<Copies>,
}

impl GaussianCopiesSetting {
    /// $\lambda_{\rho b}$ of all characters.
    pub fn eigenvalues(&self) -> Vec<Vec<f64>> {
        let row = |rho: usize| {
            let scale = 1.0 + rho.min(self.order - rho) as f64;
            (1..=self.modes).map(|b| (b as f64).powf(-self.decay) / scale).collect()
        };
        (0..self.order).map(row).collect()
    }

    /// $\eta_b$.
    pub fn powers(&self) -> Vec<f64> {
        (1..=self.modes).map(|b| (b as f64).powf(-self.target_decay)).collect()
    }
}

/// Test errors, averaged over targets and noise; lists over copies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianCopiesOutcome {
    /// The test error without label noise.
    pub error: Vec<f64>,
    /// What label noise of variance 1, the same for all copies of a sample, adds.
    pub noise: Vec<f64>,
}

/// For every kind of copies the exact mean error over targets and noise.
pub struct GaussianCopies;

impl GaussianCopies {
    /// Features of `samples` ($nB\times N$), scaled by the roots of the eigenvalues, of points shifted by `shifts`, and the coefficients themselves. The rows $\rho B+b$ with $\rho\le n/2$ are cosines, those of
    /// $n-\rho$ the sines that go with them: a shift turns a pair.
    fn shifted(
        setting: &GaussianCopiesSetting,
        features: &Matrix,
        column: usize,
        shift: usize,
        out: &mut [f64],
    ) {
        let (n, b) = (setting.order, setting.modes);
        let source = features.column(column);
        for rho in 0..n {
            let other = (n - rho) % n;
            let angle = std::f64::consts::TAU * (rho * shift % n) as f64 / n as f64;
            for k in 0..b {
                let (own, mate) = (source[rho * b + k], source[other * b + k]);
                // The mate of a sine has the opposite angle, so that one formula serves both.
                out[rho * b + k] =
                    if other == rho { angle.cos() * own } else { angle.cos() * own - angle.sin() * mate };
            }
        }
    }
}

impl Experiment for GaussianCopies {
    type Setting = GaussianCopiesSetting;
    type Outcome = GaussianCopiesOutcome;
    const ID: &'static str = "gaussian-copies";
    const VERSION: u32 = 1;

    fn check(setting: &GaussianCopiesSetting) -> Result<(), SettingError> {
        let GaussianCopiesSetting { order, modes, decay, target_decay, samples, delta, copies } = setting;
        within("order", *order, 1..=100)?;
        within("modes", *modes, 1..=1000)?;
        non_negative("decay", *decay)?;
        non_negative("target_decay", *target_decay)?;
        checks::count("samples", *samples)?;
        positive("delta", *delta)?;
        filled("copies", copies)?;
        copies.iter().try_for_each(|copies| copies.check(*order))?;
        let most = copies.iter().map(Copies::count).max().unwrap_or(1);
        let valid = format!("at most {} points with their copies", checks::MOST);
        require(samples * most <= checks::MOST, "samples", samples, valid)
    }

    fn run(
        setting: &GaussianCopiesSetting,
        streams: &Streams,
    ) -> Result<GaussianCopiesOutcome, TrialFailure> {
        let GaussianCopiesSetting { order, modes, samples, delta, .. } = *setting;
        let size = order * modes;
        let features =
            Matrix::from_vec(size, samples, streams.child("features").normals(size * samples, 1.0));
        let lambda: Vec<f64> = setting.eigenvalues().concat();
        let eta = setting.powers();
        let invariant = features.rows(0, modes).into_owned();
        let (mut errors, mut noises) = (Vec::new(), Vec::new());
        for (index, copies) in setting.copies.iter().enumerate() {
            let draws = streams.nth_child("copies", index);
            let shifts: Vec<Vec<usize>> = (0..samples)
                .map(|i| match copies {
                    Copies::Shifts(shifts) => shifts.clone(),
                    Copies::Random(count) => sample(&mut draws.rng(i as u64), order, *count).into_vec(),
                })
                .collect();
            let m = copies.count();
            let mut points = Matrix::zeros(size, samples * m);
            for (i, shifts) in shifts.iter().enumerate() {
                for (j, &shift) in shifts.iter().enumerate() {
                    let mut column = points.column_mut(i * m + j);
                    Self::shifted(setting, &features, i, shift, column.as_mut_slice());
                }
            }
            let mut weighted = points.clone();
            for (mut row, lambda) in weighted.row_iter_mut().zip(&lambda) {
                row *= *lambda;
            }
            let kernel = linalg::transpose_product(&points, &weighted);
            let solver = LargeCholesky::new(&kernel, delta, "the kernel of all copies")?;
            // The learnt coefficients for labels of one sample each (nB × N).
            let learnt = linalg::product(&weighted, &solver.solve(&repeated(samples, m)));
            let response = linalg::product(&learnt, &invariant.transpose());
            let missed = |b: usize| {
                let column = response.column(b);
                let own = column[b];
                column.norm_squared() - own * own + (own - 1.0) * (own - 1.0)
            };
            errors.push((0..modes).map(|b| eta[b] * missed(b)).sum());
            noises.push(learnt.norm_squared());
        }
        Ok(GaussianCopiesOutcome { error: errors, noise: noises })
    }

    fn cost(setting: &GaussianCopiesSetting) -> f64 {
        let size = (setting.order * setting.modes) as f64;
        let regression = |copies: &Copies| {
            let points = (setting.samples * copies.count()) as f64;
            points * points * (2.0 * size + points / 3.0) + 2.0 * size * points * setting.samples as f64
        };
        setting.copies.iter().map(regression).sum()
    }
}

/// Labels of `samples`, each repeated `copies` times: a column a sample.
fn repeated(samples: usize, copies: usize) -> Matrix {
    Matrix::from_fn(samples * copies, samples, |point, i| if point / copies == i { 1.0 } else { 0.0 })
}

/// The coordinates of all points of the sphere shifted along their ring.
fn turned(inputs: &Matrix, shift: usize) -> Matrix {
    let d = inputs.nrows();
    Matrix::from_fn(d, inputs.ncols(), |i, n| inputs[((i + shift) % d, n)])
}

/// Cosines between points on the sphere; those of a point with itself, the `own`, are 1 exactly: the arc of a rounded 1 costs half the digits.
fn cosines(rows: &Matrix, columns: &Matrix, own: bool) -> Matrix {
    let mut cosines = linalg::transpose_product(rows, columns) / rows.nrows() as f64;
    cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
    if own {
        cosines.fill_diagonal(1.0);
    }
    cosines
}

/// A kernel and its square, and both averaged over all shifts.
struct Averaged {
    kernel: Matrix,
    square: Matrix,
    /// $K_G$.
    mean: Matrix,
    /// The square of $K_G$.
    mean_square: Matrix,
}

impl Averaged {
    fn of(sphere: &Sphere, inputs: &Matrix) -> Result<Self, SimulationError> {
        let d = sphere.dimension;
        let (kernel, square) = sphere.kernel_and_square(&cosines(inputs, inputs, true))?;
        let (mut mean, mut mean_square) = (kernel.clone(), square.clone());
        for shift in 1..=d / 2 {
            let (own, squared) = sphere.kernel_and_square(&cosines(inputs, &turned(inputs, shift), false))?;
            // The shift back gives the transpose.
            let both = |m: Matrix| if 2 * shift == d { m } else { m.transpose() + m };
            mean += both(own);
            mean_square += both(squared);
        }
        let order = d as f64;
        Ok(Self { kernel, square, mean: mean / order, mean_square: mean_square / order })
    }
}

/// $\sum\eta-2\,\mathrm{tr}A^\top G+\mathrm{tr}[A^\top K_2AH]$: the mean squared error over targets of covariance $H$ of the function $K(\cdot,X)Ay$.
fn mean_error(power: f64, operator: &Matrix, mixed: &Matrix, square: &Matrix, target: &Matrix) -> f64 {
    let metric = linalg::transpose_product(operator, &linalg::product(square, operator));
    power - 2.0 * operator.dot(mixed) + metric.dot(target)
}

/// A sphere whose coordinates form a ring, with the kernel itself as covariance of all targets.
fn ring(sphere: &Sphere) -> Result<(), SettingError> {
    sphere.check().map_err(|error| error.within("sphere"))?;
    within("sphere.dimension", sphere.dimension, 2..=100)?;
    let matched = sphere.target == SphereTarget::Matched;
    require(matched, "sphere.target", "not matched", "`matched`: targets are parts of the kernel's own prior")
}

/// Regression with and without all shifts of the coordinates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SphereGroupSetting {
    /// The kernel; the group shifts the coordinates along a ring.
    pub sphere: Sphere,
    /// $N$.
    pub samples: usize,
    /// $\delta$, on all points, one regression for each on the same samples.
    pub deltas: Vec<f64>,
}

/// Test errors, averaged over targets; lists over ridges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SphereGroupOutcome {
    /// With augmentation, of a target of covariance $K_G$.
    pub augmented: Vec<f64>,
    /// Without, of the same target.
    pub plain: Vec<f64>,
    /// With augmentation, of a target of covariance $K-K_G$.
    pub augmented_rest: Vec<f64>,
    /// Without, of the same target.
    pub plain_rest: Vec<f64>,
}

/// For every ridge the exact mean errors over targets that the group leaves as they are, and over those that have no such part.
pub struct SphereGroup;

impl SphereGroupSetting {
    /// The power of targets of covariance $K_G$, and of $K-K_G$.
    ///
    /// # Errors
    /// Those of the kernel's spectrum.
    pub fn powers(&self) -> Result<[f64; 2], solvable_theory::TheoryError> {
        let levels = crate::settings::sphere_levels(&self.sphere)?;
        let total = |power: fn(&crate::settings::SphereLevel) -> f64| levels.iter().map(power).sum::<f64>();
        Ok([total(|level| level.own), total(|level| level.rest)])
    }
}

impl Experiment for SphereGroup {
    type Setting = SphereGroupSetting;
    type Outcome = SphereGroupOutcome;
    const ID: &'static str = "sphere-group";
    const VERSION: u32 = 1;

    fn check(setting: &SphereGroupSetting) -> Result<(), SettingError> {
        ring(&setting.sphere)?;
        checks::count("samples", setting.samples)?;
        filled("deltas", &setting.deltas)?;
        checks::each("deltas", &setting.deltas, non_negative)
    }

    fn run(setting: &SphereGroupSetting, streams: &Streams) -> Result<SphereGroupOutcome, TrialFailure> {
        let SphereGroupSetting { sphere, samples, deltas } = setting;
        let inputs = sphere.inputs(*samples, streams)?;
        let all = Averaged::of(sphere, &inputs)?;
        let [own, rest] = setting.powers()?;
        let (target, mixed) = (&all.kernel - &all.mean, &all.square - &all.mean_square);
        let unit = Matrix::identity(*samples, *samples);
        let [mut augmented, mut plain, mut augmented_rest, mut plain_rest] = [const { Vec::new() }; 4];
        for delta in deltas {
            let ridge = delta / sphere.dimension as f64;
            let with = LargeCholesky::new(&all.mean, ridge, "the averaged kernel")?.solve(&unit);
            let without = LargeCholesky::new(&all.kernel, *delta, "the kernel")?.solve(&unit);
            let none = Matrix::zeros(*samples, *samples);
            augmented.push(mean_error(own, &with, &all.mean_square, &all.mean_square, &all.mean));
            plain.push(mean_error(own, &without, &all.mean_square, &all.square, &all.mean));
            augmented_rest.push(mean_error(rest, &with, &none, &all.mean_square, &target));
            plain_rest.push(mean_error(rest, &without, &mixed, &all.square, &target));
        }
        Ok(SphereGroupOutcome { augmented, plain, augmented_rest, plain_rest })
    }

    fn cost(setting: &SphereGroupSetting) -> f64 {
        let (n, d) = (setting.samples as f64, setting.sphere.dimension as f64);
        n * n * (100.0 * d + 15.0 * n * setting.deltas.len() as f64)
    }
}

/// Regression with some shifts of the coordinates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SphereCopiesSetting {
    /// The kernel.
    pub sphere: Sphere,
    /// $N$.
    pub samples: usize,
    /// $\delta$, on all points.
    pub delta: f64,
    /// Lists of shifts, one regression for each on the same samples.
    pub shifts: Vec<Vec<usize>>,
}

/// Test errors, averaged over targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SphereCopiesOutcome {
    /// For every list of shifts, of a target of covariance $K_G$.
    pub error: Vec<f64>,
}

/// For every list of shifts the exact mean error over targets that all shifts leave as they are.
pub struct SphereCopies;

impl Experiment for SphereCopies {
    type Setting = SphereCopiesSetting;
    type Outcome = SphereCopiesOutcome;
    const ID: &'static str = "sphere-copies";
    const VERSION: u32 = 1;

    fn check(setting: &SphereCopiesSetting) -> Result<(), SettingError> {
        let SphereCopiesSetting { sphere, samples, delta, shifts } = setting;
        ring(sphere)?;
        checks::count("samples", *samples)?;
        positive("delta", *delta)?;
        filled("shifts", shifts)?;
        shifts.iter().try_for_each(|shifts| distinct("shifts", shifts, sphere.dimension))?;
        let most = shifts.iter().map(Vec::len).max().unwrap_or(1);
        let valid = format!("at most {} points with their copies", checks::MOST);
        require(samples * most <= checks::MOST, "samples", samples, valid)
    }

    fn run(setting: &SphereCopiesSetting, streams: &Streams) -> Result<SphereCopiesOutcome, TrialFailure> {
        let SphereCopiesSetting { sphere, samples, delta, shifts } = setting;
        let inputs = sphere.inputs(*samples, streams)?;
        let all = Averaged::of(sphere, &inputs)?;
        let levels = crate::settings::sphere_levels(sphere)?;
        let power = levels.iter().map(|level| level.own).sum();
        let mut error = Vec::new();
        for shifts in shifts {
            let m = shifts.len();
            let mut points = Matrix::zeros(sphere.dimension, samples * m);
            for (j, &shift) in shifts.iter().enumerate() {
                for (i, column) in turned(&inputs, shift).column_iter().enumerate() {
                    points.set_column(i * m + j, &column);
                }
            }
            let (kernel, square) = sphere.kernel_and_square(&cosines(&points, &points, true))?;
            let solver = LargeCholesky::new(&kernel, *delta, "the kernel of all copies")?;
            let operator = solver.solve(&repeated(*samples, m));
            // The covariance of target and kernel does not see which copy it is.
            let mixed = Matrix::from_fn(samples * m, *samples, |point, i| all.mean_square[(point / m, i)]);
            error.push(mean_error(power, &operator, &mixed, &square, &all.mean));
        }
        Ok(SphereCopiesOutcome { error })
    }

    fn cost(setting: &SphereCopiesSetting) -> f64 {
        let regression = |shifts: &Vec<usize>| {
            let points = (setting.samples * shifts.len()) as f64;
            points * points * (150.0 + points / 3.0 + 4.0 * setting.samples as f64)
        };
        setting.shifts.iter().map(regression).sum()
    }
}

/// Regression on all copies against regression with the averaged kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupIdentitySetting {
    /// The kernel.
    pub sphere: Sphere,
    /// $N$.
    pub samples: usize,
    /// $\delta$, on all points.
    pub delta: f64,
}

/// Two functions on fresh inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupIdentityOutcome {
    /// The distance of the function that all copies teach from that of the averaged kernel with ridge $\delta/|G|$, over the length of the latter.
    pub distance: f64,
    /// As far from it is the function of the averaged kernel with ridge $\delta$.
    pub unscaled: f64,
}

/// The same random labels learnt twice, on all copies and with the averaged kernel.
pub struct GroupIdentity;

impl Experiment for GroupIdentity {
    type Setting = GroupIdentitySetting;
    type Outcome = GroupIdentityOutcome;
    const ID: &'static str = "group-identity";
    const VERSION: u32 = 1;

    fn check(setting: &GroupIdentitySetting) -> Result<(), SettingError> {
        ring(&setting.sphere)?;
        checks::count("samples", setting.samples)?;
        positive("delta", setting.delta)?;
        let points = setting.samples * setting.sphere.dimension;
        let valid = format!("at most {} points with their copies", checks::MOST);
        require(points <= checks::MOST, "samples", setting.samples, valid)
    }

    fn run(setting: &GroupIdentitySetting, streams: &Streams) -> Result<GroupIdentityOutcome, TrialFailure> {
        const FRESH: usize = 20;
        let GroupIdentitySetting { sphere, samples, delta } = setting;
        let d = sphere.dimension;
        let (inputs, fresh) =
            (sphere.inputs(*samples, streams)?, sphere.inputs(FRESH, &streams.child("fresh"))?);
        let labels = Matrix::from_vec(*samples, 1, streams.child("labels").normals(*samples, 1.0));
        let mut points = Matrix::zeros(d, samples * d);
        for shift in 0..d {
            for (i, column) in turned(&inputs, shift).column_iter().enumerate() {
                points.set_column(i * d + shift, &column);
            }
        }
        let kernel = sphere.kernel(&cosines(&points, &points, true), sphere.depth)?;
        let repeated = Matrix::from_fn(samples * d, 1, |point, _| labels[point / d]);
        let alpha = LargeCholesky::new(&kernel, *delta, "the kernel of all copies")?.solve(&repeated);
        let cross = sphere.kernel(&cosines(&fresh, &points, false), sphere.depth)?;
        let copies = linalg::product(&cross, &alpha);
        let mut averaged = Matrix::zeros(*samples, *samples);
        let mut averaged_cross = Matrix::zeros(FRESH, *samples);
        for shift in 0..d {
            let other = turned(&inputs, shift);
            averaged += sphere.kernel(&cosines(&inputs, &other, shift == 0), sphere.depth)? / d as f64;
            averaged_cross += sphere.kernel(&cosines(&fresh, &other, false), sphere.depth)? / d as f64;
        }
        let with = |ridge: f64| -> Result<Matrix, SimulationError> {
            let alpha = LargeCholesky::new(&averaged, ridge, "the averaged kernel")?.solve(&labels);
            Ok(linalg::product(&averaged_cross, &alpha))
        };
        let (own, unscaled) = (with(delta / d as f64)?, with(*delta)?);
        let length = own.norm();
        let far = |other: Matrix| (other - &own).norm() / length;
        Ok(GroupIdentityOutcome { distance: far(copies), unscaled: far(unscaled) })
    }

    fn cost(setting: &GroupIdentitySetting) -> f64 {
        let points = (setting.samples * setting.sphere.dimension) as f64;
        points * points * (100.0 + points / 3.0)
    }
}
