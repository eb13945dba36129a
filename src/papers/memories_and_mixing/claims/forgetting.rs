//! What new patterns do to old ones, and what replay brings back.

use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::{by, rounded};
use solvable_theory::attention_boltzmann::finite_capacity;
use solvable_theory::bibliography::{DERRIDA_1981, LUCIBELLO_2024, TAKEDA_2026};
use solvable_theory::memories_and_mixing::{
    ReplayBuffer, forgetting_random, outlier_boundary, survival_capacity, survival_weight,
};

use crate::experiments::{
    Outliers, OutliersSetting, Replaced, ReplacedSetting, Replay, ReplaySetting, Survival, SurvivalSetting,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![survival(), replaced(), replay(), outliers()]
}

pub(crate) fn among(size: usize, beta: f64, centre: f64, alike: f64, patterns: usize) -> SurvivalSetting {
    SurvivalSetting { size, beta, centre, alike, patterns }
}

pub(crate) fn survives(s: &SurvivalSetting) -> Result<f64, JudgeError> {
    Ok(survival_weight(s.size, s.beta, s.centre, s.alike, s.patterns as f64)?)
}

/// The logistic law about a capacity.
fn logistic(s: &SurvivalSetting, capacity: f64) -> f64 {
    1.0 / (1.0 + s.patterns as f64 * (-(s.size as f64) * capacity).exp())
}

fn survival() -> Claim {
    Claim::about::<Survival>(
        "mem/survival-weight",
        "How well an old pattern is retrieved among exponentially many new ones that lie near it, exactly",
    )
    .formula(
        r"E[p_1]=\int ds\,e^{s-e^s}\left(1-E_q\left[1-e^{-e^{s+N\beta(q-1)}}\right]\right)^P,\quad q=\sqrt\rho\,r+\sqrt{(1-\rho)(1-r^2)}\,q'",
    )
    .sources(&[LUCIBELLO_2024])
    .cases(|profile| {
        let cases = [(20, 1.0, 0.6, 0.7, 2000), (16, 2.0, 0.9, 0.6, 1000), (24, 1.5, 0.7, 0.8, 3000)];
        Ok(cases
            .into_iter()
            .map(|(n, beta, r, rho, patterns)| {
                let label = format!("N={n} β={beta} r={r} ρ={rho} P={patterns}");
                At::setting(label, among(n, beta, r, rho, patterns), by(profile, 300, 3000))
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.weight))
    .predict(survives)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.004)))
    .rival("new patterns that are unlike the old one and each other", |s| {
        Ok(logistic(s, survival_capacity(s.beta, 0.0, 0.0)?))
    })
    .rival_where(
        "the capacity of infinite size in the logistic law",
        |s| s.size < 24,
        |s| Ok(logistic(s, survival_capacity(s.beta, s.centre, s.alike)?)),
    )
    .finish()
}

/// $E\,\Delta E/N$ where the new patterns' sum had the given logarithm in place of its mean logarithm.
fn with_new(s: &ReplacedSetting, log_mean: f64) -> Result<f64, JudgeError> {
    // With one new pattern, whose mean overlap is zero, the old ones alone are left.
    Ok(forgetting_random(s.size, s.beta, s.old as f64, 1.0)? - log_mean / (s.size as f64 * s.beta))
}

fn replaced() -> Claim {
    Claim::about::<Replaced>(
        "mem/forgetting-random",
        "How far the energy of an old pattern rises when other random patterns take its task's place, exactly",
    )
    .formula(r"\frac{E\,\Delta E}N=\frac1{\beta N}\left\{E\log\left(e^{\beta N}+\Sigma_{K_A-1}\right)-\log K_A-E\log\Sigma_{K_B}+\log K_B\right\}")
    .sources(&[TAKEDA_2026, DERRIDA_1981])
    .cases(|profile| {
        let cases = [(20, 1.0, 200, 3000), (20, 3.0, 100, 1000), (40, 2.0, 100, 2000)];
        Ok(cases
            .into_iter()
            .map(|(size, beta, old, new)| {
                let setting = ReplacedSetting { size, beta, old, new, draws: 30 };
                At::setting(format!("N={size} β={beta} K={old}, {new}"), setting, by(profile, 50, 500))
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.rise))
    .predict(|s| Ok(forgetting_random(s.size, s.beta, s.old as f64, s.new as f64)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.008, 0.003)))
    .rival_where(
        "the logarithm of the mean, where few new patterns carry the sum",
        |s| s.beta > 1.0,
        |s| {
            let size = s.size as f64;
            with_new(s, size * (s.beta - finite_capacity(s.size, s.beta)?))
        },
    )
    .rival("Gaussian overlaps", |s| with_new(s, 0.5 * s.size as f64 * s.beta * s.beta))
    .finish()
}

pub(crate) fn buffer(s: &ReplaySetting) -> ReplayBuffer {
    ReplayBuffer {
        beta: s.beta,
        r2: s.square,
        overlap: s.overlap,
        new_overlap: s.new_overlap,
        stored: s.stored,
        replayed: s.replayed,
        weight: s.weight,
    }
}

pub(crate) fn replaying(overlap: f64, replayed: usize, weight: f64) -> ReplaySetting {
    ReplaySetting {
        beta: 2.0,
        square: 4.0,
        overlap,
        new_overlap: 0.2,
        stored: 40,
        replayed,
        weight,
        draws: 4000,
    }
}

fn replay() -> Claim {
    Claim::about::<Replay>(
        "mem/replay-subset",
        "A buffer of some old patterns gains less than the identity of full replay says",
    )
    .formula(r"\bar G=\frac mKG(z_1)+\left(1-\frac mK\right)G(z_0),\quad G(z)=\frac1\beta\log\frac{1+pe^{z-\beta rR^2}}{1+p}")
    .sources(&[TAKEDA_2026])
    .cases(|profile| {
        let trials = by(profile, 100, 1000);
        Ok(vec![
            At::setting("q=0.3 m=10 p=0.5", replaying(0.3, 10, 0.5), trials),
            At::setting("q=0 m=4 p=0.2", replaying(0.0, 4, 0.2), trials),
        ])
    })
    .measure(|_, o| Ok(o.gain))
    .predict(|s| Ok(buffer(s).gain()?))
    .margin(|s, profile| {
        let small = s.replayed < 10;
        Margin::symmetric(if small { by(profile, 0.06, 0.02) } else { by(profile, 0.02, 0.006) })
    })
    .rival("the identity of full replay", |s| {
        Ok(ReplayBuffer { replayed: s.stored, ..buffer(s) }.gain()?)
    })
    .rival("the share of the gain of full replay that fits into the buffer", |s| {
        let full = ReplayBuffer { replayed: s.stored, ..buffer(s) }.gain()?;
        Ok(full * s.replayed as f64 / s.stored as f64)
    })
    .finish()
}

pub(crate) fn cluster(new_overlap: f64) -> OutliersSetting {
    OutliersSetting { beta: 0.5, square: 6.0, overlap: 0.8, clustered: 100, outliers: 5, new_overlap }
}

pub(crate) fn boundary(s: &OutliersSetting) -> Result<f64, JudgeError> {
    Ok(outlier_boundary(s.beta, s.square, s.overlap, s.clustered, s.outliers)?)
}

fn outliers() -> Claim {
    Claim::about::<Outliers>(
        "mem/outlier-boundary",
        "Outliers forget more than a cluster only beyond an overlap of the new task with it",
    )
    .formula(
        r"\Delta E_{\rm out}-\Delta E_{\rm cl}=R^2(r-r^*),\quad r^*=\frac1{\beta R^2}\log\frac{e^{\beta R^2}+(K_c-1)e^{\beta R^2q}+K_o}{e^{\beta R^2}+K_c+K_o-1}",
    )
    .sources(&[TAKEDA_2026])
    .cases(|_| {
        let at = boundary(&cluster(0.0))?;
        Ok([("below", -0.02), ("above", 0.02)]
            .into_iter()
            .map(|(side, shift)| At::setting(format!("{side} r*"), cluster(rounded(at + shift, 6)), 3))
            .collect())
    })
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.outlier - o.cluster))
    .predict(|s| Ok(s.square * (s.new_overlap - boundary(s)?)))
    .margin(|_, _| Margin::symmetric(1e-10))
    .rival("a cluster has no more energy to lose than an outlier", |s| Ok(s.square * s.new_overlap))
    .finish()
}
