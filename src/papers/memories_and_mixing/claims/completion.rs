//! Completion of missing units.

use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::{by, kept};
use solvable_theory::bibliography::{OTA_2023, POLYANSKIY_2010};
use solvable_theory::memories_and_mixing::completion_success;
use statrs::function::erf::erfc;

use crate::experiments::{
    ClampedChains, ClampedSetting, CompletionRisk, CompletionRiskOutcome, CompletionRiskSetting, SeenMachine,
    Success, SuccessSetting,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![mean(), risk(), success()]
}

fn clamped(order: usize, chains: usize) -> ClampedSetting {
    let machine = SeenMachine { patterns: 4, dimension: 6, seen: 3, order, sigma2: 0.8, scale: 1.0 };
    ClampedSetting { machine, chains }
}

fn mean() -> Claim {
    Claim::about::<ClampedChains>(
        "mem/completion",
        "The mean of missing units is that of a machine of the same kind, whose patterns are weighted by what is seen",
    )
    .formula(r"E[v_M\mid v_O]:\quad c'_\mu=c_\mu+\xi_{\mu,O}\cdot v_O,\ \text{patterns }\xi_M,\ \text{biases }b_M")
    .sources(&[OTA_2023])
    .cases(|profile| {
        Ok([1, 2, 3]
            .into_iter()
            .map(|order| {
                let label = format!("K=4 d=6 n={order}");
                // One hidden unit holds a chain in one mode: more chains tell how the modes share.
                let chains = by(profile, 300, 3000) * if order == 1 { 3 } else { 1 };
                At::setting(label, clamped(order, chains), by(profile, 24, 100))
            })
            .collect())
    })
    .by_distance()
    .measure(|_, o| Ok(o.by_chains.clone()))
    .predict_given(|s, o| Ok(s.exact(o)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.01)))
    .rival_given("one update of attention from missing units at zero", |_, o| Ok(o.one_step.clone()))
    .rival_given("the fixed point of clamped updates", |_, o| Ok(o.mode.clone()))
    .finish()
}

/// Risk of the conditional mean, and the machine's own expectation of it.
fn of_the_mean(s: &CompletionRiskSetting, o: &CompletionRiskOutcome) -> Result<[f64; 2], JudgeError> {
    let numbers = kept(&format!("mem/completion-risk {s:?} {}", o.problem), || {
        let both = s.of_the_mean(o).map_err(|error| JudgeError::Other(error.to_string()))?;
        Ok(both.to_vec())
    })?;
    Ok([numbers[0], numbers[1]])
}

fn risk() -> Claim {
    Claim::about::<CompletionRisk>(
        "mem/completion-risk",
        "The machine knows the error of its completions, and no other completion has less",
    )
    .formula(r"E\,\|v_M-E[v_M\mid v_O]\|^2=E\,\mathrm{tr}\,\mathrm{Cov}(v_M\mid v_O)")
    .sources(&[OTA_2023])
    .cases(|profile| {
        Ok([1, 2]
            .into_iter()
            .map(|order| {
                let machine =
                    SeenMachine { patterns: 5, dimension: 10, seen: 5, order, sigma2: 1.0, scale: 1.3 };
                let setting = CompletionRiskSetting { machine, images: 1000 };
                At::setting(format!("K=5 d=10 n={order}"), setting, by(profile, 20, 200))
            })
            .collect())
    })
    .measure(|s, o| Ok(of_the_mean(s, o)?[0]))
    .predict_given(|s, o| Ok(of_the_mean(s, o)?[1]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.01)))
    .rival_given("the error of one update of attention", |_, o| Ok(o.one_step))
    .rival_given("the error of the mode", |_, o| Ok(o.mode))
    .finish()
}

fn success() -> Claim {
    Claim::about::<Success>(
        "mem/completion-success",
        "How often the right one of many random patterns is found from a few units, exactly",
    )
    .formula(
        r"P=E\left[(1-P_0)^{K-1}\right],\quad V\sim\chi^2_m,\ Y\mid V\sim\chi'^2_m\left(\tfrac V\theta\right),\ P_0=F_{\chi'^2_m((1+\theta)V/\theta)}\left(\tfrac Y{1+\theta}\right)",
    )
    .sources(&[POLYANSKIY_2010])
    .cases(|profile| {
        let mut cases = vec![(10, 1.0, 30), (20, 1.0, 100)];
        cases.extend(by(profile, vec![], vec![(20, 1.0, 1000), (12, 3.0, 2000)]));
        Ok(cases
            .into_iter()
            .map(|(seen, theta, patterns)| {
                let setting = SuccessSetting { seen, theta, patterns, draws: 200 };
                At::setting(format!("m={seen} θ={theta} K={patterns}"), setting, by(profile, 50, 200))
            })
            .collect())
    })
    .by_difference()
    .measure(|_, o| Ok(o.share))
    .predict(|s| Ok(completion_success(s.seen, s.theta, s.patterns as f64)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("the normal approximation of the channel's capacity", |s| {
        let (m, information) = (s.seen as f64, 0.5 * s.theta.ln_1p());
        let spread = (m * s.theta / (1.0 + s.theta)).sqrt();
        let margin = (m * information - (s.patterns as f64 - 1.0).ln()) / spread;
        Ok(0.5 * erfc(-margin * std::f64::consts::FRAC_1_SQRT_2))
    })
    .finish()
}
