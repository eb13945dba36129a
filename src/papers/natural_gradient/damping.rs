//! Damped dynamics, and the block tri-diagonal method between its poles.

use nalgebra::DVector;
use solvable_theory::bibliography::{KARAKIDA_2020_NATURAL, MARTENS_2015};
use solvable_theory::natural_gradient::{Damping, Method, residuals, response};

use super::super::by;
use super::super::experiments::{
    Inputs, KernelSetting, NaturalTraining, NaturalTrainingSetting, Sample, Task, TridiagonalPoles,
};
use super::isotropy::width;
use super::{INPUTS, data_set, infinite, label, network, residual};
use crate::simulate::training::NaturalGradient;
use crate::verify::{At, Claim, JudgeError, Margin, Outcome, Profile};

pub(super) fn claims() -> Vec<Claim> {
    vec![
        damped("ngd/response-damped", "Damped dynamics from infinite-width kernels", Kernels::Infinite),
        damped(
            "ngd/response-damped-empirical",
            "Damped dynamics from the network's own kernels",
            Kernels::Empirical,
        ),
        poles(),
    ]
}

/// $N$ of these claims.
const SAMPLES: usize = 24;
const STEPS: usize = 3;

/// A method, its damping for one strength, and the rate: about that of the undamped method.
type DampedRule = (Method, fn(f64) -> Damping, f64);

const RULES: [DampedRule; 3] = [
    (Method::Exact, Damping::Ridge, 1.0),
    (Method::Bd, Damping::Ridge, 1.0 / 3.0),
    (Method::Kfac, |rho| Damping::Factored(rho, rho), 1.0 / 49.0),
];

fn cases(profile: Profile) -> Result<Vec<At<NaturalTrainingSetting>>, JudgeError> {
    let mut cases = Vec::new();
    for name in ["relu", "erf"] {
        for (method, damping, learning_rate) in RULES {
            for rho in [0.02, 0.2] {
                let setting = NaturalTrainingSetting {
                    network: network(name, INPUTS, 3, width(profile))?,
                    sample: Sample::new(Inputs::Sphere, SAMPLES, 0),
                    rule: NaturalGradient::damped(method, damping(rho)),
                    learning_rate,
                    steps: STEPS,
                    task: Task::Labels,
                    empirical: true,
                };
                cases.push(At::setting(label(&setting), setting, by(profile, 16, 12)));
            }
        }
    }
    Ok(cases)
}

#[derive(Clone, Copy, PartialEq)]
enum Kernels {
    Infinite,
    Empirical,
}

/// $g_3/\|g_0\|$ from infinite-width kernels under a damping.
fn predicted(s: &NaturalTrainingSetting, o: &Outcome, damping: Damping) -> Result<Vec<f64>, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, data_set(o)?)?;
    let response = response(s.rule.method, damping, &kernels.0, &kernels.0)?;
    let start = residual(s, o, 0)?;
    let end = residuals(&response, s.learning_rate, &start, s.steps)?.pop().unwrap_or_default();
    Ok((end / start.norm()).as_slice().to_vec())
}

fn strength(damping: Damping) -> f64 {
    match damping {
        Damping::None => 0.0,
        Damping::Ridge(rho) | Damping::Factored(rho, _) => rho,
    }
}

/// The damping with its strength multiplied.
fn scaled(damping: Damping, factor: f64) -> Damping {
    match damping {
        Damping::None => Damping::None,
        Damping::Ridge(rho) => Damping::Ridge(rho * factor),
        Damping::Factored(a, b) => Damping::Factored(a * factor, b * factor),
    }
}

fn damped(id: &str, title: &str, kernels: Kernels) -> Claim {
    Claim::about::<NaturalTraining>(id, title)
        .formula(
            r"g_t=(I-\eta\bar R)^tg_0,\quad\bar R_{\rm exact}=K(K+N\rho)^{-1},\quad\bar R_{\rm bd}=\sum_lK_l(K_l+N\rho)^{-1},\quad
              \bar R_{\rm kfac}=N\sum_{l<L}[A_l(A_l+N\rho_A)^{-1}]\circ[B_l(B_l+N\rho_B)^{-1}]+\dots",
        )
        .sources(&[KARAKIDA_2020_NATURAL, MARTENS_2015])
        .cases(cases)
        .measure(|s, o| {
            let end = residual(s, o, s.steps)?;
            Ok((end / residual(s, o, 0)?.norm()).as_slice().to_vec())
        })
        .predict_given(move |s, o| match kernels {
            Kernels::Infinite => predicted(s, o, s.rule.damping),
            Kernels::Empirical => {
                let end = DVector::from_column_slice(o.list("empirical_residual")?);
                Ok((end / residual(s, o, 0)?.norm()).as_slice().to_vec())
            }
        })
        .by_distance()
        .margin(move |_, profile| {
            Margin::symmetric(match kernels {
                Kernels::Infinite => by(profile, 0.07, 0.03),
                Kernels::Empirical => by(profile, 0.03, 0.015),
            })
        })
        // A weak damping is all but invisible after three steps; N times as much is not.
        .rival_given("damping N times as strong", |s, o| {
            predicted(s, o, scaled(s.rule.damping, s.sample.samples as f64))
        })
        .rival_given_where(
            "no damping",
            |s| strength(s.rule.damping) > 0.1,
            |s, o| predicted(s, o, Damping::None),
        )
        .finish()
}

fn poles() -> Claim {
    Claim::about::<TridiagonalPoles>(
        "ngd/btd-poles",
        "The block tri-diagonal matrix has N negative eigenvalues for each negative one of T",
    )
    .formula(r"\#\{\mu_j<0\}=N\left(L-\lfloor2(L+1)/3\rfloor\right),\qquad\rho_j=-\mu_j/N")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        [3, 4, 5]
            .into_iter()
            .map(|depth| {
                let network = network("relu", INPUTS, depth, width(profile))?;
                let setting = KernelSetting { network, sample: Sample::new(Inputs::Sphere, SAMPLES, 0) };
                Ok(At::setting(format!("relu L={depth} N={SAMPLES} M={}", width(profile)), setting, 4))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.number("negative")?))
    .predict(|s| {
        let depth = s.network.depth();
        Ok((s.sample.samples * (depth - 2 * (depth + 1) / 3)) as f64)
    })
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("positive semi-definite, as a Fisher matrix", |_| Ok(0.0))
    .rival("one eigenvalue, not one for each sample", |_| Ok(1.0))
    .rival_where(
        "N for every layer beyond the second",
        |s| s.network.depth() > 3,
        |s| Ok((s.sample.samples * (s.network.depth() - 2)) as f64),
    )
    .finish()
}
