//! Attention as retrieval: orthogonal patterns, and exponentially many random ones.

use solvable_theory::attention_boltzmann::{
    PatternEnsemble, attention_weight, finite_capacity, hard_success, overlap, pair_failure, spinodal,
    typical_capacity,
};
use solvable_theory::bibliography::{LUCIBELLO_2024, RAMSAUER_2021};

use super::super::by;
use super::super::experiments::{
    FailingPairs, GaussianPatternsSetting, HardRetrieval, Retrieval, RetrievalSetting, Storage,
    StorageSetting,
};
use crate::verify::{At, Claim, JudgeError, Margin, Profile};

pub(super) fn claims() -> Vec<Claim> {
    vec![orthogonal(), storage(), hard(), pairs()]
}

pub(super) fn retrieval(patterns: usize, x: f64) -> RetrievalSetting {
    RetrievalSetting { patterns, dimension: patterns.max(24), x }
}

/// $x/x_c$ of the claim.
pub(super) const RATIOS: [f64; 5] = [0.99, 1.001, 1.01, 1.5, 2.0];

pub(super) fn counts(profile: Profile) -> Vec<usize> {
    by(profile, vec![3, 10], vec![3, 10, 100])
}

/// The weight that the iteration from a pattern reaches: the branch, or the uniform state where there is none.
pub(super) fn reached(patterns: usize, x: f64) -> Result<f64, JudgeError> {
    if x < spinodal(patterns)? { Ok((patterns as f64).recip()) } else { Ok(overlap(patterns, x)?) }
}

fn orthogonal() -> Claim {
    Claim::about::<Retrieval>("attn/retrieval", "The update of attention on orthogonal patterns ends on the Potts branch, or uniform below its spinodal")
        .formula(r"\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a}=x,\quad x\ge x_c")
        .sources(&[RAMSAUER_2021])
        .cases(|profile| {
            let mut all = Vec::new();
            for k in counts(profile) {
                for ratio in RATIOS {
                    let setting = retrieval(k, ratio * spinodal(k)?);
                    all.push(At::setting(format!("K={k} x={ratio} x_c"), setting, 1));
                }
            }
            Ok(all)
        })
        .by_difference()
        .identity()
        .measure(|_, o| Ok(o.number("weight")?))
        .predict(|s| reached(s.patterns, s.x))
        // Next to the spinodal the iteration creeps; its last steps are below rounding.
        .margin(|_, _| Margin::symmetric(1e-9))
        .rival_where(
            "the uniform state",
            |s| spinodal(s.patterns).is_ok_and(|c| s.x >= c),
            |s| Ok((s.patterns as f64).recip()),
        )
        .rival("one step: the pattern against silence", |s| {
            let k = s.patterns as f64;
            Ok(1.0 / (1.0 + (k - 1.0) * (-s.x).exp()))
        })
        .finish()
}

pub(super) fn stored(
    ensemble: &str,
    size: usize,
    lambda: f64,
    overlap: f64,
    patterns: usize,
) -> StorageSetting {
    StorageSetting { ensemble: ensemble.into(), size, lambda, overlap, patterns }
}

pub(super) fn weight(s: &StorageSetting) -> Result<f64, JudgeError> {
    let ensemble = s.ensemble.parse()?;
    Ok(attention_weight(ensemble, s.size, s.lambda, s.overlap, s.patterns as f64)?)
}

/// $P=e^{\alpha N}$ with $\alpha=\alpha_N+$ `shift`$/N$ on the sphere.
pub(super) fn near_capacity(size: usize, lambda: f64, shift: f64) -> Result<StorageSetting, JudgeError> {
    let patterns = (size as f64 * finite_capacity(size, lambda)? + shift).exp().round() as usize;
    Ok(stored("spherical", size, lambda, 1.0, patterns.max(2)))
}

fn storage() -> Claim {
    Claim::about::<Storage>(
        "attn/storage",
        "The mean attention on one of exponentially many random patterns, exactly",
    )
    .formula(r"E[p_1]=\int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\lambda(q-m)}}\right]\right)^{P-1}")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let few = by(profile, 1000, 5000);
        let settings = vec![
            (stored("spherical", 16, 1.5, 0.7, 500), few),
            (stored("spherical", 16, 1.5, 0.8, 4000), few),
            (stored("spherical", 10, 4.0, 1.0, 28_781), by(profile, 200, 1000)),
            (stored("ising", 20, 1.0, 0.7, 3000), few),
            (stored("gaussian", 16, 0.5, 1.0, 403), by(profile, 2000, 20_000)),
            (stored("gaussian", 16, 2.0, 1.0, 2981), by(profile, 2000, 20_000)),
        ];
        Ok(settings
            .into_iter()
            .map(|(s, trials)| {
                let label =
                    format!("{} N={} λ={} m={} P={}", s.ensemble, s.size, s.lambda, s.overlap, s.patterns);
                At::setting(label, s, trials)
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.number("weight")?))
    .predict(weight)
    .margin(|s, profile| {
        Margin::symmetric(by(profile, if s.ensemble == "gaussian" { 0.06 } else { 0.04 }, 0.02))
    })
    .rival_where(
        "the capacity of infinite size as a sharp threshold",
        |_| true,
        |s| {
            // Below capacity everything is retrieved, above it nothing.
            let ensemble: PatternEnsemble = s.ensemble.parse()?;
            let signal = s.lambda * (1.0 - s.overlap);
            let alpha = (s.patterns as f64).ln() / s.size as f64;
            Ok(f64::from(alpha < typical_capacity(ensemble, s.lambda)? - signal))
        },
    )
    .finish()
}

fn hard() -> Claim {
    Claim::about::<HardRetrieval>(
        "attn/zero-temperature",
        "Retrieval of a Gaussian pattern at zero temperature, at finite size",
    )
    .formula(r"E\,\Phi(\chi_N)^{P-1}")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let alphas: Vec<f64> = by(profile, vec![0.3, 0.4, 0.5], vec![0.3, 0.4, 0.5, 0.6]);
        Ok(alphas
            .into_iter()
            .map(|alpha| {
                let patterns = (20.0 * alpha).exp().round() as usize;
                let setting = GaussianPatternsSetting { size: 20, patterns, draws: 50 };
                At::setting(format!("N=20 α={alpha}"), setting, by(profile, 40, 200))
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.number("success")?))
    .predict(|s| Ok(hard_success(s.size, s.patterns as f64)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.03)))
    // At half the threshold and below, finite sizes still succeed almost always.
    .rival_where(
        "a sharp threshold at 1/2",
        |s| s.patterns > 1000,
        |s| Ok(f64::from((s.patterns as f64).ln() / (s.size as f64) < 0.5 - 1e-3)),
    )
    .rival("overlaps twice as wide", |s| Ok(hard_success(s.size / 4, s.patterns as f64)?))
    .finish()
}

fn pairs() -> Claim {
    Claim::about::<FailingPairs>(
        "attn/failing-pairs",
        "Pairs of Gaussian patterns that are closer to each other than to themselves",
    )
    .formula(r"P(P-1)\,\tfrac12I_{1/2}(\tfrac N2,\tfrac12)")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let setting = GaussianPatternsSetting { size: 30, patterns: 403, draws: 25 };
        Ok(vec![At::setting("N=30 P=403", setting, by(profile, 40, 400))])
    })
    .by_difference()
    .measure(|_, o| Ok(o.number("pairs")?))
    .predict(|s| Ok((s.patterns * (s.patterns - 1)) as f64 * pair_failure(s.size)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.2, 0.1)))
    .rival("no pair fails below half the capacity", |_| Ok(0.0))
    .finish()
}
