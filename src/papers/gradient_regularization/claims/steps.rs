//! Single steps: what a finite difference, sharpness-aware minimisation and flooding compute.

use solvable_theory::bibliography::{FORET_2021, ISHIDA_2020, KARAKIDA_2023_GRADIENT};
use solvable_theory::gradient_regularization::{
    DiagonalWeights, FirstStep, flooding_two_steps, gradient, regulariser_gradient, sam_gradient,
};

use crate::experiments::{SingleSteps, SingleStepsOutcome, SingleStepsSetting};
use crate::settings::{data, zero_mean};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        quotient("gr/forward-difference", "The forward difference along the gradient", |o| &o.forward, 1.0),
        quotient(
            "gr/backward-difference",
            "The backward difference along the gradient",
            |o| &o.backward,
            -1.0,
        ),
        sam(),
        flooding("gr/flooding-descent", "Descent, then ascent", |o| &o.descent_first, FirstStep::Descent),
        flooding("gr/flooding-ascent", "Ascent, then descent", |o| &o.ascent_first, FirstStep::Ascent),
    ]
}

fn cases(profile: Profile) -> Result<Vec<At<SingleStepsSetting>>, JudgeError> {
    let setting = SingleStepsSetting { data: zero_mean(), epsilon: 0.1, rho: 0.05, eta: 0.02 };
    Ok(vec![At::setting("N=20 d=50", setting, by(profile, 10, 30))])
}

fn weights(s: &SingleStepsSetting, o: &SingleStepsOutcome) -> Result<DiagonalWeights, JudgeError> {
    Ok(DiagonalWeights::new(&data(&s.data, o.problem)?, &o.w)?)
}

/// $R_\epsilon$ at the weights of a trial.
fn penalty(s: &SingleStepsSetting, o: &SingleStepsOutcome, epsilon: f64) -> Result<Vec<f64>, JudgeError> {
    Ok(regulariser_gradient(&data(&s.data, o.problem)?, &weights(s, o)?, epsilon)?)
}

fn quotient(id: &str, title: &str, of: fn(&SingleStepsOutcome) -> &[f64], sign: f64) -> Claim {
    Claim::about::<SingleSteps>(id, title)
        .formula(r"\frac{\nabla L(w+\epsilon g)-g}{\epsilon}=R_\epsilon,\quad R_{\epsilon,\pm}=\pm2w_\pm q_\epsilon+4w_\pm s(s+\epsilon q_\epsilon)")
        .sources(&[KARAKIDA_2023_GRADIENT])
        .cases(cases)
        .by_relative_distance()
        .identity()
        .measure(move |_, o| Ok(of(o).to_vec()))
        .predict_given(move |s, o| penalty(s, o, sign * s.epsilon))
        .margin(|_, _| Margin::symmetric(1e-13))
        .rival_given("double backpropagation", |s, o| penalty(s, o, 0.0))
        .rival_given("the difference in the other direction", move |s, o| penalty(s, o, -sign * s.epsilon))
        .finish()
}

fn sam() -> Claim {
    let step =
        |s: &SingleStepsSetting, o: &SingleStepsOutcome, epsilon: f64| -> Result<Vec<f64>, JudgeError> {
            let g = gradient(&data(&s.data, o.problem)?, &weights(s, o)?)?;
            Ok(g.iter().zip(penalty(s, o, epsilon)?).map(|(g, r)| g + s.rho * r).collect())
        };
    Claim::about::<SingleSteps>(
        "gr/sam",
        "Sharpness-aware minimisation without normalization is a forward difference",
    )
    .formula(r"\nabla L(w+\rho\nabla L(w))=g+\rho R_\rho")
    .sources(&[FORET_2021, KARAKIDA_2023_GRADIENT])
    .cases(cases)
    .by_relative_distance()
    .identity()
    .measure(|_, o| Ok(o.sam.clone()))
    .predict_given(|s, o| Ok(sam_gradient(&data(&s.data, o.problem)?, &weights(s, o)?, s.rho)?))
    .margin(|_, _| Margin::symmetric(1e-13))
    .rival_given("double backpropagation with γ = ρ", move |s, o| step(s, o, 0.0))
    .rival_given("a backward difference", move |s, o| step(s, o, -s.rho))
    .rival_given("the plain gradient", |s, o| Ok(gradient(&data(&s.data, o.problem)?, &weights(s, o)?)?))
    .finish()
}

fn flooding(id: &str, title: &str, of: fn(&SingleStepsOutcome) -> &[f64], first: FirstStep) -> Claim {
    let other = if first == FirstStep::Descent { FirstStep::Ascent } else { FirstStep::Descent };
    let moved =
        |s: &SingleStepsSetting, o: &SingleStepsOutcome, first: FirstStep| -> Result<Vec<f64>, JudgeError> {
            Ok(flooding_two_steps(&data(&s.data, o.problem)?, &weights(s, o)?, s.eta, first)?)
        };
    Claim::about::<SingleSteps>(id, format!("Two opposite steps of flooding: {}", title.to_lowercase()))
        .formula(r"w_{t+2}-w_t=-\eta^2R_{\mp\eta}")
        .sources(&[ISHIDA_2020, KARAKIDA_2023_GRADIENT])
        .cases(cases)
        .by_relative_distance()
        .identity()
        .measure(move |_, o| Ok(of(o).to_vec()))
        .predict_given(move |s, o| moved(s, o, first))
        .margin(|_, _| Margin::symmetric(1e-12))
        .rival_given("the difference in the other direction", move |s, o| moved(s, o, other))
        .rival_given("double backpropagation", |s, o| {
            Ok(penalty(s, o, 0.0)?.iter().map(|r| -s.eta * s.eta * r).collect::<Vec<_>>())
        })
        .finish()
}
