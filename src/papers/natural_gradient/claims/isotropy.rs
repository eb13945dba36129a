//! The response at initialisation: kernels, isotropy and its constants.

use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2020_NATURAL};
use solvable_theory::natural_gradient::{Method, alpha, contraction, unit_alpha};
use solvable_theory::{Architecture, TheoryError};

use super::infinite;
use crate::experiments::{
    DiagonalLayer, DiagonalLayerSetting, ISOTROPIC, Inputs, KernelSetting, LayerKernelMatrices,
    LayerKernelMatricesOutcome, NaturalTraining, NaturalTrainingSetting, Response, ResponseSetting, Sample,
    Task,
};
use crate::settings::{
    INPUTS, OTHER_SCALES, SAMPLES, alpha_by, label, like, network, residual, scaled_network, scales_of,
    undamped,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::{by, checks};
use solvable_simulate::linalg::Matrix;
use solvable_simulate::training::NaturalGradient;

pub(crate) fn claims() -> Vec<Claim> {
    let mut claims = vec![isotropy(), small_residual(), divergence(), unit_mean(), unit_trace(), diagonal()];
    let mut kernels = vec![
        layer_kernels("ngd/forward-kernel", "The features of the last layer come", Kernel::Forward),
        layer_kernels(
            "ngd/backward-kernel",
            "The backward signals of the first layer come",
            Kernel::Backward,
        ),
        layer_kernels("ngd/layer-kernels", "The tangent kernel comes", Kernel::Tangent),
        mean_kernels("ngd/forward-kernel-mean", "The features of the last layer come", Kernel::Forward),
        mean_kernels(
            "ngd/backward-kernel-mean",
            "The backward signals of the first layer come",
            Kernel::Backward,
        ),
        mean_kernels("ngd/layer-kernels-mean", "The tangent kernel comes", Kernel::Tangent),
    ];
    kernels.append(&mut claims);
    kernels
}

/// $M$ of the claims.
pub(crate) fn width(profile: Profile) -> usize {
    by(profile, 512, 2048)
}

#[derive(Clone, Copy)]
enum Kernel {
    Forward,
    Backward,
    Tangent,
}

impl Kernel {
    /// That of a trial.
    fn of(self, o: &LayerKernelMatricesOutcome) -> &[f64] {
        match self {
            Self::Forward => &o.forward,
            Self::Backward => &o.backward,
            Self::Tangent => &o.tangent,
        }
    }

    /// The limit of the kernel on one data set, as the experiment stores it.
    fn limit(self, network: &Architecture, sample: &Sample, number: usize) -> Result<Matrix, JudgeError> {
        let kernels = infinite::kernels(network, sample, number)?;
        Ok(match self {
            Self::Forward => kernels.0.forward(kernels.0.depth()).clone(),
            Self::Backward => kernels.0.backward(1).clone(),
            Self::Tangent => kernels.0.total(),
        })
    }
}

/// The kernel of the limit on the data set of a trial, for the scales and the depth of the setting or for others.
fn limit_of(
    kernel: Kernel,
    s: &KernelSetting,
    o: &LayerKernelMatricesOutcome,
    (scales, more_layers): ((f64, f64), usize),
) -> Result<Vec<f64>, JudgeError> {
    let network = like(&s.network, scales, s.network.depth() + more_layers)?;
    Ok(LayerKernelMatrices::triangle(&kernel.limit(&network, &s.sample, o.data_set as usize)?))
}

/// That of the setting itself, times a factor.
fn own_limit(
    kernel: Kernel,
    s: &KernelSetting,
    o: &LayerKernelMatricesOutcome,
    factor: f64,
) -> Result<Vec<f64>, JudgeError> {
    let own = limit_of(kernel, s, o, (scales_of(&s.network), 0))?;
    Ok(own.into_iter().map(|x| x * factor).collect())
}

fn kernel_case(
    profile: Profile,
    (name, depth): (&str, usize),
    scales: Option<(f64, f64)>,
) -> Result<At<KernelSetting>, JudgeError> {
    let width = width(profile);
    let label = format!("{name} L={depth} M={width}");
    let (network, label) = match scales {
        None => (network(name, INPUTS, depth, width)?, label),
        Some((w, b)) => {
            (scaled_network(name, (w, b), INPUTS, depth, width)?, format!("{label} σ_w²={w} σ_b²={b}"))
        }
    };
    let setting = KernelSetting { network, sample: Sample::new(Inputs::Sphere, SAMPLES, 0) };
    Ok(At::setting(label, setting, by(profile, 24, 16)))
}

const KERNEL_CASES: [(&str, usize); 4] = [("relu", 3), ("erf", 3), ("relu", 4), ("erf", 4)];

fn kernel_formula(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Forward => r"A_L\to Q_L,\qquad Q_{l+1}=\sigma_w^2E[\phi(u)\phi(v)]_{Q_l}+\sigma_b^2",
        Kernel::Backward => {
            r"B_l=\sigma_w^2\,B_{l+1}\circ E[\phi'(u)\phi'(v)]_{Q_l},\qquad B_L=\mathbf 1\mathbf 1^\top"
        }
        Kernel::Tangent => r"K=\sum_lK_l,\qquad K_l\to Q_l\circ B_l",
    }
}

fn layer_kernels(id: &str, what: &str, kernel: Kernel) -> Claim {
    Claim::about::<LayerKernelMatrices>(id, format!("{what} from a recursion over layers"))
        .formula(kernel_formula(kernel))
        .sources(&[JACOT_2018, KARAKIDA_2020_NATURAL])
        .cases(|profile| KERNEL_CASES.into_iter().map(|case| kernel_case(profile, case, None)).collect())
        .measure(move |_, o| Ok(kernel.of(o).to_vec()))
        .predict_given(move |s, o| own_limit(kernel, s, o, 1.0))
        .by_relative_distance()
        .margin(move |_, profile| {
            Margin::symmetric(match kernel {
                Kernel::Tangent => by(profile, 0.25, 0.11),
                _ => by(profile, 0.45, 0.22),
            })
        })
        .rival_given("σ_w² forgotten once", move |s, o| own_limit(kernel, s, o, 0.5))
        .rival_given("a factor 2", move |s, o| own_limit(kernel, s, o, 2.0))
        .finish()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Where a kernel lies: its part along the limit, and how far it has gone from there towards one recursion more. What
/// scatters from entry to entry has no part in either.
fn place_of(
    kernel: Kernel,
    s: &KernelSetting,
    o: &LayerKernelMatricesOutcome,
    found: &[f64],
) -> Result<[f64; 2], JudgeError> {
    let own = own_limit(kernel, s, o, 1.0)?;
    let subtracted = |a: &[f64]| a.iter().zip(&own).map(|(a, b)| a - b).collect::<Vec<_>>();
    let mut beyond = subtracted(&limit_of(kernel, s, o, (scales_of(&s.network), 1))?);
    // Across the limit: a common factor, which scatters most, is no step of the recursion.
    let along = dot(&beyond, &own) / dot(&own, &own);
    beyond.iter_mut().zip(&own).for_each(|(d, q)| *d -= along * q);
    Ok([dot(found, &own) / dot(&own, &own), dot(&subtracted(found), &beyond) / dot(&beyond, &beyond)])
}

fn mean_kernels(id: &str, what: &str, kernel: Kernel) -> Claim {
    type Scales = fn(&KernelSetting) -> (f64, f64);
    let mut claim = Claim::about::<LayerKernelMatrices>(
        id,
        format!("{what} from a recursion over layers: at other scales too, on average over networks"),
    )
    .formula(format!(
        r"{},\qquad\frac{{\langle A,Q\rangle}}{{\|Q\|^2}}=1,\quad\frac{{\langle A-Q,D\rangle}}{{\|D\|^2}}=0,\
          D\text{{ the part across }}Q\text{{ of one recursion more}}",
        kernel_formula(kernel)
    ))
    .sources(&[JACOT_2018, KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let all = [("relu", None), ("relu", Some(OTHER_SCALES)), ("erf", Some(OTHER_SCALES))];
        all.into_iter().map(|(name, scales)| kernel_case(profile, (name, 3), scales)).collect()
    })
    .measure(move |s, o| place_of(kernel, s, o, kernel.of(o)))
    .components(["scale", "recursion"])
    .predict(|_| Ok([1.0, 0.0]))
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.3, 0.2)))
    .rival_given("one recursion too many", move |s, o| {
        place_of(kernel, s, o, &limit_of(kernel, s, o, (scales_of(&s.network), 1))?)
    })
    .rival_given("a factor 2", move |s, o| place_of(kernel, s, o, &own_limit(kernel, s, o, 2.0)?));
    let others: [(&str, Scales); 2] = [
        ("σ_w² = 2 in every network", |s| (2.0, scales_of(&s.network).1)),
        ("the biases forgotten", |s| (scales_of(&s.network).0, 0.0)),
    ];
    for (name, scales) in others {
        claim = claim.rival_given_where(
            name,
            |s| scales_of(&s.network) == OTHER_SCALES,
            move |s, o| place_of(kernel, s, o, &limit_of(kernel, s, o, (scales(s), 0))?),
        );
    }
    claim.finish()
}

/// Swapped constants, from which a method must be told apart.
pub(crate) const FORMULAS: [(Method, &str); 5] = [
    (Method::Exact, "α = 1"),
    (Method::Bd, "α = L"),
    (Method::Btd, "α = ⌈L/3⌉"),
    (Method::Kfac, "α = N(L−1) + 1"),
    (Method::KfacScaled, "α = NL"),
];

fn isotropy() -> Claim {
    let relative = |s: &ResponseSetting, method| {
        let of = |m| alpha(m, s.network.depth(), s.sample.samples);
        Ok::<_, TheoryError>(of(method)? / of(s.rule.method)?)
    };
    let mut claim = Claim::about::<Response>(
        "ngd/isotropy",
        "Exact, layer-wise, tri-diagonal and Kronecker-factored natural gradient are isotropic in every single network",
    )
    .formula(
        r"\bar R=\tfrac1NJG^{+}J^\top=\alpha I:\quad\alpha_{\rm exact}=1,\ \alpha_{\rm bd}=L,\ \alpha_{\rm btd}=\lceil L/3\rceil,\
          \alpha_{\rm kfac}=N(L-1)+1",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let mut rows = Vec::new();
        for (name, depth) in [("relu", 3), ("relu", 4), ("erf", 3), ("tanh", 3)] {
            for method in [Method::Exact, Method::Bd, Method::Btd, Method::Kfac, Method::KfacScaled] {
                rows.push((name, depth, method, Inputs::Sphere));
            }
        }
        rows.push(("relu", 5, Method::BtdPinv, Inputs::Sphere));
        rows.extend(ISOTROPIC.map(|method| ("relu", 3, method, Inputs::Digits)));
        rows.into_iter()
            .map(|(name, depth, method, inputs)| {
                let network = network(name, INPUTS, depth, width(profile))?;
                let sample = Sample::new(inputs, SAMPLES, 0);
                let setting = ResponseSetting { network, sample, rule: NaturalGradient::plain(method) };
                let data = if inputs == Inputs::Digits { "digits " } else { "" };
                Ok(At::setting(format!("{data}{method} {name} L={depth}"), setting, by(profile, 3, 6)))
            })
            .collect()
    })
    .measure(|s, o| {
        let alpha = alpha(s.rule.method, s.network.depth(), s.sample.samples)?;
        Ok([o.alpha / alpha, o.isotropy])
    })
    .components(["α̂/α", "ι"])
    .predict(|_| Ok([1.0, 0.0]))
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-8))
    .rival("anisotropy ι = 0.2", |_| Ok([1.0, 0.2]));
    for (method, name) in FORMULAS {
        claim = claim.rival_where(
            name,
            move |s| relative(s, method).is_ok_and(|ratio| ratio != 1.0),
            move |s| Ok([relative(s, method)?, 0.0]),
        );
    }
    claim.finish()
}

/// $\epsilon$: the digits, whose kernels are ill-conditioned, bend after shorter ways.
fn residual_size(inputs: Inputs) -> f64 {
    if inputs == Inputs::Digits { 1e-3 } else { 1e-2 }
}

/// Settings of the small-residual protocol: all methods, $L=3,4$, ReLU and erf; the digits.
fn small_residual_cases(
    profile: Profile,
    eta_alpha: f64,
    steps: usize,
) -> Result<Vec<At<NaturalTrainingSetting>>, JudgeError> {
    let mut rows = Vec::new();
    for (name, depth) in [("relu", 3), ("relu", 4), ("erf", 4)] {
        rows.extend(ISOTROPIC.map(|method| (name, depth, method, Inputs::Sphere)));
    }
    rows.push(("relu", 3, Method::KfacScaled, Inputs::Sphere));
    rows.extend(ISOTROPIC.map(|method| ("relu", 3, method, Inputs::Digits)));
    rows.into_iter()
        .map(|(name, depth, method, inputs)| {
            let network = network(name, INPUTS, depth, width(profile))?;
            let task = (Task::SmallResidual(residual_size(inputs)), 0);
            let setting = undamped(method, network, inputs, task, (eta_alpha, steps))?;
            Ok(At::setting(label(&setting), setting, by(profile, 6, 8)))
        })
        .collect()
}

fn small_residual() -> Claim {
    let mut claim = Claim::about::<NaturalTraining>(
        "ngd/alpha",
        "The first step shrinks a small residual by the isotropy constant of the method",
    )
    .formula(r"\hat\alpha=\frac1\eta\left(1-\frac{\langle g_1,g_0\rangle}{\|g_0\|^2}\right)=\alpha,\qquad y=f_0\pm\tfrac\epsilon2,\ \epsilon=10^{-2}")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| small_residual_cases(profile, 0.5, 1))
    .measure(|s, o| {
        let (start, end) = (residual(s, o, 0)?, residual(s, o, 1)?);
        Ok((1.0 - start.dot(&end) / start.norm_squared()) / s.learning_rate)
    })
    .predict(|s| Ok(alpha_by(s.rule.method, s)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.002, 0.001)))
    .rival_where(
        "α = N(L−1), no output layer",
        |s| s.rule.method == Method::Kfac,
        |s| Ok((s.sample.samples * (s.network.depth() - 1)) as f64),
    );
    for (method, name) in FORMULAS {
        claim = claim.rival_where(name, move |s| differs(s, method), move |s| Ok(alpha_by(method, s)?));
    }
    claim.finish()
}

/// Whether the formula of another method gives another constant.
pub(crate) fn differs(s: &NaturalTrainingSetting, other: Method) -> bool {
    alpha_by(other, s).is_ok_and(|other| alpha_by(s.rule.method, s).is_ok_and(|own| own != other))
}

fn divergence() -> Claim {
    const ETA_ALPHA: f64 = 2.2;
    const STEPS: usize = 4;
    Claim::about::<NaturalTraining>(
        "ngd/divergence",
        "Beyond η = 2/α training diverges, at the predicted pace",
    )
    .formula(
        r"\frac{\|g_{t+1}\|}{\|g_t\|}=|1-\eta\alpha|,\qquad\eta=2.2/\alpha:\ \frac{\|g_4\|}{\|g_0\|}=1.2^4",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| small_residual_cases(profile, ETA_ALPHA, STEPS))
    .measure(|s, o| Ok(residual(s, o, STEPS)?.norm() / residual(s, o, 0)?.norm()))
    .predict(|_| Ok(contraction(ETA_ALPHA, STEPS).abs()))
    .by_difference()
    .margin(|_, _| Margin::symmetric(0.03))
    .rival("gradient flow: exp(−ηαt)", |_| Ok((-ETA_ALPHA * STEPS as f64).exp()))
    .rival("stable up to η = 2.2/α", |_| Ok(1.0))
    .rival_where(
        "K-FAC with α = NL",
        |s| s.rule.method == Method::Kfac,
        |s| {
            let ratio = alpha_by(Method::KfacScaled, s)? / alpha_by(Method::Kfac, s)?;
            Ok(contraction(ETA_ALPHA * ratio, STEPS).abs())
        },
    )
    .finish()
}

/// The unit-wise rule on every activation, $L=3$.
fn unit_cases(
    names: &[&str],
    profile: Profile,
    trials: usize,
) -> Result<Vec<At<ResponseSetting>>, JudgeError> {
    names
        .iter()
        .map(|name| {
            let network = network(name, INPUTS, 3, width(profile))?;
            let sample = Sample::new(Inputs::Sphere, SAMPLES, 0);
            let setting = ResponseSetting { network, sample, rule: NaturalGradient::plain(Method::Unit) };
            Ok(At::setting(format!("{name} L=3 M={}", width(profile)), setting, trials))
        })
        .collect()
}

fn hidden(network: &Architecture) -> &[usize] {
    &network.widths()[1..network.depth()]
}

fn unit_mean() -> Claim {
    Claim::about::<Response>("ngd/unit-mean", "A unit-wise step counts the active units")
        .formula(
            r"\bar R=\mathrm{diag}(\alpha_n),\qquad E\alpha_n=\gamma\sum_{l<L}M_l+1,\quad\gamma=P(\phi'\ne0)",
        )
        .sources(&[KARAKIDA_2020_NATURAL])
        .cases(|profile| unit_cases(&["relu"], profile, by(profile, 12, 12)))
        .presumes(|s| {
            checks::one_output(&s.network)?;
            checks::activations(&s.network, &["relu"])
        })
        .measure(|_, o| Ok(o.alpha))
        .predict(|s| Ok(unit_alpha(hidden(&s.network), 0.5, 1)?))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.01)))
        .rival("all units active, γ = 1", |s| Ok(unit_alpha(hidden(&s.network), 1.0, 1)?))
        .rival("γ = 1/4", |s| Ok(unit_alpha(hidden(&s.network), 0.25, 1)?))
        .finish()
}

fn unit_trace() -> Claim {
    Claim::about::<Response>(
        "ngd/unit-trace",
        "With a smooth activation all units are active, in every network",
    )
    .formula(r"\tfrac1N\mathrm{tr}\bar R=\sum_{l<L}M_l+1")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| unit_cases(&["erf", "tanh"], profile, 3))
    .presumes(|s| {
        checks::one_output(&s.network)?;
        checks::activations(&s.network, &["erf", "tanh", "gelu", "linear", "sine"])
    })
    .measure(|_, o| Ok(o.alpha))
    .predict(|s| Ok(unit_alpha(hidden(&s.network), 1.0, 1)?))
    .identity()
    .margin(|_, _| Margin::symmetric(1e-6))
    .rival("half of the units active", |s| Ok(unit_alpha(hidden(&s.network), 0.5, 1)?))
    .rival("no output layer", |s| Ok(unit_alpha(hidden(&s.network), 1.0, 1)? - 1.0))
    .finish()
}

fn diagonal() -> Claim {
    Claim::about::<DiagonalLayer>(
        "ngd/diag-control",
        "The entry-wise diagonal of the Fisher matrix is not isotropic, at any width",
    )
    .formula(
        r"\frac{N\bar R^{(2)}_{nm}}{M_1M_2}\to N\,E\left[\frac{d_nd_m\varphi_n\varphi_m}{\sum_kd_k^2\varphi_k^2}\right],\qquad
          \iota=\frac{\|\bar R-\hat\alpha I\|_F}{\hat\alpha\sqrt N}>0.2",
    )
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let setting = DiagonalLayerSetting {
            network: network("relu", INPUTS, 3, width(profile))?,
            sample: Sample::new(Inputs::Sphere, 12, 0),
            layer: 2,
        };
        Ok(vec![At::setting(format!("relu L=3 N=12 M={}", width(profile)), setting, by(profile, 16, 12))])
    })
    .measure(|_, o| Ok(o.isotropy))
    .predict_given(|s, o| {
        Ok(*infinite::diagonal_anisotropy(&s.network, &s.sample, o.data_set as usize, s.layer)?)
    })
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.05)))
    .rival("isotropic, ι = 0", |_| Ok(0.0))
    .rival("nearly isotropic, ι = 0.2", |_| Ok(0.2))
    .finish()
}
