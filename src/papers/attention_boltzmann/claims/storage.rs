//! Exponentially many random patterns: attention on one of them, retrieval of all of them, the weights of their mixture.

use solvable_theory::attention_boltzmann::{
    PatternEnsemble, attention_weight, condensed_free_energy, finite_capacity, hard_success, norm_decides,
    pair_failure, quenched_free_energy, typical_capacity,
};
use solvable_theory::bibliography::LUCIBELLO_2024;

use statrs::function::gamma::ln_gamma;

use crate::experiments::{
    AllPatterns, AllPatternsSetting, FailingPairs, GaussianPatternsSetting, HardRetrieval, MixtureWeights,
    MixtureWeightsSetting, Storage, StorageSetting, StoredVectors,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![storage(), vectors(), typical(), hard(), all_on_the_sphere(), pairs(), condensed()]
}

pub(crate) fn stored(
    ensemble: &str,
    size: usize,
    lambda: f64,
    overlap: f64,
    patterns: usize,
) -> StorageSetting {
    StorageSetting { ensemble: ensemble.into(), size, lambda, overlap, patterns }
}

pub(crate) fn weight(s: &StorageSetting) -> Result<f64, JudgeError> {
    let ensemble = s.ensemble.parse()?;
    Ok(attention_weight(ensemble, s.size, s.lambda, s.overlap, s.patterns as f64)?)
}

/// $P=e^{\alpha N}$ with $\alpha=\alpha_N+$ `shift`$/N$ on the sphere.
pub(crate) fn near_capacity(size: usize, lambda: f64, shift: f64) -> Result<StorageSetting, JudgeError> {
    let patterns = (size as f64 * finite_capacity(size, lambda)? + shift).exp().round() as usize;
    Ok(stored("spherical", size, lambda, 1.0, patterns.max(2)))
}

/// The logistic law of noise that has its mean: competitors weigh $(P-1)e^{-N(\alpha-\lambda(1-m))}$ for the capacity $\alpha$.
fn self_averaging(s: &StorageSetting, capacity: f64) -> f64 {
    let exponent = s.size as f64 * (capacity - s.lambda * (1.0 - s.overlap));
    1.0 / (1.0 + (s.patterns as f64 - 1.0) * (-exponent).exp())
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
            (stored("gaussian", 16, 0.5, 1.0, 37), by(profile, 2000, 20_000)),
            (stored("spherical", 20, 1.0, 1.0, 236_325), by(profile, 12, 1000)),
            (stored("spherical", 10, 4.0, 1.0, 128_989), by(profile, 60, 1000)),
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
    .measure(|_, o| Ok(o.weight))
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
    .rival_where(
        "the capacity of Gaussian patterns on the sphere",
        |s| s.size == 20 && s.ensemble == "spherical",
        |s| Ok(self_averaging(s, s.lambda - 0.5 * s.lambda * s.lambda)),
    )
    .rival_where(
        "self-averaging noise at the capacity of infinite size",
        |s| s.patterns == 128_989,
        |s| Ok(self_averaging(s, typical_capacity(PatternEnsemble::Spherical, s.lambda)?)),
    )
    .rival_where(
        "self-averaging noise where few competitors dominate",
        |s| s.overlap < 0.75 && s.size == 16,
        |s| Ok(self_averaging(s, finite_capacity(s.size, s.lambda)?)),
    )
    .rival_where(
        "a transition of width 1/N for Gaussian patterns",
        |s| s.patterns == 37,
        |s| Ok(self_averaging(s, typical_capacity(PatternEnsemble::Gaussian, s.lambda)?)),
    )
    .finish()
}

fn hard() -> Claim {
    let middle = |s: &GaussianPatternsSetting| (2000..4000).contains(&s.patterns);
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
                // At the middle one size more or less is told apart.
                let trials = if alpha == 0.4 { by(profile, 400, 1000) } else { by(profile, 40, 200) };
                At::setting(format!("N=20 α={alpha}"), setting, trials)
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.success))
    .predict(|s| Ok(hard_success(s.size, s.patterns as f64)?))
    .margin(move |s, profile| Margin::symmetric(if middle(s) { 0.01 } else { by(profile, 0.08, 0.03) }))
    .rival_where("a norm of N − 1 terms", middle, |s| Ok(hard_success(s.size - 1, s.patterns as f64)?))
    .rival_where("a norm of N + 1 terms", middle, |s| Ok(hard_success(s.size + 1, s.patterns as f64)?))
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
    let expected = |s: &GaussianPatternsSetting, size: usize| -> Result<f64, JudgeError> {
        Ok((s.patterns * (s.patterns - 1)) as f64 * pair_failure(size)?)
    };
    Claim::about::<FailingPairs>(
        "attn/failing-pairs",
        "Pairs of Gaussian patterns that are closer to each other than to themselves",
    )
    .formula(r"P(P-1)\,\tfrac12I_{1/2}(\tfrac N2,\tfrac12)")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let setting = GaussianPatternsSetting { size: 30, patterns: 403, draws: 25 };
        let small = GaussianPatternsSetting { size: 16, patterns: 100, draws: 100 };
        Ok(vec![
            At::setting("N=30 P=403", setting, by(profile, 40, 400)),
            At::setting("N=16 P=100", small, by(profile, 40, 400)),
        ])
    })
    .by_difference()
    .measure(|_, o| Ok(o.pairs))
    .predict(move |s| expected(s, s.size))
    .margin(|s, profile| Margin::symmetric(if s.size < 20 { 0.4 } else { by(profile, 0.2, 0.1) }))
    .rival("no pair fails below half the capacity", |_| Ok(0.0))
    .rival_where("a norm of N − 1 terms", |s| s.size < 20, move |s| expected(s, s.size - 1))
    .rival_where("a norm of N + 1 terms", |s| s.size < 20, move |s| expected(s, s.size + 1))
    .rival_where("every pair once", |s| s.size < 20, move |s| Ok(0.5 * expected(s, s.size)?))
    .finish()
}

fn vectors() -> Claim {
    Claim::about::<StoredVectors>(
        "attn/stored-vectors",
        "The same mean attention with real vectors, and the end of the iteration from a cue",
    )
    .formula(r"E[p_1]\ \text{of}\ \mathrm{softmax}(\lambda\,\xi x)")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let trials = by(profile, 250, 4000);
        let settings = [stored("spherical", 16, 1.5, 0.7, 500), stored("ising", 16, 1.0, 1.0, 4000)];
        let label = |s: &StorageSetting| format!("{} N=16 P={}", s.ensemble, s.patterns);
        Ok(settings.map(|s| At::setting(label(&s), s, trials)).into())
    })
    .by_difference()
    .measure(|_, o| Ok(o.weight))
    .predict(weight)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.02)))
    .rival_where(
        "self-averaging noise",
        |s| s.overlap < 1.0,
        |s| Ok(self_averaging(s, finite_capacity(s.size, s.lambda)?)),
    )
    .rival_given_where("the weight at the end of the iteration", |s| s.overlap < 1.0, |_, o| Ok(o.iterated))
    .rival_where(
        "Gaussian overlaps",
        |s| s.ensemble == "ising",
        |s| Ok(self_averaging(s, s.lambda - 0.5 * s.lambda * s.lambda)),
    )
    .finish()
}

fn typical() -> Claim {
    // Where the probability is far from both ends a size more or less makes a difference of twice the margin.
    let flank = |s: &StorageSetting| {
        norm_decides(s.size, s.lambda, s.patterns as f64).is_ok_and(|p| (0.25..0.75).contains(&p))
    };
    Claim::about::<Storage>(
        "attn/norm-decides",
        "Whether a Gaussian pattern is retrieved is decided by its own norm, over a width of one over the root of N",
    )
    .formula(r"P(p_1>\tfrac12)=P\left(\chi_N^2>\frac{\log(P-1)}{\lambda-\lambda^2/2}\right)")
    .sources(&[LUCIBELLO_2024])
    .cases(|_| {
        let mut all = Vec::new();
        for n in [16usize, 24] {
            for alpha in [0.2, 0.25, 0.3] {
                let s = stored("gaussian", n, 0.5, 1.0, (alpha * n as f64).exp().round() as usize);
                all.push(At::setting(format!("N={n} α={alpha}"), s, 10_000));
            }
        }
        Ok(all)
    })
    .by_difference()
    .measure(|_, o| Ok(f64::from(u8::from(o.weight > 0.5))))
    .predict(|s| Ok(norm_decides(s.size, s.lambda, s.patterns as f64)?))
    .margin(|_, _| Margin::symmetric(0.02))
    .rival_where("a norm of N − 1 terms", flank, |s| Ok(norm_decides(s.size - 1, s.lambda, s.patterns as f64)?))
    .rival_where("a norm of N + 1 terms", flank, |s| Ok(norm_decides(s.size + 1, s.lambda, s.patterns as f64)?))
    .rival("the variance of the noise counted twice", |s| {
        // λ − λ² in place of λ − λ²/2.
        let other = 1.0 - (1.0 - 2.0 * (s.lambda - s.lambda * s.lambda)).sqrt();
        Ok(norm_decides(s.size, other, s.patterns as f64)?)
    })
    // Far below capacity both predict near one.
    .rival_where("the norm at its mean: a sharp threshold", |s| norm_decides(s.size, s.lambda, s.patterns as f64).is_ok_and(|p| p < 0.85), |s| {
        let alpha = (s.patterns as f64).ln() / s.size as f64;
        Ok(f64::from(u8::from(alpha < typical_capacity(PatternEnsemble::Gaussian, s.lambda)?)))
    })
    .finish()
}

/// All patterns at $\log P=N\alpha_N+$ `shift`.
pub(crate) fn all_near(size: usize, shift: f64) -> Result<AllPatternsSetting, JudgeError> {
    let s = near_capacity(size, 1.0, shift)?;
    Ok(AllPatternsSetting { ensemble: s.ensemble, size, lambda: s.lambda, patterns: s.patterns })
}

fn all_on_the_sphere() -> Claim {
    // Below a capacity α_N every pattern, above it none.
    let below = |s: &AllPatternsSetting, capacity: f64| {
        f64::from(u8::from((s.patterns as f64).ln() < s.size as f64 * capacity))
    };
    Claim::about::<AllPatterns>(
        "attn/all-patterns",
        "On the sphere all patterns are lost together: the capacity of all is that of one",
    )
    .formula(
        r"P(\text{all }p_\mu>\tfrac12)\to1\ (\alpha<\alpha_N),\quad P(p_1>\tfrac12)\to0\ (\alpha>\alpha_N)",
    )
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        // A sixth of the capacity below it all are kept, a twentieth above it none.
        let (above, few) = by(profile, (12, 8), (14, 20));
        let case = |(size, shift, trials): (usize, f64, usize)| {
            let label = format!("N={size} N(α−α_N)={shift}");
            Ok(At::setting(label, all_near(size, shift)?, trials))
        };
        [(14, -1.5, by(profile, 20, 100)), (above, 0.5, few)].into_iter().map(case).collect()
    })
    .by_difference()
    .measure(move |s, o| {
        let below = below(s, finite_capacity(s.size, s.lambda)?) > 0.5;
        Ok(if below { o.all } else { o.share })
    })
    .predict(move |s| Ok(below(s, finite_capacity(s.size, s.lambda)?)))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival_where(
        "the capacity of Gaussian patterns",
        move |s| finite_capacity(s.size, s.lambda).is_ok_and(|c| below(s, c) > 0.5),
        move |s| Ok(below(s, typical_capacity(PatternEnsemble::Gaussian, s.lambda)?)),
    )
    .rival_where(
        "overlaps with the density (1 − q²)^N",
        move |s| finite_capacity(s.size, s.lambda).is_ok_and(|c| below(s, c) < 0.5),
        move |s| {
            // In place of (1 − q²)^(N/2).
            let q = (s.lambda.hypot(1.0) - 1.0) / s.lambda;
            Ok(below(s, s.lambda * (1.0 - q) - (-q * q).ln_1p()))
        },
    )
    .rival_where(
        "half the capacity, by the union over pairs",
        move |s| finite_capacity(s.size, s.lambda).is_ok_and(|c| below(s, c) > 0.5),
        move |s| Ok(below(s, 0.5 * finite_capacity(s.size, s.lambda)?)),
    )
    .rival_where(
        "the capacity at four times the inverse temperature",
        move |s| finite_capacity(s.size, s.lambda).is_ok_and(|c| below(s, c) < 0.5),
        move |s| Ok(below(s, finite_capacity(s.size, 4.0 * s.lambda)?)),
    )
    .finish()
}

fn condensed() -> Claim {
    let kappa = |s: &MixtureWeightsSetting| (s.patterns as f64).ln() / s.dimension as f64;
    Claim::about::<MixtureWeights>(
        "attn/condensed",
        "The partition function of exponentially many Gaussian patterns where a few of them carry it",
    )
    .formula(r"f=\frac1d\left[\tfrac\theta2t_K+\tfrac1\mu\log\Gamma(1-\mu)+\gamma(\tfrac1\mu-1)\right]")
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let mut all = Vec::new();
        for theta in [0.8, 1.2] {
            let s = MixtureWeightsSetting { dimension: 30, patterns: 8103, theta };
            all.push(At::setting(format!("d=30 K=8103 θ={theta}"), s, by(profile, 1000, 2000)));
        }
        // Few patterns carry the sum: what is left of Euler's constant is five hundredths.
        let s = MixtureWeightsSetting { dimension: 30, patterns: 1000, theta: 2.0 };
        all.push(At::setting("d=30 K=1000 θ=2", s, by(profile, 2000, 10_000)));
        if profile == Profile::Full {
            let s = MixtureWeightsSetting { dimension: 46, patterns: 1_000_000, theta: 0.8 };
            all.push(At::setting("d=46 K=10⁶ θ=0.8", s, 200));
        }
        Ok(all)
    })
    .by_difference()
    .measure(|_, o| Ok(o.f))
    .predict(|s| Ok(condensed_free_energy(s.dimension, s.patterns as f64, s.theta)?.0))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.012)))
    .rival_where("the average of Z", |s| s.theta < 1.0, move |s| Ok(kappa(s) - 0.5 * (-s.theta).ln_1p()))
    .rival_where(
        "without Euler's constant",
        |s| s.theta > 1.5,
        |s| {
            let (f, participation) = condensed_free_energy(s.dimension, s.patterns as f64, s.theta)?;
            Ok(f - 0.577_215_664_901_532_9 * participation / (1.0 - participation) / s.dimension as f64)
        },
    )
    .rival_where(
        "without the gamma function",
        |s| s.theta < 1.0,
        |s| {
            let (f, participation) = condensed_free_energy(s.dimension, s.patterns as f64, s.theta)?;
            Ok(f - ln_gamma(participation) / (1.0 - participation) / s.dimension as f64)
        },
    )
    .rival("infinitely many dimensions", move |s| Ok(quenched_free_energy(kappa(s), s.theta)?))
    .finish()
}
