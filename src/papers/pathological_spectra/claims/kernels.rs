//! The tangent kernel and the blocks of the layers.

use solvable_theory::bibliography::{JACOT_2018, KARAKIDA_2021_PATHOLOGICAL};
use solvable_theory::mean_field::{order_parameters, theta};
use solvable_theory::pathological_spectra::{block_statistics, layer_scales};

use crate::experiments::{CentredClassifier, ClassifierSpectrum, KernelPairs};
use crate::settings::{label, setting, statistics};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile, SettingError};
use solvable_shared::FisherSetting;
use solvable_shared::by;
use solvable_shared::{has_large_biases, large_biases};
use solvable_simulate::linalg::DENSE;

pub(crate) fn claims() -> Vec<Claim> {
    vec![pairs(), biases(), layers(), kernel(), blocks(), first_layer(), mean_subtraction(), growth()]
}

pub(crate) fn at(s: FisherSetting, trials: usize) -> At<FisherSetting> {
    At::setting(label(&s), s, trials)
}

/// Networks of three layers and one output, whose kernels are averaged over pairs of samples.
pub(crate) fn three_layers(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (500, 150), (1000, 200));
    // ReLU networks fluctuate most.
    Ok(vec![at(setting("tanh", 3, width, 1, 16)?, trials), at(setting("relu", 3, width, 1, 16)?, 2 * trials)])
}

fn pairs() -> Claim {
    Claim::about::<KernelPairs>("spectra/ntk-pairs", "Mean entries of the tangent kernel")
        .formula(r"\Theta_t=\sum_l\tilde q^l_t(M_{l-1}\hat q^{l-1}_t+1),\qquad\Theta_{st}=\sum_l\tilde q^l_{st}(M_{l-1}\hat q^{l-1}_{st}+1)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018])
        .cases(|profile| {
            let mut cases = three_layers(profile)?;
            let (width, trials) = by(profile, (500, 150), (1000, 200));
            cases.push(at(setting("erf", 4, width, 1, 16)?, trials));
            Ok(cases)
        })
        .measure(|_, o| Ok([o.theta_t, o.theta_st]))
        .components(["Θ_t", "Θ_st"])
        .predict(|s| {
            let kernel = statistics(s)?;
            Ok([kernel.theta_t, kernel.theta_st])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.03)))
        .rival("all samples alike", |s| {
            let kernel = statistics(s)?;
            Ok([kernel.theta_t, kernel.theta_t])
        })
        .rival("the first layer left out", |s| {
            let (t, st) = layer_scales(&s.network)?;
            Ok([t[1..].iter().sum::<f64>(), st[1..].iter().sum::<f64>()])
        })
        .finish()
}

fn biases() -> Claim {
    Claim::about::<KernelPairs>(
        "spectra/bias-gradients",
        "The gradients of the biases are seen in the kernel of different samples",
    )
    .formula(r"\Theta_{st}-\alpha M\kappa_2=\sum_l\tilde q^l_{st}")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| Ok(vec![at(setting("tanh", 2, 125, 1, 16)?, by(profile, 600, 1200))]))
    .measure(|_, o| Ok(o.theta_st))
    .predict(|s| Ok(statistics(s)?.theta_st))
    .margin(|_, _| Margin::symmetric(0.04))
    .rival("without the biases", |s| Ok(theta(&s.network.clone().with_trained_biases(false))?.theta_st))
    .finish()
}

fn layers() -> Claim {
    Claim::about::<KernelPairs>("spectra/layer-pairs", "Every layer's share of the tangent kernel")
        .formula(r"t_l=\tilde q^l_t(M_{l-1}\hat q^{l-1}_t+1),\qquad s_l=\tilde q^l_{st}(M_{l-1}\hat q^{l-1}_{st}+1)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(three_layers)
        // Of the first layer the overlaps of the inputs hide the bias in s₁.
        .measure(|_, o| Ok([&o.layers_t[..], &o.layers_st[1..]].concat()))
        .components(["t₁", "t₂", "t₃", "s₂", "s₃"])
        .predict(|s| {
            let (t, st) = layer_scales(&s.network)?;
            Ok([&t[..], &st[1..]].concat())
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.04)))
        .rival("gradients of different samples alike", |s| {
            let (t, st) = layer_scales(&s.network)?;
            let order = order_parameters(s.network.scales(), s.network.depth())?;
            let alike = st.iter().zip(order.qtilde_t.iter().zip(&order.qtilde_st)).map(|(s, (t, st))| s * t / st);
            Ok([t, alike.skip(1).collect()].concat())
        })
        .rival("gradients of the last layer in all", |s| {
            let (t, st) = layer_scales(&s.network)?;
            let order = order_parameters(s.network.scales(), s.network.depth())?;
            let flat = |values: &[f64], q: &[f64]| values.iter().zip(q).map(|(v, q)| v / q).collect::<Vec<_>>();
            Ok([flat(&t, &order.qtilde_t), flat(&st, &order.qtilde_st)[1..].to_vec()].concat())
        })
        .finish()
}

/// Settings of the spectra.
pub(crate) fn spectra(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (250, 60), (1000, 160));
    Ok(vec![
        at(setting("tanh", 3, width, 3, 60)?, trials),
        at(setting("relu", 3, width, 3, 60)?, by(profile, 120, 160)),
    ])
}

/// Few samples, and small weights, with which biases carry a third of the outlier.
fn extremes(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, trials) = by(profile, (400, 200), (1000, 300));
    Ok(vec![
        at(setting("relu", 3, width, 2, FEW)?, trials),
        At::setting("tanh L=3 M=100 C=2 N=20 σ_w²=0.1 σ_b²=0.02", large_biases()?, trials),
    ])
}

/// Samples so few that $N$ and $N-1$ differ by several margins.
const FEW: usize = 2;

fn are_few(s: &FisherSetting) -> bool {
    s.samples == FEW
}

fn kernel() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/ntk",
        "The tangent kernel of a classifier: C outliers and a bulk",
    )
    .formula(
        r"\lambda_{\max}=(N-1)\Theta_{st}+\Theta_t\ (C\text{-fold}),\qquad\text{bulk}\ \Theta_t-\Theta_{st}",
    )
    .sources(&[KARAKIDA_2021_PATHOLOGICAL, JACOT_2018])
    .cases(|profile| Ok([spectra(profile)?, extremes(profile)?].concat()))
    .measure(|s, o| {
        let classes = s.network.classes();
        let top = o.kernel_top[..classes].iter().sum::<f64>() / classes as f64;
        Ok([top, o.kernel_bulk])
    })
    .components(["top C", "bulk"])
    .predict(|s| {
        let kernel = statistics(s)?;
        Ok([kernel.lambda_max, kernel.bulk])
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.06)))
    .rival_where("N overlapping samples in place of N − 1", are_few, |s| {
        let kernel = statistics(s)?;
        Ok([kernel.lambda_max + kernel.theta_st, kernel.bulk])
    })
    .rival_where("without the biases", has_large_biases, |s| {
        let network = s.network.clone().with_trained_biases(false);
        let kernel = statistics(&FisherSetting { network, ..s.clone() })?;
        Ok([kernel.lambda_max, kernel.bulk])
    })
    .rival("one outlier for all classes", |s| {
        let kernel = statistics(s)?;
        let classes = s.network.classes() as f64;
        Ok([(kernel.lambda_max + (classes - 1.0) * kernel.bulk) / classes, kernel.bulk])
    })
    .rival("the trace shared evenly", |s| {
        let kernel = statistics(s)?;
        Ok([kernel.theta_t, kernel.theta_t])
    })
    .finish()
}

/// Sizes at which eigenvalues are found with their multiplicity: beyond, Krylov spaces see one of the C equal outliers of the last layer.
fn dense(s: &FisherSetting) -> Result<(), SettingError> {
    let size = s.samples * s.network.classes();
    require(size <= DENSE, "samples", s.samples, format!("at most {}", DENSE / s.network.classes()))
}

fn blocks() -> Claim {
    Claim::about::<ClassifierSpectrum>("spectra/fim-blocks", "Every layer but the first has the C outliers")
        .formula(r"\lambda^l_{\max}=\frac{N-1}Ns_l+\frac{t_l}N,\qquad l\ge2")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(spectra)
        .presumes(dense)
        .measure(|_, o| Ok(o.block_top[1..].to_vec()))
        .components(["layer 2", "layer 3"])
        .predict(|s| {
            Ok(block_statistics(&s.network, s.samples)?[1..].iter().map(|b| b.lambda_max).collect::<Vec<_>>())
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.06)))
        .rival("the bulk alone", |s| {
            let (t, st) = layer_scales(&s.network)?;
            let bulk = t.iter().zip(&st).skip(1).map(|(t, st)| (t - st) / s.samples as f64);
            Ok(bulk.collect::<Vec<_>>())
        })
        .rival("without 1/N", |s| {
            let (t, _) = layer_scales(&s.network)?;
            Ok(t[1..].to_vec())
        })
        .finish()
}

fn first_layer() -> Claim {
    Claim::about::<ClassifierSpectrum>(
        "spectra/first-layer",
        "Inputs of mean zero leave the first layer without an outlier",
    )
    .formula(r"\hat q^0_{st}=0:\qquad\lambda_C/\lambda_{C+1}\ \text{of order one in the first layer}")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(spectra)
    .presumes(dense)
    .measure(|_, o| Ok(o.block_top[0] / o.block_next[0]))
    .predict(|_| Ok(1.0))
    .by_difference()
    .margin(|_, _| Margin::between(0.0, 0.5))
    .rival("an outlier as in the second layer", |s| {
        let (t, st) = layer_scales(&s.network)?;
        let n = s.samples as f64;
        Ok(((n - 1.0) * st[1] + t[1]) / (t[1] - st[1]))
    })
    .finish()
}

/// Settings with $N=M/10$.
pub(crate) fn proportional(profile: Profile) -> Result<Vec<FisherSetting>, JudgeError> {
    let widths = by(profile, [125, 250, 500], [500, 1000, 2000]);
    widths.into_iter().map(|width| Ok(setting("tanh", 3, width, 3, width / 10)?)).collect()
}

fn mean_subtraction() -> Claim {
    Claim::about::<CentredClassifier>(
        "spectra/mean-subtraction",
        "Mean subtraction in the last layer leaves the bulk alone",
    )
    .formula(r"\mathrm{Tr}(\Pi\otimes I)\Theta(\Pi\otimes I)=C(N-1)(\Theta_t-\Theta_{st})")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let trials = by(profile, 40, 40);
        Ok(proportional(profile)?.into_iter().skip(1).map(|s| at(s, trials)).collect())
    })
    .measure(|_, o| Ok(o.ms_trace))
    .predict(|s| {
        let kernel = statistics(s)?;
        Ok((s.network.classes() * (s.samples - 1)) as f64 * kernel.bulk)
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.03)))
    .rival("nothing removed", |s| Ok((s.network.classes() * s.samples) as f64 * statistics(s)?.theta_t))
    .rival("C eigenvalues of the bulk removed and the outliers left", |s| {
        let kernel = statistics(s)?;
        let classes = s.network.classes() as f64;
        Ok(classes * (kernel.lambda_max + (s.samples as f64 - 2.0) * kernel.bulk))
    })
    .finish()
}

fn growth() -> Claim {
    Claim::about::<CentredClassifier>(
        "spectra/mean-subtraction-growth",
        "With mean subtraction the sharpness of a classifier no longer grows with the width",
    )
    // (Θ_t − Θ_st)/2N bounds it for N ≪ M only: at N = M/10 the edge of the bulk lies 1.1 times above.
    .formula(r"\lambda_{\max}(F_{CE}^{MS})\le\tfrac12\lambda_+=O(1)\quad(N\propto M)")
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| Ok(vec![At::sizes("tanh L=3 C=3 N=M/10", proportional(profile)?, by(profile, 40, 40))]))
    .measure(|_, o| Ok(o.ms_ce_top))
    .predict(|_| Ok(1.0))
    .log_slope(|s| s.network.widths()[0] as f64)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.2, 0.1)))
    .rival("linear growth, as without it", |s| Ok(s.network.widths()[0] as f64))
    .rival("growth with the root of the width", |s| Ok((s.network.widths()[0] as f64).sqrt()))
    .finish()
}
