//! Patterns that are found in another order.

use nalgebra::DMatrix;
use solvable_theory::TheoryError;

/// The cosine of the worst pair in the assignment of the rows of `a` to those of `b` with the largest sum of cosines.
pub fn worst_matched_cosine(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<f64, TheoryError> {
    const MOST: usize = 16;
    let k = a.nrows();
    if k > MOST || b.nrows() != k {
        return Err(TheoryError::invalid("K", k, format!("at most {MOST}, as many as the other machine's")));
    }
    let cosine =
        DMatrix::from_fn(k, k, |mu, nu| a.row(mu).dot(&b.row(nu)) / (a.row(mu).norm() * b.row(nu).norm()));
    // best[set]: the best sum that gives the first |set| rows of a to the rows of b in the set, and its worst cosine.
    let mut best = vec![(f64::NEG_INFINITY, f64::INFINITY); 1 << k];
    best[0].0 = 0.0;
    for set in 0usize..1 << k {
        let (mu, (sum, worst)) = (set.count_ones() as usize, best[set]);
        for nu in (0..k).filter(|nu| set >> nu & 1 == 0) {
            let next = set | 1 << nu;
            if sum + cosine[(mu, nu)] > best[next].0 {
                best[next] = (sum + cosine[(mu, nu)], worst.min(cosine[(mu, nu)]));
            }
        }
    }
    Ok(best[(1 << k) - 1].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn matching_takes_the_best_assignment() {
        let a = dmatrix![1.0, 0.0; 0.0, 2.0; 1.0, 1.0];
        let b = dmatrix![0.0, 1.0; 3.0, 3.0; 1.0, 0.1];
        let expected = 1.0 / 1.01f64.sqrt();
        assert!((worst_matched_cosine(&a, &b).unwrap() - expected).abs() < 1e-12);
        assert!(worst_matched_cosine(&DMatrix::zeros(17, 2), &DMatrix::zeros(17, 2)).is_err());
    }
}
