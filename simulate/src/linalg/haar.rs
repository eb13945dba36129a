use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch, recommended_block_size};
use faer::{Conj, Mat, Par};

use super::{Matrix, clear_upper_registers, view};
use solvable_engine::streams::Streams;

/// An orthogonal matrix from the Haar measure of $O(n)$: the $Q$ of a Gaussian matrix $QR$, with the signs of its columns turned so
/// that $R$ has a positive diagonal. (Without the turn the law would depend on the conventions of the factorization.)
///
/// $\frac83n^3$ flops at the speed of matrix products.
pub fn haar_orthogonal(n: usize, streams: &Streams) -> Matrix {
    let normals = Matrix::from_vec(n, n, streams.normals(n * n, 1.0));
    let mut factors = view(&normals).to_owned();
    let block = recommended_block_size::<f64>(n, n);
    let mut coefficients = Mat::zeros(block, n);
    let scratch = qr_in_place_scratch::<f64>(n, n, block, Par::Seq, Default::default());
    let mut buffer = MemBuffer::new(scratch);
    qr_in_place(
        factors.as_mut(),
        coefficients.as_mut(),
        Par::Seq,
        MemStack::new(&mut buffer),
        Default::default(),
    );
    let mut q = Mat::<f64>::identity(n, n);
    let scratch = apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(n, block, n);
    let mut buffer = MemBuffer::new(scratch);
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        factors.as_ref(),
        coefficients.as_ref(),
        Conj::No,
        q.as_mut(),
        Par::Seq,
        MemStack::new(&mut buffer),
    );
    clear_upper_registers();
    Matrix::from_fn(n, n, |i, j| if factors[(j, j)] < 0.0 { -q[(i, j)] } else { q[(i, j)] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(n: usize, trial: u64) -> Matrix {
        haar_orthogonal(n, &Streams::for_trial("haar", "", trial, 0))
    }

    #[test]
    fn draws_are_orthogonal() {
        for n in [1, 2, 7, 150] {
            let q = draw(n, 0);
            assert!((q.transpose() * &q - Matrix::identity(n, n)).amax() < 1e-12);
        }
    }

    /// $E\,\mathrm{tr}Q=0$, $E(\mathrm{tr}Q)^2=1$, $E(\mathrm{tr}Q^2)=1$; one sign in two at $n=1$.
    #[test]
    fn traces_are_those_of_the_haar_measure() {
        let count = 4000;
        for n in [1, 2, 6] {
            let (mut first, mut second, mut square) = (0.0, 0.0, 0.0);
            for trial in 0..count {
                let q = draw(n, trial);
                first += q.trace() / count as f64;
                second += q.trace().powi(2) / count as f64;
                square += (&q * &q).trace() / count as f64;
            }
            assert!(first.abs() < 0.08, "{n}: {first}");
            assert!((second - 1.0).abs() < 0.12, "{n}: {second}");
            assert!((square - 1.0).abs() < 0.2, "{n}: {square}");
        }
    }
}
