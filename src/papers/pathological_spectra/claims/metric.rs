//! The metrics of the spaces of inputs and features.

use solvable_theory::bibliography::KARAKIDA_2021_PATHOLOGICAL;
use solvable_theory::pathological_spectra::{LayerMetric, corrected_second_moments, layer_metrics};

use super::kernels::{at, three_layers};
use crate::experiments::{InputMetric, KernelPairs};
use crate::settings::setting;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![pairs(), outliers(), sensitivity(), worst_direction(), second_moments()]
}

fn metrics(s: &FisherSetting) -> Result<Vec<LayerMetric>, JudgeError> {
    Ok(layer_metrics(&s.network, s.samples)?)
}

/// $a_t$ and $a_{st}$ of every layer: the metric at one sample, and what it tends to with many.
fn overlaps(s: &FisherSetting) -> Result<(Vec<f64>, Vec<f64>), JudgeError> {
    let order = solvable_theory::mean_field::order_parameters(s.network.scales(), s.network.depth())?;
    let scaled = |q: &[f64]| q.iter().map(|q| s.network.scales().sigma_w2 * q).collect();
    Ok((scaled(&order.qtilde_t), scaled(&order.qtilde_st)))
}

fn pairs() -> Claim {
    Claim::about::<KernelPairs>("spectra/metric-pairs", "Gradients with respect to inputs and features overlap between samples")
        .formula(r"\nabla_{h^l}f_k(n)\cdot\nabla_{h^l}f_k(m)\to a_{st}=\sigma_w^2\tilde q^{l+1}_{st},\qquad|\nabla_{h^l}f_k|^2\to a_t=\sigma_w^2\tilde q^{l+1}_t")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(three_layers)
        .measure(|_, o| Ok([&o.metric_t[..], &o.metric_st].concat()))
        .predict(|s| {
            let (t, st) = overlaps(s)?;
            Ok([t, st].concat())
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.04)))
        .rival("all samples alike", |s| {
            let (t, _) = overlaps(s)?;
            Ok([t.clone(), t].concat())
        })
        .finish()
}

pub(crate) fn cases(profile: Profile) -> Result<Vec<At<FisherSetting>>, JudgeError> {
    let (width, classes, trials) = by(profile, (400, 2, 40), (1000, 5, 48));
    Ok(vec![
        at(setting("tanh", 3, width, classes, 40)?, trials),
        at(setting("relu", 3, width, classes, 40)?, 2 * trials),
    ])
}

fn outliers() -> Claim {
    Claim::about::<InputMetric>("spectra/input-metric", "The metric of the input space has an outlier for each class")
        .formula(r"\lambda_{\max}(A^l)=\frac{N-1}Na_{st}+\frac{a_t}N\ (C\text{-fold}),\qquad\frac{\lambda_{\max}}{\mathrm{Tr}A^l/M_l}=\frac{M_l}C\left(\frac{N-1}N\frac{a_{st}}{a_t}+\frac1N\right)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(cases)
        .measure(|s, o| {
            let ratio = o.top[0] / (o.trace[0] / s.network.widths()[0] as f64);
            Ok([o.top[0], o.top[1], ratio])
        })
        .components(["λ(A⁰)", "λ(A¹)", "ratio to the mean"])
        .predict(|s| {
            let m = metrics(s)?;
            Ok([m[0].lambda_max, m[1].lambda_max, m[0].ratio])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.11)))
        .rival("a flat spectrum", |s| {
            let m = metrics(s)?;
            Ok([m[0].mean, m[1].mean, 1.0])
        })
        .rival("all samples alike", |s| {
            let (t, _) = overlaps(s)?;
            Ok([t[0], t[1], s.network.widths()[0] as f64 / s.network.classes() as f64])
        })
        .finish()
}

fn sensitivity() -> Claim {
    Claim::about::<InputMetric>(
        "spectra/robustness",
        "Common perturbations of the inputs matter along C directions, and hardly along random ones",
    )
    .formula(
        r"\frac1N\sum_n\|f(x_n+\epsilon v)-f(x_n)\|^2=\epsilon^2v^\top A^0v:\quad\frac{Ca_t}{M_0}\ \text{for random}\ v,\quad\lambda_{\max}\ \text{along an outlier}",
    )
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(cases)
    .measure(|_, o| Ok([o.random, o.along]))
    .components(["random", "outlier"])
    // Along the outlier the response is that of the network's own largest eigenvalue, which lies above the mean of the C largest.
    .predict_given(|s, o| Ok([metrics(s)?[0].mean, o.largest]))
    .margin(|_, _| Margin::symmetric(0.12))
    .rival("all directions alike", |s| {
        let m = metrics(s)?[0];
        Ok([m.mean, m.mean])
    })
    .rival_given("random directions are outliers", |_, o| Ok([o.largest, o.largest]))
    .finish()
}

fn worst_direction() -> Claim {
    Claim::about::<InputMetric>(
        "spectra/worst-direction",
        "Along its outlier a network of one output is as sensitive as the outlier's eigenvalue predicts",
    )
    .formula(
        r"\frac1N\sum_n\|f(x_n+\epsilon v)-f(x_n)\|^2\simeq\epsilon^2\Big(\frac{N-1}Na_{st}+\frac{a_t}N\Big)",
    )
    .sources(&[KARAKIDA_2021_PATHOLOGICAL])
    .cases(|profile| {
        let (width, trials) = by(profile, (400, 100), (1000, 200));
        Ok(vec![
            at(setting("tanh", 3, width, 1, 40)?, trials),
            at(setting("relu", 3, width, 1, 40)?, 2 * trials),
        ])
    })
    .measure(|_, o| Ok(o.along))
    .predict(|s| Ok(metrics(s)?[0].lambda_max))
    // The margin of the outliers of the metric.
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.11)))
    .rival("as random directions", |s| Ok(metrics(s)?[0].mean))
    .rival("all samples alike", |s| Ok(overlaps(s)?.0[0]))
    .finish()
}

fn second_moments() -> Claim {
    Claim::about::<InputMetric>("spectra/metric-second-moment", "Different classes contribute to the second moment of the input metric")
        .formula(r"\mathrm{Tr}(A^0)^2=C\left(\frac{N-1}Na_{st}^2+\frac{a_t^2}N\right)+C(C-1)\left(\frac{N-1}Ny_{st}+\frac{y_t}N\right)")
        .sources(&[KARAKIDA_2021_PATHOLOGICAL])
        .cases(|profile| {
            let (width, classes, trials) = by(profile, (800, 10, 40), (1600, 20, 30));
            Ok(vec![at(setting("tanh", 3, width, classes, 40)?, trials)])
        })
        .measure(|s, o| Ok(o.square[0] / s.network.widths()[0] as f64))
        .predict(|s| Ok(corrected_second_moments(&s.network, s.samples)?[0]))
        .margin(|_, _| Margin::symmetric(0.1))
        .rival("the leading order", |s| Ok(metrics(s)?[0].second_moment))
        .finish()
}
