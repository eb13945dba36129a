//! The shipped digits as vectors, and vectors as images.

use solvable_engine::figure::{Axis, Panel, Series};
use solvable_simulate::SimulationError;
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::Matrix;

/// Images among the shipped digits that are not for tests.
pub const TRAINING_DIGITS: usize = 1437;

/// Pixels along a side of a shipped digit.
const SIDE: usize = 8;

/// The shipped digits without the mean of those for training, one image a column: the images for training, and every fifth from the
/// first for tests.
///
/// # Errors
/// Data that cannot be read.
pub fn centred_digits() -> Result<(Matrix, Matrix), SimulationError> {
    let digits = Dataset::digits()?;
    let part =
        |test: bool| -> Vec<usize> { (0..digits.samples()).filter(|i| (i % 5 == 0) == test).collect() };
    let mut train = digits.inputs().select_columns(&part(false));
    let mut test = digits.inputs().select_columns(&part(true));
    let mean = train.column_mean();
    train.column_iter_mut().chain(test.column_iter_mut()).for_each(|mut image| image -= &mean);
    Ok((train, test))
}

/// Images of 8 × 8 pixels, one after the other in `pixels`, `across` of them in a row, with an empty line between them.
pub fn picture(title: &str, label: &str, pixels: &[f64], across: usize) -> Panel {
    let count = pixels.len() / (SIDE * SIDE);
    let down = count.div_ceil(across);
    let (columns, rows) = (across * (SIDE + 1) - 1, down * (SIDE + 1) - 1);
    let mut values = vec![f64::NAN; columns * rows];
    for (k, image) in pixels.chunks(SIDE * SIDE).enumerate() {
        for (pixel, value) in image.iter().enumerate() {
            let x = (k % across) * (SIDE + 1) + pixel % SIDE;
            let y = rows - 1 - ((k / across) * (SIDE + 1) + pixel / SIDE);
            values[y * columns + x] = *value;
        }
    }
    let finite = pixels.iter().filter(|value| value.is_finite());
    let largest = finite.fold(0.0f64, |most, value| most.max(value.abs()));
    let edges = |count: usize| (0..=count).map(|i| i as f64).collect::<Vec<_>>();
    Panel {
        title: title.into(),
        x: Axis::linear("pixel"),
        y: Axis::linear("pixel"),
        series: vec![Series::HeatMap {
            label: label.into(),
            x_edges: edges(columns),
            y_edges: edges(rows),
            values,
            range: Some((-largest, largest)),
        }],
    }
}
