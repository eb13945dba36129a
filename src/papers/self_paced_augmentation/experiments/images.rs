//! Kernel regression on digits and their moved copies.

use rand::seq::index::sample;
use serde::{Deserialize, Serialize};
use solvable_engine::streams::Streams;
use solvable_engine::verify::setting::{filled, non_negative, require, within};
use solvable_engine::verify::{Experiment, SettingError, TrialFailure};
use solvable_simulate::SimulationError;
use solvable_simulate::data::{Dataset, on_sphere};
use solvable_simulate::linalg::{self, LargeCholesky, Matrix};
use solvable_theory::kernel_spectrum::NtkMap;
use solvable_theory::{Activation, InitialScales};

/// How the images of the torus of 8×8 pixels are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moves {
    /// Not at all.
    None,
    /// By all shifts along the rows.
    Horizontal,
    /// By all shifts along the columns.
    Vertical,
    /// By all shifts.
    All,
    /// By the reflection of left and right.
    Reflection,
    /// By the nine shifts by at most one pixel, which are no group.
    Near,
}

/// Side of the images.
const SIDE: usize = 8;
/// How many images are shipped.
const IMAGES: usize = 1797;
/// $L$.
const DEPTH: usize = 3;

impl Moves {
    /// For every move the pixel that comes to each place.
    fn maps(self) -> Vec<Vec<usize>> {
        let shift = |down: usize, right: usize| {
            (0..SIDE * SIDE)
                .map(|pixel| {
                    (pixel / SIDE + SIDE - down) % SIDE * SIDE + (pixel % SIDE + SIDE - right) % SIDE
                })
                .collect()
        };
        let shifts = |downs: &[usize], rights: &[usize]| {
            downs.iter().flat_map(|&down| rights.iter().map(move |&right| shift(down, right))).collect()
        };
        let all: Vec<usize> = (0..SIDE).collect();
        let near = [0, 1, SIDE - 1];
        match self {
            Self::None => shifts(&[0], &[0]),
            Self::Horizontal => shifts(&[0], &all),
            Self::Vertical => shifts(&all, &[0]),
            Self::All => shifts(&all, &all),
            Self::Reflection => {
                let mirrored = (0..SIDE * SIDE).map(|pixel| pixel / SIDE * SIDE + SIDE - 1 - pixel % SIDE);
                vec![shift(0, 0), mirrored.collect()]
            }
            Self::Near => shifts(&near, &near),
        }
    }

    /// Whether they form a group.
    fn closed(self) -> bool {
        self != Self::Near
    }
}

/// Regression of the ten classes, by the tangent kernel of a ReLU network of two hidden layers, on images scaled to the sphere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigitsCopiesSetting {
    /// $N$.
    pub samples: usize,
    /// Test images.
    pub test: usize,
    /// $\delta$, on all points.
    pub delta: f64,
    /// The moves, one regression for each on the same images.
    pub moves: Vec<Moves>,
}

/// Lists over moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigitsCopiesOutcome {
    /// The squared error on the test images, summed over classes.
    pub error: Vec<f64>,
    /// The share of test images that are taken for another digit.
    pub mistaken: Vec<f64>,
}

/// Regression on random images and all their copies: for groups by the averaged kernel, which is the same.
pub struct DigitsCopies;

fn moved(inputs: &Matrix, map: &[usize]) -> Matrix {
    Matrix::from_fn(inputs.nrows(), inputs.ncols(), |i, n| inputs[(map[i], n)])
}

fn kernel(map: &NtkMap, rows: &Matrix, columns: &Matrix, own: bool) -> Result<Matrix, SimulationError> {
    let mut cosines = linalg::transpose_product(rows, columns) / rows.nrows() as f64;
    cosines.apply(|t| *t = t.clamp(-1.0, 1.0));
    if own {
        cosines.fill_diagonal(1.0);
    }
    let values = cosines.iter().map(|t| map.at(*t)).collect::<Result<Vec<_>, _>>()?;
    Ok(Matrix::from_vec(cosines.nrows(), cosines.ncols(), values))
}

/// The function at the test images, of labels (points × classes).
fn learnt(
    map: &NtkMap,
    [train, test]: [&Matrix; 2],
    labels: &Matrix,
    moves: Moves,
    delta: f64,
) -> Result<Matrix, SimulationError> {
    let maps = moves.maps();
    let m = maps.len();
    if moves.closed() {
        let mut own = Matrix::zeros(train.ncols(), train.ncols());
        let mut cross = Matrix::zeros(test.ncols(), train.ncols());
        for (index, turn) in maps.iter().enumerate() {
            let other = moved(train, turn);
            own += kernel(map, train, &other, index == 0)? / m as f64;
            cross += kernel(map, test, &other, false)? / m as f64;
        }
        let alpha = LargeCholesky::new(&own, delta / m as f64, "the averaged kernel")?.solve(labels);
        return Ok(linalg::product(&cross, &alpha));
    }
    let mut points = Matrix::zeros(train.nrows(), train.ncols() * m);
    for (j, turn) in maps.iter().enumerate() {
        points.columns_mut(j * train.ncols(), train.ncols()).copy_from(&moved(train, turn));
    }
    let repeated = Matrix::from_fn(points.ncols(), labels.ncols(), |p, c| labels[(p % train.ncols(), c)]);
    let own = kernel(map, &points, &points, true)?;
    let alpha = LargeCholesky::new(&own, delta, "the kernel of all copies")?.solve(&repeated);
    Ok(linalg::product(&kernel(map, test, &points, false)?, &alpha))
}

impl Experiment for DigitsCopies {
    type Setting = DigitsCopiesSetting;
    type Outcome = DigitsCopiesOutcome;
    const ID: &'static str = "digits-copies";
    const VERSION: u32 = 1;

    fn check(setting: &DigitsCopiesSetting) -> Result<(), SettingError> {
        let DigitsCopiesSetting { samples, test, delta, moves } = setting;
        within("samples", *samples, 1..=IMAGES - 1)?;
        let valid = format!("from 1 to {}, the images that are left", IMAGES - samples);
        require((1..=IMAGES - samples).contains(test), "test", *test, valid)?;
        non_negative("delta", *delta)?;
        filled("moves", moves)
    }

    fn run(setting: &DigitsCopiesSetting, streams: &Streams) -> Result<DigitsCopiesOutcome, TrialFailure> {
        const CLASSES: usize = 10;
        let DigitsCopiesSetting { samples, test, delta, ref moves } = *setting;
        let data = Dataset::digits()?;
        let digits = data.labels().unwrap_or_default();
        let drawn = sample(&mut streams.child("images").rng(0), IMAGES, samples + test).into_vec();
        let (train, rest) = drawn.split_at(samples);
        let images = |of: &[usize]| on_sphere(data.inputs().select_columns(of));
        let one_hot = |of: &[usize]| {
            let hot = |n: usize, c: usize| if usize::from(digits[of[n]]) == c { 1.0 } else { 0.0 };
            Matrix::from_fn(of.len(), CLASSES, hot)
        };
        let (inputs, fresh) = (images(train)?, images(rest)?);
        let (labels, truth) = (one_hot(train), one_hot(rest));
        let map = NtkMap::new(&InitialScales::new(Activation::relu(), 2.0, 0.1)?, DEPTH)?;
        let (mut error, mut mistaken) = (Vec::new(), Vec::new());
        for moves in moves {
            let found = learnt(&map, [&inputs, &fresh], &labels, *moves, delta)?;
            error.push((&found - &truth).norm_squared() / test as f64);
            let wrong = found.row_iter().zip(truth.row_iter()).filter(|(found, truth)| {
                let best = found.transpose().imax();
                truth[best] == 0.0
            });
            mistaken.push(wrong.count() as f64 / test as f64);
        }
        Ok(DigitsCopiesOutcome { error, mistaken })
    }

    fn cost(setting: &DigitsCopiesSetting) -> f64 {
        let (n, test) = (setting.samples as f64, setting.test as f64);
        let regression = |moves: &Moves| {
            let m = moves.maps().len() as f64;
            let points = if moves.closed() { n } else { n * m };
            100.0 * m * n * (test + points) + points.powi(3) / 3.0
        };
        setting.moves.iter().map(regression).sum()
    }
}
