//! Linear mixing: how a product of random layers loses rank, and its exponents.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;
use solvable_theory::bibliography::{HAYASE_2023, NEWMAN_1986};
use solvable_theory::memories_and_mixing::{
    kronecker_moment, mixing_exponents, mixing_moments, mixing_top_exponent,
};

use crate::experiments::{
    Kronecker, KroneckerSetting, LinearMixing, MixingGrowth, MixingProducts, ProductSetting,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![moments(), exponents(), top_exponent(), kronecker()]
}

pub(crate) fn mixing(tokens: usize, skip: f64, branch: f64, layers: usize) -> LinearMixing {
    LinearMixing { tokens, skip, branch, layers }
}

fn predicted(s: &LinearMixing) -> Result<[f64; 2], JudgeError> {
    let moments = mixing_moments(s.tokens, s.skip, s.branch, s.layers)?;
    Ok([moments.trace_of_square, moments.square_of_trace])
}

fn moments() -> Claim {
    Claim::about::<MixingProducts>(
        "mem/mixing-moments",
        "Linear mixing with a skip connection loses rank, exactly at any size and depth",
    )
    .formula(
        r"x'=\left[g^4+2ug^2(1+T)+u^2T(T+1)\right]x+\left[2ug^2+u^2T\right]y,\quad y'=(g^2+uT)^2y+\left[4ug^2+2Tu^2\right]x,\quad u=\frac{a^2}T",
    )
    .sources(&[HAYASE_2023])
    .cases(|profile| {
        let small = ProductSetting { mixing: mixing(8, 1.0, 0.4, 10), draws: 200 };
        let large = ProductSetting { mixing: mixing(20, 1.0, 0.3, 20), draws: 40 };
        Ok(vec![
            At::setting("T=8 a=0.4 L=10", small, by(profile, 100, 1000)),
            At::setting("T=20 a=0.3 L=20", large, by(profile, 100, 1000)),
        ])
    })
    .components(["tr H²", "(tr H)²"])
    .measure(|_, o| Ok([o.trace_of_square, o.square_of_trace]))
    .predict(|s| predicted(&s.mixing))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.025)))
    .rival("no rank is lost", |s| {
        let [_, y] = predicted(&s.mixing)?;
        Ok([y / s.mixing.tokens as f64, y])
    })
    .rival("half the rate of loss", |s| {
        let [_, y] = predicted(&s.mixing)?;
        let t = s.mixing.branch.powi(2) * s.mixing.layers as f64;
        Ok([y * (1.0 + t) / s.mixing.tokens as f64, y])
    })
    .finish()
}

fn exponents() -> Claim {
    Claim::about::<MixingGrowth>(
        "mem/mixing-exponents",
        "The exponents of a product of Gaussian layers, exactly at any size",
    )
    .sources(&[NEWMAN_1986])
    .formula(r"\lambda_i=\frac12\left[\log\frac{2a^2}T+\psi\left(\frac{T-i+1}2\right)\right]")
    .cases(|profile| Ok(vec![At::setting("T=6 a=1", mixing(6, 0.0, 1.0, 2000), by(profile, 100, 1000))]))
    .by_difference()
    .components((1..=6).map(|i| format!("exponent {i}")))
    .measure(|_, o| Ok(o.exponents.clone()))
    .predict(|s| Ok(mixing_exponents(s.tokens, s.branch)?))
    .presumes(|s| {
        require(s.skip == 0.0, "skip", s.skip, "0")?;
        require(s.tokens == 6, "tokens", s.tokens, "6, as many as are named")
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.016, 0.005)))
    .rival("the logarithm of the mean square in place of the mean logarithm", |s| {
        let t = s.tokens as f64;
        let exponent = |i: usize| 0.5 * (s.branch.powi(2) * (t - i as f64) / t).ln();
        Ok((0..s.tokens).map(exponent).collect::<Vec<_>>())
    })
    .finish()
}

fn top_exponent() -> Claim {
    Claim::about::<MixingGrowth>(
        "mem/mixing-top-exponent",
        "The largest exponent with a skip connection, by one integral",
    )
    .formula(r"\lambda_1=\frac12E\log\left[\left(g+\frac a{\sqrt T}z\right)^2+\frac{a^2}T\chi^2_{T-1}\right]")
    .sources(&[NEWMAN_1986])
    .cases(|profile| {
        Ok(vec![At::setting("T=12 g=1 a=0.5", mixing(12, 1.0, 0.5, 400), by(profile, 100, 1000))])
    })
    .by_difference()
    .measure(|_, o| Ok(o.exponents[0]))
    .predict(|s| Ok(mixing_top_exponent(s.tokens, s.skip, s.branch)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.004, 0.0015)))
    .rival("small steps without the shift of Itô", |s| {
        Ok(0.5 * s.branch.powi(2) * (s.tokens as f64 - 1.0) / s.tokens as f64)
    })
    .finish()
}

fn kronecker() -> Claim {
    let dense = |n: f64| [1.0, 2.0 + 1.0 / n, 5.0 + 6.0 / n + 4.0 / (n * n)];
    Claim::about::<Kronecker>(
        "mem/kronecker-moments",
        "A block that mixes tokens and channels has the spectrum of a Kronecker product, not that of one wide matrix",
    )
    .formula(
        r"\frac1{SC}E\,\mathrm{tr}(AA^\top)^k=\mu_k(S)\mu_k(C),\quad\mu_2(n)=2+\frac1n,\ \mu_3(n)=5+\frac6n+\frac4{n^2}",
    )
    .sources(&[HAYASE_2023])
    .cases(|profile| {
        let setting = KroneckerSetting { tokens: 12, channels: 8 };
        Ok(vec![At::setting("S=12 C=8", setting, by(profile, 400, 4000))])
    })
    .components(["k = 1", "k = 2", "k = 3"])
    .measure(|_, o| Ok(o.moments.clone()))
    .predict(|s| {
        let moment = |order| Ok(kronecker_moment(s.tokens, s.channels, order)?);
        [1, 2, 3].into_iter().map(moment).collect::<Result<Vec<f64>, JudgeError>>()
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.05)))
    .rival("a dense Gaussian matrix of the same width", move |s| Ok(dense((s.tokens * s.channels) as f64)))
    .finish()
}
