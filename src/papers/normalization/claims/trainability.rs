//! What the sharpness says of gradient descent.

use solvable_theory::bibliography::{KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020};
use solvable_theory::normalization::{critical_step, visible_boundary};

use crate::experiments::{LocalBoundary, LocalBoundarySetting};
use crate::settings::{equal_widths, modes};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::FisherSetting;
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![local_boundary()]
}

fn cases(profile: Profile) -> Result<Vec<At<LocalBoundarySetting>>, JudgeError> {
    let (widths, steps, trials): (&[usize], _, _) =
        by(profile, (&[50, 100], 100, 8), (&[50, 100, 200], 300, 8));
    let mut cases = Vec::new();
    for (name, scales) in [("relu", (2.0, 0.1)), ("tanh", (3.0, 0.64))] {
        for letters in ["---", "--m"] {
            for &width in widths {
                let network = equal_widths(name, scales, 3, width, 1)?.with_trained_biases(true);
                let network = network.with_modes(modes(letters), 1.0, 0.0)?;
                let system = FisherSetting { network, samples: width };
                let method =
                    if letters == "--m" { "last-layer mean subtraction" } else { "no normalization" };
                let label = format!("{name} M=N={width} {method}");
                cases.push(At::setting(label, LocalBoundarySetting { system, steps }, trials));
            }
        }
    }
    // Short runs, in which the correction for finitely many steps is several margins.
    for (name, scales) in [("relu", (2.0, 0.1)), ("tanh", (3.0, 0.64))] {
        let network = equal_widths(name, scales, 3, 50, 1)?.with_trained_biases(true);
        let setting = LocalBoundarySetting { system: FisherSetting { network, samples: 50 }, steps: SHORT };
        cases.push(At::setting(format!("{name} M=N=50 T={SHORT}"), setting, by(profile, 32, 64)));
    }
    Ok(cases)
}

const SHORT: usize = 25;

fn local_boundary() -> Claim {
    Claim::about::<LocalBoundary>(
        "norm/local-boundary",
        "Gradient descent leaves its starting point above η = 2/λ_max, corrected for finitely many steps",
    )
    .formula(r"\eta_T=\frac2{\lambda_{\max}}\Big(1+\frac{\ln(1/a)}{4T}\Big)\quad\text{given the measured }\lambda_{\max},a")
    .sources(&[KARAKIDA_2019_NORMALIZATION, LEWKOWYCZ_2020])
    .cases(cases)
    .measure(|_, o| Ok(o.boundary))
    .predict_given(|s, o| {
        let overlap = (-o.log_inverse_overlap).exp();
        Ok(visible_boundary(o.lambda_max, s.steps, overlap)?)
    })
    .margin(|_, p| Margin::symmetric(by(p, 0.02, 0.01)))
    .rival_given_where("not corrected: 2/λ_max", |s| s.steps == SHORT, |_, o| Ok(critical_step(o.lambda_max)?))
    .rival_given_where("the loss taken to grow as |1 − ηλ|^T: ln(1/a)/2T", |s| s.steps == SHORT, |_, o| {
        let correction = o.log_inverse_overlap / (2.0 * SHORT as f64);
        Ok(critical_step(o.lambda_max)? * (1.0 + correction))
    })
    .rival_given("1/λ_max", |_, o| Ok(critical_step(o.lambda_max)? / 2.0))
    .rival_given("4/λ_max, the rim of the catapult phase", |_, o| Ok(2.0 * critical_step(o.lambda_max)?))
    .finish()
}
