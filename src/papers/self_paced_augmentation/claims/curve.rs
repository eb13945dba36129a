//! The whole training curve, and the real algorithm against its mean field.

use solvable_theory::bibliography::TAKASE_2021;
use solvable_theory::self_paced_augmentation::{
    Augmentation, FlowState, Start as TheoryStart, fixed_point, ridge_observables, training_curve,
};

use crate::experiments::{AugmentedFlow, AugmentedFlowSetting, SelfPacedDescent, SelfPacedDescentSetting};
use crate::settings::{model, task};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::descent::{MeanField, NoisyDescent, Start};

pub(crate) fn claims() -> Vec<Claim> {
    vec![ratio(), training_error(), test_error(), noisy_ratio(), noisy_error()]
}

/// Steps at which curves are looked at.
pub(crate) const STEPS: [usize; 7] = [0, 10, 20, 40, 80, 160, 320];

/// Self-paced descent from zero at $\sigma^2=\frac14$, $s^2=1$.
pub(crate) fn flow(psi: f64, tau: f64, profile: Profile) -> AugmentedFlowSetting {
    // Where augmentation dies out finite sizes delay its end: twice the usual size.
    let dimension = if tau == DYING { by(profile, 400, 800) } else { by(profile, 200, 400) };
    AugmentedFlowSetting {
        model: model(psi, 0.25, dimension),
        field: MeanField { rule: Rule::Spa(tau), s2: 1.0, eta: 0.1 },
        start: Start::Zero,
        steps: STEPS.to_vec(),
    }
}

/// $(\psi,\tau)$: with a stable augmented end, and above the spinodal.
pub(crate) const POINTS: [(f64, f64); 3] = [(2.0, 0.3), (0.5, 0.02), (0.5, DYING)];

/// The threshold above the spinodal.
const DYING: f64 = 0.16;

pub(crate) fn trials(profile: Profile) -> usize {
    by(profile, 50, 80)
}

fn cases(profile: Profile) -> Result<Vec<At<AugmentedFlowSetting>>, JudgeError> {
    let case = |(psi, tau)| At::setting(format!("ψ={psi} τ={tau}"), flow(psi, tau, profile), trials(profile));
    Ok(POINTS.map(case).into())
}

fn threshold(rule: Rule) -> f64 {
    match rule {
        Rule::Spa(tau) | Rule::Matched(tau) => tau,
        Rule::None => f64::INFINITY,
        Rule::All => 0.0,
    }
}

/// The theory's curve at the given steps; with `constant`, for a constant share of augmented samples.
pub(crate) fn theory(
    s: &AugmentedFlowSetting,
    constant: Option<f64>,
    steps: &[usize],
) -> Result<Vec<FlowState>, JudgeError> {
    let own = Augmentation::SelfPaced { tau: threshold(s.field.rule) };
    let rule = constant.map_or(own, |ratio| Augmentation::Constant { ratio });
    let start = match s.start {
        Start::Zero => TheoryStart::Zero,
        Start::LeastSquares => TheoryStart::LeastSquares,
    };
    Ok(training_curve(&task(&s.model)?, s.field.s2, rule, s.field.eta, start, steps)?)
}

fn values(
    s: &AugmentedFlowSetting,
    constant: Option<f64>,
    of: fn(&FlowState) -> f64,
) -> Result<Vec<f64>, JudgeError> {
    Ok(theory(s, constant, &s.steps)?.iter().map(of).collect())
}

fn labels() -> [String; 7] {
    STEPS.map(|k| format!("step {k}"))
}

fn ratio() -> Claim {
    Claim::about::<AugmentedFlow>(
        "spa/ratio-curve",
        "The share of augmented samples falls during training along a curve without parameters",
    )
    .formula(r"p(t)=\mathrm{erfc}\sqrt{\tau/2v(t)},\quad\dot\varphi=\mu-(\mu+s^2p)\varphi")
    .sources(&[TAKASE_2021])
    .cases(cases)
    .components(labels())
    .by_difference()
    .measure(|_, o| Ok(o.p.clone()))
    .predict(|s| values(s, None, |state| state.ratio))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.025)))
    .rival("all samples throughout", |s| Ok(vec![1.0; s.steps.len()]))
    .rival("the share of the first step", |s| {
        let all = values(s, None, |state| state.ratio)?;
        Ok(vec![all.first().copied().unwrap_or(f64::NAN); s.steps.len()])
    })
    .rival("the share of the end", |s| {
        let end = fixed_point(&task(&s.model)?, s.field.s2, threshold(s.field.rule))?.ratio;
        Ok(vec![end; s.steps.len()])
    })
    .finish()
}

fn training_error() -> Claim {
    // Relative to the value, with a floor where it vanishes: 10 % and 0.005, in full 7 % and 0.003.
    let scale = |s: &AugmentedFlowSetting, values: Vec<f64>| -> Result<Vec<f64>, JudgeError> {
        const FLOOR: f64 = 0.05;
        let own = self::values(s, None, |state| state.training_error)?;
        Ok(values.iter().zip(own).map(|(v, own)| v / (own + FLOOR)).collect())
    };
    Claim::about::<AugmentedFlow>("spa/training-curve", "The training error along the curve")
        .formula(r"v=\sigma^2+\int[\mu r^2(1-\varphi)^2-\gamma\sigma^2\varphi(2-\varphi)]d\rho")
        .sources(&[TAKASE_2021])
        .cases(cases)
        .components(labels())
        .by_difference()
        .measure(move |s, o| scale(s, o.v.clone()))
        .predict(move |s| scale(s, values(s, None, |state| state.training_error)?))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.07)))
        .rival("all samples augmented", move |s| {
            scale(s, values(s, Some(1.0), |state| state.training_error)?)
        })
        .rival("none augmented", move |s| scale(s, values(s, Some(0.0), |state| state.training_error)?))
        .finish()
}

fn test_error() -> Claim {
    let value = |state: &FlowState| state.test_error;
    Claim::about::<AugmentedFlow>("spa/test-curve", "The test error along the curve")
        .formula(r"R=r^2+\int[\sigma^2\gamma\varphi^2/\mu-r^2\varphi(2-\varphi)]d\rho")
        .sources(&[TAKASE_2021])
        .cases(cases)
        .components(labels())
        .measure(|_, o| Ok(o.r.clone()))
        .predict(move |s| values(s, None, value))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.06)))
        .rival_where(
            "all samples augmented",
            |s| s.model.samples > s.model.dimension,
            move |s| values(s, Some(1.0), value),
        )
        .rival("the error of the end throughout", |s| {
            let end = fixed_point(&task(&s.model)?, s.field.s2, threshold(s.field.rule))?.ridge.test_error;
            Ok(vec![end; s.steps.len()])
        })
        .finish()
}

/// Noise drawn anew for every use, with a rule of the threshold 0.3, at $\psi=2$.
fn noisy(profile: Profile) -> Result<Vec<At<SelfPacedDescentSetting>>, JudgeError> {
    let (dimension, eta, steps) = by(profile, (100, 0.05, 2000), (200, 0.025, 6000));
    let case = |(label, rule, trials): (&str, Rule, usize)| {
        let descent = NoisyDescent { rule, s2: 1.0, eta, batch: None, steps, burn: steps / 3 };
        let setting = SelfPacedDescentSetting {
            model: model(2.0, 0.25, dimension),
            descent,
            field_eta: 0.1,
            field_steps: 600,
            field_burn: 300,
        };
        At::setting(label, setting, trials)
    };
    Ok([
        ("hard samples", Rule::Spa(0.3), by(profile, 20, 32)),
        ("as many random samples", Rule::Matched(0.3), by(profile, 10, 32)),
    ]
    .map(case)
    .into())
}

fn end_of(s: &SelfPacedDescentSetting) -> Result<(f64, f64, f64), JudgeError> {
    let (task, tau) = (task(&s.model)?, threshold(s.descent.rule));
    let end = fixed_point(&task, s.descent.s2, tau)?;
    let all = ridge_observables(&task, s.descent.s2)?.test_error;
    Ok((end.ratio, end.ridge.test_error, all))
}

fn noisy_ratio() -> Claim {
    Claim::about::<SelfPacedDescent>(
        "spa/noisy-ratio",
        "With noise drawn anew for every use the share of augmented samples is that of the mean update, whichever samples are taken",
    )
    .formula(r"g(w)=Sw-X^\top y/N+s^2p(w)w")
    .sources(&[TAKASE_2021])
    .cases(noisy)
    .by_difference()
    .measure(|_, o| Ok(o.p_shift))
    .predict(|_| Ok(0.0))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.025, 0.02)))
    .rival("all samples", |s| Ok(1.0 - end_of(s)?.0))
    .rival("no samples", |s| Ok(-end_of(s)?.0))
    .finish()
}

fn noisy_error() -> Claim {
    Claim::about::<SelfPacedDescent>(
        "spa/noisy-error",
        "Only the number of augmented samples matters in the linear model: the test error is that of the mean update for hard and for random samples",
    )
    .formula(r"R_{\rm SPA}=R_{\rm random}=R(s^2p)")
    .sources(&[TAKASE_2021])
    .cases(noisy)
    .by_difference()
    .measure(|_, o| Ok(o.r_shift))
    .predict(|_| Ok(0.0))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.008, 0.005)))
    .rival("all samples augmented", |s| {
        let (_, end, all) = end_of(s)?;
        Ok(all - end)
    })
    .rival("none augmented", |s| {
        let none = ridge_observables(&task(&s.model)?, 0.0)?.test_error;
        Ok(none - end_of(s)?.1)
    })
    .finish()
}
