//! Heads of their own on a shared trunk.

use solvable_theory::bibliography::KARAKIDA_2022_CONTINUAL;
use solvable_theory::continual_learning::{Heads, TaskPair, multi_head};
use solvable_theory::kernel_spectrum::trunk_shares;
use solvable_theory::{Activation, InitialScales};

use super::gaussian::{RHO, at_similarity};
use crate::experiments::{
    Features, HeadKernels, HeadKernelsSetting, MultiHead, MultiHeadSetting, Sphere, SphereTarget, Trunk,
};
use crate::settings::gaussian;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![forward(), backward(), on_sphere(), kernels(), shares()]
}

/// $\rho$ of the cases: dissimilar tasks where the target is smoother than the kernel.
fn rho(s: &MultiHeadSetting) -> f64 {
    if matches!(s.features, Features::Gaussian { decay, target_decay, .. } if target_decay > decay) {
        DISSIMILAR
    } else {
        RHO
    }
}

const DISSIMILAR: f64 = 0.3;

/// $E_{A\to B}$ and $E_{\rm back}$ at the similarity of the case, for heads that `change` makes of the case's own.
fn law(s: &MultiHeadSetting, rho: f64, change: impl Fn(Heads) -> Heads) -> Result<[f64; 2], JudgeError> {
    let heads = change(s.heads()?);
    let (spectrum, target) = s.features.theory()?;
    let pair = TaskPair { samples: s.samples, noise: s.noise, rho };
    let law = multi_head(&spectrum, &target, &heads, &pair)?;
    Ok([law.forward, law.backward])
}

/// The law of a setting at similarity $\rho$.
pub(crate) fn own_law(s: &MultiHeadSetting, rho: f64) -> Result<[f64; 2], JudgeError> {
    law(s, rho, |heads| heads)
}

fn one_head(heads: Heads) -> Heads {
    Heads { trunk: vec![1.0; heads.trunk.len()], correlation: 1.0 }
}

fn apart(heads: Heads) -> Heads {
    Heads { correlation: 0.0, ..heads }
}

fn equal_heads(heads: Heads) -> Heads {
    Heads { correlation: 1.0, ..heads }
}

fn correlated(s: &MultiHeadSetting) -> bool {
    s.head_correlation < 1.0
}

fn smooth(s: &MultiHeadSetting) -> bool {
    rho(s) == DISSIMILAR
}

/// Gaussian features; smooth targets where there is noise.
pub(crate) fn setting(
    modes: usize,
    target_decay: f64,
    samples: [usize; 2],
    noise: [f64; 2],
    head_correlation: f64,
) -> MultiHeadSetting {
    MultiHeadSetting {
        features: gaussian(1.5, target_decay, modes),
        trunk: Trunk::Share(0.5),
        head_correlation,
        samples,
        noise,
    }
}

fn gaussian_cases(profile: Profile) -> Result<Vec<At<MultiHeadSetting>>, JudgeError> {
    let cases = [
        (1.5, [100, 100], [0.0; 2], 1.0),
        (2.0, [60, 120], [0.0; 2], 1.0),
        (1.5, [100, 100], [0.05, 0.1], -0.6),
    ];
    Ok(cases
        .into_iter()
        .map(|(decay, samples, noise, correlation)| {
            let samples: [usize; 2] = samples.map(|n| by(profile, n, 2 * n));
            let setting = setting(by(profile, 600, 2000), decay, samples, noise, correlation);
            let label = format!(
                "a=1.5 b={decay} N=({}, {}) τ=0.5 ϱ={correlation} σ²={noise:?}",
                samples[0], samples[1]
            );
            At::setting(label, setting, by(profile, 12, 48))
        })
        .collect())
}

fn forward() -> Claim {
    Claim::about::<MultiHead>("cl/multi-head", "Two heads on one trunk: what transfers")
        .formula(
            r"\hat\tau=\varrho\tau:\qquad E_{A\to B}=\frac{\sum q_2^2U+\gamma_2\sigma_2^2}{1-\gamma_2},\quad U=\eta-2\hat\tau\rho R_1+\hat\tau^2S_1",
        )
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(gaussian_cases)
        .measure(|s, o| Ok(at_similarity(o.forward, rho(s))))
        .predict(|s| Ok(own_law(s, rho(s))?[0]))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
        // What half a trunk transfers of matched tasks is nearly what a whole one does; smooth dissimilar tasks hardly transfer.
        .rival_where("one head for both tasks", |s| smooth(s) || correlated(s), |s| {
            Ok(law(s, rho(s), one_head)?[0])
        })
        .rival_where("nothing shared between heads", |s| !smooth(s), |s| Ok(law(s, rho(s), apart)?[0]))
        .rival_where("the whole trunk shared, whatever the heads' weights", correlated, |s| {
            Ok(law(s, rho(s), equal_heads)?[0])
        })
        .finish()
}

fn backward() -> Claim {
    Claim::about::<MultiHead>("cl/multi-head-backward", "Two heads on one trunk: what is forgotten")
        .formula(
            r"E_{\rm back}=\sum_i\{\eta(A^2-2\rho AB+B^2)+(1-\hat\tau B)^2b_1(E_1+\sigma_1^2)+\hat\tau^2b_2(E_{A\to B}+\sigma_2^2)\},\quad
              B=\hat\tau(1-q_2),\ A=q_1+\hat\tau(1-q_1)B",
        )
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(gaussian_cases)
        .measure(|s, o| Ok(at_similarity(o.backward, rho(s))))
        .predict(|s| Ok(own_law(s, rho(s))?[1]))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.005)))
        .rival("one head for both tasks", |s| Ok(law(s, rho(s), one_head)?[1]))
        .rival("nothing shared between heads", |s| Ok(law(s, rho(s), apart)?[1]))
        .rival_where("the whole trunk shared, whatever the heads' weights", correlated, |s| {
            Ok(law(s, rho(s), equal_heads)?[1])
        })
        .finish()
}

/// ReLU networks of three layers with biases, on the sphere in ten dimensions.
fn sphere() -> Result<Sphere, JudgeError> {
    let scales = InitialScales::new(Activation::relu(), 2.0, 0.1)?;
    Ok(Sphere { dimension: 10, scales, depth: 3, target: SphereTarget::Matched })
}

fn on_sphere() -> Claim {
    Claim::about::<MultiHead>(
        "cl/multi-head-sphere",
        "Two heads of real networks on the sphere, degree by degree",
    )
    .formula(r"\tau_k=\int\sigma_w^2\dot V\Theta^{(L-1)}P_k\Big/\int\Theta^{(L)}P_k")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        [([200, 50], 1.0), ([100, 100], 0.5)]
            .into_iter()
            .map(|(samples, head_correlation)| {
                let samples: [usize; 2] = samples.map(|n| by(profile, n, 2 * n));
                let label = format!("ReLU L=3 d=10 N=({}, {}) ϱ={head_correlation}", samples[0], samples[1]);
                let setting = MultiHeadSetting {
                    features: Features::Sphere(sphere()?),
                    trunk: Trunk::Network,
                    head_correlation,
                    samples,
                    noise: [0.0; 2],
                };
                Ok(At::setting(label, setting, by(profile, 12, 48)))
            })
            .collect()
    })
    .measure(|s, o| Ok([at_similarity(o.forward, rho(s)), at_similarity(o.backward, rho(s))]))
    .components(["forward", "backward"])
    .predict(|s| own_law(s, rho(s)))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.015)))
    .rival("one head for both tasks", |s| law(s, rho(s), one_head))
    .rival("nothing shared between heads", |s| law(s, rho(s), apart))
    .rival_where("the whole trunk shared, whatever the heads' weights", correlated, |s| {
        law(s, rho(s), equal_heads)
    })
    .finish()
}

fn kernel_setting(width: usize, head_correlation: f64) -> Result<HeadKernelsSetting, JudgeError> {
    Ok(HeadKernelsSetting { sphere: sphere()?, width, heads: 2, head_correlation, samples: 40 })
}

fn kernel_cases(profile: Profile, correlations: &[f64]) -> Result<Vec<At<HeadKernelsSetting>>, JudgeError> {
    let width = by(profile, 512, 1024);
    correlations
        .iter()
        .map(|&correlation| {
            let label = format!("ReLU L=3 d=10 M={width} ϱ={correlation}");
            Ok(At::setting(label, kernel_setting(width, correlation)?, by(profile, 16, 32)))
        })
        .collect()
}

fn kernels() -> Claim {
    Claim::about::<HeadKernels>(
        "cl/head-kernels",
        "The trunk's kernel between two heads is that of one head times the correlation of their weights",
    )
    .formula(r"\Theta^T_{ss'}=\varrho\,\Theta^T_{ss}")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| kernel_cases(profile, &[0.0, 0.5, 1.0]))
    .measure(|_, o| Ok(o.cross / o.same))
    .predict(|s| Ok(s.head_correlation))
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.04)))
    .rival_where("a shared trunk, whatever the heads' weights", |s| s.head_correlation < 1.0, |_| Ok(1.0))
    .rival_where("heads that do not know of each other", |s| s.head_correlation != 0.0, |_| Ok(0.0))
    .finish()
}

fn shares() -> Claim {
    let equal = |s: &HeadKernelsSetting| 1.0 - 1.0 / s.sphere.depth as f64;
    Claim::about::<HeadKernels>(
        "cl/trunk-share",
        "The head carries the constant, the trunk nearly everything else",
    )
    .formula(r"\tau_k=\int\sigma_w^2\dot V\Theta^{(L-1)}P_k\Big/\int\Theta^{(L)}P_k,\qquad k=0,1,2")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| kernel_cases(profile, &[0.0]))
    .measure(|_, o| Ok(o.shares))
    .components(["degree 0", "degree 1", "degree 2"])
    .predict(|s| {
        let Sphere { scales, depth, dimension, .. } = &s.sphere;
        let found = trunk_shares(scales, *depth, *dimension, 2)?;
        Ok([found[0], found[1], found[2]])
    })
    .by_difference()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.02)))
    .rival("as large a part as of the layers", move |s| Ok([equal(s); 3]))
    .rival("the same share in every degree, that at equal inputs", |s| {
        let map = solvable_theory::kernel_spectrum::NtkMap::new(&s.sphere.scales, s.sphere.depth)?;
        let [head, trunk] = map.parts(1.0)?;
        Ok([trunk / (head + trunk); 3])
    })
    .finish()
}
