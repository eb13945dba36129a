//! Where training ends: the fixed point, and what the best threshold is worth.

use solvable_theory::TheoryError;
use solvable_theory::bibliography::{BISHOP_1995, DOBRIBAN_2018, HASTIE_2022, TAKASE_2021};
use solvable_theory::self_paced_augmentation::{
    FixedPoint, RidgeObservables, fixed_point, optimal_augmentation, optimal_threshold, ridge_observables,
    test_residual_fixed_point,
};

use crate::experiments::{AugmentedRidge, AugmentedRidgeSetting, PairedOptimum, PairedOptimumSetting};
use crate::settings::{Observable, apart, first, model, signal, task, tau};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile, SettingError};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ratio(),
        test_error(),
        training_error(),
        norm(),
        peak(),
        no_gain(),
        off_optimum(),
        near_optimum(),
        best_threshold(),
    ]
}

/// One threshold on data with $\psi$ samples for each dimension.
pub(crate) fn at(psi: f64, sigma2: f64, s2: f64, tau: f64, dimension: usize) -> AugmentedRidgeSetting {
    AugmentedRidgeSetting { model: model(psi, sigma2, dimension), s2, taus: vec![tau] }
}

fn cases(profile: Profile) -> Result<Vec<At<AugmentedRidgeSetting>>, JudgeError> {
    let points = [
        (2.0, 0.25, 1.0, 0.3),
        (2.0, 1.0, 0.5, 0.6),
        (0.5, 0.25, 1.0, 0.02),
        (1.0, 0.25, 0.5, 0.05),
        (4.0, 0.25, 1.0, 0.4),
    ];
    let case = |(psi, sigma2, s2, tau): (f64, f64, f64, f64)| {
        let quick = if psi > 2.0 { (100, 150) } else { (200, if psi < 1.0 { 360 } else { 120 }) };
        let (dimension, trials) = by(profile, quick, (400, 80));
        At::setting(
            format!("ψ={psi} σ²={sigma2} s²={s2} τ={tau}"),
            at(psi, sigma2, s2, tau, dimension),
            trials,
        )
    };
    Ok(points.map(case).into())
}

/// All cases but the interpolation threshold, where a few trials have errors far above the others.
fn off_peak(profile: Profile) -> Result<Vec<At<AugmentedRidgeSetting>>, JudgeError> {
    Ok(cases(profile)?.into_iter().filter(|at| psi(&at.settings()[0]) != 1.0).collect())
}

fn psi(s: &AugmentedRidgeSetting) -> f64 {
    s.model.samples as f64 / s.model.dimension as f64
}

fn end(s: &AugmentedRidgeSetting) -> Result<FixedPoint, TheoryError> {
    fixed_point(&task(&s.model)?, s.s2, tau(s))
}

fn ridge(s: &AugmentedRidgeSetting, lambda: f64) -> Result<RidgeObservables, TheoryError> {
    ridge_observables(&task(&s.model)?, lambda)
}

fn ratio() -> Claim {
    let margin = |s: &AugmentedRidgeSetting, profile| {
        if psi(s) >= 1.0 { by(profile, 0.03, 0.02) } else { by(profile, 0.05, 0.035) }
    };
    let simple = |s: &AugmentedRidgeSetting| psi(s) == 2.0 && s.s2 == 1.0;
    Claim::about::<AugmentedRidge>(
        "spa/fixed-point",
        "The share of augmented samples settles where ridge regression of that strength leaves as many hard ones",
    )
    .formula(r"\lambda=s^2\,\mathrm{erfc}\sqrt{\tau/2v(\lambda)},\quad p=\lambda/s^2")
    .sources(&[TAKASE_2021, DOBRIBAN_2018])
    .cases(cases)
    .by_difference()
    .measure(|_, o| first(&o.p))
    .predict(|s| Ok(end(s)?.ratio))
    .margin(move |s, profile| Margin::symmetric(margin(s, profile)))
    .rival("all samples", |_| Ok(1.0))
    .rival_given("residuals of the first step", |_, o| first(&o.p_start))
    .rival("residuals of fresh samples", |s| {
        Ok(test_residual_fixed_point(&task(&s.model)?, s.s2, tau(s))?.ratio)
    })
    .rival_given_where(
        "residuals without augmentation",
        move |s| simple(s) || psi(s) <= 1.0,
        |_, o| first(&o.p_none),
    )
    .rival_given_where("residuals with augmentation of all samples", simple, |_, o| first(&o.p_all))
    .finish()
}

/// A claim on one observable of the ridge at the fixed point, with the values without and with full augmentation as rivals.
fn observable(
    id: &str,
    title: &str,
    formula: &str,
    observable: Observable,
    margin: fn(&AugmentedRidgeSetting, Profile) -> f64,
) -> Claim {
    let of = move |ridge: &RidgeObservables| observable.of_ridge(ridge);
    let rival = move |lambda: fn(&AugmentedRidgeSetting) -> f64| {
        let differs = move |s: &AugmentedRidgeSetting| {
            let value = ridge(s, lambda(s)).map(|r| of(&r));
            apart(value, end(s).map(|e| of(&e.ridge)), margin(s, Profile::Quick))
        };
        (differs, move |s: &AugmentedRidgeSetting| Ok(of(&ridge(s, lambda(s))?)))
    };
    let (all_differs, all) = rival(|s| s.s2);
    let (none_differs, none) = rival(|_| 0.0);
    Claim::about::<AugmentedRidge>(id, title)
        .formula(formula)
        .sources(&[DOBRIBAN_2018, BISHOP_1995])
        .cases(if observable == Observable::TrainingError { cases } else { off_peak })
        .measure(move |_, o| observable.at_end(o))
        .predict(move |s| Ok(of(&end(s)?.ridge)))
        .margin(move |s, profile| Margin::symmetric(margin(s, profile)))
        .rival_where(
            "the strength of fresh residuals",
            move |s| apart(fresh(s, observable), end(s).map(|e| of(&e.ridge)), margin(s, Profile::Quick)),
            move |s| Ok(fresh(s, observable)?),
        )
        .rival_where("augmentation of all samples", all_differs, all)
        // An interpolator has no training error to compare with.
        .rival_where(
            "no augmentation",
            move |s| (observable != Observable::TrainingError || psi(s) > 1.0) && none_differs(s),
            none,
        )
        .finish()
}

/// An observable of the ridge whose strength the errors on fresh samples would set.
fn fresh(s: &AugmentedRidgeSetting, observable: Observable) -> Result<f64, TheoryError> {
    Ok(observable.of_ridge(&test_residual_fixed_point(&task(&s.model)?, s.s2, tau(s))?.ridge))
}

fn test_error() -> Claim {
    observable(
        "spa/test-error",
        "The test error is that of ridge regression at the self-consistent strength",
        r"R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)^2-\gamma}",
        Observable::TestError,
        |_, profile| by(profile, 0.07, 0.05),
    )
}

fn training_error() -> Claim {
    observable(
        "spa/training-error",
        "The training error is that of ridge regression at the self-consistent strength",
        r"v=(\lambda/\kappa)^2(\sigma^2+R)",
        Observable::TrainingError,
        |s, profile| if psi(s) >= 2.0 { by(profile, 0.08, 0.06) } else { by(profile, 0.15, 0.12) },
    )
}

fn norm() -> Claim {
    observable(
        "spa/weight-norm",
        "The weights shrink as those of ridge regression at the self-consistent strength",
        r"W=\frac{r^2+\gamma(\sigma^2+R)}{(1+\kappa)^2}",
        Observable::SquaredNorm,
        |_, profile| by(profile, 0.06, 0.05),
    )
}

fn peak() -> Claim {
    Claim::about::<AugmentedRidge>(
        "spa/at-interpolation",
        "As many samples as dimensions: the median test error is that of ridge regression, without the peak",
    )
    .formula(r"R=\frac{r^2\kappa^2+\sigma^2\gamma}{(1+\kappa)^2-\gamma},\ \gamma=1")
    .sources(&[HASTIE_2022])
    .cases(|profile| Ok(cases(profile)?.into_iter().filter(|at| psi(&at.settings()[0]) == 1.0).collect()))
    .median()
    .measure(|_, o| first(&o.r))
    .predict(|s| Ok(end(s)?.ridge.test_error))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.05)))
    .rival_given("no augmentation", |_, o| Ok(o.r_none))
    .rival("bias alone", |s| {
        let kappa = end(s)?.ridge.kappa;
        Ok(signal(&s.model) * (kappa / (1.0 + kappa)).powi(2))
    })
    .finish()
}

/// $\psi=2$, $\sigma^2=\frac14$, $s^2=\frac12$ against the best ridge.
fn paired(thresholds: Vec<f64>, profile: Profile) -> Result<At<PairedOptimumSetting>, JudgeError> {
    let model = model(2.0, 0.25, by(profile, 200, 400));
    let ridge = optimal_augmentation(&task(&model)?)?.lambda;
    let label = format!("ψ=2 s²=0.5 τ={:.4}", thresholds.first().copied().unwrap_or(f64::NAN));
    let setting = PairedOptimumSetting { model, s2: 0.5, taus: thresholds, ridge };
    Ok(At::setting(label, setting, by(profile, 60, 200)))
}

/// The test error of self-paced augmentation over that of the best ridge, at every threshold.
fn excesses(s: &PairedOptimumSetting) -> Result<Vec<f64>, JudgeError> {
    let task = task(&s.model)?;
    let best = optimal_augmentation(&task)?.test_error;
    s.taus.iter().map(|tau| Ok(fixed_point(&task, s.s2, *tau)?.ridge.test_error - best)).collect()
}

/// That excess at the first threshold.
fn excess(s: &PairedOptimumSetting) -> Result<f64, JudgeError> {
    Ok(excesses(s)?.first().copied().unwrap_or(f64::NAN))
}

fn no_gain() -> Claim {
    Claim::about::<PairedOptimum>(
        "spa/no-gain",
        "At its best threshold self-paced augmentation is as good as the best augmentation of all samples, and no better",
    )
    .formula(r"R_{\rm SPA}(\tau^*)=R(\lambda^*),\quad\lambda^*=\sigma^2\gamma/r^2")
    .sources(&[TAKASE_2021, DOBRIBAN_2018])
    .cases(|profile| {
        let best = optimal_threshold(&task(&model(2.0, 0.25, 200))?, 0.5)?.tau;
        Ok(vec![paired(vec![best], profile)?])
    })
    .by_difference()
    .measure(|_, o| first(&o.excess))
    .predict(excess)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.002, 0.001)))
    .rival("it keeps its gain over the same noise on all samples", |s| {
        let task = task(&s.model)?;
        Ok(optimal_augmentation(&task)?.test_error - ridge_observables(&task, s.s2)?.test_error)
    })
    .rival("it is no better than the same noise on all samples", |s| {
        let task = task(&s.model)?;
        Ok(ridge_observables(&task, s.s2)?.test_error - optimal_augmentation(&task)?.test_error)
    })
    .finish()
}

fn off_optimum() -> Claim {
    Claim::about::<PairedOptimum>(
        "spa/off-optimum",
        "Thresholds off the optimum cost what the ridge path says",
    )
    .formula(r"R(\lambda_{\rm eff}(\tau))-R(\lambda^*)")
    .sources(&[DOBRIBAN_2018])
    .cases(|profile| [0.05, 0.5].into_iter().map(|tau| paired(vec![tau], profile)).collect())
    .by_difference()
    .measure(|_, o| first(&o.excess))
    .predict(excess)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.015, 0.01)))
    .rival("no cost", |_| Ok(0.0))
    .finish()
}

/// Thresholds on either side of the best one $\tau^*$, as multiples of it.
const NEAR: [f64; 2] = [0.7, 1.3];

fn near_optimum() -> Claim {
    Claim::about::<PairedOptimum>(
        "spa/near-optimum",
        "Thresholds three tenths off the best one cost the few thousandths that the ridge path says, on either side",
    )
    .formula(r"R(\lambda_{\rm eff}(0.7\,\tau^*))-R(\lambda^*),\quad R(\lambda_{\rm eff}(1.3\,\tau^*))-R(\lambda^*)")
    .sources(&[TAKASE_2021, DOBRIBAN_2018])
    .cases(|profile| {
        // Only the full size can tell thousandths.
        if profile == Profile::Quick {
            return Ok(Vec::new());
        }
        let best = optimal_threshold(&task(&model(2.0, 0.25, 200))?, 0.5)?.tau;
        Ok(vec![paired(NEAR.map(|factor| factor * best).into(), profile)?])
    })
    .components(["below", "above"])
    .by_difference()
    .measure(|_, o| Ok(o.excess.clone()))
    .predict(excesses)
    // The scatter of the strength from one draw of data to the next, a fortieth in p, adds 0.0003 near the bottom of the parabola.
    .margin(|_, _| Margin::symmetric(0.0015))
    .rival("no cost", |s| Ok(vec![0.0; s.taus.len()]))
    .rival("the best threshold for the residuals of one sign alone", |s| {
        // p = ½ erfc: the same strength at the threshold where erfc is 2p.
        let task = task(&s.model)?;
        let best = optimal_augmentation(&task)?.test_error;
        s.taus
            .iter()
            .map(|tau| Ok(fixed_point(&task, 0.5 * s.s2, *tau)?.ridge.test_error - best))
            .collect::<Result<Vec<_>, JudgeError>>()
    })
    .finish()
}

fn best_threshold() -> Claim {
    let share = |s: &AugmentedRidgeSetting, of: fn(f64) -> f64| {
        let sigma2: f64 = s.model.noise.iter().map(|(share, variance)| share * variance).sum();
        of(sigma2 / signal(&s.model)) / s.s2
    };
    Claim::about::<AugmentedRidge>(
        "spa/best-threshold",
        "At the best threshold the share of augmented samples is that of the best noise for all samples in the noise at hand",
    )
    .formula(r"p(\tau^*)=\frac{\sigma^2\gamma}{r^2s^2},\quad\tau^*=2v(\lambda^*)[\mathrm{erfc}^{-1}(\lambda^*/s^2)]^2")
    .sources(&[TAKASE_2021, DOBRIBAN_2018])
    .cases(|profile| {
        let (dimension, trials) = by(profile, (200, 60), (400, 80));
        let case = |(psi, sigma2, s2): (f64, f64, f64)| {
            let best = optimal_threshold(&task(&model(psi, sigma2, dimension))?, s2)?.tau;
            let label = format!("ψ={psi} σ²={sigma2} s²={s2} τ={best:.4}");
            Ok(At::setting(label, at(psi, sigma2, s2, best, dimension), trials))
        };
        [(2.0, 0.25, 0.5), (1.5, 0.6, 1.0)].into_iter().map(case).collect()
    })
    .presumes(|s| {
        // At other thresholds the share is that of the fixed point, which is another claim; a hundredth moves it by less than the margin.
        let best = task(&s.model).and_then(|task| Ok(optimal_threshold(&task, s.s2)?.tau)).map_err(|error| {
            let reason = format!("there is no best threshold: {error}");
            SettingError::Unreadable { field: "model".into(), reason }
        })?;
        let near = |tau: &f64| (tau / best - 1.0).abs() < 0.01;
        require(s.taus.first().is_some_and(near), "taus", format!("{:?}", s.taus), format!("{best}, the best threshold"))
    })
    .by_difference()
    .measure(|_, o| first(&o.p))
    .predict(move |s| Ok(share(s, |sigma2| sigma2) / psi(s)))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.02)))
    .rival("as many samples as dimensions", move |s| Ok(share(s, |sigma2| sigma2)))
    .rival("noise over the variance of the labels", move |s| {
        Ok(share(s, |sigma2| sigma2 / (1.0 + sigma2)) / psi(s))
    })
    .finish()
}
