//! The cross entropy, and widths without limit.

use nalgebra::DMatrix;
use solvable_engine::verify::JudgeError;
use solvable_shared::told;
use solvable_theory::natural_gradient::{
    CeFlow, CeProblem, Exponents, Method, Parametrization, alpha, ce_map, ce_margin, ce_recursion,
    feature_exponents, train_kernels, width_exponents,
};
use solvable_theory::step_size::cross_entropy_step_size;

use crate::claims::classifiers::{classifier, own_kernel};

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    told(&[in_probabilities, output_layer, damped, one_sided, free_of_width, ridge_regression])
}

fn in_probabilities() -> Result<String, JudgeError> {
    let start = 1.0 / 3.0;
    let left = |eta: f64, steps: u64| ce_map(start, eta, steps);
    // What a step does to logits: it grows like 1/p.
    let (sure, unsure) = (0.9f64, 0.1f64);
    Ok(format!(
        "Natural gradient on the cross entropy is isotropic in the probabilities, not in the logits: $e_y-p$ of every sample falls at the rate of the squared \
         loss, whatever the kernel and whatever the other samples do (ngd/ce-map). Its logits move by $\\eta/p$, {:.0} times as far for a sample at \
         $p={unsure}$ as for one at {sure}. In discrete time the two losses part: there is no critical rate, and no single step that takes everything. From \
         $p=1/3$ one step at $\\eta=1/\\alpha$ leaves {:.3} of $1-p$ and four leave {:.4}, at ten times the rate one step leaves {:.0e}; the squared loss \
         would be done after one, and diverge at the higher rate.",
        sure / unsure,
        left(1.0, 1)?,
        left(1.0, 4)?,
        left(10.0, 1)?
    ))
}

fn output_layer() -> Result<String, JudgeError> {
    // Samples from sure and right to sure and wrong, with orthogonal inputs: K-FAC's recursion does not see them.
    let (depth, samples, eta, steps) = (3, 12, 0.1, 20);
    let logits: Vec<Vec<f64>> = (0..samples).map(|n| vec![0.35 * (n as f64 - 5.5), 0.0, 0.0]).collect();
    let network = classifier("erf", 1, 3)?;
    let train = train_kernels(network.scales(), depth, &DMatrix::identity(samples, samples))?;
    let labels = vec![0; samples];
    let problem = CeProblem { logits: &logits, labels: &labels, train: &train, cross: None };
    let kfac = ce_recursion(&problem, Method::Kfac, eta, 0.0, steps)?.p_label;
    let pure = ce_recursion(&problem, Method::Exact, eta, 0.0, steps)?.p_label;
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let wrong: Vec<f64> = pure.iter().map(|p| 1.0 - p).collect();
    Ok(format!(
        "K-FAC is not isotropic in any space: its output layer has one factor for all samples and sees the mean curvature of the softmax where the hidden \
         layers see each sample's own. The part is $1/(N(L-1))$ of a step, {:.1} per cent at {samples} samples and {depth} layers, at every width; a \
         sample that is nearly sure feels it many times over. After {steps} steps at $0.1/\\alpha$ errors that started between $p={:.2}$ and {:.2} are \
         {:.1} per cent off the map (ngd/ce-recursion).",
        100.0 / (alpha(Method::Kfac, depth, samples)? - 1.0),
        label_probability(&logits[0]),
        label_probability(&logits[samples - 1]),
        100.0 * distance(&kfac, &pure) / distance(&wrong, &vec![0.0; samples])
    ))
}

/// The softmax of the first logit.
fn label_probability(logits: &[f64]) -> f64 {
    1.0 / logits.iter().map(|f| (f - logits[0]).exp()).sum::<f64>()
}

fn damped() -> Result<String, JudgeError> {
    let kernel = own_kernel(&classifier("erf", 1, 3)?)?;
    let (classes, rho) = (3usize, 0.3);
    let times = [1.0, 4.0, 20.0];
    let errors = |flow: CeFlow| -> Result<Vec<f64>, JudgeError> {
        times.iter().map(|time| Ok(ce_margin(flow, classes, *time)?.error)).collect()
    };
    let with = errors(CeFlow::exact(kernel, 1, rho)?)?;
    let without = errors(CeFlow::exact(kernel, 1, 0.0)?)?;
    // Descent at the rate 1/ρ: its time runs ρ times slower.
    let descent = errors(CeFlow { natural: 0.0, descent: rho / kernel })?;
    let ends = rho * (classes as f64 - 1.0) / (kernel * classes as f64);
    Ok(format!(
        "Any damping ends as gradient descent. The curvature of the softmax vanishes with the error, $\\rho$ does not: below $1-p\\approx N\\rho(C-1)/(kC)$ \
         training goes on like gradient descent at the rate $\\eta/\\rho$, and errors fall like $1/t$. For one sample of three classes, $\\rho={rho}$ and the \
         kernel $k={kernel:.2}$ that level is {ends:.3}: at the times 1, 4 and 20 the error is {:.2}, {:.1} and {:.0e} times what it would be undamped, \
         and {:.2}, {:.2} and {:.2} times that of descent (ngd/ce-margin).",
        with[0] / without[0],
        with[1] / without[1],
        with[2] / without[2],
        with[0] / descent[0],
        with[1] / descent[1],
        with[2] / descent[2]
    ))
}

fn one_sided() -> Result<String, JudgeError> {
    let classes = 10;
    let network = classifier("relu", 512, classes)?;
    let lost = cross_entropy_step_size(&network, 12, Method::OneSided)?;
    let restored = cross_entropy_step_size(&network, 12, Method::OneSidedSoftmax)?;
    Ok(format!(
        "One-sided methods lose the curvature of the softmax, which sits in the output factor: they descend in the logits, $\\Delta f=-\\eta\\alpha(p-e_y)$, and \
         their errors fall like $1/t$. From equal logits of {classes} classes to $1-p=0.01$ take {} steps at the rate $1/\\alpha=1/{:.0}$. Feeding $S_n^+(p-e_y)$ \
         backwards in place of $p-e_y$, a $C\\times C$ correction for each sample, restores the exponential, and with it {} step{} (ngd/ce-margin, \
         step-size with loss=cross-entropy).",
        lost.steps,
        lost.alpha,
        restored.steps,
        if restored.steps == 1 { "" } else { "s" }
    ))
}

fn list(exponents: Exponents) -> String {
    exponents.map(|x| format!("{x}")).join(", ")
}

fn free_of_width() -> Result<String, JudgeError> {
    let of = |p_input: f64, p_output: f64, weighted: bool| {
        width_exponents(Parametrization { p_input, p_output, b_output: 1.0, weighted })
    };
    let (kfac, one_sided) = (of(1.0, 1.0, false)?, of(1.0, 0.0, false)?);
    let (roots, weighted) = (of(0.5, 0.5, false)?, of(0.5, 0.5, true)?);
    Ok(format!(
        "Which rates are free of the width depends on how much is inverted. With maximal update the rates of the first, the hidden and the output layer grow \
         like $M$ to the powers {} for gradient descent, {} for K-FAC, {} for the one-sided method and {} for roots of both factors, as Muon has them; with \
         factors weighted as Shampoo weighs them they are {}. Free of width are the rates of methods that invert both factors, or both roots of weighted \
         ones. Dampings are not: as powers of $M$, that of the input factor needs {}, that of K-FAC's output factor {} (ngd/width-exponents).",
        list(of(0.0, 0.0, false)?.rate),
        list(kfac.rate),
        list(one_sided.rate),
        list(roots.rate),
        list(weighted.rate),
        list(kfac.damping_input),
        list(kfac.damping_output)
    ))
}

fn ridge_regression() -> Result<String, JudgeError> {
    let kfac = Parametrization { p_input: 1.0, p_output: 1.0, b_output: 1.0, weighted: false };
    let rate = width_exponents(kfac)?.rate;
    let fixed = feature_exponents(kfac, rate, [Some(0.0); 3], [Some(0.0); 3])?;
    let scaled = feature_exponents(kfac, rate, [None; 3], [None; 3])?;
    let [first, hidden] = fixed.features;
    Ok(format!(
        "K-FAC with a fixed damping silently becomes ridge regression of its last layer. The eigenvalues of the output factors of hidden layers fall like $M^{{-1}}$ below any \
         damping, so that the features change like $M^{{{first}}}$ and $M^{{{hidden}}}$ where scaled damping keeps them at $M^{{{}}}$, while the output, moved \
         by the last layer alone, changes like $M^{{{}}}$ in both cases. Its loss is good and its best rate transfers within a factor of two (figure \
         ngd/rate-transfer): neither shows that a parametrisation learns features. From a zero output layer the first step is that regression to the \
         last digit, with the conjugate kernel of the network itself (ngd/zero-output).",
        scaled.features[0], fixed.output
    ))
}
