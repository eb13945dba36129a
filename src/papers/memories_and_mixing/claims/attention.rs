//! The temperature of attention: how many keys are attended, and what the gaps of the scores say.

use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, ClaimBuilder, JudgeError, Margin, Profile, SettingError};
use solvable_shared::by;
use solvable_theory::bibliography::{DERRIDA_1981, HAYASE_2026};
use solvable_theory::memories_and_mixing::{
    AttentionStatistics, Scores, Tail, attention_statistics, critical_temperature, gap_bounds,
};

use crate::experiments::{AttentionRows, AttentionRowsSetting, Gaps, GapsOutcome, GapsSetting, RandomScores};

pub(crate) fn claims() -> Vec<Claim> {
    vec![participation(), entropy(), gaps()]
}

pub(crate) fn rows(
    scores: &str,
    dimension: Option<usize>,
    keys: usize,
    beta: f64,
    rows: usize,
) -> AttentionRowsSetting {
    AttentionRowsSetting { scores: RandomScores { scores: scores.into(), dimension, keys, rows }, beta }
}

/// The law of the scores, for the theory.
fn law(s: &RandomScores) -> Result<Scores, JudgeError> {
    match (s.scores.as_str(), s.dimension) {
        ("sphere", Some(d)) => Ok(Scores::Sphere(d)),
        ("laplace", _) => Ok(Scores::Laplace),
        ("gaussian", _) => Ok(Scores::Gaussian),
        (other, _) => Err(JudgeError::Other(format!("there is no theory of `{other}` scores"))),
    }
}

pub(crate) fn statistics(s: &AttentionRowsSetting) -> Result<AttentionStatistics, JudgeError> {
    Ok(attention_statistics(law(&s.scores)?, s.scores.keys as f64, s.beta)?)
}

fn has_theory(s: &AttentionRowsSetting) -> Result<(), SettingError> {
    require(s.scores.scores != "student", "scores", &s.scores.scores, "gaussian, sphere or laplace")
}

fn settings(profile: Profile) -> Vec<At<AttentionRowsSetting>> {
    let trials = by(profile, 100, 1000);
    [
        ("gaussian", None, 64, 1.5),
        ("gaussian", None, 64, 4.0),
        ("gaussian", None, 1024, 2.5),
        ("gaussian", None, 1024, 5.0),
        ("sphere", Some(16), 1024, 6.0),
        ("laplace", None, 1024, 1.5),
    ]
    .into_iter()
    .map(|(scores, dimension, keys, beta)| {
        let on = dimension.map_or_else(String::new, |d| format!(" d={d}"));
        At::setting(
            format!("{scores}{on} n={keys} β={beta}"),
            rows(scores, dimension, keys, beta, 100),
            trials,
        )
    })
    .collect()
}

fn about(id: &str, title: &str) -> ClaimBuilder<AttentionRows> {
    Claim::about::<AttentionRows>(id, title).cases(|profile| Ok(settings(profile))).presumes(has_theory)
}

fn is_gaussian(s: &AttentionRowsSetting) -> bool {
    s.scores.scores == "gaussian"
}

fn participation() -> Claim {
    about("mem/participation", "How many keys attention spreads over, exactly at any number of keys")
        .sources(&[HAYASE_2026, DERRIDA_1981])
        .formula(
            r"E\sum_ip_i^2=n\int du\,E_s\left[w^2e^{-w}\right]\left(1-E_s\left[1-e^{-w}\right]\right)^{n-1},\quad w=e^{u+\beta s}",
        )
        .measure(|_, o| Ok(o.participation))
        .predict(|s| Ok(statistics(s)?.participation))
        .margin(|s, profile| {
            let tails = is_gaussian(s) && s.scores.keys == 1024 && s.beta == 2.5;
            Margin::symmetric(if tails { by(profile, 0.07, 0.022) } else { by(profile, 0.05, 0.015) })
        })
        .rival_where(
            "sums that average themselves",
            |s| is_gaussian(s) && s.beta < 4.0,
            |s| Ok((s.beta * s.beta).exp() / s.scores.keys as f64),
        )
        .rival_where(
            "the limit of infinitely many keys, condensed",
            |s| is_gaussian(s) && s.beta >= 4.0,
            |s| {
                let tail = Tail::Gaussian { correlation: 0.0, copies: 1.0 };
                Ok(1.0 - critical_temperature(tail, s.scores.keys as f64)? / s.beta)
            },
        )
        .rival_where(
            "Gaussian scores of the same variance",
            |s| !is_gaussian(s),
            |s| {
                let beta = if s.scores.scores == "laplace" { 2f64.sqrt() * s.beta } else { s.beta };
                Ok(attention_statistics(Scores::Gaussian, s.scores.keys as f64, beta)?.participation)
            },
        )
        .finish()
}

fn entropy() -> Claim {
    about("mem/entropy", "The mean entropy of attention, exactly at any number of keys")
        .sources(&[HAYASE_2026, DERRIDA_1981])
        .formula(r"EH=E\log Z-n\int du\,E_s\left[\beta s\,we^{-w}\right]\left(1-E_s\left[1-e^{-w}\right]\right)^{n-1}")
        .measure(|_, o| Ok(o.entropy))
        .predict(|s| Ok(statistics(s)?.entropy))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.01)))
        .rival("the logarithm of the effective number of keys by participation", |s| {
            Ok(-statistics(s)?.participation.ln())
        })
        .rival_where("the annealed partition function", is_gaussian, |s| {
            Ok((s.scores.keys as f64).ln() - 0.5 * s.beta * s.beta)
        })
        .finish()
}

/// The largest weights held within bounds: right bounds leave them as they are.
fn within(
    s: &GapsSetting,
    o: &GapsOutcome,
    bounds: impl Fn(&[f64], f64) -> Result<(f64, f64), JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let rows = o.scores.chunks(s.scores.keys).zip(&o.betas).zip(&o.largest);
    rows.map(|((scores, beta), largest)| {
        let (lower, upper) = bounds(scores, *beta)?;
        Ok(largest.max(lower).min(upper))
    })
    .collect()
}

fn gaps() -> Claim {
    Claim::about::<Gaps>("mem/gap-bounds", "The gaps below the largest score bound its weight from both sides, in every row")
        .formula(
            r"\max\left(0,1-\frac B\beta\right)\le p_{\max}\le\min_\delta\frac{e^{\beta\delta}}{N(\delta)},\qquad B=\sup_{\delta>0}\frac{\log N(\delta)}\delta",
        )
        .sources(&[HAYASE_2026])
        .cases(|profile| {
            let trials = by(profile, 20, 80);
            let cases = [("gaussian", 8), ("gaussian", 39), ("student", 8), ("student", 39)];
            Ok(cases
                .into_iter()
                .map(|(scores, keys)| {
                    let scores = RandomScores { scores: scores.into(), dimension: None, keys, rows: 25 };
                    let label = format!("{} n={keys}", scores.scores);
                    At::setting(label, GapsSetting { scores, range: 20.0 }, trials)
                })
                .collect())
        })
        .by_largest_difference()
        .identity()
        .measure(|_, o| Ok(o.largest.clone()))
        .predict_given(|s, o| {
            within(s, o, |scores, beta| {
                let bounds = gap_bounds(scores, beta)?;
                Ok((bounds.lower, bounds.upper))
            })
        })
        .margin(|_, _| Margin::symmetric(1e-12))
        .rival_given("the largest score not counted among those near it", |s, o| {
            within(s, o, |scores, beta| {
                let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut gaps: Vec<f64> = scores.iter().map(|score| top - score).collect();
                gaps.sort_by(f64::total_cmp);
                let others = gaps.iter().enumerate().skip(1);
                let rate = others.map(|(count, gap)| (count as f64).ln() / gap).fold(0.0, f64::max);
                Ok(((1.0 - rate / beta).max(0.0), 1.0))
            })
        })
        .finish()
}
