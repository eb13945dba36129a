//! What one step of a method costs.

use serde::Serialize;

use super::Method;
use crate::TheoryError;
use crate::error::{at_least, representable};

/// Floating point operations, a multiplication with its addition counting two, and numbers kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepCost {
    /// Forward and backward passes, and the update.
    pub pass: f64,
    /// What preconditioning takes beyond them.
    pub precondition: f64,
    /// Numbers stored for it.
    pub memory: f64,
}

/// The cost of a step on `samples` $=N$ samples of a network of `widths` $M_0,\dots,M_{L-1},C$, to leading order in its sizes.
///
/// # Formula
/// pass $2N(2+\beta)\sum_lM_{l-1}M_l$; $\beta=C$ backward signals where the method needs those of every output (exact, bd, kfac, kfac_scaled,
/// output_sided, one_sided_scaled), else 1. With fan-in $m$ and fan-out $n$ an input factor takes
/// $\mathcal I=\min\{4N^2m+\frac{N^3}3,\,2Nm^2+\frac{m^3}3+2m^2n\}$, an output factor the same with $NC$ in place of $N$ and $m,n$ exchanged:
/// the dual or the primal, whichever is cheaper. one_sided and one_sided_softmax $\sum_l\mathcal I_l$; one_sided_scaled besides
/// $NC(C+1)\sum_lM_l$ for inner products of the signals; last $\mathcal I_L$; output_sided $\sum_{l<L}\mathcal O_l$; kfac, kfac_scaled both; exact
/// $\sum_l(2N^2m+2(NC)^2n)+\frac{(NC)^3}3$; bd $L$ times the last term; gd 0. Memory: the factors, $\min(N,m)^2$ and $\min(NC,n)^2$; exact
/// $(NC)^2$, bd $L(NC)^2$.
///
/// # Errors
/// Fewer than two widths, one of 0, no samples; a method that is not listed; overflow.
///
/// # Source
/// Counted in the notes.
///
/// # Example
/// ```
/// use solvable_theory::natural_gradient::{Method, step_cost};
/// let cost = step_cost(Method::OneSided, &[64, 512, 512, 10], 100)?;
/// assert_eq!((cost.pass, cost.precondition, cost.memory), (180019200.0, 44520000.0, 24096.0));
/// # Ok::<(), solvable_theory::TheoryError>(())
/// ```
pub fn step_cost(method: Method, widths: &[usize], samples: usize) -> Result<StepCost, TheoryError> {
    if widths.len() < 2 {
        let valid = "at least two positive integers, [M_0, ..., M_{L-1}, C]";
        return Err(TheoryError::invalid("widths", format!("{widths:?}"), valid));
    }
    for &width in widths {
        at_least("widths", width, 1)?;
    }
    let widths: Vec<f64> = widths.iter().map(|m| *m as f64).collect();
    let (depth, classes) = (widths.len() - 1, widths[widths.len() - 1]);
    let n = at_least("N", samples, 1)? as f64;
    let outputs = n * classes;
    let layers = || widths.windows(2).map(|pair| (pair[0], pair[1]));
    let factor = |vectors: f64, own: f64, other: f64| {
        let dual = 4.0 * vectors * vectors * own + vectors.powi(3) / 3.0;
        let primal = 2.0 * vectors * own * own + own.powi(3) / 3.0 + 2.0 * own * own * other;
        (dual.min(primal), vectors.min(own).powi(2))
    };
    let inputs = || layers().map(|(m, n_out)| factor(n, m, n_out));
    let signals = || layers().take(depth - 1).map(|(m, n_out)| factor(outputs, n_out, m));
    let sum = |factors: &mut dyn Iterator<Item = (f64, f64)>| {
        factors.fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1))
    };
    let gram: f64 = layers().map(|(m, n_out)| 2.0 * n * n * m + 2.0 * outputs * outputs * n_out).sum();
    let system = outputs.powi(3) / 3.0;
    let square = outputs * outputs;
    let (sweeps, (precondition, memory)) = match method {
        Method::Gd => (1.0, (0.0, 0.0)),
        Method::Exact => (classes, (gram + system, square)),
        Method::Bd => (classes, (gram + depth as f64 * system, depth as f64 * square)),
        Method::Kfac | Method::KfacScaled => (classes, sum(&mut inputs().chain(signals()))),
        Method::OneSided | Method::OneSidedSoftmax => (1.0, sum(&mut inputs())),
        Method::OneSidedScaled => {
            let (factors, memory) = sum(&mut inputs());
            let rates = n * classes * (classes + 1.0) * widths[1..].iter().sum::<f64>();
            (classes, (factors + rates, memory))
        }
        Method::OutputSided if depth == 1 => {
            let valid = "at least three positive integers for output_sided, whose output layer rests";
            return Err(TheoryError::invalid("widths", format!("{} integers", depth + 1), valid));
        }
        Method::OutputSided => (classes, sum(&mut signals())),
        Method::Last => (1.0, sum(&mut inputs().skip(depth - 1))),
        Method::Btd | Method::BtdPinv | Method::KfacJoint | Method::Unit | Method::Diag => {
            let valid = "gd, exact, bd, kfac, kfac_scaled, one_sided, one_sided_scaled, one_sided_softmax, \
                         output_sided or last";
            return Err(TheoryError::invalid("method", method, valid));
        }
    };
    let products: f64 = layers().map(|(m, n_out)| m * n_out).sum();
    Ok(StepCost {
        pass: representable("the cost of the passes", 2.0 * n * (2.0 + sweeps) * products)?,
        precondition: representable("the cost of preconditioning", precondition)?,
        memory: representable("the memory", memory)?,
    })
}
