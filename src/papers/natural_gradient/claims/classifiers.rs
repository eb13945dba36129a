//! The cross entropy: the map of probabilities, its corrections, saturation.

use solvable_theory::bibliography::{BENZING_2022, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{
    CeFlow, CeProblem, Damping, Layers, Method, Side, alpha, ce_map, ce_margin, ce_recursion, contraction,
    one_sided, train_kernels,
};
use solvable_theory::{Architecture, TheoryError};

use super::infinite;
use crate::experiments::{Classifier, ClassifierOutcome, ClassifierSetting, Inputs, Labels, Sample};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, SettingError};
use solvable_shared::by;
use solvable_simulate::training::{Loss, NaturalGradient};

pub(crate) fn claims() -> Vec<Claim> {
    vec![map(), recursion(), margin()]
}

/// $M_0$, $N$ and $C$ of the claims.
const INPUTS: usize = 32;
const SAMPLES: usize = 12;
const CLASSES: usize = 3;

/// A classifier of three layers at $\sigma_w^2=2$.
pub(crate) fn classifier(name: &str, width: usize, classes: usize) -> Result<Architecture, TheoryError> {
    let widths = vec![INPUTS, width, width, classes];
    Ok(Architecture::new(widths, name.parse()?, 2.0, 0.0)?.with_trained_biases(true))
}

/// $\alpha$ of a method that is isotropic in the probabilities, or in the logits.
pub(crate) fn alpha_of(method: Method, network: &Architecture, samples: usize) -> Result<f64, TheoryError> {
    match method {
        Method::OneSided | Method::OneSidedSoftmax => {
            Ok(one_sided(network.scales(), &Layers::all(Side::Input, network.depth())?)?.alpha)
        }
        _ => alpha(method, network.depth(), samples),
    }
}

/// $k=\sum_lq_lb_l$, the tangent kernel of a sample with itself.
pub(crate) fn own_kernel(network: &Architecture) -> Result<f64, TheoryError> {
    let alone = nalgebra::DMatrix::from_element(1, 1, 1.0);
    Ok(train_kernels(network.scales(), network.depth(), &alone)?.total()[(0, 0)])
}

/// Safe labels, at $\eta=$ `eta`$/\alpha$.
pub(crate) fn labelled(
    method: Method,
    name: &str,
    width: usize,
    (eta, steps): (f64, usize),
) -> Result<ClassifierSetting, JudgeError> {
    let network = classifier(name, width, CLASSES)?;
    let learning_rate = eta / alpha_of(method, &network, SAMPLES)?;
    Ok(ClassifierSetting {
        network,
        sample: Sample::new(Inputs::Sphere, SAMPLES, 0),
        rule: NaturalGradient::plain(method).with_loss(Loss::CrossEntropy),
        learning_rate,
        steps,
        labels: Labels::Safe,
        centred: false,
    })
}

fn label(s: &ClassifierSetting) -> String {
    let damping = match s.rule.damping {
        Damping::Ridge(rho) => format!(" ρ={rho}"),
        _ => String::new(),
    };
    let (name, width) = (&s.network.scales().activation, s.network.widths()[1]);
    format!("{} {name} C={} M={width}{damping}", s.rule.method, s.network.classes())
}

/// $1-p$ of every sample after step `t`.
pub(crate) fn wrong_at(
    s: &ClassifierSetting,
    o: &ClassifierOutcome,
    t: usize,
) -> Result<Vec<f64>, JudgeError> {
    let n = s.sample.samples;
    let part = o.wrong.get(t * n..(t + 1) * n);
    let shape = JudgeError::Shape { predicted: (t + 1) * n, measured: o.wrong.len() };
    Ok(part.ok_or(shape)?.to_vec())
}

/// $\eta\alpha$.
fn in_units(s: &ClassifierSetting) -> Result<f64, TheoryError> {
    Ok(s.learning_rate * alpha_of(s.rule.method, &s.network, s.sample.samples)?)
}

/// What a law of single samples makes of the network's own start, at the rate in units of $1/\alpha$.
fn sample_by_sample(
    s: &ClassifierSetting,
    o: &ClassifierOutcome,
    law: impl Fn(f64, f64, usize) -> Result<f64, TheoryError>,
) -> Result<Vec<f64>, JudgeError> {
    let eta = in_units(s)?;
    wrong_at(s, o, 0)?.iter().map(|wrong| Ok(law(*wrong, eta, s.steps)?)).collect()
}

fn mapped(s: &ClassifierSetting, o: &ClassifierOutcome) -> Result<Vec<f64>, JudgeError> {
    sample_by_sample(s, o, |wrong, eta, steps| ce_map(1.0 - wrong, eta, steps as u64))
}

fn squared(s: &ClassifierSetting, o: &ClassifierOutcome) -> Result<Vec<f64>, JudgeError> {
    sample_by_sample(s, o, |wrong, eta, steps| Ok(wrong * contraction(eta, steps)))
}

/// The recursion of a method in wide networks from the logits of the start, at the rate of the setting.
pub(crate) fn recursed(
    method: Method,
    s: &ClassifierSetting,
    o: &ClassifierOutcome,
) -> Result<Vec<f64>, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, o.data_set as usize)?;
    let logits: Vec<Vec<f64>> = o.logits.chunks(s.network.classes()).map(<[f64]>::to_vec).collect();
    let labels: Vec<usize> = o.labels.iter().map(|label| *label as usize).collect();
    let problem = CeProblem { logits: &logits, labels: &labels, train: &kernels.0, cross: None };
    let trained = ce_recursion(&problem, method, in_units(s)?, 0.0, s.steps)?;
    Ok(trained.p_label.iter().map(|p| 1.0 - p).collect())
}

/// Methods that a claim speaks of, without damping.
fn undamped(s: &ClassifierSetting, methods: &[Method]) -> Result<(), SettingError> {
    let names = methods.iter().map(|method| method.name()).collect::<Vec<_>>().join(", ");
    require(methods.contains(&s.rule.method), "method", s.rule.method, names)?;
    require(s.rule.damping == Damping::None, "damping", format!("{:?}", s.rule.damping), "none")?;
    let layers = s.rule.layers.map_or_else(Vec::new, |layers| layers.list());
    require(layers.is_empty(), "layers", format!("{layers:?}"), "null: all of them")
}

fn map() -> Claim {
    Claim::about::<Classifier>(
        "ngd/ce-map",
        "Isotropic natural gradients shrink every sample's error in probability by one map, whatever the kernel",
    )
    .formula(r"\kappa=\tfrac{1-p}p:\quad\kappa_{t+1}=\kappa_te^{-\eta\alpha(1+\kappa_t)},\qquad\eta=0.3/\alpha,\ t=7")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let rows = [
            (Method::Exact, "erf", by(profile, 512, 1024)),
            (Method::Exact, "relu", by(profile, 1024, 2048)),
            (Method::Bd, "erf", by(profile, 512, 1024)),
        ];
        rows.into_iter()
            .map(|(method, name, width)| {
                let setting = labelled(method, name, width, (0.3, 7))?;
                Ok(At::setting(label(&setting), setting, 12))
            })
            .collect()
    })
    .presumes(|s| undamped(s, &[Method::Exact, Method::Bd]))
    .measure(|s, o| wrong_at(s, o, s.steps))
    .predict_given(mapped)
    .by_relative_distance()
    .median()
    .margin(|s, profile| {
        let smooth = s.network.scales().activation.kinks().is_empty();
        Margin::symmetric(if smooth { by(profile, 0.015, 0.01) } else { by(profile, 0.05, 0.03) })
    })
    .rival_given("(1 − ηα)^t, as for the squared loss", squared)
    .rival_given("no curvature of the softmax: 1/t", |s, o| recursed(Method::OneSided, s, o))
    .rival_given("continuous time, e^(−ηαt)", |s, o| {
        sample_by_sample(s, o, |wrong, eta, steps| Ok(wrong * (-eta * steps as f64).exp()))
    })
    .finish()
}

fn recursion() -> Claim {
    Claim::about::<Classifier>(
        "ngd/ce-recursion",
        "The output layer of K-FAC, which sees the mean curvature of the softmax, breaks the map at every width",
    )
    .formula(
        r"\Delta f_n=-\frac{\eta\alpha}{N(L-1)+1}\left[N(L-1)z_n+\bar S^+r_n\right],\quad z_n=S_n^+r_n,\qquad\eta=0.1/\alpha,\ t=20",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let setting = labelled(Method::Kfac, "erf", by(profile, 256, 1024), (0.1, 20))?;
        Ok(vec![At::setting(label(&setting), setting, 12)])
    })
    .presumes(|s| undamped(s, &[Method::Kfac]))
    .measure(|s, o| wrong_at(s, o, s.steps))
    .predict_given(|s, o| recursed(s.rule.method, s, o))
    .by_relative_distance()
    .median()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.015, 0.005)))
    .rival_given("isotropic in the probabilities: the map", mapped)
    .rival_given("(1 − ηα)^t, as for the squared loss", squared)
    .finish()
}

/// Euler steps of the flow: their bias is $-0.015$.
const EULER_STEPS: usize = 50;

/// One sample from equal logits, for the time `time` $=\tau$ of the flow, in units of $1/\alpha$ without damping.
pub(crate) fn alone(
    (method, damping): (Method, Damping),
    network: Architecture,
    time: f64,
    steps: usize,
) -> Result<ClassifierSetting, TheoryError> {
    let alpha = match method {
        Method::Gd => 1.0,
        method => alpha_of(method, &network, 1)?,
    };
    Ok(ClassifierSetting {
        network,
        sample: Sample::new(Inputs::Sphere, 1, 0),
        rule: NaturalGradient::damped(method, damping).with_loss(Loss::CrossEntropy),
        learning_rate: time / steps as f64 / alpha,
        steps,
        labels: Labels::Uniform,
        centred: true,
    })
}

/// The flow of a method with the kernels of the limit, and its time after `t` steps.
pub(crate) fn flow(s: &ClassifierSetting) -> Result<CeFlow, TheoryError> {
    let samples = s.sample.samples;
    match s.rule.method {
        Method::Gd => CeFlow::gd(own_kernel(&s.network)?, samples),
        Method::OneSided => CeFlow::one_sided(alpha_of(Method::OneSided, &s.network, samples)?),
        // The curvature of the softmax in all of the step: as exact, with α in its time.
        Method::OneSidedSoftmax => {
            let alpha = alpha_of(Method::OneSided, &s.network, samples)?;
            Ok(CeFlow { natural: 1.0 / alpha, descent: 0.0 })
        }
        _ => CeFlow::exact(own_kernel(&s.network)?, samples, strength(s.rule.damping)),
    }
}

fn strength(damping: Damping) -> f64 {
    if let Damping::Ridge(rho) = damping { rho } else { 0.0 }
}

/// $1-p$ of a flow after the time of the setting.
fn saturated(s: &ClassifierSetting, flow: CeFlow) -> Result<f64, JudgeError> {
    Ok(ce_margin(flow, s.network.classes(), s.learning_rate * s.steps as f64)?.error)
}

fn margin() -> Claim {
    Claim::about::<Classifier>(
        "ngd/ce-margin",
        "Damping and one-sidedness end the exponential decay of a classifier's error, in closed form",
    )
    .formula(
        r"\tau=\eta t=a\ln\frac{e^s+C-1}C+\frac bC\left(e^s-1+(C-1)s\right),\quad1-p=\frac{C-1}{e^s+C-1};\qquad
          \text{exact: }a=1,\ b=\tfrac{N\rho}k;\ \text{one-sided: }a=0,\ b=\tfrac1\alpha",
    )
    .sources(&[KARAKIDA_2020_NATURAL, BENZING_2022])
    .cases(|profile| {
        let rows = [
            (Method::Exact, Damping::Ridge(0.3), 2, 4.0),
            (Method::Exact, Damping::Ridge(3.0), 3, 4.0),
            (Method::OneSided, Damping::None, 3, 5.0),
        ];
        rows.into_iter()
            .map(|(method, damping, classes, time)| {
                let network = classifier("erf", 512, classes)?;
                let setting = alone((method, damping), network, time, EULER_STEPS)?;
                Ok(At::setting(label(&setting), setting, by(profile, 24, 96)))
            })
            .collect()
    })
    .presumes(|s| {
        require(s.sample.samples == 1, "samples", s.sample.samples, "1: kernels between samples are another law's")?;
        require(s.centred, "centred", s.centred, "true: logits begin equal")?;
        if s.rule.method == Method::Exact { Ok(()) } else { undamped(s, &[Method::Exact, Method::OneSided]) }
    })
    .measure(|s, o| Ok(wrong_at(s, o, s.steps)?[0]))
    .predict(|s| saturated(s, flow(s)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.05)))
    .rival("no saturation: exponential for ever", |s| {
        let alpha = alpha_of(s.rule.method, &s.network, s.sample.samples)?;
        saturated(s, CeFlow { natural: 1.0 / alpha, descent: 0.0 })
    })
    // At C = 2 and ρ = 0.3 descent with the rate 1/ρ ends at the same error.
    .rival_where(
        "plain descent with the same kernel",
        |s| s.rule.method != Method::Exact || strength(s.rule.damping) > 1.0,
        |s| saturated(s, CeFlow::gd(own_kernel(&s.network)?, s.sample.samples)?),
    )
    .finish()
}
