use nalgebra::DMatrix;
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use solvable_theory::Architecture;
use solvable_theory::natural_gradient as ngd;

use solvable_engine::streams::Streams;
use solvable_engine::verify::SettingError;
use solvable_engine::verify::setting::{require, within};
use solvable_shared::checks;
use solvable_simulate::SimulationError;
use solvable_simulate::data::{Dataset, gaussian_inputs, on_sphere};
use solvable_simulate::linalg::{self, Matrix};
use solvable_simulate::network::Network;
use solvable_simulate::training::{Parametrization, Tangents};

/// Where inputs on the sphere $\|x\|^2=M_0$ come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inputs {
    /// Uniform on the sphere.
    Sphere,
    /// $N(0,\mathrm{diag}(s_j^2))$ with $s_j$ equally spaced in $[0.3,2]$, scaled to the sphere.
    Anisotropic,
    /// The anisotropic inputs after Forster's transform: all leverages equal.
    Forster,
    /// Images of threes and eights among the shipped digits, standardized as a whole and scaled to the sphere.
    Digits,
}

/// A training set, a test set, and the class of every training sample where there is one. Which of several data sets a
/// trial uses is drawn; the data sets themselves are the same for every trial, width and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Where the inputs come from.
    pub inputs: Inputs,
    /// $N$.
    pub samples: usize,
    /// $n$: test inputs.
    pub tests: usize,
    /// How many data sets there are.
    pub data_sets: usize,
}

/// Dimension and number of the images of threes and eights.
const IMAGES: (usize, usize) = (64, 357);

/// Inputs ($M_0\times N$ and $M_0\times n$) and labels ($\pm\frac12$).
pub struct DataSet {
    /// Training inputs.
    pub train: Matrix,
    /// Test inputs.
    pub test: Matrix,
    /// Labels of the training inputs, and of the test inputs.
    pub labels: Option<(Vec<f64>, Vec<f64>)>,
}

impl Sample {
    /// Three data sets, as the standing claims use them.
    pub fn new(inputs: Inputs, samples: usize, tests: usize) -> Self {
        Self { inputs, samples, tests, data_sets: 3 }
    }

    /// Whether there are such data for the inputs of `network`.
    pub(crate) fn check(&self, network: &Architecture) -> Result<(), SettingError> {
        checks::count("samples", self.samples)?;
        within("tests", self.tests, 0..=checks::MOST)?;
        checks::count("data_sets", self.data_sets)?;
        match self.inputs {
            Inputs::Sphere | Inputs::Anisotropic => Ok(()),
            Inputs::Forster => {
                let dimension = network.widths()[0];
                let valid = format!("more than {dimension}, the dimension of the inputs");
                require(self.samples > dimension, "samples", self.samples, valid)
            }
            Inputs::Digits => {
                let (dimension, images) = IMAGES;
                checks::inputs(network, dimension)?;
                let count = self.samples + self.tests;
                require(count <= images, "samples", count, format!("at most {images} with the tests"))
            }
        }
    }

    /// Data set `number` in dimension $M_0$.
    pub fn data_set(&self, dimension: usize, number: usize) -> Result<DataSet, SimulationError> {
        let count = self.samples + self.tests;
        let kind = format!("{:?} {dimension} {count}", self.inputs);
        let streams = Streams::of_problem("data-set", &kind, number as u64);
        let (all, labels) = match self.inputs {
            Inputs::Sphere => (on_sphere(gaussian_inputs(dimension, count, &streams))?, None),
            Inputs::Anisotropic | Inputs::Forster => {
                let mut inputs = gaussian_inputs(dimension, count, &streams);
                for (j, mut row) in inputs.row_iter_mut().enumerate() {
                    row *= 0.3 + 1.7 * j as f64 / (dimension.max(2) - 1) as f64;
                }
                let mut inputs = on_sphere(inputs)?;
                if self.inputs == Inputs::Forster {
                    let train = inputs.columns(0, self.samples).transpose();
                    let map = ngd::forster(&train)?.map;
                    inputs = on_sphere(map.transpose() * inputs)?;
                }
                (inputs, None)
            }
            Inputs::Digits => {
                let (inputs, labels) = Dataset::digits()?.two_classes(3, 8)?;
                if inputs.nrows() != dimension || inputs.ncols() < count {
                    return Err(SimulationError::Shape {
                        what: "digits of two classes",
                        expected: format!("{dimension} x {count} or more"),
                        found: format!("{} x {}", inputs.nrows(), inputs.ncols()),
                    });
                }
                let mut order: Vec<usize> = (0..inputs.ncols()).collect();
                order.shuffle(&mut streams.rng(0));
                order.truncate(count);
                let labels: Vec<f64> = order.iter().map(|&n| labels[n]).collect();
                (on_sphere(inputs.select_columns(&order))?, Some(labels))
            }
        };
        Ok(DataSet {
            train: all.columns(0, self.samples).into_owned(),
            test: all.columns(self.samples, self.tests).into_owned(),
            labels: labels.map(|l| (l[..self.samples].to_vec(), l[self.samples..].to_vec())),
        })
    }

    /// A data set that is drawn, by its number, and the tangents of a random `network` on its training inputs.
    pub(super) fn draw_tangents(
        &self,
        network: &Architecture,
        streams: &Streams,
    ) -> Result<(usize, Tangents), SimulationError> {
        let number = self.draw_number(streams);
        let data = self.data_set(network.widths()[0], number)?;
        let network = Network::draw(network, streams);
        Ok((number, Tangents::new(&network, network.forward(&data.train)?, Parametrization::Ntk)?))
    }

    pub(super) fn draw_number(&self, streams: &Streams) -> usize {
        streams.child("data set").rng(0).random_range(0..self.data_sets.max(1))
    }
}

impl DataSet {
    /// $x\cdot x'/M_0$ among training inputs ($N\times N$), and from test to training inputs ($n\times N$).
    pub fn cosines(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let dimension = self.train.nrows() as f64;
        let mut train = linalg::transpose_product(&self.train, &self.train) / dimension;
        // Products of the same columns in another order differ in the last bit.
        train = (&train + train.transpose()) * 0.5;
        train.fill_diagonal(1.0);
        let clip = |x: f64| x.clamp(-1.0, 1.0);
        (train.map(clip), (linalg::transpose_product(&self.test, &self.train) / dimension).map(clip))
    }
}
