//! Mixup and masks in linear regression.

use nalgebra::DVector;
use solvable_theory::TheoryError;
use solvable_theory::bibliography::{DEVRIES_2017, WAGER_2013, ZHANG_2018_MIXUP};
use solvable_theory::self_paced_augmentation::{Mask, masked, mixup, mixup_share};

use crate::experiments::{
    MixedRegression, MixedRegressionOutcome, MixedRegressionSetting, Mixing, mixed_problem,
};
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin};

pub(crate) fn claims() -> Vec<Claim> {
    vec![mixtures(), masks()]
}

/// Six inputs that are not centred.
fn setting(mixing: Mixing, ridge: f64) -> MixedRegressionSetting {
    MixedRegressionSetting { samples: 9, dimension: 6, mean: 0.5, ridge, mixing }
}

/// Weights of the trial's own data.
fn weights(
    s: &MixedRegressionSetting,
    o: &MixedRegressionOutcome,
    of: impl Fn(&nalgebra::DMatrix<f64>, &DVector<f64>) -> Result<DVector<f64>, TheoryError>,
) -> Result<Vec<f64>, JudgeError> {
    let (x, y) = mixed_problem(s, o.problem);
    Ok(of(&x, &y)?.iter().copied().collect())
}

/// Ridge regression with `penalty` besides the setting's own.
fn with_ridge(
    s: &MixedRegressionSetting,
    o: &MixedRegressionOutcome,
    penalty: f64,
) -> Result<Vec<f64>, JudgeError> {
    weights(s, o, |x, y| masked(x, y, Mask::Dropout { keep: 1.0 }, s.ridge + penalty))
}

fn mixtures() -> Claim {
    let alpha = |s: &MixedRegressionSetting| match s.mixing {
        Mixing::Mixup(alpha) => alpha,
        _ => f64::NAN,
    };
    Claim::about::<MixedRegression>("spa/mixup", "Linear regression on all mixtures of pairs, one by one")
        .formula(r"w=[(1-2c)S+2c\,\bar x\bar x^\top+\lambda]^{-1}[(1-2c)\tfrac{X^\top y}N+2c\,\bar x\bar y],\quad c=\tfrac\alpha{2(2\alpha+1)}")
        .sources(&[ZHANG_2018_MIXUP])
        .cases(|_| {
            Ok([(0.4, 0.1), (1.0, 0.0), (4.0, 0.3)]
                .map(|(alpha, ridge)| At::setting(format!("α={alpha} λ={ridge}"), setting(Mixing::Mixup(alpha), ridge), 3))
                .into())
        })
        .presumes(|s| {
            require(matches!(s.mixing, Mixing::Mixup(_)), "mixing", format!("{:?}", s.mixing), "`mixup` for this claim")
        })
        .by_relative_distance()
        .identity()
        .measure(|_, o| Ok(o.weights.clone()))
        .predict_given(move |s, o| weights(s, o, |x, y| mixup(x, y, alpha(s), s.ridge)))
        .margin(|_, _| Margin::symmetric(1e-9))
        .rival_given("a penalty of 2c", move |s, o| with_ridge(s, o, 1.0 - mixup_share(alpha(s))?))
        .rival_given("the same ridge without mixing", |s, o| with_ridge(s, o, 0.0))
        .finish()
}

fn masks() -> Claim {
    let mask = |s: &MixedRegressionSetting| match s.mixing {
        Mixing::Cutout(block) => Mask::Cutout { block },
        Mixing::Dropout(keep) => Mask::Dropout { keep },
        Mixing::Mixup(_) => Mask::Dropout { keep: f64::NAN },
    };
    let keep = |s: &MixedRegressionSetting| match s.mixing {
        Mixing::Cutout(block) => 1.0 - block as f64 / s.dimension as f64,
        Mixing::Dropout(keep) => keep,
        Mixing::Mixup(_) => f64::NAN,
    };
    Claim::about::<MixedRegression>("spa/masking", "Linear regression on all masks of its inputs, one by one")
        .formula(r"w=(\Pi\circ S+\lambda)^{-1}\tfrac{X^\top y}N,\quad\Pi_{ij}=\frac{E[m_im_j]}{p^2}")
        .sources(&[WAGER_2013, DEVRIES_2017])
        .cases(|_| {
            let cases = [
                ("dropout p=0.8", Mixing::Dropout(0.8)),
                ("dropout p=0.5", Mixing::Dropout(0.5)),
                ("cutout b=2", Mixing::Cutout(2)),
            ];
            Ok(cases.map(|(label, mixing)| At::setting(label, setting(mixing, 0.05), 3)).into())
        })
        .presumes(|s| {
            require(
                !matches!(s.mixing, Mixing::Mixup(_)),
                "mixing",
                format!("{:?}", s.mixing),
                "`dropout` or `cutout` for this claim",
            )
        })
        .by_relative_distance()
        .identity()
        .measure(|_, o| Ok(o.weights.clone()))
        .predict_given(move |s, o| weights(s, o, |x, y| masked(x, y, mask(s), s.ridge)))
        .margin(|_, _| Margin::symmetric(1e-9))
        .rival_given("a penalty of (1 − p)/p in every direction", move |s, o| {
            with_ridge(s, o, (1.0 - keep(s)) / keep(s))
        })
        .rival_given_where(
            "every input hidden on its own",
            |s| matches!(s.mixing, Mixing::Cutout(_)),
            move |s, o| weights(s, o, |x, y| masked(x, y, Mask::Dropout { keep: keep(s) }, s.ridge)),
        )
        .finish()
}
