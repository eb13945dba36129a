//! Augmentation of 8×8 images.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::linalg::Matrix;

/// Side of the images.
pub(super) const SIDE: usize = 8;

/// What augmentation does to an image.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Augmentation {
    /// One of the nine displacements by at most one pixel in each direction, with zeros moving in.
    Shift,
    /// Independent normal noise with this standard deviation on every pixel, not clipped; pixels lie in the unit interval.
    Noise(f64),
}

impl Augmentation {
    /// `images` ($64\times B$), each augmented by a draw of its own.
    pub(super) fn augment(self, images: &Matrix, rng: &mut ChaCha8Rng) -> Matrix {
        let mut out = images.clone();
        match self {
            Self::Shift => {
                for (mut out, image) in out.column_iter_mut().zip(images.column_iter()) {
                    let mut step = || rng.random_range(-1..=1i32) as isize;
                    let (down, right) = (step(), step());
                    for (pixel, value) in out.iter_mut().enumerate() {
                        let row = (pixel / SIDE).checked_add_signed(-down).filter(|row| *row < SIDE);
                        let column = (pixel % SIDE).checked_add_signed(-right).filter(|c| *c < SIDE);
                        *value = row.zip(column).map_or(0.0, |(row, column)| image[row * SIDE + column]);
                    }
                }
            }
            Self::Noise(deviation) => out.iter_mut().for_each(|value| {
                let xi: f64 = StandardNormal.sample(rng);
                *value += deviation * xi;
            }),
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solvable_engine::streams::Streams;

    #[test]
    fn shifts_move_images_and_fill_with_zeros() {
        let image = Matrix::from_fn(64, 1, |pixel, _| 1.0 + pixel as f64);
        let mut rng = Streams::for_trial("images", "", 0, 0).rng(0);
        let mut seen = [0usize; 9];
        for _ in 0..400 {
            let moved = Augmentation::Shift.augment(&image, &mut rng);
            // The pixel in the middle tells how far it came.
            let source = moved[3 * SIDE + 3] as usize - 1;
            let (down, right) = (3 - (source / SIDE) as isize, 3 - (source % SIDE) as isize);
            seen[((down + 1) * 3 + right + 1) as usize] += 1;
            for row in 0..SIDE as isize {
                for column in 0..SIDE as isize {
                    let (from, across) = (row - down, column - right);
                    let inside = (0..8).contains(&from) && (0..8).contains(&across);
                    let expected = if inside { 1.0 + (from * 8 + across) as f64 } else { 0.0 };
                    assert_eq!(moved[(row * 8 + column) as usize], expected);
                }
            }
        }
        assert!(seen.iter().all(|count| (20..75).contains(count)), "{seen:?}");
        let noised = Augmentation::Noise(0.3).augment(&Matrix::zeros(64, 50), &mut rng);
        assert!((noised.norm_squared() / 3200.0 - 0.09).abs() < 0.01);
    }
}
