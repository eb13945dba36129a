//! Fluctuations of the augmented loss, and noise that is drawn once.

use solvable_theory::bibliography::{BISHOP_1995, TAKASE_2021};
use solvable_theory::self_paced_augmentation::{frozen_copy, loss_noise, ridge_observables};

use crate::experiments::{FrozenCopy, FrozenCopySetting, LossFluctuation, LossFluctuationSetting};
use crate::settings::{model, signal, task};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![fluctuation(), mean_loss(), louder(), frozen()]
}

fn usual(profile: Profile) -> Result<Vec<At<LossFluctuationSetting>>, JudgeError> {
    let (dimension, trials) = by(profile, (200, 80), (400, 200));
    let model = model(2.0, 0.25, dimension);
    let setting = LossFluctuationSetting { model, s2: 1.0, tau: 0.3, draws: 400 };
    Ok(vec![At::setting("ψ=2 σ²=0.25 s²=1 τ=0.3", setting, trials)])
}

fn fluctuation() -> Claim {
    Claim::about::<LossFluctuation>("spa/loss-noise", "The noise of the training loss at either method's end")
        .formula(r"V_{\rm SPA}=s^2W\rho_A+\tfrac12s^4W^2p,\quad V_{\rm CA}=s^2Wv+\tfrac12s^4W^2")
        .sources(&[TAKASE_2021])
        .cases(usual)
        .components(["self-paced", "all samples"])
        .measure(|_, o| Ok(vec![o.spa, o.all]))
        .predict(|s| {
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            Ok(vec![noise.self_paced, noise.all])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.07)))
        .rival("as many random samples", |s| {
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            Ok(vec![noise.random, noise.all])
        })
        .rival("without the square of the noise", |s| {
            let all = ridge_observables(&task(&s.model)?, s.s2)?;
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            Ok(vec![noise.self_paced, s.s2 * all.squared_norm * all.training_error])
        })
        .finish()
}

fn mean_loss() -> Claim {
    Claim::about::<LossFluctuation>("spa/mean-loss", "The mean augmented loss at either method's end")
        .formula(r"\tfrac12v+\tfrac12p\,s^2W")
        .sources(&[BISHOP_1995])
        .cases(usual)
        .components(["self-paced", "all samples"])
        .measure(|_, o| Ok(vec![o.spa_mean, o.all_mean]))
        .predict(|s| {
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            Ok(vec![noise.self_paced_loss, noise.all_loss])
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.1, 0.07)))
        .rival("the clean losses", |s| {
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            let all = ridge_observables(&task(&s.model)?, s.s2)?;
            Ok(vec![noise.self_paced_loss, 0.5 * all.training_error])
        })
        .rival("every sample augmented", |s| {
            let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
            Ok(vec![noise.all_loss, noise.all_loss])
        })
        .finish()
}

fn louder() -> Claim {
    let difference = |s: &LossFluctuationSetting| -> Result<f64, JudgeError> {
        let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
        Ok(noise.self_paced - noise.all)
    };
    Claim::about::<LossFluctuation>(
        "spa/louder",
        "Self-paced augmentation is not always the quieter one: less shrunk weights make its loss noisier",
    )
    .formula(r"V_{\rm SPA}-V_{\rm CA}>0")
    .sources(&[TAKASE_2021])
    .cases(|profile| {
        let (dimension, trials) = by(profile, (100, 160), (300, 200));
        let model = model(3.0, 0.4, dimension);
        let setting = LossFluctuationSetting { model, s2: 0.8, tau: 0.4, draws: 400 };
        Ok(vec![At::setting("ψ=3 σ²=0.4 s²=0.8 τ=0.4", setting, trials)])
    })
    .by_difference()
    .measure(|_, o| Ok(o.spa - o.all))
    .predict(difference)
    .margin(|_, profile| Margin::symmetric(by(profile, 0.012, 0.01)))
    .rival("quieter by as much", move |s| Ok(-difference(s)?))
    .rival("as many random samples", |s| {
        let noise = loss_noise(&task(&s.model)?, s.s2, s.tau)?;
        Ok(noise.random - noise.all)
    })
    .finish()
}

fn frozen() -> Claim {
    Claim::about::<FrozenCopy>(
        "spa/frozen-copy",
        "Noise that is drawn once and kept is not the penalty of fresh noise",
    )
    .formula(r"R=r^2(1-\alpha)^2+\tilde\sigma^2\frac\gamma{1-\gamma}\ (\gamma<1),\quad R=r^2\left[1-\tfrac{\alpha(2-\alpha)}\gamma\right]+\frac{\tilde\sigma^2}{\gamma-1}\ (\gamma>1),\quad\alpha=\frac1{1+s^2}")
    .sources(&[BISHOP_1995])
    .cases(|profile| {
        let trials = by(profile, 80, 200);
        let points = by(profile, vec![(2.0, 0.5), (0.5, 0.5)], vec![(2.0, 0.5), (3.0, 1.0), (0.5, 0.5)]);
        let case = |(psi, s2): (f64, f64)| {
            At::setting(
                format!("ψ={psi} s²={s2}"),
                FrozenCopySetting { model: model(psi, 0.25, 200), s2 },
                trials,
            )
        };
        Ok(points.into_iter().map(case).collect())
    })
    .measure(|_, o| Ok(o.r))
    .predict(|s| Ok(frozen_copy(&task(&s.model)?, s.s2)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.07, 0.05)))
    .rival("fresh noise", |s| Ok(ridge_observables(&task(&s.model)?, s.s2)?.test_error))
    .rival("no noise", |s| Ok(ridge_observables(&task(&s.model)?, 0.0)?.test_error))
    .rival_where("noise in the labels alone", |s| s.model.samples > s.model.dimension, |s| {
        // What the copy's inputs do not explain, without the weights that they shrink.
        let alpha = 1.0 / (1.0 + s.s2);
        let sigma2: f64 = s.model.noise.iter().map(|(share, variance)| share * variance).sum();
        let mut model = s.model.clone();
        model.noise = vec![(1.0, alpha * (sigma2 + signal(&s.model) * s.s2 * alpha))];
        Ok(ridge_observables(&task(&model)?, 0.0)?.test_error)
    })
    .finish()
}
