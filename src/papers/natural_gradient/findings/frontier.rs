//! The cheapest isotropic approximation: the answer in six paragraphs, and what came as a surprise.

use std::sync::Arc;

use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::natural_gradient::{
    BatchPower, CeFlow, LayerKernels, Layers, Method, Parametrization, RateSpread, Side, StepCost,
    TargetCovariance, alpha, batch_shampoo, ce_margin, one_sided, shampoo_response, step_cost, test_risk,
    travel, width_exponents,
};
use solvable_theory::{Activation, InitialScales, TheoryError};

use crate::claims::infinite;
use crate::experiments::{Inputs, Sample, anisotropy};
use crate::settings::{INPUTS, SAMPLES, network};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[one_inverse, one_factor, one_layer, risk, softmax, widths, conjecture, conditions, batches])
}

const DEPTH: usize = 3;

fn relu() -> Result<InitialScales, TheoryError> {
    InitialScales::new(Activation::relu(), 2.0, 0.0)
}

/// Kernels of 32 samples on the sphere in 64 dimensions, and from test inputs where asked for.
fn kernels(tests: usize) -> Result<Arc<(LayerKernels, LayerKernels)>, JudgeError> {
    let sample = Sample::new(Inputs::Sphere, SAMPLES, tests);
    infinite::kernels(&network("relu", INPUTS, DEPTH, 1)?, &sample, 0)
}

fn one_inverse() -> Result<String, JudgeError> {
    let kernels = kernels(0)?;
    let iota = |a: f64, b: f64| Ok::<_, JudgeError>(anisotropy(&shampoo_response(a, b, &kernels.0)?));
    Ok(format!(
        "Which isotropic approximation is the cheapest was left open. One complete inverse factor is sufficient, and for generic kernels necessary: with powers \
         $-p_A,-p_B$ of the two Kronecker factors a layer responds as $A^{{1-p_A}}\\circ B^{{1-p_B}}$, which is diagonal as soon as one power is 1 (that of the outputs: but for the last layer, of weight $1/N$). For $L={DEPTH}$, \
         $N={SAMPLES}$ (ReLU) the anisotropy $\\iota$ falls from {:.2} for gradient descent to {:.2} with the square root of the input factor and {:.3} with both roots; it is {:.3} \
         at $(\\frac12,1)$, {:.3} at $(1,\\frac12)$ and zero at $(1,0)$ as at $(1,1)$ (figure ngd/powers).",
        iota(0.0, 0.0)?,
        iota(0.5, 0.0)?,
        iota(0.5, 0.5)?,
        iota(0.5, 1.0)?,
        iota(1.0, 0.5)?
    ))
}

fn one_factor() -> Result<String, JudgeError> {
    let layers = Layers::all(Side::Input, DEPTH)?;
    let spread = RateSpread::new(&relu()?, &[1024; DEPTH - 1], &layers)?;
    let cost = |method| step_cost(method, &[1024, 1024, 1024, 1], SAMPLES);
    let total = |StepCost { pass, precondition, .. }: StepCost| pass + precondition;
    let scaled = total(cost(Method::OneSidedScaled)?) / total(cost(Method::Gd)?);
    Ok(format!(
        "The factor of the inputs alone leaves $\\bar R=\\mathrm{{diag}}(\\alpha_n)$ in every network, with $\\alpha_n=\\sum_l\\|\\delta^l(n)\\|^2$; the rates lie about \
         $\\alpha={:.0}$ by {:.1} per cent at $M=1024$, a law of $M^{{-1/2}}$ in closed form (ngd/one-sided-identity, ngd/one-sided-spread). Residuals over their own \
         rates make it exactly isotropic: the cheapest method that does so and trains every layer, at {scaled:.2} of the operations of a gradient step of one output.",
        spread.alpha(),
        100.0 * spread.variance().sqrt() / spread.alpha()
    ))
}

fn one_layer() -> Result<String, JudgeError> {
    Ok("One layer is enough. The last alone removes a residual of any size in one step, in any network whose last features are independent, to all digits \
        (ngd/last-layer): it is the degenerate optimum, regression with the conjugate kernel, and learns no features. Preconditioned there and with plain gradients \
        everywhere else, training is nearly isotropic and moves all layers (figure ngd/frontier)."
        .into())
}

/// The mean over data sets of the expected test error for a linear target.
fn mean_risk(method: Method) -> Result<f64, JudgeError> {
    const DATA_SETS: usize = 20;
    let network = network("relu", 16, DEPTH, 1)?;
    let sample = Sample { data_sets: DATA_SETS, ..Sample::new(Inputs::Sphere, 12, 64) };
    let mut sum = 0.0;
    for number in 0..DATA_SETS {
        let kernels = infinite::kernels(&network, &sample, number)?;
        let (train, cross) = sample.data_set(16, number)?.cosines();
        let linear = TargetCovariance { own: 1.0, cross, train };
        let risks = test_risk(method, &kernels.0, &kernels.1, &linear)?;
        sum += risks.iter().sum::<f64>() / (risks.len() * DATA_SETS) as f64;
    }
    Ok(sum)
}

fn risk() -> Result<String, JudgeError> {
    Ok(format!(
        "Nothing is lost against K-FAC. For linear targets on twelve samples in sixteen dimensions the expected test error is {:.2} for the exact method, {:.2} \
         layer by layer, {:.2} for one factor, {:.2} for the last layer, but {:.2} for K-FAC: its test kernel multiplies two interpolations, so that its outputs at new \
         inputs are shrunk. The larger of two classes survives that, the squared error does not.",
        mean_risk(Method::Exact)?,
        mean_risk(Method::Bd)?,
        mean_risk(Method::OneSided)?,
        mean_risk(Method::Last)?,
        mean_risk(Method::Kfac)?
    ))
}

fn softmax() -> Result<String, JudgeError> {
    let (classes, rate) = (3, one_sided(&relu()?, &Layers::all(Side::Input, DEPTH)?)?.alpha);
    let at = |time: f64| -> Result<[f64; 2], JudgeError> {
        // Times in units of 1/α for both.
        let exact = ce_margin(CeFlow::exact(1.0, 1, 0.0)?, classes, time)?.error;
        Ok([exact, ce_margin(CeFlow::one_sided(rate)?, classes, time / rate)?.error])
    };
    let ([exact, alone], [exact_late, alone_late]) = (at(5.0)?, at(20.0)?);
    Ok(format!(
        "Under the cross entropy it is the factor of the outputs that carries the curvature of the softmax. From equal logits of {classes} classes the error $1-p$ is \
         {exact:.1e} after five units of time and {exact_late:.1e} after twenty for exact natural gradient; with the input factor alone {alone:.2} and {alone_late:.3}: \
         $1/t$ in place of $e^{{-t}}$. A division by the $C\\times C$ curvature of each sample, at no cost to speak of, restores the exponential."
    ))
}

fn widths() -> Result<String, JudgeError> {
    let of = |p_output: f64| {
        width_exponents(Parametrization { p_input: 1.0, p_output, b_output: 1.0, weighted: false })
    };
    let (alone, both) = (of(0.0)?, of(1.0)?);
    let list = |exponents: [f64; 3]| exponents.map(|x| format!("{x:.0}")).join(",");
    Ok(format!(
        "To keep learning features as the width $M$ grows, rates of the one-sided method in the first, hidden and last layers grow like $M$ to the powers ${}$, those of \
         K-FAC like ${}$, not at all; the dampings of K-FAC scale with the eigenvalues of their factors, $M$ to the powers ${}$ and ${}$. A fixed damping silently turns it \
         into ridge regression of the last layer.",
        list(alone.rate),
        list(both.rate),
        list(both.damping_input),
        list(both.damping_output)
    ))
}

fn conjecture() -> Result<String, JudgeError> {
    let rate = one_sided(&relu()?, &Layers::all(Side::Input, DEPTH)?)?.alpha;
    let share = |classes: usize| -> Result<f64, JudgeError> {
        let of =
            |method| Ok::<_, JudgeError>(step_cost(method, &[1024, 1024, 1024, classes], 100)?.precondition);
        Ok(100.0 * of(Method::OneSided)? / of(Method::Kfac)?)
    };
    Ok(format!(
        "The constant of the input side is no $N\\sum_l\\|\\delta^l\\|^2$: with the factor $\\Phi^\\top\\Phi/N$ the number of samples drops out, and for ReLU in He's scale \
         $\\alpha={rate:.0}$, the depth, where K-FAC has $N(L-1)+1={:.0}$ at $N={SAMPLES}$ (ngd/one-sided). Nor is its price half of K-FAC's but for one output: at \
         $M=1024$, $N=100$ it takes {:.0} per cent of K-FAC's preconditioning with one output, {:.0} per cent with ten, and one backward sweep in place of ten (ngd/cost).",
        alpha(Method::Kfac, DEPTH, SAMPLES)?,
        share(1)?,
        share(10)?
    ))
}

fn conditions() -> Result<String, JudgeError> {
    let kernels = kernels(0)?;
    Ok(format!(
        "One factor asks for less than both: independent inputs of the layers, whatever the signals, so nothing of $NC\\le M_l$. It also walks less: a full step moves the \
         parameters by {:.2} of the squared residual where K-FAC walks {:.2}, layer-wise natural gradient {:.2} and the exact one {:.2} (ngd/travel). What it loses \
         is isotropy by $M^{{-1/2}}$, which the division by the rates cures.",
        travel(Method::OneSided, &kernels.0)?,
        travel(Method::Kfac, &kernels.0)?,
        travel(Method::Bd, &kernels.0)?,
        travel(Method::Exact, &kernels.0)?
    ))
}

fn batches() -> Result<String, JudgeError> {
    let kernels = kernels(0)?;
    // Residuals of very different sizes and both signs.
    let residual = nalgebra::DVector::from_fn(
        SAMPLES,
        |n, _| if n.is_multiple_of(2) { 1.0 } else { -1.0 } * 1.6f64.powi(n as i32 % 8),
    );
    let moved = |power| -> Result<(f64, f64), JudgeError> {
        let v = batch_shampoo(power, &residual, &kernels.0)?;
        let cosine = |of: nalgebra::DVector<f64>| v.dot(&of) / (v.norm() * of.norm());
        Ok((cosine(residual.clone()), cosine(residual.map(|g| g.recip()))))
    };
    let signs = batch_shampoo(BatchPower::Quarter, &residual, &kernels.0)?;
    let sign = residual.map(f64::signum);
    let along = signs.dot(&sign) / (signs.norm() * sign.norm());
    let ((to_residual, _), (_, to_inverse)) = (moved(BatchPower::Quarter)?, moved(BatchPower::Half)?);
    Ok(format!(
        "Shampoo with the statistics of one batch gradient is no natural gradient in function space. With the powers $-\\frac12,-\\frac12$ outputs move by $1/g_n$, the \
         more the smaller their residual (cosine {to_inverse:.2}), and no fixed rate converges; orthogonalised (powers $-\\frac14$, as in Muon) they move nearly by its \
         sign: cosine {along:.2} with the signs, {to_residual:.2} with the residual, where sizes differ by a factor of {:.1} (ngd/shampoo-batch). Statistics of single samples \
         are almost isotropic: $\\iota={:.2}$ at $(\\frac12,\\frac12)$.",
        residual.map(f64::abs).max() / residual.map(f64::abs).min(),
        anisotropy(&shampoo_response(0.5, 0.5, &kernels.0)?)
    ))
}
