//! Gradient regularization of multilayer networks and its relatives, with a count of matrix products.

use serde::{Deserialize, Serialize};

use super::super::SimulationError;
use super::super::linalg::{self, Matrix};
use super::super::network::Network;
use super::Loss;
use crate::layers::activate;

/// How the gradient of $\frac\gamma2\|\nabla\mathcal L\|^2$ is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PenaltyMethod {
    /// There is none.
    None,
    /// $[\nabla\mathcal L(\theta+\epsilon g)-g]/\epsilon$: a second gradient.
    FiniteDifference(f64),
    /// $Hg$, forward over reverse, with the intermediates of the gradient shared.
    DoubleBackpropagation,
}

/// A gradient and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct PenalisedGradient {
    /// The derivatives with respect to $W^1..W^L$.
    pub weights: Vec<Matrix>,
    /// Products of a matrix of weights or signals with a batch.
    pub products: usize,
}

/// What a gradient leaves behind: signals $h^0..h^{L-1}$, slopes, back-propagated signals before and after the slopes.
struct Pass {
    hidden: Vec<Matrix>,
    slopes: Vec<Matrix>,
    deltas: Vec<Matrix>,
    arriving: Vec<Matrix>,
    gradient: Vec<Matrix>,
    output: Matrix,
}

/// Counts the products that go through it.
#[derive(Default)]
struct Counter(usize);

impl Counter {
    fn product(&mut self, a: &Matrix, b: &Matrix) -> Matrix {
        self.0 += 1;
        linalg::product(a, b)
    }

    fn transpose_product(&mut self, a: &Matrix, b: &Matrix) -> Matrix {
        self.0 += 1;
        linalg::transpose_product(a, b)
    }

    fn product_transpose(&mut self, a: &Matrix, b: &Matrix) -> Matrix {
        self.0 += 1;
        let mut c = Matrix::zeros(a.nrows(), b.nrows());
        linalg::add_product_transpose(&mut c, 1.0, a, b);
        c
    }
}

/// $\nabla\mathcal L+\gamma R$ with respect to the weights, $\mathcal L=\frac1{2N}\sum_n\|f(n)-y(n)\|^2$, for plain networks; biases are kept.
///
/// Cost: $3L-1$ products of batch × layer without penalty, $6L-2$ by a finite difference, $9L-5$ by double backpropagation.
pub fn penalised_gradient(
    network: &Network,
    inputs: &Matrix,
    targets: &Matrix,
    gamma: f64,
    method: PenaltyMethod,
) -> Result<PenalisedGradient, SimulationError> {
    let mut counter = Counter::default();
    let pass = gradient(network, &network.weights, (inputs, targets, Loss::Squared), &mut counter)?;
    let weights = match method {
        PenaltyMethod::None => pass.gradient,
        PenaltyMethod::FiniteDifference(epsilon) => {
            if epsilon == 0.0 || !epsilon.is_finite() {
                return Err(solvable_theory::TheoryError::invalid(
                    "epsilon",
                    epsilon,
                    "a finite number other than 0, which stands for double backpropagation",
                )
                .into());
            }
            let data = (inputs, targets, Loss::Squared);
            differenced(network, data, &pass.gradient, (gamma, epsilon), &mut counter)?
        }
        PenaltyMethod::DoubleBackpropagation => {
            let mut curved = hessian_product(network, &pass, &mut counter)?;
            for (h, g) in curved.iter_mut().zip(&pass.gradient) {
                h.zip_apply(g, |h, g| *h = g + gamma * *h);
            }
            curved
        }
    };
    Ok(PenalisedGradient { weights, products: counter.0 })
}

/// $g+\frac\gamma\epsilon[\nabla\mathcal L(\theta+\epsilon g)-g]$.
fn differenced(
    network: &Network,
    data: Data<'_>,
    slope: &[Matrix],
    (gamma, epsilon): (f64, f64),
    counter: &mut Counter,
) -> Result<Vec<Matrix>, SimulationError> {
    let mut moved = network.weights.clone();
    for (w, g) in moved.iter_mut().zip(slope) {
        w.zip_apply(g, |w, g| *w += epsilon * g);
    }
    let mut ahead = gradient(network, &moved, data, counter)?.gradient;
    let share = gamma / epsilon;
    for (a, g) in ahead.iter_mut().zip(slope) {
        a.zip_apply(g, |a, g| *a = g + share * (*a - g));
    }
    Ok(ahead)
}

/// How a step of full batches is kept from sharp minima.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flattening {
    /// Not at all.
    None,
    /// A penalty on the gradient by a finite difference: $\gamma$ and $\epsilon\ne0$.
    Penalty {
        /// $\gamma$.
        gamma: f64,
        /// $\epsilon$.
        epsilon: f64,
    },
    /// The gradient at $\theta+\rho g/\|g\|$: sharpness-aware minimisation.
    SharpnessAware {
        /// $\rho$.
        rho: f64,
    },
    /// Ascent where the loss is below a level.
    Flooding {
        /// The level.
        level: f64,
    },
}

/// Moves the weights of a plain network by $-\eta$ times a flattened gradient of `loss`; biases are kept.
///
/// # Errors
/// Networks that are not plain, shapes that do not fit.
pub fn flattened_step(
    network: &mut Network,
    inputs: &Matrix,
    targets: &Matrix,
    loss: Loss,
    how: Flattening,
    learning_rate: f64,
) -> Result<(), SimulationError> {
    let (mut counter, data) = (Counter::default(), (inputs, targets, loss));
    let pass = gradient(network, &network.weights, data, &mut counter)?;
    let norm = || pass.gradient.iter().map(Matrix::norm_squared).sum::<f64>().sqrt();
    let mut rate = learning_rate;
    let step = match how {
        Flattening::None => pass.gradient,
        Flattening::Penalty { gamma, epsilon } => {
            differenced(network, data, &pass.gradient, (gamma, epsilon), &mut counter)?
        }
        // The gradient ahead is that of a penalty of strength epsilon.
        Flattening::SharpnessAware { rho } if norm() > 0.0 => {
            let ascent = rho / norm();
            differenced(network, data, &pass.gradient, (ascent, ascent), &mut counter)?
        }
        Flattening::SharpnessAware { .. } => pass.gradient,
        Flattening::Flooding { level } => {
            if loss.value(&pass.output, targets) < level {
                rate = -rate;
            }
            pass.gradient
        }
    };
    for (w, g) in network.weights.iter_mut().zip(&step) {
        w.zip_apply(g, |w, g| *w -= rate * g);
    }
    Ok(())
}

/// Inputs, targets and loss.
type Data<'a> = (&'a Matrix, &'a Matrix, Loss);

fn gradient(
    network: &Network,
    weights: &[Matrix],
    (inputs, targets, loss): Data<'_>,
    counter: &mut Counter,
) -> Result<Pass, SimulationError> {
    let architecture = network.architecture();
    let depth = architecture.depth();
    let plain = architecture.modes().iter().all(|m| *m == solvable_theory::Normalization::None);
    let fits = inputs.nrows() == architecture.widths()[0] && inputs.ncols() > 0;
    if !plain || !fits || targets.shape() != (architecture.classes(), inputs.ncols()) {
        return Err(SimulationError::Shape {
            what: "a penalised gradient",
            expected: format!("a plain network, inputs and targets for {:?}", architecture.widths()),
            found: format!("{:?} and {:?}", inputs.shape(), targets.shape()),
        });
    }
    let (mut hidden, mut slopes) = (vec![inputs.clone()], Vec::new());
    for l in 0..depth {
        let mut signal = counter.product(&weights[l], &hidden[l]);
        for mut column in signal.column_iter_mut() {
            column.iter_mut().zip(&network.biases[l]).for_each(|(u, b)| *u += b);
        }
        if l + 1 < depth {
            slopes.push(activate(network.architecture().activation(), &mut signal));
        }
        hidden.push(signal);
    }
    let output = hidden.pop().unwrap_or_default();
    let mut delta = loss.residual(&output, targets) / inputs.ncols() as f64;
    let (mut deltas, mut arriving, mut gradient) = (Vec::new(), Vec::new(), Vec::new());
    for l in (0..depth).rev() {
        gradient.push(counter.product_transpose(&delta, &hidden[l]));
        let next = (l > 0).then(|| counter.transpose_product(&weights[l], &delta));
        deltas.push(delta);
        let Some(next) = next else { break };
        delta = next.component_mul(&slopes[l - 1]);
        arriving.push(next);
    }
    deltas.reverse();
    arriving.reverse();
    gradient.reverse();
    Ok(Pass { hidden, slopes, deltas, arriving, gradient, output })
}

/// $Hg$ for the gradient $g$ of the pass.
fn hessian_product(
    network: &Network,
    pass: &Pass,
    counter: &mut Counter,
) -> Result<Vec<Matrix>, SimulationError> {
    let weights = &network.weights;
    let depth = weights.len();
    let direction = &pass.gradient;
    // Tangents of h^l for l >= 1, of u^l for l < L, and of the output; the inputs do not move.
    let (mut signals, mut inner): (Vec<Matrix>, Vec<Matrix>) = (Vec::new(), Vec::new());
    let mut tangent = counter.product(&direction[0], &pass.hidden[0]);
    for l in 1..depth {
        inner.push(tangent.clone());
        signals.push(tangent.component_mul(&pass.slopes[l - 1]));
        tangent = counter.product(&weights[l], &signals[l - 1]);
        tangent += counter.product(&direction[l], &pass.hidden[l]);
    }
    let mut change = tangent / pass.hidden[0].ncols() as f64;
    let mut product = Vec::new();
    for l in (0..depth).rev() {
        let mut own = counter.product_transpose(&change, &pass.hidden[l]);
        if l > 0 {
            own += counter.product_transpose(&pass.deltas[l], &signals[l - 1]);
            let moved = counter.transpose_product(&weights[l], &change)
                + counter.transpose_product(&direction[l], &pass.deltas[l]);
            let curved = curvatures(network, &pass.hidden[l], &pass.slopes[l - 1])?;
            change = moved.component_mul(&pass.slopes[l - 1])
                + curved.component_mul(&inner[l - 1]).component_mul(&pass.arriving[l - 1]);
        }
        product.push(own);
    }
    product.reverse();
    Ok(product)
}

/// $\phi''$ from $\phi$ and $\phi'$.
fn curvatures(network: &Network, values: &Matrix, slopes: &Matrix) -> Result<Matrix, SimulationError> {
    let activation = network.architecture().activation();
    let name = activation.to_string();
    match name.as_str() {
        "tanh" => Ok(values.zip_map(slopes, |h, s| -2.0 * h * s)),
        "sine" => Ok(-values),
        _ if activation.is_linear() || activation.homogeneity().is_some() => {
            Ok(Matrix::zeros(values.nrows(), values.ncols()))
        }
        _ => Err(solvable_theory::TheoryError::invalid(
            "activation",
            name,
            "tanh, sine, relu, leaky relu or linear, whose second derivatives are known from the first",
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::gaussian_inputs;
    use solvable_engine::streams::Streams;
    use solvable_theory::gradient_regularization::matrix_products;
    use solvable_theory::{Activation, Architecture};

    #[test]
    fn flattened_steps_are_penalties() {
        let architecture = Architecture::new(vec![6, 5, 3], Activation::tanh(), 1.5, 0.1).unwrap();
        let streams = Streams::for_trial("flattened", "", 0, 0);
        let start = Network::draw(&architecture, &streams);
        let inputs = gaussian_inputs(6, 8, &streams);
        let targets = Matrix::from_fn(3, 8, |k, n| f64::from(n % 3 == k));
        let stepped = |loss, how| {
            let mut network = start.clone();
            flattened_step(&mut network, &inputs, &targets, loss, how, 0.1).unwrap();
            network.weights
        };
        let method = PenaltyMethod::FiniteDifference(0.2);
        let penalised = penalised_gradient(&start, &inputs, &targets, 0.3, method).unwrap().weights;
        let found = stepped(Loss::Squared, Flattening::Penalty { gamma: 0.3, epsilon: 0.2 });
        for ((found, start), g) in found.iter().zip(&start.weights).zip(&penalised) {
            assert!((found - (start - g * 0.1)).norm() < 1e-14);
        }
        // Of the cross entropy: a plain step lowers it, one of flooding above its level raises it, and the ascent is of length rho.
        let value = |weights: &[Matrix]| {
            let mut network = start.clone();
            network.weights = weights.to_vec();
            Loss::CrossEntropy.value(&network.forward(&inputs).unwrap().output, &targets)
        };
        let plain = stepped(Loss::CrossEntropy, Flattening::None);
        assert!(value(&plain) < value(&start.weights));
        assert!(
            value(&stepped(Loss::CrossEntropy, Flattening::Flooding { level: 9.0 })) > value(&start.weights)
        );
        assert_eq!(stepped(Loss::CrossEntropy, Flattening::Flooding { level: 0.0 }), plain);
        let gradient: Vec<Matrix> = start.weights.iter().zip(&plain).map(|(a, b)| (a - b) * 10.0).collect();
        let length = gradient.iter().map(Matrix::norm_squared).sum::<f64>().sqrt();
        let mut ahead = start.clone();
        for (w, g) in ahead.weights.iter_mut().zip(&gradient) {
            *w += g * (0.1 / length);
        }
        let mut moved = ahead.clone();
        flattened_step(&mut moved, &inputs, &targets, Loss::CrossEntropy, Flattening::None, 0.1).unwrap();
        let aware = stepped(Loss::CrossEntropy, Flattening::SharpnessAware { rho: 0.1 });
        for (((aware, start), moved), ahead) in
            aware.iter().zip(&start.weights).zip(&moved.weights).zip(&ahead.weights)
        {
            assert!(((aware - start) - (moved - ahead)).norm() < 1e-12);
        }
    }

    #[test]
    fn counts_and_hessian_products_are_right_at_every_depth() {
        for depth in 1..5 {
            let mut widths = vec![6; depth];
            widths.push(2);
            let architecture = Architecture::new(widths, Activation::tanh(), 1.5, 0.1).unwrap();
            let streams = Streams::for_trial("penalty", "", depth as u64, 0);
            let network = Network::draw(&architecture, &streams);
            let inputs = gaussian_inputs(6, 5, &streams);
            let targets = gaussian_inputs(2, 5, &streams.child("targets"));
            let of = |method| penalised_gradient(&network, &inputs, &targets, 1.0, method).unwrap();
            let plain = of(PenaltyMethod::None);
            let double = of(PenaltyMethod::DoubleBackpropagation);
            let (ahead, back) =
                (of(PenaltyMethod::FiniteDifference(1e-4)), of(PenaltyMethod::FiniteDifference(-1e-4)));
            let products = [plain.products, ahead.products, double.products].map(|count| count as u64);
            assert_eq!(products, matrix_products(depth as u64).unwrap());
            for (((plain, double), ahead), back) in
                plain.weights.iter().zip(&double.weights).zip(&ahead.weights).zip(&back.weights)
            {
                let mean = (ahead + back) * 0.5;
                assert!((&mean - double).norm() < 1e-6 * (double - plain).norm(), "depth {depth}");
            }
            let loss = |network: &Network| {
                (network.forward(&inputs).unwrap().output - &targets).norm_squared() / 10.0
            };
            let mut moved = network.clone();
            moved.weights[0][(0, 0)] += 1e-6;
            let slope = (loss(&moved) - loss(&network)) / 1e-6;
            assert!((slope - plain.weights[0][(0, 0)]).abs() < 1e-4 * slope.abs().max(0.1));
            assert!(
                penalised_gradient(&network, &inputs, &targets, 1.0, PenaltyMethod::FiniteDifference(0.0))
                    .is_err()
            );
            assert!(penalised_gradient(&network, &targets, &targets, 1.0, PenaltyMethod::None).is_err());
        }
    }
}
