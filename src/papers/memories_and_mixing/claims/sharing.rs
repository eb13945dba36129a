//! Memorisation against sharing of patterns.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::{by, kept};
use solvable_theory::bibliography::OTA_2023;
use solvable_theory::memories_and_mixing::{sharing, sharing_of_simplex, sharing_plateau};

use crate::experiments::{AscentOutcome, AscentSetting, SharedPatterns};

pub(crate) fn claims() -> Vec<Claim> {
    vec![likelihood(), used(), plateau(), small_starts()]
}

pub(crate) fn ascent(
    samples: usize,
    patterns: usize,
    square: f64,
    start: f64,
    steps: usize,
) -> AscentSetting {
    AscentSetting { samples, patterns, square, start, steps, centred: false }
}

/// The likelihood at rest of patterns with this occupation.
pub(crate) fn at_rest(s: &AscentSetting, occupation: &[usize]) -> Result<f64, JudgeError> {
    let law = if s.centred { sharing_of_simplex } else { sharing };
    Ok(law(occupation, s.square, 1.0)?.likelihood)
}

/// The occupation that a trial ended with.
pub(crate) fn ended(o: &AscentOutcome) -> Vec<usize> {
    o.occupation.iter().map(|count| *count as usize).collect()
}

/// Every sample its own pattern, as far as there are patterns.
fn memorised(s: &AscentSetting) -> Vec<usize> {
    (0..s.patterns).map(|mu| s.samples / s.patterns + usize::from(mu < s.samples % s.patterns)).collect()
}

/// One pattern for all.
fn averaged(s: &AscentSetting) -> Vec<usize> {
    (0..s.patterns).map(|mu| if mu == 0 { s.samples } else { 0 }).collect()
}

fn likelihood() -> Claim {
    Claim::about::<SharedPatterns>(
        "mem/sharing",
        "Where likelihood ascent comes to rest follows from how many samples each pattern serves",
    )
    .formula(r"\mathcal L=\frac{R^2}N\sum_\mu k_\mu a_\mu-\log S,\qquad a_\mu=\frac S{N\sigma^2}e^{-\sigma^2a_\mu^2k_\mu R^2/2}")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let cases = [(16, 16, 64.0, 3000), (16, 16, 256.0, 3000), (24, 12, 256.0, 3000)];
        Ok(cases
            .into_iter()
            .map(|(samples, patterns, square, steps)| {
                let label = format!("N={samples} K={patterns} R²={square}");
                At::setting(label, ascent(samples, patterns, square, 1e-3, steps), by(profile, 60, 600))
            })
            .collect())
    })
    .measure(|_, o| Ok(o.likelihood))
    .predict_given(|s, o| at_rest(s, &ended(o)))
    .margin(|_, _| Margin::symmetric(1e-4))
    .rival_where("full memorisation", |s| s.samples <= s.patterns, |s| at_rest(s, &memorised(s)))
    .rival("the mean pattern", |s| at_rest(s, &averaged(s)))
    .rival_given("a shared pattern shrinks by the root of its samples alone", |s, o| {
        let counts = ended(o);
        let roots: f64 = counts.iter().map(|&k| (k as f64).sqrt()).sum();
        let in_use = counts.iter().filter(|&&k| k > 0).count() as f64;
        // Each a² k R² is R²: a pattern in use weighs e^(R²/2).
        Ok(s.square * roots / s.samples as f64 - (0.5 * s.square + in_use.ln()))
    })
    .finish()
}

fn large_starts(profile: solvable_engine::verify::Profile, steps: usize) -> Vec<At<AscentSetting>> {
    let setting = ascent(16, 16, 256.0, 0.1, steps);
    vec![At::setting(format!("N=K=16 R²=256 s₀=0.1, {steps} steps"), setting, by(profile, 200, 1000))]
}

fn used() -> Claim {
    Claim::about::<SharedPatterns>(
        "mem/patterns-used",
        "From starts that are not tiny every sample settles on the pattern that it liked best at the beginning",
    )
    .formula(r"\bar D=K\left(1-\left(1-\tfrac1K\right)^N\right)")
    .sources(&[OTA_2023])
    .cases(|profile| Ok(large_starts(profile, 800)))
    .measure(|_, o| Ok(in_use(o)))
    .predict(|s| Ok(sharing_plateau(s.samples, s.patterns)?.1))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.03)))
    .rival("every sample finds a pattern of its own", |s| Ok(s.samples.min(s.patterns) as f64))
    .finish()
}

/// The number of patterns that serve a sample.
pub(crate) fn in_use(o: &AscentOutcome) -> f64 {
    o.occupation.iter().filter(|count| **count > 0.0).count() as f64
}

/// The mean over random choices of $N$ samples among $K$ patterns of the likelihood at rest: over the partitions of $N$.
fn mean_at_rest(s: &AscentSetting) -> Result<f64, JudgeError> {
    let table = kept(&format!("mem/plateau {s:?}"), || {
        let mut mean = 0.0;
        let mut parts = Vec::new();
        for_partitions(s.samples, s.samples, s.patterns, &mut parts, &mut |parts| {
            // N! / Π k! ways to deal the samples out, K! / Π (multiplicities)! to name the patterns.
            let log_factorial = |n: usize| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
            let mut log = log_factorial(s.samples) + log_factorial(s.patterns);
            log -= parts.iter().map(|&k| log_factorial(k)).sum::<f64>();
            log -= log_factorial(s.patterns - parts.len());
            let mut rest = parts;
            while let Some(&k) = rest.first() {
                let equal = rest.iter().take_while(|&&other| other == k).count();
                log -= log_factorial(equal);
                rest = &rest[equal..];
            }
            log -= s.samples as f64 * (s.patterns as f64).ln();
            let mut occupation = parts.to_vec();
            occupation.resize(s.patterns, 0);
            mean += log.exp() * at_rest(s, &occupation)?;
            Ok(())
        })?;
        Ok(vec![mean])
    })?;
    Ok(table[0])
}

/// Calls `visit` with every partition of `rest` into at most `slots` parts, none above `largest`, in descending order.
fn for_partitions(
    rest: usize,
    largest: usize,
    slots: usize,
    parts: &mut Vec<usize>,
    visit: &mut impl FnMut(&[usize]) -> Result<(), JudgeError>,
) -> Result<(), JudgeError> {
    if rest == 0 {
        return visit(parts);
    }
    if slots == 0 {
        return Ok(());
    }
    for part in (1..=largest.min(rest)).rev() {
        parts.push(part);
        for_partitions(rest - part, part, slots - 1, parts, visit)?;
        parts.pop();
    }
    Ok(())
}

fn plateau() -> Claim {
    Claim::about::<SharedPatterns>(
        "mem/plateau",
        "Learning stops on a plateau far below memorisation, whose height is that of samples dealt out at random",
    )
    .formula(r"E\,\mathcal L(k),\quad k\sim\mathrm{Multinomial}(N,1/K)")
    .sources(&[OTA_2023])
    .cases(|profile| Ok(large_starts(profile, 800)))
    .measure(|_, o| Ok(o.likelihood))
    .predict(mean_at_rest)
    .presumes(|s| {
        let few = s.samples <= 30;
        require(few, "samples", s.samples, "at most 30: all their partitions are summed")
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.04)))
    .rival_where("full memorisation", |s| s.samples <= s.patterns, |s| at_rest(s, &memorised(s)))
    .rival("the mean pattern", |s| at_rest(s, &averaged(s)))
    .finish()
}

fn small_starts() -> Claim {
    Claim::about::<SharedPatterns>(
        "mem/small-starts",
        "From tiny starts more is memorised than random choices say: samples that share a pattern lag behind",
    )
    .formula(r"D-\bar D\ge0.3")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let setting = ascent(16, 16, 256.0, 1e-6, 3000);
        Ok(vec![At::setting("N=K=16 R²=256 s₀=1e-6", setting, by(profile, 200, 1000))])
    })
    .by_difference()
    .measure(|_, o| Ok(in_use(o)))
    .predict(|s| Ok(sharing_plateau(s.samples, s.patterns)?.1 + 0.3))
    .margin(|_, _| Margin::between(0.0, 3.0))
    .rival("every sample finds a pattern of its own", |s| Ok(s.samples.min(s.patterns) as f64))
    .finish()
}
