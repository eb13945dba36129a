//! The cross entropy: softmax, the dual of its Fisher information, and gradient descent on it.
//!
//! Outputs are $C\times N$; the rows of duals are ordered class by class.

use super::SimulationError;
use super::gram::{GradientOperator, TangentOperator};
use super::linalg::{self, Matrix};
use super::network::{Network, Signals};

/// Columns of the softmax of `outputs` ($C\times N$).
pub fn softmax(outputs: &Matrix) -> Matrix {
    softmax_and_logs(outputs.clone()).0
}

/// Columns of the softmax of `outputs` ($C\times N$), and $\log\sum_ke^{f_k(n)}$ of every column.
pub fn softmax_and_logs(outputs: Matrix) -> (Matrix, Vec<f64>) {
    let mut g = outputs;
    let normalize = |mut column: nalgebra::DVectorViewMut<'_, f64>| {
        let largest = column.max();
        column.apply(|f| *f = (*f - largest).exp());
        let total = column.sum();
        column /= total;
        largest + total.ln()
    };
    let logs = g.column_iter_mut().map(normalize).collect();
    (g, logs)
}

/// $S=\mathrm{diag}(\sqrt g)(I-\sqrt g\sqrt g^\top)$ ($C\times C$), so that $SS^\top=\mathrm{diag}(g)-gg^\top$, of one softmax `g`.
pub fn root(g: &nalgebra::DVectorView<'_, f64>) -> Matrix {
    Matrix::from_fn(g.len(), g.len(), |k, l| {
        let own = if k == l { 1.0 } else { 0.0 };
        g[k].sqrt() * (own - (g[k] * g[l]).sqrt())
    })
}

/// [`root`] of every column of `g` ($C\times N$).
fn roots(g: &Matrix) -> Vec<Matrix> {
    g.column_iter().map(|g| root(&g)).collect()
}

/// The dual $\frac1NS^\top\Theta S$ ($CN\times CN$) of the Fisher information for the cross entropy, from the tangent kernel and the softmax `g` of the
/// outputs ($C\times N$). $O(C^3N^2)$ flops.
pub fn dual(kernel: &Matrix, g: &Matrix) -> Matrix {
    let (classes, samples) = g.shape();
    let roots = roots(g);
    // Θ S, and then the same from the other side of the transpose.
    let right = |m: &Matrix| {
        let mut out = Matrix::zeros(m.nrows(), m.ncols());
        for (n, root) in roots.iter().enumerate() {
            for k in 0..classes {
                let mut column = out.column_mut(k * samples + n);
                for l in 0..classes {
                    column.axpy(root[(l, k)], &m.column(l * samples + n), 1.0);
                }
            }
        }
        out
    };
    right(&right(kernel).transpose()) / samples as f64
}

/// The `count` largest eigenvalues of the Fisher information for the cross entropy, descending, each to a relative $10^{-6}$ by block Lanczos: without the
/// tangent kernel, from the sums over samples $S^\top(\mathbf1\otimes e_k)$ that span the outliers at infinite width.
pub fn largest(network: &Network, signals: &Signals, count: usize) -> Result<Vec<f64>, SimulationError> {
    const TOLERANCE: f64 = 1e-6;
    let (classes, samples) = signals.output.shape();
    let roots = roots(&softmax(&signals.output));
    // Column k·N + n is column k of S_n.
    let combinations = Matrix::from_fn(classes, classes * samples, |l, column| {
        roots[column % samples][(l, column / samples)]
    });
    let start = Matrix::from_fn(classes * samples, classes, |row, k| combinations[(k, row)]);
    let scale = 1.0 / samples as f64;
    if signals.mixes_samples() {
        let operator = TangentOperator::new(network, signals);
        let blocks = |x: &[f64], transpose: bool| {
            let mut out = vec![0.0; x.len()];
            for (n, root) in roots.iter().enumerate() {
                for k in 0..classes {
                    let entry = |l| if transpose { root[(l, k)] } else { root[(k, l)] };
                    out[k * samples + n] = (0..classes).map(|l| x[l * samples + n] * entry(l)).sum();
                }
            }
            out
        };
        let column = |x: &[f64]| blocks(&operator.apply(&blocks(x, false)), true);
        return linalg::block_lanczos_largest(&start, count, TOLERANCE, |x| {
            let images: Vec<f64> = x.as_slice().chunks_exact(x.nrows()).flat_map(column).collect();
            Matrix::from_vec(x.nrows(), x.ncols(), images) * scale
        });
    }
    let operator = GradientOperator::new(network, signals, combinations);
    linalg::block_lanczos_largest(&start, count, TOLERANCE, |x| operator.apply(x) * scale)
}

/// One step of full-batch gradient descent on $-\frac1N\sum_n\log g_{\rm label(n)}(n)$, weights and biases; `labels` counts classes from 0.
pub fn descend(
    network: &mut Network,
    inputs: &Matrix,
    labels: &[usize],
    rate: f64,
) -> Result<Matrix, SimulationError> {
    let signals = network.forward(inputs)?;
    let (classes, samples) = signals.output.shape();
    if labels.len() != samples || labels.iter().any(|label| *label >= classes) {
        return Err(SimulationError::Shape {
            what: "labels",
            expected: format!("{samples} classes below {classes}"),
            found: format!("{labels:?}"),
        });
    }
    let mut residual = softmax(&signals.output);
    for (n, &label) in labels.iter().enumerate() {
        residual[(label, n)] -= 1.0;
    }
    let deltas = network.backward(&signals, residual / samples as f64);
    for (l, (delta, hidden)) in deltas.iter().zip(&signals.hidden).enumerate() {
        linalg::add_product_transpose(&mut network.weights[l], -rate, delta, hidden);
        for (bias, row) in network.biases[l].iter_mut().zip(delta.row_iter()) {
            *bias -= rate * row.sum();
        }
    }
    Ok(signals.output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::gaussian_inputs;
    use crate::gram::tangent_kernel;
    use solvable_engine::streams::Streams;
    use solvable_theory::{Activation, Architecture};

    fn classifier() -> (Network, Matrix) {
        let architecture = Architecture::new(vec![6, 7, 5, 3], Activation::tanh(), 2.0, 0.3)
            .unwrap()
            .with_trained_biases(true);
        let streams = Streams::for_trial("cross-entropy", "", 0, 0);
        (Network::draw(&architecture, &streams), gaussian_inputs(6, 4, &streams.child("inputs")))
    }

    #[test]
    fn the_dual_has_the_trace_zeros_and_top_of_the_definition() {
        let (network, inputs) = classifier();
        let signals = network.forward(&inputs).unwrap();
        let (kernel, g) = (tangent_kernel(&network, &signals), softmax(&signals.output));
        let dual = dual(&kernel, &g);
        assert!((&dual - dual.transpose()).amax() < 1e-12 * dual.amax());
        let mut trace = 0.0;
        for n in 0..4 {
            for k in 0..3 {
                for l in 0..3 {
                    let q = if k == l { g[(k, n)] } else { 0.0 } - g[(k, n)] * g[(l, n)];
                    trace += q * kernel[(k * 4 + n, l * 4 + n)] / 4.0;
                }
            }
        }
        assert!((dual.trace() - trace).abs() < 1e-12 * trace);
        let values = linalg::symmetric_eigenvalues(&dual).unwrap();
        assert!(values[3].abs() < 1e-12 * values[11] && values[4] > 1e-6 * values[11]);
        let top = largest(&network, &signals, 2).unwrap();
        assert!((top[0] - values[11]).abs() < 1e-7 * top[0] && (top[1] - values[10]).abs() < 1e-7 * top[0]);
    }

    #[test]
    fn outliers_are_found_where_layers_mix_samples() {
        use solvable_theory::Normalization::{MeanSubtraction, None};
        let architecture = Architecture::new(vec![6, 7, 5, 3], Activation::tanh(), 2.0, 0.3)
            .unwrap()
            .with_modes(vec![None, None, MeanSubtraction], 1.0, 0.0)
            .unwrap();
        let streams = Streams::for_trial("cross-entropy", "mixed", 0, 0);
        let network = Network::draw(&architecture, &streams);
        let signals = network.forward(&gaussian_inputs(6, 8, &streams)).unwrap();
        let dual = dual(&tangent_kernel(&network, &signals), &softmax(&signals.output));
        let values = linalg::symmetric_eigenvalues(&dual).unwrap();
        for (found, value) in largest(&network, &signals, 4).unwrap().iter().zip(values.iter().rev()) {
            assert!((found / value - 1.0).abs() < 1e-6, "{found} is not {value}");
        }
    }

    #[test]
    fn descent_follows_the_kernel_for_small_rates() {
        let (mut network, inputs) = classifier();
        let signals = network.forward(&inputs).unwrap();
        let kernel = tangent_kernel(&network, &signals);
        let labels = [0, 2, 1, 1];
        let mut residual = softmax(&signals.output);
        for (n, &label) in labels.iter().enumerate() {
            residual[(label, n)] -= 1.0;
        }
        let rate = 1e-6;
        let before = descend(&mut network, &inputs, &labels, rate).unwrap();
        let after = network.forward(&inputs).unwrap().output;
        // Row (k, n) of the kernel is entry k·N + n.
        let flat = residual.transpose();
        let change = &kernel * nalgebra::DVector::from_column_slice(flat.as_slice()) * (-rate / 4.0);
        for k in 0..3 {
            for n in 0..4 {
                let found = after[(k, n)] - before[(k, n)];
                assert!((found - change[k * 4 + n]).abs() < 1e-4 * change.amax());
            }
        }
        assert!(descend(&mut network, &inputs, &[0, 1, 2, 3], rate).is_err());
    }
}
