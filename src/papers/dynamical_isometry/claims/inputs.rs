//! The inputs of the theory: mean squares of signals and slopes, and their fluctuations.

use solvable_theory::bibliography::{HAYASE_2021, POOLE_2016};
use solvable_theory::dynamical_isometry::{fluctuations, forward};
use solvable_theory::free_probability::Ensemble;

use super::laws::other;
use crate::experiments::{OrderParameters, OrderParametersSetting};
use crate::settings::{RELU, SHALLOW, TEN, label};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;
use solvable_simulate::deep::DeepSetting;

pub(crate) fn claims() -> Vec<Claim> {
    vec![means(), variances()]
}

fn at(network: DeepSetting, draws: usize, trials: usize) -> At<OrderParametersSetting> {
    At::setting(label(&network), OrderParametersSetting { network, draws }, trials)
}

fn cases(profile: Profile, width: usize) -> Result<Vec<At<OrderParametersSetting>>, JudgeError> {
    let mut cases = Vec::new();
    for kind in [SHALLOW, TEN, RELU] {
        for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
            // ReLU networks fluctuate too much for their mean to be seen.
            if kind.depth != RELU.depth || width > 200 {
                cases.push(at(kind.at(width, ensemble)?, by(profile, 500, 2000), 24));
            }
        }
    }
    Ok(cases)
}

fn joined(first: &[f64], second: &[f64]) -> Vec<f64> {
    [first, second].concat()
}

fn means() -> Claim {
    let of = |s: &OrderParametersSetting| {
        forward(&s.network.activation, s.network.q0, s.network.sigma_w2, s.network.depth)
    };
    Claim::about::<OrderParameters>(
        "iso/forward",
        "Signals and slopes have the mean squares of the infinite network",
    )
    .formula(r"q_l=E\phi(\sqrt{v_l}z)^2,\quad\alpha_l=E\phi'(\sqrt{v_l}z)^2,\quad v_l=\sigma_w^2q_{l-1}")
    .sources(&[POOLE_2016, HAYASE_2021])
    .cases(|profile| cases(profile, 200))
    .measure(|_, o| Ok(joined(&o.q, &o.alpha)))
    .predict(move |s| {
        let layers = of(s)?;
        Ok(joined(&layers.q[1..], &layers.d1))
    })
    .by_difference()
    .margin(|s, _| Margin::symmetric(1.5 / s.network.width as f64))
    .rival("slopes one layer late", move |s| {
        let layers = of(s)?;
        let deeper = forward(&s.network.activation, s.network.q0, s.network.sigma_w2, s.network.depth + 1)?;
        Ok(joined(&layers.q[1..], &deeper.d1[1..]))
    })
    .rival("a linear network", |s| {
        let layers = s.network.depth as i32 - 1;
        let q: Vec<f64> = (1..=layers).map(|l| s.network.q0 * s.network.sigma_w2.powi(l)).collect();
        Ok(joined(&q, &vec![1.0; layers as usize]))
    })
    .finish()
}

fn variances() -> Claim {
    let of = |s: &OrderParametersSetting, ensemble| {
        let n = &s.network;
        let law = fluctuations(&n.activation, n.q0, n.sigma_w2, n.depth, ensemble)?;
        Ok::<_, JudgeError>(vec![law.q[1], law.q[n.depth - 1], law.alpha[0], law.alpha[n.depth - 2]])
    };
    Claim::about::<OrderParameters>("iso/fluctuations", "How much signals and slopes of one network fluctuate")
        .formula(
            r"M\,\mathrm{Var}\,\hat q_l\to V_l=\mathrm{Var}\,\phi^2-\kappa\tfrac12c_l^2+\left(\tfrac{c_l}{2q_{l-1}}\right)^2V_{l-1},\quad c_l=E[\phi^2(z^2-1)],\quad\kappa=1\ \text{orthogonal},\ 0\ \text{Gaussian}",
        )
        .sources(&[HAYASE_2021])
        .cases(|profile| {
            let mut cases = Vec::new();
            for kind in [SHALLOW, TEN] {
                for ensemble in [Ensemble::Orthogonal, Ensemble::Gaussian] {
                    cases.push(at(kind.at(400, ensemble)?, by(profile, 500, 2000), 24));
                }
            }
            Ok(cases)
        })
        .measure(|s, o| {
            let (q, alpha) = (&o.q_variance, &o.alpha_variance);
            let last = s.network.depth - 2;
            Ok(vec![q[0], q[last], alpha[0], alpha[last]])
        })
        .components(["q first", "q last", "α first", "α last"])
        .predict(move |s| of(s, s.network.ensemble))
        .margin(|_, profile| Margin::symmetric(by(profile, 0.12, 0.08)))
        .rival("the other kind of weights", move |s| of(s, other(s.network.ensemble)))
        .rival("independent layers", |s| {
            let mut v = Vec::new();
            let n = &s.network;
            let q = forward(&n.activation, n.q0, n.sigma_w2, n.depth)?.q;
            // Every layer as if it were the first one after an exact input.
            for l in [1, n.depth - 1] {
                v.push(fluctuations(&n.activation, q[l - 1], n.sigma_w2, 2, n.ensemble)?);
            }
            Ok(vec![v[0].q[1], v[1].q[1], v[0].alpha[0], v[1].alpha[0]])
        })
        .finish()
}
