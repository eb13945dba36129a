//! Gram matrices of the gradients: the neural tangent kernel $\Theta$ and the dual Fisher matrix $F^*=\Theta/N$.

use nalgebra::DMatrix;
use solvable_theory::Normalization;

use super::SimulationError;
use super::layers::{Layers, Signals};
use super::linalg::{self, Matrix, Real};
use super::network::Network;
use super::normalizer::Normalizer;

/// $\Theta_{(k,n),(k',n')}=\nabla f_k(n)\cdot\nabla f_{k'}(n')$ ($CN\times CN$, class by class) over the trained parameters
/// of any network, whatever its normalization.
///
/// Without mixing of samples, $\Theta_{kk'}=\sum_l(\delta_k^{l\top}\delta_{k'}^l)\circ(h^{l-1\top}h^{l-1}+\beta)$ at
/// $O(CN\sum M_lM_{l-1}+C^2N^2\sum M_l)$ flops; with it, every output is propagated through the whole batch,
/// $O(CN^2\sum M_lM_{l-1}+C^2N^3\sum M_l)$ flops and $O(M_lCN^2)$ memory. Gram matrices are summed in double precision, whatever the
/// precision of the signals.
pub fn tangent_kernel<L: Layers>(network: &L, signals: &Signals<L::Number>) -> Matrix {
    if signals.mixes_samples() {
        mixed_kernel(network, signals)
    } else {
        let (classes, samples) = signals.output.shape();
        let mut kernel = Matrix::zeros(classes * samples, classes * samples);
        for term in layer_kernels(network, signals) {
            kernel += term;
        }
        kernel
    }
}

/// What the layers $1..L$ contribute to the tangent kernel of a network that keeps samples apart, $(\delta^{l\top}\delta^l)\circ(h^{l-1\top}h^{l-1}+\beta)$
/// ($CN\times CN$ each).
pub fn layer_kernels<L: Layers>(network: &L, signals: &Signals<L::Number>) -> impl Iterator<Item = Matrix> {
    let train_bias = network.architecture().train_bias();
    let deltas = network.output_gradients(signals).into_iter();
    deltas.zip(&signals.hidden).map(move |(delta, hidden)| {
        let gradients = || {
            let delta = Real::double(&delta);
            linalg::transpose_product(&delta, &delta)
        };
        let (mut term, overlaps) = rayon::join(gradients, || input_overlaps(hidden, train_bias));
        sample_product(&mut term, &overlaps);
        term
    })
}

/// Means of the diagonal and of the off-diagonal entries of the blocks that belong to one class each, over classes, of `kernel`
/// ($CN\times CN$).
pub fn class_means(kernel: &Matrix, classes: usize) -> (f64, f64) {
    let samples = kernel.nrows() / classes;
    let (mut diagonal, mut all) = (0.0, 0.0);
    for k in 0..classes {
        let own = kernel.view((k * samples, k * samples), (samples, samples));
        diagonal += own.trace();
        all += own.sum();
    }
    let (n, c) = (samples as f64, classes as f64);
    (diagonal / (n * c), (all - diagonal) / (n * (n - 1.0).max(1.0) * c))
}

/// Multiplies entry $((k,n),(k',n'))$ of `outputs` ($CN\times CN$, class by class) by entry $(n,n')$ of `samples`
/// ($N\times N$).
pub(super) fn sample_product(outputs: &mut Matrix, samples: &Matrix) {
    let (rows, columns) = samples.shape();
    for (j, mut column) in outputs.column_iter_mut().enumerate() {
        let factors = samples.column(j % columns);
        for k in 0..column.len() / rows.max(1) {
            column.rows_mut(k * rows, rows).component_mul_assign(&factors);
        }
    }
}

fn mixed_kernel<L: Layers>(network: &L, signals: &Signals<L::Number>) -> Matrix {
    let (classes, samples) = signals.output.shape();
    let outputs = classes * samples;
    // One block of N columns for each output (k, n): the cotangent that picks f_k(n).
    let mut cotangents = Matrix::zeros(classes, outputs * samples);
    for output in 0..outputs {
        let (k, n) = (output / samples, output % samples);
        cotangents[(k, output * samples + n)] = 1.0;
    }
    let mut kernel = Matrix::zeros(outputs, outputs);
    for (gradient, hidden) in network.backward(signals, cotangents).iter().zip(&signals.hidden) {
        let overlaps = input_overlaps(hidden, network.architecture().train_bias());
        let gradient = Real::double(gradient);
        let image = linalg::blockwise_product(&gradient, &overlaps);
        kernel += linalg::block_inner_products(&gradient, &image, outputs);
    }
    kernel
}

/// $h^\top h$, plus one where the biases are trained ($N\times N$).
fn input_overlaps<T: Real>(hidden: &DMatrix<T>, train_bias: bool) -> Matrix {
    let hidden = Real::double(hidden);
    let mut overlaps = linalg::transpose_product(&hidden, &hidden);
    if train_bias {
        overlaps.add_scalar_mut(1.0);
    }
    overlaps
}

/// The operator $X\mapsto V^\top\Theta VX$ for $V=\mathrm{blockdiag}(V_n)$ without the matrix, from the gradients of the combinations of outputs that the
/// columns of $V_n$ pick: for networks that keep samples apart.
///
/// Cost of a product with $b$ columns: $2b\sum_lM_lN(N+2C)$ flops.
#[derive(Debug)]
pub struct GradientOperator {
    /// $\delta^l(n)V_n$, $M_l\times CN$, class by class.
    gradients: Vec<Matrix>,
    overlaps: Vec<Matrix>,
}

impl GradientOperator {
    /// Keeps the gradients at the point where `signals` were computed; column $kN+n$ of `combinations` ($C\times CN$) is column $k$ of $V_n$.
    pub fn new(network: &Network, signals: &Signals, combinations: Matrix) -> Self {
        let train_bias = network.architecture().train_bias();
        let overlaps = signals.hidden.iter().map(|hidden| input_overlaps(hidden, train_bias)).collect();
        Self { gradients: network.backward(signals, combinations), overlaps }
    }

    /// $V^\top\Theta VX$ for the columns of `x`, laid out as the rows of the kernel (class by class).
    pub fn apply(&self, x: &Matrix) -> Matrix {
        let mut image = Matrix::zeros(x.nrows(), x.ncols());
        for (gradients, overlaps) in self.gradients.iter().zip(&self.overlaps) {
            // Column n: the gradient with respect to the pre-activations for sample n, of all columns of x.
            let sums = linalg::strided_products(gradients, x, overlaps.ncols());
            image += linalg::strided_transpose_products(gradients, &linalg::product(&sums, overlaps));
        }
        image
    }
}

/// The operator $x\mapsto\Theta x$ without the matrix: one backward and one forward pass each time.
///
/// Cost of a product: $8N\sum_lM_lM_{l-1}$ flops.
#[derive(Debug)]
pub struct TangentOperator<'a> {
    network: &'a Network,
    signals: &'a Signals,
    overlaps: Vec<Matrix>,
}

impl<'a> TangentOperator<'a> {
    /// Prepares the operator at the point where `signals` were computed.
    pub fn new(network: &'a Network, signals: &'a Signals) -> Self {
        let train_bias = network.architecture().train_bias();
        let overlaps = signals.hidden.iter().map(|hidden| input_overlaps(hidden, train_bias)).collect();
        Self { network, signals, overlaps }
    }

    /// $\Theta x$ for `x` laid out as the rows of the kernel (class by class).
    pub fn apply(&self, x: &[f64]) -> Vec<f64> {
        let (classes, samples) = self.signals.output.shape();
        let cotangent = Matrix::from_row_slice(classes, samples, x);
        let deltas = self.network.backward(self.signals, cotangent);
        let tangent = self
            .network
            .push_forward(self.signals, |l| linalg::product(&deltas[l - 1], &self.overlaps[l - 1]));
        tangent.transpose().as_slice().to_vec()
    }

    /// The `count` largest eigenvalues of $\Theta$, descending, by Lanczos.
    pub fn largest(&self, count: usize) -> Result<Vec<f64>, SimulationError> {
        linalg::lanczos_largest(self.signals.output.len(), count, 1e-8, |x, y| {
            y.copy_from_slice(&self.apply(x))
        })
    }
}

/// Statistics of the dual Fisher matrix $F^*=\Theta/N$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FisherStatistics {
    /// $m_\lambda=\mathrm{tr}F^*/P$: the mean of all $P$ eigenvalues.
    pub mean: f64,
    /// $s_\lambda=\|F^*\|_F^2/P$: their mean square.
    pub second_moment: f64,
    /// Mean of the $C$ largest eigenvalues.
    pub top: f64,
    /// The largest eigenvalue.
    pub largest: f64,
}

impl FisherStatistics {
    /// From `kernel` $=\Theta$ ($CN\times CN$), with $P$ `parameters`.
    pub fn of(kernel: &Matrix, classes: usize, parameters: usize) -> Result<Self, SimulationError> {
        let samples = (kernel.nrows() / classes) as f64;
        let top = linalg::largest_eigenvalues(kernel, classes)?;
        Ok(Self {
            mean: kernel.trace() / samples / parameters as f64,
            second_moment: kernel.norm_squared() / (samples * samples) / parameters as f64,
            top: top.iter().sum::<f64>() / top.len() as f64 / samples,
            largest: top[0] / samples,
        })
    }
}

/// $(I_C\otimes H)\Theta(I_C\otimes H)$ with $H=I-11^\top/N$: the kernel after mean subtraction in the last layer, exactly.
pub fn centred(kernel: &Matrix, classes: usize) -> Matrix {
    let center = |columns: &mut Matrix| {
        let samples = columns.nrows() / classes;
        for mut column in columns.column_iter_mut() {
            for k in 0..classes {
                let mut block = column.rows_mut(k * samples, samples);
                let mean = block.mean();
                block.add_scalar_mut(-mean);
            }
        }
    };
    let mut once = kernel.clone();
    center(&mut once);
    let mut twice = once.transpose();
    center(&mut twice);
    twice
}

/// The kernel after batch normalization of the last layer, exactly: block $(k,k')$ is
/// $\frac{\gamma^2}{\sigma_k\sigma_{k'}}\Pi_k\Theta_{kk'}\Pi_{k'}$ with
/// $\Pi_k=I-\frac{11^\top}N-\frac{\hat u_k\hat u_k^\top}N$. `output` is the plain output ($C\times N$).
pub fn batch_normalized(kernel: &Matrix, output: &Matrix, gamma: f64) -> Result<Matrix, SimulationError> {
    output_normalized(kernel, output, Normalization::BatchNorm, gamma)
}

/// The variances $\sigma_k^2$ of the outputs ($C\times N$) over the samples.
pub fn output_variances(output: &Matrix) -> Vec<f64> {
    output.row_iter().map(|row| row.variance()).collect()
}

/// The kernel after layer normalization of the outputs, exactly: $J(n)\Theta_{nn'}J(n')$ with
/// $J(n)=\frac\gamma{\sigma(n)}(I_C-\frac{11^\top}C-\frac{\hat u\hat u^\top}C)$. `output` is the plain output ($C\times N$).
pub fn layer_normalized(kernel: &Matrix, output: &Matrix, gamma: f64) -> Result<Matrix, SimulationError> {
    output_normalized(kernel, output, Normalization::LayerNorm, gamma)
}

/// Applies the (symmetric) Jacobian of a normalized output to both sides of the kernel.
fn output_normalized(
    kernel: &Matrix,
    output: &Matrix,
    mode: Normalization,
    gamma: f64,
) -> Result<Matrix, SimulationError> {
    let (classes, samples) = output.shape();
    let normalizer = Normalizer::apply(mode, gamma, 0.0, "the output", &mut output.clone())?;
    // Rows (k, n) of each column become a C×N block, the shape in which the normalizer works.
    let project = |columns: &Matrix| {
        let mut blocks = Matrix::zeros(classes, samples * columns.ncols());
        for (j, column) in columns.column_iter().enumerate() {
            for n in 0..samples {
                for k in 0..classes {
                    blocks[(k, j * samples + n)] = column[k * samples + n];
                }
            }
        }
        normalizer.jacobian(&mut blocks, samples);
        Matrix::from_fn(columns.nrows(), columns.ncols(), |row, j| {
            blocks[(row / samples, j * samples + row % samples)]
        })
    };
    Ok(project(&project(kernel).transpose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use solvable_engine::streams::Streams;
    use solvable_theory::{Activation, Architecture, Normalization};

    use Normalization::{BatchNorm, LayerNorm, MeanSubtraction, None as Plain};

    fn system(modes: Vec<Normalization>, train_bias: bool) -> (Network, Signals) {
        let architecture = Architecture::new(vec![5, 7, 6, 4], Activation::gelu(), 1.7, 0.2)
            .unwrap()
            .with_trained_biases(train_bias)
            .with_modes(modes, 1.3, 0.0)
            .unwrap();
        let streams = Streams::for_trial("gram", "", 0, 0);
        let inputs = Matrix::from_vec(5, 6, streams.child("inputs").normals(30, 1.0));
        let network = Network::draw(&architecture, &streams);
        let signals = network.forward(&inputs).unwrap();
        (network, signals)
    }

    /// Θ from explicit gradients by finite differences of the output: a route without backpropagation.
    fn by_differences(network: &Network, inputs: &Matrix) -> Matrix {
        let mut jacobian: Vec<Matrix> = Vec::new();
        let mut column = |moved: &dyn Fn(f64) -> Network| {
            let output = |step: f64| moved(step).forward(inputs).unwrap().output.transpose();
            jacobian.push((output(1e-5) - output(-1e-5)) / 2e-5);
        };
        for l in 0..network.weights.len() {
            for index in 0..network.weights[l].len() {
                column(&|step| {
                    let mut moved = network.clone();
                    moved.weights[l][index] += step;
                    moved
                });
            }
            for index in 0..network.biases[l].len() * usize::from(network.architecture().train_bias()) {
                column(&|step| {
                    let mut moved = network.clone();
                    moved.biases[l][index] += step;
                    moved
                });
            }
        }
        let rows = jacobian[0].len();
        let mut kernel = Matrix::zeros(rows, rows);
        for gradient in jacobian {
            let v = nalgebra::DVector::from_column_slice(gradient.as_slice());
            kernel.ger(1.0, &v, &v, 1.0);
        }
        kernel
    }

    #[test]
    fn kernels_match_explicit_gradients_for_every_normalization() {
        let patterns = [
            vec![Plain, Plain, Plain],
            vec![LayerNorm, LayerNorm, LayerNorm],
            vec![BatchNorm, LayerNorm, MeanSubtraction],
            vec![MeanSubtraction, BatchNorm, BatchNorm],
        ];
        for modes in patterns {
            for train_bias in [false, true] {
                let (network, signals) = system(modes.clone(), train_bias);
                let kernel = tangent_kernel(&network, &signals);
                let expected = by_differences(&network, &signals.hidden[0]);
                assert_relative_eq!(kernel, expected, epsilon = 1e-7 * expected.norm());
                let operator = TangentOperator::new(&network, &signals);
                let x: Vec<f64> = (0..24).map(|i| (i as f64).sin()).collect();
                let image = nalgebra::DVector::from_vec(operator.apply(&x));
                let expected = &kernel * nalgebra::DVector::from_vec(x);
                assert_relative_eq!(image, expected, epsilon = 1e-9 * expected.norm());
            }
        }
    }

    #[test]
    fn projections_of_the_plain_kernel_are_the_kernels_of_normalized_outputs() {
        let (network, signals) = system(vec![Plain, Plain, Plain], false);
        let plain = tangent_kernel(&network, &signals);
        let normalized = |mode| {
            let (network, signals) = system(vec![Plain, Plain, mode], false);
            tangent_kernel(&network, &signals)
        };
        assert_relative_eq!(centred(&plain, 4), normalized(MeanSubtraction), epsilon = 1e-10);
        let batch = batch_normalized(&plain, &signals.output, 1.3).unwrap();
        assert_relative_eq!(batch, normalized(BatchNorm), epsilon = 1e-10);
        assert_eq!(output_variances(&signals.output).len(), 4);
        let layer = layer_normalized(&plain, &signals.output, 1.3).unwrap();
        assert_relative_eq!(layer, normalized(LayerNorm), epsilon = 1e-10);
    }

    #[test]
    fn lanczos_finds_the_top_of_the_kernel() {
        let (network, signals) = system(vec![BatchNorm, Plain, Plain], false);
        let kernel = tangent_kernel(&network, &signals);
        let dense = linalg::symmetric_eigenvalues(&kernel).unwrap();
        let top = TangentOperator::new(&network, &signals).largest(2).unwrap();
        assert_relative_eq!(top[0], dense[23], max_relative = 1e-8);
        assert_relative_eq!(top[1], dense[22], max_relative = 1e-8);
    }

    #[test]
    fn statistics_are_moments_of_the_eigenvalues() {
        let (network, signals) = system(vec![Plain, Plain, Plain], true);
        let kernel = tangent_kernel(&network, &signals);
        let eigenvalues: Vec<f64> =
            linalg::symmetric_eigenvalues(&kernel).unwrap().iter().map(|v| v / 6.0).collect();
        let p = network.architecture().parameter_count();
        let statistics = FisherStatistics::of(&kernel, 4, p).unwrap();
        assert_relative_eq!(
            statistics.mean,
            eigenvalues.iter().sum::<f64>() / p as f64,
            max_relative = 1e-10
        );
        let squares = eigenvalues.iter().map(|v| v * v).sum::<f64>() / p as f64;
        assert_relative_eq!(statistics.second_moment, squares, max_relative = 1e-10);
        assert_relative_eq!(statistics.largest, eigenvalues[23], max_relative = 1e-10);
        assert_relative_eq!(
            statistics.top,
            eigenvalues[20..].iter().sum::<f64>() / 4.0,
            max_relative = 1e-10
        );
    }
}
