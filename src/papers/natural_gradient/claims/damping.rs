//! Damped dynamics, and the block tri-diagonal method between its poles.

use nalgebra::{DMatrix, DVector};
use solvable_theory::bibliography::{KARAKIDA_2020_NATURAL, MARTENS_2015};
use solvable_theory::natural_gradient::{
    Damping, LayerKernels, Method, btd_poles, btd_response, residuals, response,
};

use super::infinite;
use super::isotropy::width;
use crate::experiments::{
    DampedTridiagonal, DampedTridiagonalOutcome, DampedTridiagonalSetting, Inputs, KernelSetting,
    NaturalTraining, NaturalTrainingOutcome, NaturalTrainingSetting, Sample, Task, TridiagonalPoles,
};
use crate::settings::{INPUTS, OTHER_SCALES, label, network, residual, scaled_network};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::asked;
use solvable_shared::by;
use solvable_simulate::linalg::symmetric_eigenvalues;
use solvable_simulate::training::NaturalGradient;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        damped("ngd/response-damped", "Damped dynamics from infinite-width kernels", Kernels::Infinite),
        damped(
            "ngd/response-damped-empirical",
            "Damped dynamics from the network's own kernels",
            Kernels::Empirical,
        ),
        strengths(),
        poles(),
        pole_positions(),
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

/// $g_3/\|g_0\|$ from infinite-width kernels under a damping; the tri-diagonal method also between its poles, where rivals may
/// put it.
fn predicted(
    s: &NaturalTrainingSetting,
    o: &NaturalTrainingOutcome,
    damping: Damping,
) -> Result<Vec<f64>, JudgeError> {
    predicted_by(s, o, |kernels| match (s.rule.method, damping) {
        (Method::Btd, Damping::Ridge(rho)) => Ok(btd_response(kernels, kernels, rho)?),
        (method, damping) => Ok(response(method, damping, kernels, kernels)?),
    })
}

/// $g_3/\|g_0\|$ from a response matrix on infinite-width kernels.
fn predicted_by(
    s: &NaturalTrainingSetting,
    o: &NaturalTrainingOutcome,
    response: impl Fn(&LayerKernels) -> Result<DMatrix<f64>, JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let kernels = infinite::kernels(&s.network, &s.sample, o.data_set as usize)?;
    let start = residual(s, o, 0)?;
    let end = residuals(&response(&kernels.0)?, s.learning_rate, &start, s.steps)?.pop().unwrap_or_default();
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
                let end = DVector::from_column_slice(asked(o.empirical_residual.as_deref(), "empirical_residual")?);
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

/// $N$ where the output layer of K-FAC, which counts once, is seen beside hidden layers that count $N$ times.
const FEW: usize = 4;

/// A method, its damping, $N$ and the rate: such that about a third of the residual is left after three steps, and every
/// factor of the damping matters.
type StrongRule = (Method, Damping, usize, f64);

const STRONG: [StrongRule; 6] = [
    (Method::Exact, Damping::Ridge(0.5), SAMPLES, 1.0),
    (Method::Bd, Damping::Ridge(0.5), SAMPLES, 0.5),
    (Method::Btd, Damping::Ridge(0.9), FEW, 0.5),
    (Method::Kfac, Damping::Factored(0.05, 2.0), FEW, 0.5),
    (Method::KfacScaled, Damping::Factored(0.05, 2.0), FEW, 0.25),
    (Method::KfacJoint, Damping::Ridge(0.3), FEW, 0.25),
];

/// Biases enlarge the poles of the tri-diagonal method, above which it can hardly be told from the layer-wise one.
fn strong_scales(method: Method) -> (f64, f64) {
    if method == Method::Btd { (2.0, 0.0) } else { OTHER_SCALES }
}

fn strong_cases(profile: Profile) -> Result<Vec<At<NaturalTrainingSetting>>, JudgeError> {
    let width = by(profile, 512, 1024);
    let rows = ["relu", "erf"].into_iter().flat_map(|name| STRONG.map(|rule| (name, rule)));
    rows.map(|(name, (method, damping, samples, learning_rate))| {
        let setting = NaturalTrainingSetting {
            network: scaled_network(name, strong_scales(method), INPUTS, 3, width)?,
            sample: Sample::new(Inputs::Sphere, samples, 0),
            rule: NaturalGradient::damped(method, damping),
            learning_rate,
            steps: STEPS,
            task: Task::Labels,
            empirical: false,
        };
        Ok(At::setting(format!("{} N={samples}", label(&setting)), setting, by(profile, 16, 24)))
    })
    .collect()
}

/// $\rho_A$ and $\rho_B$ where they differ.
fn unequal_factors(damping: Damping) -> Option<(f64, f64)> {
    match damping {
        Damping::Factored(a, b) if a != b => Some((a, b)),
        _ => None,
    }
}

/// $A_L(A_L+N\rho_A)^{-1}$: the output layer of K-FAC without its $1/(1+\rho_B)$.
fn output_layer(kernels: &LayerKernels, rho_a: f64) -> Result<DMatrix<f64>, JudgeError> {
    let last = kernels.forward(kernels.depth());
    let n = last.nrows();
    let shifted = last + DMatrix::identity(n, n) * (n as f64 * rho_a);
    let inverse =
        shifted.try_inverse().ok_or_else(|| JudgeError::Other("a singular damped kernel".into()))?;
    Ok(last * inverse)
}

fn strengths() -> Claim {
    let mut claim = Claim::about::<NaturalTraining>(
        "ngd/damping-strength",
        "Where damping takes most of a step, every method keeps its own part of it",
    )
    .formula(
        r"g_t=(I-\eta\bar R)^tg_0;\quad\bar R_{\rm btd}=\sum_lK_lw_l,\ \sum_mT_{lm}K_mw_m+N\rho\,w_l=I;\quad
          \bar R_{\rm kfac}=\dots+\frac s{1+\rho_B}A_L(A_L+N\rho_A)^{-1},\ s_{\rm kfac}=1,\ s_{\rm kfac\,scaled}=N;\quad
          \bar R_{\rm joint}=N\sum_{lij}\frac{a_ib_j}{a_ib_j+\rho}(u_iu_i^\top)\circ(v_jv_j^\top)",
    )
    .sources(&[KARAKIDA_2020_NATURAL, MARTENS_2015])
    .cases(strong_cases)
    .measure(|s, o| {
        let end = residual(s, o, s.steps)?;
        Ok((end / residual(s, o, 0)?.norm()).as_slice().to_vec())
    })
    .predict_given(|s, o| predicted(s, o, s.rule.damping))
    .by_distance()
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.05)));
    for (name, factor) in [("half the damping", 0.5), ("twice the damping", 2.0)] {
        claim = claim.rival_given(name, move |s, o| predicted(s, o, scaled(s.rule.damping, factor)));
    }
    claim
        .rival_given("ρ in place of Nρ", |s, o| {
            predicted(s, o, scaled(s.rule.damping, 1.0 / s.sample.samples as f64))
        })
        .rival_given("no damping", |s, o| predicted(s, o, Damping::None))
        .rival_given_where(
            "ρ_A and ρ_B exchanged",
            // For kfac with erf both orders damp nearly alike.
            |s| {
                let erf = s.network.scales().activation.to_string() == "erf";
                unequal_factors(s.rule.damping).is_some() && !(erf && s.rule.method == Method::Kfac)
            },
            |s, o| {
                let damping =
                    unequal_factors(s.rule.damping).map_or(s.rule.damping, |(a, b)| Damping::Factored(b, a));
                predicted(s, o, damping)
            },
        )
        .rival_given_where(
            "the output layer without 1/(1+ρ_B)",
            |s| unequal_factors(s.rule.damping).is_some(),
            |s, o| {
                let (a, b) = unequal_factors(s.rule.damping).unwrap_or_default();
                let scale = if s.rule.method == Method::KfacScaled { s.sample.samples as f64 } else { 1.0 };
                predicted_by(s, o, |k| {
                    let own = response(s.rule.method, s.rule.damping, k, k)?;
                    Ok(own + output_layer(k, a)? * (scale * b / (1.0 + b)))
                })
            },
        )
        .rival_given_where(
            "the output layer counted as by the other K-FAC",
            |s| matches!(s.rule.method, Method::Kfac | Method::KfacScaled),
            |s, o| {
                let other = if s.rule.method == Method::Kfac { Method::KfacScaled } else { Method::Kfac };
                predicted_by(s, o, |k| Ok(response(other, s.rule.damping, k, k)?))
            },
        )
        .rival_given_where(
            "block diagonal",
            |s| s.rule.method == Method::Btd,
            |s, o| predicted_by(s, o, |k| Ok(response(Method::Bd, s.rule.damping, k, k)?)),
        )
        .rival_given_where(
            "factored damping by √ρ",
            |s| s.rule.method == Method::KfacJoint,
            |s, o| predicted_by(s, o, |k| Ok(response(Method::Kfac, s.rule.damping, k, k)?)),
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
    .measure(|_, o| Ok(o.negative))
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

/// The poles on the infinite-width kernels of a trial's data set.
fn limit_poles(s: &DampedTridiagonalSetting, o: &DampedTridiagonalOutcome) -> Result<Vec<f64>, JudgeError> {
    let kernels = infinite::kernels(&s.system.network, &s.system.sample, o.data_set as usize)?;
    Ok(btd_poles(&kernels.0)?)
}

/// The poles that equal kernels in all layers would have: the negative eigenvalues of $T$ times those of the mean kernel.
fn poles_of_equal_layers(
    s: &DampedTridiagonalSetting,
    o: &DampedTridiagonalOutcome,
) -> Result<Vec<f64>, JudgeError> {
    let kernels = infinite::kernels(&s.system.network, &s.system.sample, o.data_set as usize)?;
    let depth = kernels.0.depth();
    let mean = symmetric_eigenvalues(&(kernels.0.total() / depth as f64))?;
    let angle = |k: usize| std::f64::consts::PI * k as f64 / (depth + 1) as f64;
    let negative = (1..=depth).map(|k| 1.0 + 2.0 * angle(k).cos()).filter(|t| *t < -1e-9);
    let samples = s.system.sample.samples as f64;
    let mut poles: Vec<f64> = negative.flat_map(|t| mean.iter().map(move |k| -t * k / samples)).collect();
    poles.sort_by(f64::total_cmp);
    Ok(poles)
}

/// The middle and the last of the poles. The first lies lower in finite networks, by 9 to 18 % at 512 units.
fn two_of(poles: &[f64]) -> Result<[f64; 2], JudgeError> {
    match (poles.get(poles.len() / 2), poles.last()) {
        (Some(middle), Some(last)) => Ok([*middle, *last]),
        _ => Err(JudgeError::Other("no poles".into())),
    }
}

fn pole_positions() -> Claim {
    Claim::about::<DampedTridiagonal>(
        "ngd/btd-pole-positions",
        "Infinite-width kernels tell at which strengths of damping the block tri-diagonal method is singular; the smallest come slowly",
    )
    .formula(r"\rho_j=-\mu_j/N,\quad\mu_j<0\text{ eigenvalues of }(T_{lm}K_m)_{lm}")
    .sources(&[KARAKIDA_2020_NATURAL])
    .cases(|profile| {
        let width = by(profile, 512, 2048);
        [3, 4, 5]
            .into_iter()
            .map(|depth| {
                let network = network("relu", INPUTS, depth, width)?;
                let system = KernelSetting { network, sample: Sample::new(Inputs::Sphere, SAMPLES, 0) };
                let setting = DampedTridiagonalSetting { system, strengths: Vec::new() };
                Ok(At::setting(format!("relu L={depth} N={SAMPLES} M={width}"), setting, by(profile, 32, 16)))
            })
            .collect()
    })
    .measure(|_, o| two_of(&o.poles))
    .components(["middle", "last"])
    .predict_given(|s, o| two_of(&limit_poles(s, o)?))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival_given("−μ, without 1/N", |s, o| {
        Ok(two_of(&limit_poles(s, o)?)?.map(|rho| rho * s.system.sample.samples as f64))
    })
    .rival_given_where(
        "kernels equal in all layers",
        // Deeper networks have layers that are more alike.
        |s| s.system.network.depth() == 3,
        |s, o| two_of(&poles_of_equal_layers(s, o)?),
    )
    .rival_given("the negative eigenvalues of T times those of K", |s, o| {
        let depth = s.system.network.depth() as f64;
        Ok(two_of(&poles_of_equal_layers(s, o)?)?.map(|rho| rho * depth))
    })
    .finish()
}
