//! Inputs: Gaussian samples, the shipped digits, and the user's own files.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::linalg::Matrix;
use super::{SimulationError, npy, table};
use solvable_engine::streams::Streams;

/// $N$ independent samples $x\sim N(0,I_{M_0})$, one a column.
pub fn gaussian_inputs(dimension: usize, samples: usize, streams: &Streams) -> Matrix {
    Matrix::from_vec(dimension, samples, streams.normals(dimension * samples, 1.0))
}

/// `samples` orthogonal inputs with $\|x\|^2=M_0$ (at most $M_0$ of them), a random frame.
pub fn orthogonal_inputs(dimension: usize, samples: usize, streams: &Streams) -> Matrix {
    let frame = gaussian_inputs(dimension, samples.min(dimension), streams).qr().q();
    frame * (dimension as f64).sqrt()
}

/// Scales every column to length $\sqrt{M_0}$, as on the sphere. A column of zeros has no direction and is refused.
pub fn on_sphere(mut inputs: Matrix) -> Result<Matrix, SimulationError> {
    let radius = (inputs.nrows() as f64).sqrt();
    for (n, mut column) in inputs.column_iter_mut().enumerate() {
        let length = column.norm();
        if length == 0.0 || !length.is_finite() {
            let reason = format!("sample {} has length {length}; it cannot be scaled to the sphere", n + 1);
            return Err(SimulationError::Data { name: "inputs".into(), reason });
        }
        column *= radius / length;
    }
    Ok(inputs)
}

/// Real inputs. Serialises as its name, its size and a digest of its values, which is what names it in the store of
/// trials.
#[derive(Debug, Clone)]
pub struct Dataset {
    name: String,
    digest: String,
    /// $M_0\times N$, one sample a column.
    inputs: Arc<Matrix>,
    /// Class labels, where the file's origin is known to have them.
    labels: Option<Arc<Vec<u8>>>,
    /// What was guessed about the file.
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary<'a> {
    name: Cow<'a, str>,
    samples: usize,
    dimension: usize,
    digest: Cow<'a, str>,
}

impl Serialize for Dataset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (dimension, samples) = self.inputs.shape();
        let (name, digest) = (self.name.as_str().into(), self.digest.as_str().into());
        Summary { name, samples, dimension, digest }.serialize(serializer)
    }
}

/// Inputs cannot be read from their summary: only the shipped digits, whole or as a [`scaled_head`](Dataset::scaled_head), are known by it.
impl<'de> Deserialize<'de> for Dataset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let summary = Summary::deserialize(deserializer)?;
        let digits = Self::digits().map_err(D::Error::custom)?;
        let head = digits.scaled_head(summary.samples).map_err(D::Error::custom)?;
        [head, digits].into_iter().find(|data| data.digest == summary.digest).ok_or_else(|| {
            D::Error::custom(format!(
                "the inputs `{}` are not known here; valid: the shipped digits, or the first of them",
                summary.name
            ))
        })
    }
}

/// The 8×8 digits of the UCI repository (E. Alpaydin, C. Kaynak 1998, CC BY 4.0): 64 pixels 0..16 and a label.
const DIGITS: &[u8] = include_bytes!("../../data/digits.csv.gz");

impl Dataset {
    /// The shipped 8×8 digits: 1797 images, 64 pixels scaled to the unit interval, with labels.
    pub fn digits() -> Result<Self, SimulationError> {
        let mut text = Vec::new();
        let fail = |reason: String| SimulationError::Data { name: "digits".into(), reason };
        MultiGzDecoder::new(DIGITS).read_to_end(&mut text).map_err(|e| fail(e.to_string()))?;
        let rows = table::parse(&text).map_err(fail)?.values;
        let (dimension, samples) = (rows.nrows() - 1, rows.ncols());
        let labels = rows.row(dimension).iter().map(|&label| label as u8).collect();
        let inputs = rows.rows(0, dimension) / 16.0;
        let mut digits = Self::new("digits", inputs)?;
        debug_assert_eq!(digits.samples(), samples);
        digits.labels = Some(Arc::new(labels));
        Ok(digits)
    }

    /// A dataset from `inputs` ($M_0\times N$).
    pub fn new(name: impl Into<String>, inputs: Matrix) -> Result<Self, SimulationError> {
        let name = name.into();
        let fail = |reason: String| SimulationError::Data { name: name.clone(), reason };
        if inputs.nrows() == 0 || inputs.ncols() < 2 {
            return Err(fail(format!(
                "{} samples of {} features; at least 2 samples of 1 feature are needed",
                inputs.ncols(),
                inputs.nrows()
            )));
        }
        if let Some(at) = inputs.iter().position(|x| !x.is_finite()) {
            let (row, column) = (at / inputs.nrows() + 1, at % inputs.nrows() + 1);
            return Err(fail(format!(
                "sample {row}, feature {column} is {}; all values must be finite",
                inputs[at]
            )));
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(inputs.nrows() as u64).to_le_bytes());
        inputs.iter().for_each(|x| {
            hasher.update(&x.to_le_bytes());
        });
        let digest = hasher.finalize().to_hex()[..16].to_owned();
        Ok(Self { name, digest, inputs: Arc::new(inputs), labels: None, notes: Vec::new() })
    }

    /// Reads an $N\times d$ matrix, one sample a row, from text (`.csv`, `.tsv`, `.txt`, each also with `.gz`) or from a
    /// `.npy` file. What the file leaves open, such as its separator, header and index column, is guessed by rules;
    /// [`notes`](Self::notes) tells the guesses. What can be read in two ways is refused with its line.
    pub fn read(path: &Path) -> Result<Self, SimulationError> {
        let (inputs, notes) = read_matrix(path, Vectors::Refused)?;
        let data = Self::new(file_name(path), inputs)?;
        let fail = |reason: String| SimulationError::Data { name: path.display().to_string(), reason };
        comparable(&data.inputs).map_err(fail)?;
        Ok(Self { notes, ..data })
    }

    /// What was guessed about the file: sizes, separator, header, index column, encoding.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The first `samples` samples, scaled by one number such that the mean of $\|x\|^2/M_0$ is 1, as for Gaussian inputs.
    pub fn scaled_head(&self, samples: usize) -> Result<Self, SimulationError> {
        let head = self.inputs.columns(0, samples.min(self.samples())).into_owned();
        let largest = head.amax();
        if largest == 0.0 {
            return Err(SimulationError::Data { name: self.name.clone(), reason: "all values are 0".into() });
        }
        // First to size 1, lest the squares of very large or very small values leave the range of numbers.
        let head = head / largest;
        let mean_square = head.norm_squared() / head.len() as f64;
        Self::new(self.name.clone(), head / mean_square.sqrt())
    }

    /// The samples with one of the labels `first` and `second`, less the mean of all values and over their standard
    /// deviation, with the label as $\pm\frac12$. Data without labels have no classes.
    pub fn two_classes(&self, first: u8, second: u8) -> Result<(Matrix, Vec<f64>), SimulationError> {
        let labels = self.labels().unwrap_or_default();
        let chosen: Vec<usize> =
            (0..labels.len()).filter(|&n| labels[n] == first || labels[n] == second).collect();
        if chosen.is_empty() {
            let reason = format!("no samples are labelled {first} or {second}");
            return Err(SimulationError::Data { name: self.name.clone(), reason });
        }
        let (mean, deviation) = (self.inputs.mean(), self.inputs.variance().sqrt());
        let inputs = self.inputs.select_columns(&chosen).map(|x| (x - mean) / deviation);
        Ok((inputs, chosen.iter().map(|&n| if labels[n] == first { 0.5 } else { -0.5 }).collect()))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// $M_0\times N$, one sample a column.
    pub fn inputs(&self) -> &Matrix {
        &self.inputs
    }

    /// Labels of the samples, where known.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref().map(Vec::as_slice)
    }

    /// $N$.
    pub fn samples(&self) -> usize {
        self.inputs.ncols()
    }

    /// $M_0$.
    pub fn dimension(&self) -> usize {
        self.inputs.nrows()
    }

    /// $x_n\cdot x_{n'}/M_0$ ($N\times N$).
    pub fn gram(&self) -> Matrix {
        super::linalg::transpose_product(&self.inputs, &self.inputs) / self.dimension() as f64
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "data".into(), |n| n.to_string_lossy().into_owned())
}

/// Whether an array of one axis is read, as one number a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vectors {
    /// It is.
    Columns,
    /// It is refused: what is meant may be one sample.
    Refused,
}

/// A matrix of a file as [`Dataset::read`] reads it, one row of the file a column, and what was guessed about it. Its values may be anything.
pub fn read_matrix(path: &Path, vectors: Vectors) -> Result<(Matrix, Vec<String>), SimulationError> {
    let name = file_name(path);
    let fail = |reason: String| SimulationError::Data { name: path.display().to_string(), reason };
    let mut file = BufReader::new(File::open(path).map_err(|e| fail(format!("cannot be opened: {e}")))?);
    let lower = name.to_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    let is_text = [".csv", ".tsv", ".txt"].iter().any(|end| plain.ends_with(end));
    let (matrix, mut notes) = if lower.ends_with(".npy") {
        let (matrix, kind) = npy::read(file, vectors == Vectors::Columns).map_err(fail)?;
        let size = format!("{} samples of {} features of type {kind}", matrix.ncols(), matrix.nrows());
        (matrix, vec![size])
    } else if is_text {
        let mut bytes = Vec::new();
        let read = if plain == lower {
            file.read_to_end(&mut bytes)
        } else {
            MultiGzDecoder::new(file).read_to_end(&mut bytes)
        };
        read.map_err(|e| fail(format!("cannot be read: {e}")))?;
        let table = table::parse(&bytes).map_err(fail)?;
        (table.values, table.notes)
    } else {
        return Err(fail("the file name must end in .csv, .csv.gz or .npy (or .tsv, .txt)".into()));
    };
    notes.iter_mut().for_each(|note| *note = format!("{name}: {note}"));
    Ok((matrix, notes))
}

/// Samples whose largest value exceeds that of a typical sample by this factor leave nothing of the others: beside
/// the squares of one, the squares of the other vanish in the rounding.
const MOST_APART: f64 = 1e8;

/// Refuses data of which one sample is all: a slip of the pen, or a mark for a missing value.
fn comparable(inputs: &Matrix) -> Result<(), String> {
    let mut sizes: Vec<f64> = inputs.column_iter().map(|x| x.amax()).collect();
    let Some(largest) = (0..sizes.len()).max_by(|&n, &m| sizes[n].total_cmp(&sizes[m])) else {
        return Ok(());
    };
    let column = inputs.column(largest);
    let feature = column.iamax();
    sizes.retain(|&size| size > 0.0);
    sizes.sort_by(f64::total_cmp);
    match sizes.get(sizes.len() / 2) {
        Some(typical) if column[feature].abs() / typical > MOST_APART => Err(format!(
            "sample {}, feature {} is {:e}, while a typical sample's largest value is {typical:.1e}: beside it all others \
             vanish; correct or remove it",
            largest + 1,
            feature + 1,
            column[feature],
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn the_shipped_digits_are_what_their_origin_says() {
        let digits = Dataset::digits().unwrap();
        assert_eq!((digits.samples(), digits.dimension()), (1797, 64));
        assert_relative_eq!(digits.inputs().sum() * 16.0, 561_718.0, epsilon = 1e-6);
        let labels = digits.labels().unwrap();
        let count = |label| labels.iter().filter(|&&l| l == label).count();
        assert_eq!([count(0), count(1), count(9)], [178, 182, 180]);
    }

    #[test]
    fn scaled_inputs_have_unit_mean_square() {
        let head = Dataset::digits().unwrap().scaled_head(50).unwrap();
        assert_eq!(head.samples(), 50);
        assert_relative_eq!(head.gram().trace() / 50.0, 1.0, max_relative = 1e-12);
    }

    #[test]
    fn two_classes_are_told_apart_and_zeros_have_no_direction() {
        let digits = Dataset::digits().unwrap();
        let (inputs, labels) = digits.two_classes(3, 8).unwrap();
        assert_eq!((inputs.shape(), labels.len()), ((64, 357), 357));
        assert_eq!(labels.iter().filter(|&&y| y == 0.5).count(), 183);
        let sphere = on_sphere(inputs).unwrap();
        assert_relative_eq!(sphere.column(5).norm(), 8.0, epsilon = 1e-12);
        assert!(on_sphere(Matrix::zeros(3, 2)).is_err());
        assert!(Dataset::new("t", Matrix::zeros(3, 2)).unwrap().two_classes(0, 1).is_err());
    }

    #[test]
    fn orthogonal_inputs_are_orthogonal() {
        let x = orthogonal_inputs(20, 8, &Streams::for_trial("data", "", 0, 0));
        assert_relative_eq!(x.transpose() * &x, Matrix::identity(8, 8) * 20.0, epsilon = 1e-12);
    }

    #[test]
    fn one_sample_that_is_all_is_named() {
        let message = comparable(&Matrix::from_vec(2, 3, vec![1.0, 2.0, 3.0, -1e308, 0.1, 0.0])).unwrap_err();
        assert!(message.contains("sample 2, feature 2 is -1e308"), "{message}");
        for scale in [1e-300, 1.0, 1e300] {
            assert!(
                comparable(&(Matrix::from_vec(2, 3, vec![1.0, 2.0, 0.0, 0.0, 1e4, 3.0]) * scale)).is_ok()
            );
        }
    }

    #[test]
    fn values_that_are_not_finite_are_named() {
        let message =
            Dataset::new("t", Matrix::from_vec(2, 2, vec![1.0, 2.0, f64::NAN, 4.0])).unwrap_err().to_string();
        assert!(message.contains("sample 2, feature 1"), "{message}");
        assert!(Dataset::new("t", Matrix::zeros(3, 1)).is_err());
        assert!(Dataset::new("t", Matrix::zeros(3, 2)).unwrap().scaled_head(2).is_err());
    }
}
