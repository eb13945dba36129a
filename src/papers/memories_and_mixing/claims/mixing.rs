//! Softmax mixing of tokens: one layer, self-retrieval, stacks with skip connections.

use nalgebra::{DMatrix, DVector};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_theory::attention_boltzmann::{PatternEnsemble, attention_weight};
use solvable_theory::bibliography::{DONG_2021, LUCIBELLO_2024};
use solvable_theory::memories_and_mixing::{MixingLayer, ValueMatrices, token_map, token_similarity};

use crate::experiments::{
    OneLayer, OneLayerOutcome, OneLayerSetting, SelfWeight, SelfWeightSetting, Stack, StackOutcome,
    StackSetting,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![many_tokens(), small_residual(), self_weight(), similarity_identity(), similarity_random()]
}

/// The covariance before the layer.
fn covariance(s: &OneLayerSetting, o: &OneLayerOutcome) -> DMatrix<f64> {
    DMatrix::from_row_slice(s.dimension, s.dimension, &o.covariance)
}

/// The trace of the covariance behind the layer, from mean and covariance before it.
fn mapped(s: &OneLayerSetting, o: &OneLayerOutcome) -> Result<f64, JudgeError> {
    let layer = MixingLayer { query_key: None, values: None, beta: s.beta, skip: 0.0, branch: 1.0 };
    let (_, behind) = token_map(&DVector::from_column_slice(&o.mean), &covariance(s, o), &layer)?;
    Ok(behind.trace())
}

/// The median squared residual behind the layer: the map is $\beta C$ on every token, and behind it lie $\beta^2\|C(x-m)\|^2$.
fn mapped_median(s: &OneLayerSetting, o: &OneLayerOutcome) -> Result<f64, JudgeError> {
    let c = covariance(s, o);
    Ok(o.filtered * mapped(s, o)? / (&c * &c * &c).trace())
}

/// $\frac1d\mathrm{tr}\,C$.
fn variance(s: &OneLayerSetting, o: &OneLayerOutcome) -> f64 {
    covariance(s, o).trace() / s.dimension as f64
}

fn many_tokens() -> Claim {
    Claim::about::<OneLayer>(
        "mem/token-map",
        "Attention of many Gaussian tokens to each other is a linear map on each of them",
    )
    .formula(r"x'=m+\beta C\,x,\qquad C'=\beta^2C^3\quad\text{(the median token)}")
    .sources(&[DONG_2021])
    .cases(|profile| {
        let tokens = by(profile, 1000, 3000);
        let setting = OneLayerSetting {
            tokens,
            dimension: 4,
            beta: 0.25,
            mean: 0.0,
            variance: 2.0,
            residuals: "gaussian".into(),
        };
        Ok(vec![At::setting("d=4 βs=0.5", setting, by(profile, 24, 100))])
    })
    .measure(|_, o| Ok(o.median))
    .predict_given(mapped_median)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival_given("one factor of the variance forgotten", |s, o| Ok(mapped_median(s, o)? / variance(s, o)))
    .rival_given("a factor βs in place of its square", |s, o| {
        Ok(mapped_median(s, o)? / (s.beta * variance(s, o)))
    })
    .finish()
}

fn small_residual() -> Claim {
    Claim::about::<OneLayer>(
        "mem/small-residual",
        "Tokens near their mean shrink towards it by the square of their spread, whatever their law and number",
    )
    .formula(r"\mathrm{tr}\,C'=\beta^2\,\mathrm{tr}\,C^3")
    .sources(&[DONG_2021])
    .cases(|profile| {
        let cases = [("sphere", 0.01), ("sphere", 0.003), ("cube", 0.01), ("cube", 0.003)];
        Ok(cases
            .into_iter()
            .map(|(residuals, variance)| {
                let setting = OneLayerSetting {
                    tokens: 40,
                    dimension: 6,
                    beta: 0.5,
                    mean: 1.0,
                    variance,
                    residuals: residuals.into(),
                };
                At::setting(format!("{residuals} s={variance} T=40"), setting, by(profile, 60, 600))
            })
            .collect())
    })
    .measure(|_, o| Ok(o.trace))
    .predict_given(mapped)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.005)))
    .rival_given("second moments in place of the covariance", |s, o| {
        let m = DVector::from_column_slice(&o.mean);
        let c = covariance(s, o);
        let b = (&c + &m * m.transpose()) * s.beta;
        Ok((&b * c * b.transpose()).trace())
    })
    .rival_given("a factor βs in place of its square", |s, o| Ok(mapped(s, o)? / (s.beta * variance(s, o))))
    .finish()
}

fn self_weight() -> Claim {
    Claim::about::<SelfWeight>(
        "mem/self-retrieval",
        "Tokens attend to themselves beyond a temperature: they are their own best keys",
    )
    .formula(r"E\,p_{ii}:\ \text{attention on one of }T\text{ Gaussian patterns, the cue the pattern}")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        Ok([0.1, 0.15, 0.2, 0.3]
            .into_iter()
            .map(|lambda| {
                let setting = SelfWeightSetting { tokens: 400, dimension: 32, lambda };
                At::setting(format!("T=400 d=32 λ={lambda}"), setting, by(profile, 60, 600))
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.weight))
    .predict(own_weight)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.004)))
    .rival("uniform attention", |s| Ok((s.tokens as f64).recip()))
    .rival_where(
        "noise that averages itself",
        |s| s.lambda == 0.15 || s.lambda == 0.3,
        |s| {
            let exponent = s.dimension as f64 * (s.lambda - 0.5 * s.lambda * s.lambda);
            Ok(1.0 / (1.0 + (s.tokens as f64 - 1.0) * (-exponent).exp()))
        },
    )
    .finish()
}

/// The mean attention of a token to itself.
pub(crate) fn own_weight(s: &SelfWeightSetting) -> Result<f64, JudgeError> {
    Ok(attention_weight(PatternEnsemble::Gaussian, s.dimension, s.lambda, 1.0, s.tokens as f64)?)
}

pub(crate) fn stack(
    (tokens, dimension): (usize, usize),
    beta: f64,
    branch: f64,
    layers: usize,
    values: &str,
) -> StackSetting {
    StackSetting { tokens, dimension, beta, skip: 1.0, branch, layers, values: values.into(), rho: 7.0 / 3.0 }
}

/// The ratio before the layers.
fn first(o: &StackOutcome) -> f64 {
    o.rho.first().copied().unwrap_or(f64::NAN)
}

/// The ratios behind the layers, from a trial's own ratio before them.
fn ratios(s: &StackSetting, o: &StackOutcome) -> Result<Vec<f64>, JudgeError> {
    let values: ValueMatrices = s.values.parse()?;
    Ok(token_similarity(first(o), s.beta, s.skip, s.branch, s.layers, values)?)
}

fn similarity_identity() -> Claim {
    Claim::about::<Stack>(
        "mem/token-similarity",
        "With a skip connection tokens grow alike geometrically with depth",
    )
    .formula(r"\rho'=\rho\left(\frac{g+a\beta s}{g+a(1+\beta s)}\right)^2,\qquad s=\frac\rho{1+\rho}")
    .sources(&[DONG_2021])
    .cases(|profile| {
        let tokens = by(profile, 1000, 1500);
        let setting = stack((tokens, 8), 0.2, 0.3, 8, "identity");
        Ok(vec![At::setting("d=8 β=0.2 a=0.3", setting, by(profile, 12, 40))])
    })
    .components((1..=8).map(|layer| format!("layer {layer}")))
    .measure(|_, o| Ok(o.rho[1..].to_vec()))
    .predict_given(ratios)
    .presumes(|s| {
        require(s.values == "identity", "values", &s.values, "identity")?;
        require(s.layers == 8, "layers", s.layers, "8, as many as are named")
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.025)))
    .rival_given("a skip connection prevents collapse", |s, o| Ok(vec![first(o); s.layers]))
    .rival_given("the asymptotic factor from the beginning", |s, o| {
        let factor = (1.0 + s.branch).powi(-2);
        Ok((1..=s.layers as i32).map(|layer| first(o) * factor.powi(layer)).collect::<Vec<_>>())
    })
    .finish()
}

fn similarity_random() -> Claim {
    Claim::about::<Stack>(
        "mem/random-values",
        "Random value matrices make tokens alike by the square of the branch only",
    )
    .formula(r"E\log\rho_\ell:\quad\rho'=\rho\,\frac{g^2+a^2\beta^2s^2}{g^2+a^2(1+\beta s)^2}")
    .sources(&[DONG_2021])
    .cases(|profile| {
        let setting = stack((400, 64), 0.05, 0.2, 6, "random");
        Ok(vec![At::setting("T=400 d=64 β=0.05 a=0.2", setting, by(profile, 80, 400))])
    })
    .by_difference()
    .measure(|s, o| Ok((o.rho[s.layers] / first(o)).ln()))
    .predict_given(|s, o| Ok((ratios(s, o)?[s.layers - 1] / first(o)).ln()))
    .presumes(|s| require(s.values == "random", "values", &s.values, "random"))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.05)))
    .rival_given("the law of values that are the identity", |s, o| {
        let all = token_similarity(first(o), s.beta, s.skip, s.branch, s.layers, ValueMatrices::Identity)?;
        Ok((all[s.layers - 1] / first(o)).ln())
    })
    .rival("a skip connection prevents collapse", |_| Ok(0.0))
    .finish()
}
