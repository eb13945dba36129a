//! The one seam to the linear-algebra back end.
//!
//! Matrices are nalgebra's, column-major; large products and eigenproblems go to faer. Products are cut into fixed
//! blocks, each computed sequentially, so that their bits depend neither on the number of threads nor on where they
//! run; the blocks of one large product run in parallel.

mod block_lanczos;
mod drawn;
mod haar;

use std::borrow::Cow;

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, Mat, MatMut, MatRef, Par};
use nalgebra::{Cholesky, DMatrix, Dyn, LU};
use pulp::Arch;
use rayon::prelude::*;

use solvable_engine::streams::Precision;

use super::SimulationError;

pub use block_lanczos::block_lanczos_largest;
pub use drawn::DrawnMatrix;
pub use haar::haar_orthogonal;

/// A dense real matrix, column-major.
pub type Matrix = DMatrix<f64>;

/// Side of the output blocks of one product.
const BLOCK: usize = 256;

/// Terms of the sums of one product that are added at once: a tile of as many columns and [`BLOCK`] rows stays in the cache.
const PANEL: usize = 512;

/// Products of fewer multiplications than this are not worth a second thread.
const SMALL: usize = 1 << 22;

/// A number of double or of single precision.
pub trait Real: Precision + nalgebra::RealField + ComplexField + Into<f64> {
    /// The nearest matrix.
    fn of(matrix: Matrix) -> DMatrix<Self>;

    /// The same matrix in double precision.
    fn double(matrix: &DMatrix<Self>) -> Cow<'_, Matrix>;

    /// What `change` returns, which sees the matrix, and may change it, in double precision.
    fn in_double<R>(matrix: &mut DMatrix<Self>, change: impl FnOnce(&mut Matrix) -> R) -> R;
}

impl Real for f64 {
    fn of(matrix: Matrix) -> Matrix {
        matrix
    }

    fn double(matrix: &Matrix) -> Cow<'_, Matrix> {
        Cow::Borrowed(matrix)
    }

    fn in_double<R>(matrix: &mut Matrix, change: impl FnOnce(&mut Matrix) -> R) -> R {
        change(matrix)
    }
}

impl Real for f32 {
    fn of(matrix: Matrix) -> DMatrix<Self> {
        matrix.map(Self::rounded)
    }

    fn double(matrix: &DMatrix<Self>) -> Cow<'_, Matrix> {
        Cow::Owned(matrix.map(f64::from))
    }

    fn in_double<R>(matrix: &mut DMatrix<Self>, change: impl FnOnce(&mut Matrix) -> R) -> R {
        let mut double = matrix.map(f64::from);
        let result = change(&mut double);
        *matrix = Self::of(double);
        result
    }
}

fn view<T: Real>(a: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_mut<T: Real>(a: &mut DMatrix<T>) -> MatMut<'_, T> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}

/// Clears the upper halves of the vector registers, which the back end's kernels leave dirty: on many processors every
/// scalar instruction after them (exponentials, random numbers) would be up to ten times slower on this thread. The
/// instruction that does it cannot be called from safe code; the compiler emits it at the end of a function that is
/// compiled for wide vectors and uses them.
fn clear_upper_registers() {
    use std::hint::black_box;
    Arch::new().dispatch(|| {
        black_box(black_box([1.0f64; 8]).map(|x| x + x));
    });
}

/// One product on the calling thread: a sum over panels, of the same bits for matrices that are drawn panel by panel.
fn sequential_product<T: Real>(
    mut c: MatMut<'_, T>,
    accumulate: Accum,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    alpha: T,
) {
    for begin in (0..a.ncols().max(1)).step_by(PANEL) {
        let length = PANEL.min(a.ncols() - begin);
        let accumulate = if begin == 0 { accumulate } else { Accum::Add };
        let (a, b) = (a.subcols(begin, length), b.subrows(begin, length));
        matmul(c.as_mut(), accumulate, a, b, alpha, Par::Seq);
    }
    clear_upper_registers();
}

/// $C\leftarrow$ ($C$ if `accumulate`) $+\,\alpha AB$.
fn multiply<T: Real>(c: MatMut<'_, T>, accumulate: Accum, a: MatRef<'_, T>, b: MatRef<'_, T>, alpha: T) {
    if c.nrows() * c.ncols() * a.ncols() < SMALL {
        sequential_product(c, accumulate, a, b, alpha);
    } else if c.nrows() >= c.ncols() {
        c.par_row_chunks_mut(BLOCK).enumerate().for_each(|(i, block)| {
            let rows = block.nrows();
            sequential_product(block, accumulate, a.subrows(i * BLOCK, rows), b, alpha);
        });
    } else {
        c.par_col_chunks_mut(BLOCK).enumerate().for_each(|(i, block)| {
            let columns = block.ncols();
            sequential_product(block, accumulate, a, b.subcols(i * BLOCK, columns), alpha);
        });
    }
}

/// $AB$.
pub fn product<T: Real>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let mut c = DMatrix::zeros(a.nrows(), b.ncols());
    multiply(view_mut(&mut c), Accum::Replace, view(a), view(b), T::one_impl());
    c
}

/// $AB$ into `out`, on the calling thread: `b` and `out` hold columns one behind the other, as many as fit.
pub fn product_into(out: &mut [f64], a: &Matrix, b: &[f64]) {
    let columns = b.len() / a.ncols().max(1);
    let c = MatMut::from_column_major_slice_mut(out, a.nrows(), columns);
    let b = MatRef::from_column_major_slice(b, a.ncols(), columns);
    sequential_product(c, Accum::Replace, view(a), b, 1.0);
}

/// $A^\top B$ into `out`, as [`product_into`].
pub fn transpose_product_into(out: &mut [f64], a: &Matrix, b: &[f64]) {
    let columns = b.len() / a.nrows().max(1);
    let c = MatMut::from_column_major_slice_mut(out, a.ncols(), columns);
    let b = MatRef::from_column_major_slice(b, a.nrows(), columns);
    sequential_product(c, Accum::Replace, view(a).transpose(), b, 1.0);
}

/// $AB^\top$ into `out` from `a` and `b` of `columns` columns, as [`product_into`].
pub fn product_transpose_into(out: &mut [f64], a: &[f64], b: &[f64], columns: usize) {
    let (rows, others) = (a.len() / columns.max(1), b.len() / columns.max(1));
    let a = MatRef::from_column_major_slice(a, rows, columns);
    let b = MatRef::from_column_major_slice(b, others, columns);
    let c = MatMut::from_column_major_slice_mut(out, rows, others);
    sequential_product(c, Accum::Replace, a, b.transpose(), 1.0);
}

/// $[A_1B_1,A_2B_2,\dots]$, one below the other ($PQ\times J$ from blocks $A_j$ of $P\times K$): column $j$ holds the $P\times Q$ entries of
/// $A_jB_j$, where $A_j$ takes every $J$-th column of `a` ($P\times KJ$) from column $j$ on and $B_j$ every $J$-th row of `b` ($KJ\times Q$).
pub fn strided_products(a: &Matrix, b: &Matrix, groups: usize) -> Matrix {
    let (rows, columns) = (a.nrows(), b.ncols());
    let mut out = Matrix::zeros(rows * columns, groups);
    out.as_mut_slice().par_chunks_mut((rows * columns).max(1)).enumerate().for_each(|(j, block)| {
        let factor = strided_rows(b, j, groups);
        let block = MatMut::from_column_major_slice_mut(block, rows, columns);
        sequential_product(block, Accum::Replace, strided_columns(a, j, groups), view(&factor), 1.0);
    });
    out
}

/// $A_j^\top B_j$ for every $j$, put together as $B$ is cut in [`strided_products`] ($KJ\times Q$): column $j$ of `b` ($PQ\times J$) holds the entries of
/// $B_j$ ($P\times Q$).
pub fn strided_transpose_products(a: &Matrix, b: &Matrix) -> Matrix {
    let (rows, groups) = (a.nrows(), b.ncols());
    let (own, columns) = (a.ncols() / groups, b.nrows() / rows);
    let blocks: Vec<Matrix> = (0..groups)
        .into_par_iter()
        .map(|j| {
            let mut block = Matrix::zeros(own, columns);
            let factor =
                MatRef::from_column_major_slice(&b.as_slice()[j * b.nrows()..][..b.nrows()], rows, columns);
            let transpose = strided_columns(a, j, groups).transpose();
            sequential_product(view_mut(&mut block), Accum::Replace, transpose, factor, 1.0);
            block
        })
        .collect();
    Matrix::from_fn(own * groups, columns, |row, column| blocks[row % groups][(row / groups, column)])
}

/// Columns $j,j+J,j+2J,\dots$ of `a`.
fn strided_columns(a: &Matrix, j: usize, groups: usize) -> MatRef<'_, f64> {
    let (rows, columns) = (a.nrows(), a.ncols() / groups);
    MatRef::from_column_major_slice_with_stride(&a.as_slice()[j * rows..], rows, columns, groups * rows)
}

/// Rows $j,j+J,j+2J,\dots$ of `a`.
fn strided_rows(a: &Matrix, j: usize, groups: usize) -> Matrix {
    Matrix::from_fn(a.nrows() / groups, a.ncols(), |k, column| a[(k * groups + j, column)])
}

/// $A^\top B$.
pub fn transpose_product<T: Real>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let mut c = DMatrix::zeros(a.ncols(), b.ncols());
    multiply(view_mut(&mut c), Accum::Replace, view(a).transpose(), view(b), T::one_impl());
    c
}

/// $ABA^\top$.
pub fn congruence(a: &Matrix, b: &Matrix) -> Matrix {
    let mut c = Matrix::zeros(a.nrows(), a.nrows());
    add_product_transpose(&mut c, 1.0, &product(a, b), a);
    c
}

/// $C\leftarrow C+\alpha AB^\top$.
pub fn add_product_transpose(c: &mut Matrix, alpha: f64, a: &Matrix, b: &Matrix) {
    multiply(view_mut(c), Accum::Add, view(a), view(b).transpose(), alpha);
}

/// $[A_1B,A_2B,\dots]$ for $A=[A_1,A_2,\dots]$ cut into blocks of as many columns as $B$ has rows ($B$ square).
pub fn blockwise_product(a: &Matrix, b: &Matrix) -> Matrix {
    let width = b.nrows();
    let mut c = Matrix::zeros(a.nrows(), a.ncols());
    let rows = a.nrows();
    let length = (rows * width).max(1);
    c.as_mut_slice().par_chunks_mut(length).zip(a.as_slice().par_chunks(length)).for_each(|(out, block)| {
        let out = MatMut::from_column_major_slice_mut(out, rows, width);
        let block = MatRef::from_column_major_slice(block, rows, width);
        sequential_product(out, Accum::Replace, block, view(b), 1.0);
    });
    c
}

/// $G^\top T$ where the columns of $G$ and $T$ are grouped into `groups` blocks and each block is read as one long vector.
pub fn block_inner_products(g: &Matrix, t: &Matrix, groups: usize) -> Matrix {
    let length = g.len() / groups.max(1);
    let long = |m| MatRef::from_column_major_slice(m, length, groups);
    let mut c = Matrix::zeros(groups, groups);
    multiply(view_mut(&mut c), Accum::Replace, long(g.as_slice()).transpose(), long(t.as_slice()), 1.0);
    c
}

/// Pivots below this share of the largest count as rank deficiency.
const RANK_TOLERANCE: f64 = 1e-12;

/// The Cholesky factor of `a`, symmetric and positive definite; `what` names it in errors.
///
/// Meant for the small systems of the dual; sequential, so that its bits do not depend on threads. $n^3/3$ flops.
pub fn cholesky(a: Matrix, what: &str) -> Result<Cholesky<f64, Dyn>, SimulationError> {
    if a.iter().any(|x| !x.is_finite()) {
        return Err(SimulationError::NotFinite { what: "a system of equations" });
    }
    let singular = |ratio| SimulationError::Singular { what: what.to_owned(), ratio };
    let factor = Cholesky::new(a).ok_or_else(|| singular(0.0))?;
    let pivots = factor.l_dirty().diagonal().map(|x| x * x);
    let ratio = if pivots.is_empty() { 1.0 } else { pivots.min() / pivots.max() };
    if ratio > RANK_TOLERANCE { Ok(factor) } else { Err(singular(ratio)) }
}

/// A small system of linear equations, factorized once for many right-hand sides.
pub enum Solver {
    /// Symmetric and positive definite.
    Definite(Cholesky<f64, Dyn>),
    /// Any regular matrix.
    General(LU<f64, Dyn, Dyn>),
    /// Its inverse on its range.
    Explicit(Matrix),
}

impl Solver {
    /// Of $A+\mathtt{shift}\,I$, symmetric and positive definite; `what` names $A$ in errors.
    pub fn spd(a: &Matrix, shift: f64, what: &str) -> Result<Self, SimulationError> {
        let mut shifted = a.clone();
        for i in 0..a.nrows() {
            shifted[(i, i)] += shift;
        }
        cholesky(shifted, what).map(Self::Definite)
    }

    /// Of any regular matrix, by LU with partial pivoting.
    pub fn general(a: Matrix, what: &str) -> Result<Self, SimulationError> {
        if a.iter().any(|x| !x.is_finite()) {
            return Err(SimulationError::NotFinite { what: "a system of equations" });
        }
        let factor = a.lu();
        let pivots = factor.u().diagonal().abs();
        let ratio = if pivots.is_empty() { 1.0 } else { pivots.min() / pivots.max() };
        if ratio > f64::EPSILON {
            Ok(Self::General(factor))
        } else {
            Err(SimulationError::Singular { what: what.to_owned(), ratio })
        }
    }

    /// The Moore-Penrose inverse of a symmetric positive semidefinite matrix; eigenvalues below $10^{-10}$ of the largest
    /// count as zero.
    pub fn pseudo_inverse(a: &Matrix) -> Result<Self, SimulationError> {
        const CUTOFF: f64 = 1e-10;
        let (values, vectors) = symmetric_eigen(a)?;
        let largest = values.last().copied().unwrap_or(0.0);
        let mut scaled = vectors.clone();
        for (mut column, value) in scaled.column_iter_mut().zip(&values) {
            column *= if *value > CUTOFF * largest { value.recip() } else { 0.0 };
        }
        Ok(Self::Explicit(scaled * vectors.transpose()))
    }

    /// $A^{-1}B$.
    pub fn solve(&self, b: &Matrix) -> Matrix {
        match self {
            Self::Definite(factor) => factor.solve(b),
            // Regular by construction.
            Self::General(factor) => {
                factor.solve(b).unwrap_or_else(|| Matrix::from_element(b.nrows(), b.ncols(), f64::NAN))
            }
            Self::Explicit(inverse) => inverse * b,
        }
    }
}

/// A large symmetric positive definite matrix, factorized by blocks: $n^3/3$ flops at the speed of matrix products.
pub struct LargeCholesky(Mat<f64>);

impl LargeCholesky {
    /// Of $A+\mathtt{shift}\,I$; `what` names $A$ in errors.
    pub fn new(a: &Matrix, shift: f64, what: &str) -> Result<Self, SimulationError> {
        let n = a.nrows();
        if a.ncols() != n {
            return Err(SimulationError::Shape {
                what: "a Cholesky factorization",
                expected: format!("{n} columns"),
                found: format!("{}", a.ncols()),
            });
        }
        if a.iter().any(|x| !x.is_finite()) || !shift.is_finite() {
            return Err(SimulationError::NotFinite { what: "a system of equations" });
        }
        let singular = |ratio| SimulationError::Singular { what: what.to_owned(), ratio };
        let mut factor = view(a).to_owned();
        for i in 0..n {
            factor[(i, i)] += shift;
        }
        let mut buffer =
            MemBuffer::new(llt::factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default()));
        let result = llt::factor::cholesky_in_place(
            factor.as_mut(),
            Default::default(),
            Par::Seq,
            MemStack::new(&mut buffer),
            Default::default(),
        );
        clear_upper_registers();
        result.map_err(|_| singular(0.0))?;
        let pivots = (0..n).map(|i| factor[(i, i)] * factor[(i, i)]);
        let (least, most) = pivots.fold((f64::INFINITY, 0.0f64), |(l, m), p| (l.min(p), m.max(p)));
        if n == 0 || least / most > RANK_TOLERANCE { Ok(Self(factor)) } else { Err(singular(least / most)) }
    }

    /// $LB$ with the factor $L$ of $A=LL^\top$: columns of independent normal numbers become draws of covariance $A$.
    pub fn scale(&self, b: &Matrix) -> Matrix {
        let n = self.0.nrows();
        let lower = Matrix::from_fn(n, n, |i, j| if i >= j { self.0[(i, j)] } else { 0.0 });
        product(&lower, b)
    }

    /// $A^{-1}B$.
    pub fn solve(&self, b: &Matrix) -> Matrix {
        let mut x = b.clone();
        let (n, columns) = x.shape();
        let mut buffer = MemBuffer::new(llt::solve::solve_in_place_scratch::<f64>(n, columns, Par::Seq));
        llt::solve::solve_in_place(self.0.as_ref(), view_mut(&mut x), Par::Seq, MemStack::new(&mut buffer));
        clear_upper_registers();
        x
    }
}

/// The symmetric root of the matrix with ones on the diagonal and `correlation` off it: rows of unit length at equal angles.
pub fn equicorrelated_root(count: usize, correlation: f64) -> Matrix {
    let n = count as f64;
    let apart = (1.0 - correlation).max(0.0).sqrt();
    let together = (1.0 + (n - 1.0) * correlation).max(0.0).sqrt();
    Matrix::from_fn(count, count, |i, j| (together - apart) / n + if i == j { apart } else { 0.0 })
}

/// Eigenvalues of a symmetric matrix, ascending.
///
/// Householder tridiagonalisation and implicit QR, $O(n^3)$; errors of order $\epsilon\|A\|$.
pub fn symmetric_eigenvalues(a: &Matrix) -> Result<Vec<f64>, SimulationError> {
    evd(a, None)
}

/// Eigenvalues (ascending) and orthonormal eigenvectors (columns) of a symmetric matrix.
pub fn symmetric_eigen(a: &Matrix) -> Result<(Vec<f64>, Matrix), SimulationError> {
    let n = a.nrows();
    let mut vectors = Mat::zeros(n, n);
    let values = evd(a, Some(vectors.as_mut()))?;
    Ok((values, Matrix::from_fn(n, n, |i, j| vectors[(i, j)])))
}

fn evd(a: &Matrix, vectors: Option<MatMut<'_, f64>>) -> Result<Vec<f64>, SimulationError> {
    let n = a.nrows();
    if n != a.ncols() {
        return Err(SimulationError::Shape {
            what: "eigenvalues of a symmetric matrix",
            expected: format!("{n} columns"),
            found: format!("{}", a.ncols()),
        });
    }
    if a.iter().any(|x| !x.is_finite()) {
        return Err(SimulationError::NotFinite { what: "a matrix whose eigenvalues are asked for" });
    }
    let mode = if vectors.is_some() { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let scratch = self_adjoint_evd_scratch::<f64>(n, mode, Par::Seq, Default::default());
    let mut values = Diag::<f64>::zeros(n);
    let mut buffer = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut buffer);
    let result = self_adjoint_evd(view(a), values.as_mut(), vectors, Par::Seq, stack, Default::default());
    clear_upper_registers();
    result.map_err(|_| SimulationError::NotConverged { what: "the symmetric eigenvalue iteration" })?;
    Ok(values.column_vector().iter().copied().collect())
}

/// The `count` largest eigenvalues of a symmetric operator on $\mathbb R^n$, descending, by Lanczos with full
/// reorthogonalisation.
///
/// `apply(x, y)` sets $y=Ax$. Stops when the residual bound of every wanted Ritz value falls below
/// `tolerance` × the largest; eigenvalues of exact multiplicity are found once. Cost: a few dozen products for
/// separated eigenvalues; at most $n$.
pub fn lanczos_largest(
    n: usize,
    count: usize,
    tolerance: f64,
    mut apply: impl FnMut(&[f64], &mut [f64]),
) -> Result<Vec<f64>, SimulationError> {
    let start = solvable_engine::streams::Streams::of_problem("lanczos", "start", n as u64).normals(n, 1.0);
    let mut basis: Vec<Vec<f64>> = vec![start];
    let scale = dot(&basis[0], &basis[0]).sqrt();
    basis[0].iter_mut().for_each(|x| *x /= scale);
    let (mut alphas, mut betas): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut image = vec![0.0; n];
    loop {
        let last = &basis[basis.len() - 1];
        apply(last, &mut image);
        if image.iter().any(|x| !x.is_finite()) {
            return Err(SimulationError::NotFinite { what: "an operator whose eigenvalues are asked for" });
        }
        alphas.push(dot(last, &image));
        for _ in 0..2 {
            for vector in &basis {
                let overlap = dot(vector, &image);
                image.iter_mut().zip(vector).for_each(|(x, v)| *x -= overlap * v);
            }
        }
        let beta = dot(&image, &image).sqrt();
        let steps = alphas.len();
        let exhausted =
            steps == n || beta <= f64::EPSILON * alphas.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
        // The small eigenproblem is solved at growing intervals: its cost must stay below that of the products.
        if exhausted || steps.is_multiple_of(5 + steps / 10) {
            let tridiagonal = Matrix::from_fn(steps, steps, |i, j| match i.abs_diff(j) {
                0 => alphas[i],
                1 => betas[i.min(j)],
                _ => 0.0,
            });
            let (values, vectors) = symmetric_eigen(&tridiagonal)?;
            let wanted = count.min(steps);
            let largest = values[steps - 1].abs().max(f64::MIN_POSITIVE);
            let residual = |k: usize| (beta * vectors[(steps - 1, steps - 1 - k)]).abs();
            if exhausted || (wanted == count && (0..wanted).all(|k| residual(k) <= tolerance * largest)) {
                return Ok(values.iter().rev().take(count).copied().collect());
            }
        }
        betas.push(beta);
        basis.push(image.iter().map(|x| x / beta).collect());
    }
}

/// Rows up to which eigenvalues are found by a dense decomposition, with their multiplicity; Krylov spaces see equal ones once.
pub const DENSE: usize = 600;

/// The `count` largest eigenvalues of a symmetric matrix, descending: dense up to [`DENSE`] rows, Lanczos above.
pub fn largest_eigenvalues(a: &Matrix, count: usize) -> Result<Vec<f64>, SimulationError> {
    if a.nrows() <= DENSE {
        let values = symmetric_eigenvalues(a)?;
        return Ok(values.iter().rev().take(count).copied().collect());
    }
    lanczos_largest(a.nrows(), count, 1e-10, |x, y| {
        let x = MatRef::from_column_major_slice(x, x.len(), 1);
        let rows = y.len();
        multiply(MatMut::from_column_major_slice_mut(y, rows, 1), Accum::Replace, view(a), x, 1.0);
    })
}

/// $x\cdot y$, summed in a fixed order.
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    // Eight partial sums let the compiler use vector registers without changing the order from run to run.
    let mut sums = [0.0; 8];
    let (xs, ys) = (x.chunks_exact(8), y.chunks_exact(8));
    let tail: f64 = xs.remainder().iter().zip(ys.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in xs.zip(ys) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_systems_are_solved_and_singular_ones_refused() {
        let a = Matrix::from_fn(150, 170, |i, j| ((i * 31 + j * 17) as f64).sin());
        let gram = &a * a.transpose();
        let b = Matrix::from_fn(150, 3, |i, j| (i + j) as f64 / 50.0);
        let x = LargeCholesky::new(&gram, 0.5, "a test").unwrap().solve(&b);
        assert!((&gram * &x + &x * 0.5 - &b).norm() < 1e-9 * b.norm());
        assert!(LargeCholesky::new(&(a.transpose() * &a), 0.0, "a test").is_err());
        assert!(LargeCholesky::new(&a, 0.0, "a test").is_err());
    }
    use approx::assert_relative_eq;
    use solvable_engine::streams::Streams;

    fn random(rows: usize, columns: usize) -> Matrix {
        let stream = Streams::for_trial("linalg", "", (rows * 1000 + columns) as u64, 0);
        Matrix::from_vec(rows, columns, stream.normals(rows * columns, 1.0))
    }

    #[test]
    fn products_agree_with_nalgebra_at_small_and_blocked_sizes() {
        for (m, k, n) in [(3, 4, 5), (1, 1, 1), (700, 130, 90), (90, 130, 700)] {
            let (a, b) = (random(m, k), random(k, n));
            assert_relative_eq!(product(&a, &b), &a * &b, epsilon = 1e-10);
            assert_relative_eq!(transpose_product(&a.transpose(), &b), &a * &b, epsilon = 1e-10);
            let mut c = random(m, n);
            let expected = &c + 0.5 * (&a * &b);
            add_product_transpose(&mut c, 0.5, &a, &b.transpose());
            assert_relative_eq!(c, expected, epsilon = 1e-10);
        }
    }

    #[test]
    fn products_do_not_depend_on_the_number_of_threads() {
        let (a, b) = (random(700, 300), random(300, 90));
        let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        assert_eq!(pool(1).install(|| product(&a, &b)), pool(2).install(|| product(&a, &b)));
    }

    #[test]
    fn blockwise_products_are_products_of_the_blocks() {
        let (a, b) = (random(4, 6), random(3, 3));
        let c = blockwise_product(&a, &b);
        assert_relative_eq!(c.columns(3, 3).into_owned(), a.columns(3, 3) * &b, epsilon = 1e-12);
        let inner = block_inner_products(&a, &c, 2);
        assert_relative_eq!(inner[(0, 1)], a.columns(0, 3).dot(&c.columns(3, 3)), epsilon = 1e-12);
    }

    #[test]
    fn eigenvalues_agree_with_nalgebra_and_with_lanczos() {
        let x = random(60, 40);
        let gram = transpose_product(&x, &x);
        let mut expected: Vec<f64> = gram.clone().symmetric_eigenvalues().iter().copied().collect();
        expected.sort_by(f64::total_cmp);
        let (values, vectors) = symmetric_eigen(&gram).unwrap();
        for (a, b) in values.iter().zip(&expected) {
            assert_relative_eq!(a, b, epsilon = 1e-10);
        }
        let back =
            &vectors * Matrix::from_diagonal(&nalgebra::DVector::from_vec(values)) * vectors.transpose();
        assert_relative_eq!(back, gram, epsilon = 1e-10);
        let top = lanczos_largest(40, 3, 1e-12, |v, out| {
            out.copy_from_slice((&gram * nalgebra::DVector::from_column_slice(v)).as_slice());
        })
        .unwrap();
        for (a, b) in top.iter().zip(expected.iter().rev()) {
            assert_relative_eq!(a, b, max_relative = 1e-10);
        }
    }

    #[test]
    fn lanczos_ends_on_trivial_operators() {
        assert_eq!(lanczos_largest(5, 2, 1e-10, |_, y| y.fill(0.0)).unwrap()[0], 0.0);
        let identity = lanczos_largest(5, 1, 1e-10, |x, y| y.copy_from_slice(x)).unwrap();
        assert_relative_eq!(identity[0], 1.0, epsilon = 1e-12);
        assert!(lanczos_largest(5, 1, 1e-10, |_, y| y.fill(f64::NAN)).is_err());
        assert!(symmetric_eigenvalues(&Matrix::from_element(2, 2, f64::NAN)).is_err());
    }
}
