//! Random matrices that need not exist.

use faer::{Accum, MatRef};
use nalgebra::DMatrix;
use rayon::prelude::*;
use solvable_engine::streams::Streams;

use super::{BLOCK, PANEL, Real, sequential_product, view, view_mut};

/// A matrix of independent $N(0,\sigma^2)$ entries that is drawn again for every product, tile by tile: each tile is multiplied while it
/// is in the cache, and forgotten. Products have the bits of those with the stored matrix.
#[derive(Debug, Clone)]
pub struct DrawnMatrix {
    streams: Streams,
    rows: usize,
    columns: usize,
    deviation: f64,
}

impl DrawnMatrix {
    /// The matrix whose entries, column by column, are what `streams` draw; `deviation` $=\sigma$.
    pub fn new(streams: Streams, rows: usize, columns: usize, deviation: f64) -> Self {
        Self { streams, rows, columns, deviation }
    }

    /// The matrix itself.
    pub fn stored<T: Real>(&self) -> DMatrix<T> {
        let mut entries = vec![T::default(); self.rows * self.columns];
        self.streams.fill_normal(&mut entries, self.deviation);
        DMatrix::from_vec(self.rows, self.columns, entries)
    }

    /// $AB$ for this matrix $A$.
    pub fn product<T: Real>(&self, b: &DMatrix<T>) -> DMatrix<T> {
        let mut c = DMatrix::zeros(self.rows, b.ncols());
        view_mut(&mut c).par_row_chunks_mut(BLOCK).enumerate().for_each(|(i, mut block)| {
            let rows = block.nrows();
            let mut tile = Vec::new();
            for begin in (0..self.columns).step_by(PANEL) {
                let columns = PANEL.min(self.columns - begin);
                let tile = self.tile(&mut tile, (i * BLOCK, rows), (begin, columns));
                let b = view(b).subrows(begin, columns);
                sequential_product(block.as_mut(), Accum::Add, tile, b, T::one_impl());
            }
        });
        c
    }

    /// $A^\top B$ for this matrix $A$.
    pub fn transpose_product<T: Real>(&self, b: &DMatrix<T>) -> DMatrix<T> {
        let mut c = DMatrix::zeros(self.columns, b.ncols());
        view_mut(&mut c).par_row_chunks_mut(BLOCK).enumerate().for_each(|(j, mut block)| {
            let columns = block.nrows();
            let mut tile = Vec::new();
            for begin in (0..self.rows).step_by(PANEL) {
                let rows = PANEL.min(self.rows - begin);
                let tile = self.tile(&mut tile, (begin, rows), (j * BLOCK, columns));
                let b = view(b).subrows(begin, rows);
                sequential_product(block.as_mut(), Accum::Add, tile.transpose(), b, T::one_impl());
            }
        });
        c
    }

    /// Draws so many rows and columns from the given ones on.
    fn tile<'a, T: Real>(
        &self,
        storage: &'a mut Vec<T>,
        (first_row, rows): (usize, usize),
        (first_column, columns): (usize, usize),
    ) -> MatRef<'a, T> {
        storage.resize(rows * columns, T::default());
        for (j, column) in storage.chunks_mut(rows).enumerate() {
            let start = (first_column + j) * self.rows + first_row;
            self.streams.fill_normal_from(start, column, self.deviation);
        }
        MatRef::from_column_major_slice(storage, rows, columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{product, transpose_product};

    /// Sizes at and off the sides of blocks and panels, wide and tall.
    #[test]
    fn products_have_the_bits_of_those_with_the_stored_matrix() {
        fn agrees<T: Real>(rows: usize, columns: usize, width: usize) {
            let streams = Streams::for_trial("drawn", "", 0, 0);
            let drawn = DrawnMatrix::new(streams.child("a"), rows, columns, 0.3);
            let stored = drawn.stored::<T>();
            let other = |name, rows| DrawnMatrix::new(streams.child(name), rows, width, 1.0).stored::<T>();
            let (b, c) = (other("b", columns), other("c", rows));
            assert_eq!(drawn.product(&b), product(&stored, &b), "{rows} x {columns} x {width}");
            assert_eq!(
                drawn.transpose_product(&c),
                transpose_product(&stored, &c),
                "{rows} x {columns} x {width}"
            );
        }
        for (rows, columns, width) in [
            (1, 1, 1),
            (3, 700, 5),
            (256, 512, 100),
            (1000, 1100, 37),
            (1, 1500, 3),
            (600, 513, 1),
            (300, 300, 900),
        ] {
            agrees::<f64>(rows, columns, width);
            agrees::<f32>(rows, columns, width);
        }
    }
}
