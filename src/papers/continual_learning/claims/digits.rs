//! Real data: the spectrum of the digits in, learning curves out.

use solvable_theory::TheoryError;
use solvable_theory::bibliography::{CANATAR_2021, KARAKIDA_2022_CONTINUAL};

use super::gaussian::{RHO, at_similarity};
use super::theory::{Missing, Pair, pair};
use crate::experiments::{DigitsTarget, Features, TwoTasks, TwoTasksSetting};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![two_tasks(), parity()]
}

/// Images are not Gaussian features: the law is asked to be right within a tenth.
const MARGIN: f64 = 0.1;

/// Tasks on all images of the shipped digits.
pub(crate) fn setting(target: DigitsTarget, samples: [usize; 2]) -> TwoTasksSetting {
    TwoTasksSetting { features: Features::Digits { population: 1797, depth: 3, target }, samples }
}

/// A similarity at which most of the backward error is what the second stage leaves, and not what it leads astray.
const SIMILAR: f64 = 0.95;

/// $E_1$, the forward error, and the backward error at both similarities.
fn components(
    s: &TwoTasksSetting,
    forward: impl Fn(&Pair, f64) -> Result<f64, TheoryError>,
    backward: impl Fn(&Pair, f64) -> Result<f64, TheoryError>,
) -> Result<[f64; 4], JudgeError> {
    let pair = pair(s)?;
    Ok([pair.at(RHO)?.first, forward(&pair, RHO)?, backward(&pair, RHO)?, backward(&pair, SIMILAR)?])
}

fn two_tasks() -> Claim {
    Claim::about::<TwoTasks>("cl/digits", "Two tasks on the digits: learning curves from the spectrum of the data")
        .formula(r"\lambda_i,\eta_i\ \text{from the kernel matrix of the images};\quad E_1,\ E_{A\to B},\ E_{\rm back}\text{ by the law of two tasks}")
        .sources(&[KARAKIDA_2022_CONTINUAL, CANATAR_2021])
        .cases(|profile| {
            Ok([[100, 100], [200, 50]]
                .into_iter()
                .map(|samples| {
                    let label = format!("digits N=({}, {})", samples[0], samples[1]);
                    At::setting(label, setting(DigitsTarget::Matched, samples), by(profile, 32, 100))
                })
                .collect())
        })
        .measure(|_, o| {
            Ok([
                o.first,
                at_similarity(o.forward, RHO),
                at_similarity(o.backward, RHO),
                at_similarity(o.backward, SIMILAR),
            ])
        })
        .components(["E₁", "forward", "backward", "backward, ρ=0.95"])
        .predict(|s| components(s, |pair, rho| Ok(pair.at(rho)?.forward), |pair, rho| Ok(pair.at(rho)?.backward)))
        .margin(|_, _| Margin::symmetric(MARGIN))
        .rival_where(
            "a cold start",
            |s| s.samples[1] < s.samples[0],
            |s| components(s, |pair, rho| Ok(pair.at(rho)?.alone), |pair, rho| Ok(pair.at(rho)?.backward)),
        )
        .rival("without 1/(1 − γ₂)", |s| {
            let part = |which: usize| {
                move |pair: &Pair, rho: f64| Ok(pair.without(Missing::Amplification, rho)?[which])
            };
            components(s, part(0), part(1))
        })
        .rival("without 1/(1 − γ₂) in what is forgotten", |s| {
            components(
                s,
                |pair, rho| Ok(pair.at(rho)?.forward),
                |pair, rho| Ok(pair.without(Missing::Amplification, rho)?[1]),
            )
        })
        .rival("nothing forgotten", |s| {
            components(s, |pair, rho| Ok(pair.at(rho)?.forward), |pair, rho| Ok(pair.at(rho)?.first))
        })
        .finish()
}

fn parity() -> Claim {
    Claim::about::<TwoTasks>("cl/digits-parity", "Even or odd, learnt twice: the law of one real target")
        .formula(r"\eta_i=\langle f,\phi_i\rangle^2,\qquad f=\pm1\text{ for even and odd digits}")
        .sources(&[KARAKIDA_2022_CONTINUAL, CANATAR_2021])
        .cases(|profile| {
            Ok([[100, 100], [100, 20]]
                .into_iter()
                .map(|samples| {
                    let label = format!("parity of digits N=({}, {})", samples[0], samples[1]);
                    At::setting(label, setting(DigitsTarget::Parity, samples), by(profile, 64, 200))
                })
                .collect())
        })
        .measure(|_, o| Ok([o.first, at_similarity(o.forward, 1.0)]))
        .components(["E₁", "E₂"])
        .predict(|s| {
            let law = pair(s)?.at(1.0)?;
            Ok([law.first, law.forward])
        })
        .margin(|_, _| Margin::symmetric(MARGIN))
        .rival("a target from the kernel itself, of the same power", |s| {
            let own = pair(&setting(DigitsTarget::Matched, s.samples))?;
            let law = own.at(1.0)?;
            let scale = pair(s)?.target.power(&pair(s)?.spectrum) / own.target.power(&own.spectrum);
            Ok([scale * law.first, scale * law.forward])
        })
        .rival("without 1/(1 − γ₂)", |s| {
            let pair = pair(s)?;
            Ok([pair.at(1.0)?.first, pair.without(Missing::Amplification, 1.0)?[0]])
        })
        .finish()
}
