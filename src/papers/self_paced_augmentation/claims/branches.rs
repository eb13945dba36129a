//! The branches of the fixed point: where training from zero and from least squares ends, the transition, the basins.

use solvable_theory::bibliography::TAKASE_2021;
use solvable_theory::self_paced_augmentation::{
    RidgeObservables, all_fixed_points, fixed_point, lowest_fixed_point, ridge_observables, spinodal,
};

use statrs::function::erf::erfc_inv;

use super::ends::at;
use crate::experiments::{
    AugmentedRidge, AugmentedRidgeOutcome, AugmentedRidgeSetting, RidgeStart, RidgeStartSetting,
};
use crate::settings::{first, task, tau};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::augmentation::Rule;
use solvable_simulate::augmentation::descent::MeanField;

pub(crate) fn claims() -> Vec<Claim> {
    vec![upper(), lower(), transition(), basins()]
}

/// Two stable ends at one threshold.
fn bistable(profile: Profile) -> Result<Vec<At<AugmentedRidgeSetting>>, JudgeError> {
    let (sigma2, tau, dimension, trials) = by(profile, (0.01, 0.03, 200, 60), (0.04, 0.055, 400, 40));
    Ok(vec![At::setting(format!("ψ=1.2 σ²={sigma2} τ={tau}"), at(1.2, sigma2, 1.0, tau, dimension), trials)])
}

fn highest(s: &AugmentedRidgeSetting) -> Result<f64, JudgeError> {
    Ok(fixed_point(&task(&s.model)?, s.s2, tau(s))?.ratio)
}

fn lowest(s: &AugmentedRidgeSetting) -> Result<f64, JudgeError> {
    Ok(lowest_fixed_point(&task(&s.model)?, s.s2, tau(s))?.ratio)
}

fn upper() -> Claim {
    Claim::about::<AugmentedRidge>("spa/upper-branch", "Training from zero ends in the largest fixed point")
        .formula(r"\lambda_+=\lim T^k(s^2)")
        .sources(&[TAKASE_2021])
        .cases(bistable)
        .by_difference()
        .measure(|_, o| first(&o.p))
        .predict(highest)
        .margin(|_, _| Margin::symmetric(0.035))
        .rival("the smallest fixed point", lowest)
        .finish()
}

/// Margins of the smallest fixed point: of a share near zero, of one of a hundredth, of one far from both.
fn lowest_margin(s: &AugmentedRidgeSetting, profile: Profile) -> f64 {
    match lowest(s) {
        Ok(p) if p > 0.1 => by(profile, 0.03, 0.02),
        Ok(p) if p > 0.008 => 0.004,
        _ => by(profile, 0.002, 0.01),
    }
}

fn lower() -> Claim {
    let two = |s: &AugmentedRidgeSetting| {
        let (low, high) = (lowest(s), highest(s));
        low.is_ok_and(|low| high.is_ok_and(|high| high > low + 0.1))
    };
    Claim::about::<AugmentedRidge>(
        "spa/lower-branch",
        "Training from least squares ends in the smallest fixed point, at the same threshold on the same data",
    )
    .formula(r"\lambda_-=\lim T^k(0)")
    .sources(&[TAKASE_2021])
    .cases(|profile| {
        let mut all = bistable(profile)?;
        // One fixed point for both starts.
        let (dimension, trials) = by(profile, (200, 120), (400, 80));
        for (psi, sigma2, s2, tau) in [(2.0, 0.25, 1.0, 0.3), (2.0, 1.0, 0.5, 0.6)] {
            let label = format!("ψ={psi} σ²={sigma2} τ={tau}");
            all.push(At::setting(label, at(psi, sigma2, s2, tau, dimension), trials));
        }
        if profile == Profile::Full {
            // Two, and the smaller one is not zero.
            all.push(At::setting("ψ=1.5 σ²=0.01 τ=0.0225", at(1.5, 0.01, 0.5, 0.0225, 400), 80));
        }
        Ok(all)
    })
    .by_difference()
    // At the full size about one run in thirty escapes to the upper end.
    .median()
    .measure(|_, o| first(&o.p_low))
    .predict(lowest)
    .margin(|s, profile| Margin::symmetric(lowest_margin(s, profile)))
    .rival_where("the largest fixed point", two, highest)
    .rival_where(
        "it stays without augmentation",
        |s| lowest(s).is_ok_and(|p| p > 0.008),
        |_| Ok(0.0),
    )
    .finish()
}

/// $\psi=\frac12$, $\sigma^2=\frac14$, $s^2=1$ at a multiple of the spinodal.
pub(crate) fn near_spinodal(factor: f64, dimension: usize) -> Result<AugmentedRidgeSetting, JudgeError> {
    let mut s = at(0.5, 0.25, 1.0, 0.0, dimension);
    s.taus = vec![factor * spinodal(&task(&s.model)?, s.s2)?.tau];
    Ok(s)
}

fn edge(s: &AugmentedRidgeSetting) -> Result<f64, JudgeError> {
    Ok(spinodal(&task(&s.model)?, s.s2)?.tau)
}

/// The largest threshold at which a strength maintains itself, when $\tau(\lambda)$ is given by another law of the residuals.
fn edge_of(
    s: &AugmentedRidgeSetting,
    threshold: impl Fn(&RidgeObservables, f64) -> f64,
) -> Result<f64, JudgeError> {
    const POINTS: usize = 2000;
    let task = task(&s.model)?;
    (1..POINTS).try_fold(0.0, |most: f64, i| {
        let share = i as f64 / POINTS as f64;
        Ok(most.max(threshold(&ridge_observables(&task, s.s2 * share)?, share)))
    })
}

/// Whether a run is still augmented at its end.
fn augmented(o: &AugmentedRidgeOutcome) -> Result<f64, JudgeError> {
    Ok(f64::from(u8::from(first(&o.p)? > 0.01)))
}

/// A rival's threshold.
type Edge = fn(&AugmentedRidgeSetting) -> Result<f64, JudgeError>;

fn transition() -> Claim {
    let below = |s: &AugmentedRidgeSetting, edge: Edge| -> Result<f64, JudgeError> {
        Ok(f64::from(u8::from(tau(s) < edge(s)?)))
    };
    let rivals: [(&str, Edge); 5] = [
        ("the mean squared residual decides", |s| edge_of(s, |ridge, _| ridge.training_error)),
        ("squared residuals with an exponential law", |s| {
            edge_of(s, |ridge, share| -ridge.training_error * share.ln())
        }),
        ("residuals of one sign alone", |s| {
            edge_of(s, |ridge, share| {
                if share < 0.5 { 2.0 * ridge.training_error * erfc_inv(2.0 * share).powi(2) } else { 0.0 }
            })
        }),
        ("a threshold on half the squared residual", |s| Ok(0.5 * edge(s)?)),
        ("residuals without the noise of the labels", |s| {
            let sigma2: f64 = s.model.noise.iter().map(|(share, variance)| share * variance).sum();
            edge_of(s, |ridge, share| {
                let clean = ridge.training_error * ridge.test_error / (sigma2 + ridge.test_error);
                2.0 * clean * erfc_inv(share).powi(2)
            })
        }),
    ];
    let claim = Claim::about::<AugmentedRidge>(
        "spa/spinodal",
        "With fewer samples than dimensions augmentation ends abruptly at a threshold",
    )
    .formula(r"\tau_c=\max_\lambda2v(\lambda)[\mathrm{erfc}^{-1}(\lambda/s^2)]^2")
    .sources(&[TAKASE_2021])
    .cases(|profile| {
        // The edge is rounded over a fifth of the threshold at the smaller size.
        let (factors, dimension, trials) = by(profile, ([0.75, 1.4], 400, 60), ([0.75, 1.25], 800, 60));
        let case = |f: f64| Ok(At::setting(format!("τ={f} τ_c"), near_spinodal(f, dimension)?, trials));
        factors.into_iter().map(case).collect()
    })
    .by_difference()
    .measure(|_, o| augmented(o))
    .predict(move |s| below(s, edge))
    .margin(|_, _| Margin::symmetric(0.1));
    let apart = move |s: &AugmentedRidgeSetting, rival: Edge| -> Result<bool, JudgeError> {
        Ok(below(s, rival)? != below(s, edge)?)
    };
    rivals
        .into_iter()
        .fold(claim, |claim, (name, rival)| {
            let differs = move |s: &AugmentedRidgeSetting| apart(s, rival).unwrap_or(true);
            claim.rival_where(name, differs, move |s| below(s, rival))
        })
        .finish()
}

/// The three fixed points at half the spinodal, and the strength of the spinodal: $\lambda_m$, $\lambda_+$, $\lambda_c$.
fn strengths(s: &RidgeStartSetting) -> Result<[f64; 3], JudgeError> {
    let Rule::Spa(tau) = s.field.rule else {
        return Err(JudgeError::Other("no threshold".into()));
    };
    let task = task(&s.model)?;
    let edge = spinodal(&task, s.field.s2)?.lambda;
    match all_fixed_points(&task, s.field.s2, tau)?[..] {
        [_, middle, upper] => Ok([middle, upper, edge]),
        ref other => Err(JudgeError::Other(format!("three fixed points are expected, found {other:?}"))),
    }
}

/// The shares at the ends of descent from every strength when those above `border` are carried up.
fn carried(
    s: &RidgeStartSetting,
    border: impl Fn(&RidgeStartSetting) -> Result<f64, JudgeError>,
) -> Result<Vec<f64>, JudgeError> {
    let (border, [_, upper, _]) = (border(s)?, strengths(s)?);
    Ok(s.strengths.iter().map(|start| if *start > border { upper / s.field.s2 } else { 0.0 }).collect())
}

fn basins() -> Claim {
    Claim::about::<RidgeStart>(
        "spa/hysteresis",
        "At half the spinodal the unstable fixed point parts the starts that lose all augmentation from those that regain it",
    )
    .formula(r"\lambda_0<\lambda_m:\ p\to0,\quad\lambda_0>\lambda_m:\ p\to\lambda_+/s^2,\quad T(\lambda_m)=\lambda_m,\ T'(\lambda_m)>1")
    .sources(&[TAKASE_2021])
    .cases(|profile| {
        let (dimension, trials) = by(profile, (200, 24), (400, 60));
        let AugmentedRidgeSetting { model, s2, taus } = near_spinodal(0.5, dimension)?;
        let field = MeanField { rule: Rule::Spa(taus[0]), s2, eta: 0.25 };
        let mut s = RidgeStartSetting { model, field, strengths: vec![], steps: 500 };
        let [middle, ..] = strengths(&s)?;
        s.strengths = vec![0.5 * middle, 2.0 * middle];
        Ok(vec![At::setting("τ=τ_c/2, λ₀=λ_m/2 and 2λ_m", s, trials)])
    })
    .components(["from below", "from above"])
    .by_difference()
    .measure(|_, o| Ok(o.p.clone()))
    .predict(|s| carried(s, |s| Ok(strengths(s)?[0])))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.15, 0.1)))
    .rival("the interpolator alone stays without augmentation", |s| carried(s, |_| Ok(0.0)))
    .rival("starts below the strength of the spinodal lose all augmentation", |s| {
        carried(s, |s| Ok(strengths(s)?[2]))
    })
    .rival("it stays where it begins", |s| Ok(s.strengths.iter().map(|start| start / s.field.s2).collect::<Vec<_>>()))
    .finish()
}
