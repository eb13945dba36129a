//! Deep linear networks under a penalty on the gradient: aligned chains of weights in continuous time, full matrices step by step.

use std::ops::ControlFlow;

use solvable_theory::ode::{Accuracy, integrate};

use super::SimulationError;
use super::diagonal::Penalty;
use super::linalg::Matrix;
use solvable_engine::streams::Streams;

/// One singular mode of a deep linear network: a product of `depth` weights that is to become `target`, with the loss
/// $\frac12(\prod_lw_l-s_*)^2$.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// $L$.
    pub depth: usize,
    /// $s_*$.
    pub target: f64,
}

/// Rates of change of the weights at which a flow has come to rest.
const REST: f64 = 1e-6;
/// The time after which it is ended all the same.
const LONGEST: f64 = 1e6;

impl Chain {
    /// $\partial L/\partial w_l$.
    fn slope(&self, weights: &[f64], slope: &mut [f64]) {
        let residual = weights.iter().product::<f64>() - self.target;
        for (l, s) in slope.iter_mut().enumerate() {
            *s = residual * without(weights, &[l]);
        }
    }

    /// $Hv$ for the Hessian at `weights`.
    fn curve(&self, weights: &[f64], v: &[f64], product: &mut [f64]) {
        let residual = weights.iter().product::<f64>() - self.target;
        let change: f64 = v.iter().enumerate().map(|(k, v)| v * without(weights, &[k])).sum();
        for (l, out) in product.iter_mut().enumerate() {
            let others = v.iter().enumerate().filter(|(k, _)| *k != l);
            let mixed: f64 = others.map(|(k, v)| v * without(weights, &[k, l])).sum();
            *out = change * without(weights, &[l]) + residual * mixed;
        }
    }

    /// $-(\nabla L+\gamma R_\epsilon)$.
    fn drive(&self, weights: &[f64], Penalty { gamma, epsilon }: Penalty, drive: &mut [f64]) {
        let (mut slope, mut ahead) = (vec![0.0; self.depth], vec![0.0; self.depth]);
        self.slope(weights, &mut slope);
        if epsilon == 0.0 {
            self.curve(weights, &slope, &mut ahead);
        } else {
            let moved: Vec<f64> = weights.iter().zip(&slope).map(|(w, s)| w + epsilon * s).collect();
            self.slope(&moved, &mut ahead);
            ahead.iter_mut().zip(&slope).for_each(|(a, s)| *a = (*a - s) / epsilon);
        }
        drive.iter_mut().zip(&slope).zip(&ahead).for_each(|((d, s), r)| *d = -(s + gamma * r));
    }

    /// The product of the weights where the flow of $\dot w=-(\nabla L+\gamma R_\epsilon)$ ends that starts from equal weights `start`.
    ///
    /// # Errors
    /// A flow that does not come to rest.
    pub fn end(&self, start: f64, penalty: Penalty) -> Result<f64, SimulationError> {
        let mut weights = vec![start; self.depth];
        let mut speed = vec![0.0; self.depth];
        let accuracy = Accuracy { relative: 1e-9, absolute: 1e-12, steps: 1_000_000 };
        let reached = integrate(
            |_, w, dw| self.drive(w, penalty, dw),
            &mut weights,
            0.0,
            LONGEST,
            accuracy,
            |_, w| {
                self.drive(w, penalty, &mut speed);
                let fastest = speed.iter().fold(0.0f64, |m, s| m.max(s.abs()));
                if fastest < REST { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )?;
        if reached >= LONGEST {
            return Err(SimulationError::NotConverged { what: "the flow of a chain of weights" });
        }
        Ok(weights.iter().product())
    }
}

/// $\prod_kw_k$ over all $k$ that are not in `but`.
fn without(weights: &[f64], but: &[usize]) -> f64 {
    weights.iter().enumerate().filter(|(k, _)| !but.contains(k)).map(|(_, w)| w).product()
}

/// Gradient descent of $W_2W_1$ towards a diagonal matrix, with a penalty on the gradient and a little noise.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoLayers {
    /// The singular values of the target, filled up with zeros.
    pub modes: Vec<f64>,
    /// Rows and columns of all matrices.
    pub size: usize,
    /// $\gamma$.
    pub gamma: f64,
    /// The deviation of the initial weights.
    pub start: f64,
    /// $\eta$.
    pub rate: f64,
    /// The deviation of what is added to every weight in a step.
    pub noise: f64,
}

impl TwoLayers {
    /// $W_2W_1$ after `steps` steps of $-\eta(\nabla L+\gamma H\nabla L)$, $L=\frac12\|W_2W_1-S\|^2$, the product with the Hessian exact.
    pub fn descend(&self, steps: usize, streams: &Streams) -> Matrix {
        let n = self.size;
        let mut target = Matrix::zeros(n, n);
        self.modes.iter().enumerate().for_each(|(i, s)| target[(i, i)] = *s);
        let draw = |name: &str| Matrix::from_vec(n, n, streams.child(name).normals(n * n, self.start));
        let (mut first, mut second) = (draw("first"), draw("second"));
        let kicks = streams.child("kicks");
        for step in 0..steps {
            let residual = &second * &first - &target;
            let (slope1, slope2) = (second.tr_mul(&residual), &residual * first.transpose());
            let change = &slope2 * &first + &second * &slope1;
            let curve1 = slope2.tr_mul(&residual) + second.tr_mul(&change);
            let curve2 = change * first.transpose() + residual * slope1.transpose();
            first -= (slope1 + curve1 * self.gamma) * self.rate;
            second -= (slope2 + curve2 * self.gamma) * self.rate;
            if self.noise > 0.0 {
                let kick = kicks.nth_child("step", step).normals(2 * n * n, self.noise);
                let (of_first, of_second) = kick.split_at(n * n);
                first.iter_mut().zip(of_first).for_each(|(w, k)| *w += k);
                second.iter_mut().zip(of_second).for_each(|(w, k)| *w += k);
            }
        }
        second * first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_curvatures_are_derivatives() {
        let chain = Chain { depth: 4, target: 1.3 };
        let w = [0.7, -1.2, 0.4, 0.9];
        let loss = |w: &[f64]| 0.5 * (w.iter().product::<f64>() - 1.3).powi(2);
        let v = [0.3, 0.8, -0.5, 0.1];
        let moved = |w: &[f64], by: &[f64], h: f64| -> Vec<f64> {
            w.iter().zip(by).map(|(w, b)| w + h * b).collect()
        };
        let (mut slope, mut curve) = ([0.0; 4], [0.0; 4]);
        chain.slope(&w, &mut slope);
        chain.curve(&w, &v, &mut curve);
        for l in 0..4 {
            let mut unit = [0.0; 4];
            unit[l] = 1.0;
            let by = (loss(&moved(&w, &unit, 1e-6)) - loss(&moved(&w, &unit, -1e-6))) / 2e-6;
            assert!((slope[l] - by).abs() < 1e-8);
        }
        let (mut ahead, mut back) = ([0.0; 4], [0.0; 4]);
        chain.slope(&moved(&w, &v, 1e-6), &mut ahead);
        chain.slope(&moved(&w, &v, -1e-6), &mut back);
        for l in 0..4 {
            assert!((curve[l] - (ahead[l] - back[l]) / 2e-6).abs() < 1e-8);
        }
    }

    #[test]
    fn without_a_penalty_everything_is_learnt() {
        for depth in [2, 3, 5] {
            let end = Chain { depth, target: 2.0 }.end(0.3, Penalty { gamma: 0.0, epsilon: 0.0 }).unwrap();
            assert!((end - 2.0).abs() < 1e-5, "{depth}: {end}");
        }
        let layers =
            TwoLayers { modes: vec![2.0, 1.0], size: 3, gamma: 0.0, start: 0.01, rate: 0.02, noise: 0.0 };
        let end = layers.descend(3000, &Streams::for_trial("two layers", "", 0, 0));
        assert!((end - Matrix::from_diagonal(&nalgebra::dvector![2.0, 1.0, 0.0])).norm() < 1e-3);
    }
}
