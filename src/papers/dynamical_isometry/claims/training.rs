//! What the spectrum means for training: the largest learning rate, and one step.

use solvable_theory::bibliography::HAYASE_2021;
use solvable_theory::dynamical_isometry::{isotropic_loss_ratio, single_sample_step};
use solvable_theory::free_probability::{Ensemble, SpectralLaw};

use super::edges::{BRIEF, VARIED, WRONG, deficit, fluctuates, sharpest};
use super::laws::{at_defects, other, unconditional};
use crate::experiments::{
    OneStep, OneStepSetting, OnlineBoundary, OnlineSetting, StepThreshold, StepThresholdSetting,
};
use crate::settings::{label, on_path};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![threshold(), predicted_threshold(), one_step(), boundary()]
}

/// $\eta_c$ of the infinite network.
pub(crate) fn critical(s: &DeepSetting) -> Result<f64, JudgeError> {
    Ok(single_sample_step(&unconditional(s)?)?)
}

/// Depths on the path of isometry.
fn depths(profile: Profile) -> Vec<usize> {
    by(profile, vec![3, 6, 12], vec![3, 6, 12, 24, 48])
}

/// One sample of a small residual.
fn learnt(network: DeepSetting, trials: usize) -> At<StepThresholdSetting> {
    At::setting(label(&network), StepThresholdSetting { network, rho: 1e-8, steps: 80 }, trials)
}

/// The law at the measured order parameters; networks on the path are projections.
fn own_law(s: &DeepSetting, q: &[f64], alpha: &[f64], ensemble: Ensemble) -> Result<SpectralLaw, JudgeError> {
    let defects: Vec<f64> = alpha.iter().map(|alpha| 1.0 - alpha).collect();
    at_defects(s, q, &defects, ensemble)
}

fn threshold() -> Claim {
    Claim::about::<StepThreshold>(
        "iso/linear-stability",
        "One sample is learnt below the learning rate 2/λ_max of its own H_L, and not above (no theory of the spectrum enters)",
    )
    .formula(r"\eta_c=\frac{2}{\lambda_{\max}(\hat H_L)}\quad\text{for the loss}\ \tfrac{1}{2M}\|f-y\|^2")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let width = by(profile, 100, 200);
        let orthogonal = depths(profile).into_iter().map(|depth| (depth, Ensemble::Orthogonal));
        let gaussian = [3, 6].map(|depth| (depth, Ensemble::Gaussian));
        orthogonal
            .chain(gaussian)
            .map(|(depth, ensemble)| Ok(learnt(on_path(depth, width, ensemble)?, 8)))
            .collect()
    })
    .measure(|_, o| Ok(o.threshold))
    .predict_given(|_, o| Ok(2.0 / o.lambda_max))
    .margin(|s, profile| {
        // The dense edge of Gaussian weights is not resolved in finitely many steps.
        Margin::symmetric(match s.network.ensemble {
            Ensemble::Orthogonal => by(profile, 0.005, 0.002),
            Ensemble::Gaussian => 0.02,
        })
    })
    .rival_given("2 over the mean eigenvalue", |s, o| {
        Ok(2.0 / own_law(&s.network, &o.q, &o.alpha, s.network.ensemble)?.mean())
    })
    .rival_given("the edge of the other kind of weights", |s, o| {
        Ok(single_sample_step(&own_law(&s.network, &o.q, &o.alpha, other(s.network.ensemble))?)?)
    })
    .rival("2 over the largest squared singular value of the Jacobian", |s| {
        Ok(2.0 / s.network.sigma_w2.powi(s.network.depth as i32))
    })
    .finish()
}

/// Whether the top is an atom: on the path of isometry with orthogonal weights.
fn isolated(s: &DeepSetting) -> bool {
    s.ensemble == Ensemble::Orthogonal && s.activation.kinks().len() == 2 && s.sigma_w2 == 1.0
}

fn predicted_threshold() -> Claim {
    // Discrepancies at which trials tell a rival from the claim, in units of the deficit of an edge.
    let distant = |s: &DeepSetting, edge: f64| Ok((edge / sharpest(s)? - 1.0).abs() > 7.0 * deficit(s));
    let mut claim = Claim::about::<StepThreshold>(
        "iso/step-size",
        "The learning rate up to which one sample is learnt, from the scale of inputs and weights alone",
    )
    .formula(
        r"\eta_c=\frac{2}{\lambda_{\max}},\quad\lambda_{\max}=\sum_l\sigma_w^{2(L-1-l)}q_l\ \text{if}\ E<1,\ \text{else the edge of}\ \mu_L\ \text{at}\ q_l(q_0,\sigma_w^2),\ \nu_l(q_0,\sigma_w^2)",
    )
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let (width, trials) = by(profile, (100, 16), (400, 12));
        let path = |depth| Ok(learnt(on_path(depth, width, Ensemble::Orthogonal)?, trials));
        let mut cases: Vec<_> = depths(profile).into_iter().map(path).collect::<Result<_, JudgeError>>()?;
        let (width, few, some, many) = by(profile, (100, 12, 24, 24), (200, 24, 40, 96));
        for (kind, ensemble) in by(profile, BRIEF.to_vec(), VARIED.to_vec()) {
            let network = kind.at(width, ensemble)?;
            let trials = match (fluctuates(&network), ensemble) {
                (true, _) => many,
                (false, Ensemble::Gaussian) => some,
                (false, Ensemble::Orthogonal) => if network.activation.kinks().is_empty() { few } else { some },
            };
            cases.push(learnt(network, trials));
        }
        Ok(cases)
    })
    .measure(|_, o| Ok(o.threshold))
    .predict(|s| critical(&s.network))
    .margin(|s, profile| {
        if isolated(&s.network) {
            return Margin::symmetric(by(profile, 0.1, 0.05));
        }
        // Below the edge lie the largest eigenvalue, and what finitely many steps resolve.
        Margin { low: -deficit(&s.network), high: 4.0 * deficit(&s.network) }
    });
    for (name, edge) in WRONG {
        claim = claim.rival_where(
            name,
            move |s| edge(&s.network).and_then(|edge| distant(&s.network, edge)).unwrap_or(true),
            move |s| Ok(2.0 / edge(&s.network)?),
        );
    }
    claim.finish()
}

/// Learning rates of one step in units of $\eta_c$.
const RATES: [f64; 3] = [0.5, 1.0, 1.5];

fn one_step() -> Claim {
    let ratios = |s: &OneStepSetting, of: &dyn Fn(f64) -> Result<f64, JudgeError>| {
        s.rates.iter().map(|&eta| of(eta)).collect::<Result<Vec<_>, JudgeError>>()
    };
    Claim::about::<OneStep>(
        "iso/one-step",
        "The loss after one step, by the first two moments of the spectrum",
    )
    .formula(r"\frac{\langle\ell_1\rangle}{\ell_0}=1-2\eta m_1+\eta^2m_2")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        by(profile, vec![3, 6], vec![3, 6, 12])
            .into_iter()
            .map(|depth| {
                let network = on_path(depth, by(profile, 100, 400), Ensemble::Orthogonal)?;
                let unit = critical(&network)?;
                let rates = RATES.map(|rate| rate * unit).to_vec();
                let s = OneStepSetting { network, rho: 1e-6, rates, directions: by(profile, 64, 200) };
                Ok(At::setting(label(&s.network), s, 24))
            })
            .collect()
    })
    .measure(|_, o| Ok(o.ratios.clone()))
    .components(["η_c/2", "η_c", "3η_c/2"])
    .predict_given(move |s, o| {
        let law = own_law(&s.network, &o.q, &o.alpha, s.network.ensemble)?;
        ratios(s, &|eta| Ok(isotropic_loss_ratio(&law, eta)?))
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.08, 0.03)))
    .rival_given("all eigenvalues at their mean", move |s, o| {
        let mean = own_law(&s.network, &o.q, &o.alpha, s.network.ensemble)?.mean();
        ratios(s, &|eta| Ok((1.0 - eta * mean).powi(2)))
    })
    .rival_given("all eigenvalues at the maximum", move |s, o| {
        let top = own_law(&s.network, &o.q, &o.alpha, s.network.ensemble)?.upper_edge()?;
        ratios(s, &|eta| Ok((1.0 - eta * top).powi(2).max(1e-6)))
    })
    .rival_given("the moments of Gaussian weights", move |s, o| {
        let law = own_law(&s.network, &o.q, &o.alpha, Ensemble::Gaussian)?;
        ratios(s, &|eta| Ok(isotropic_loss_ratio(&law, eta)?))
    })
    .finish()
}

/// Online training on eight samples with small residuals.
fn online(depth: usize, width: usize, rho: f64, rates: &[f64]) -> Result<OnlineSetting, JudgeError> {
    let network = on_path(depth, width, Ensemble::Orthogonal)?;
    let unit = critical(&network)?;
    Ok(OnlineSetting { network, rho, samples: 8, steps: 160, unit, rates: rates.to_vec() })
}

fn boundary() -> Claim {
    Claim::about::<OnlineBoundary>(
        "iso/trainability",
        "Online training on several samples fails above the same learning rate",
    )
    .formula(r"\ell(T)<\ell(0)\iff\eta<\eta_c=2/\lambda_{\max}\qquad(\rho\ll1)")
    .sources(&[HAYASE_2021])
    .cases(|profile| {
        let mut cases = Vec::new();
        for depth in by(profile, vec![3, 6, 12], vec![3, 6, 12, 24]) {
            let s = online(depth, by(profile, 100, 200), 1e-5, &[0.5, 2.0])?;
            cases.push(At::setting(label(&s.network), s, by(profile, 6, 8)));
        }
        Ok(cases)
    })
    .measure(|_, o| Ok(o.boundary))
    .predict(|_| Ok(1.0))
    .margin(|_, _| Margin::symmetric(0.1))
    .rival("the edge of Gaussian weights", |s| {
        let gaussian = critical(&DeepSetting { ensemble: Ensemble::Gaussian, ..s.network.clone() })?;
        Ok(gaussian / s.unit)
    })
    .rival("the same at all depths: 2/q₀", |s| Ok(2.0 / s.network.q0 / s.unit))
    .finish()
}
