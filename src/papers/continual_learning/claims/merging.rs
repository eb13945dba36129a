//! Models trained apart and averaged or merged, and the order of two tasks.

use solvable_theory::bibliography::KARAKIDA_2022_CONTINUAL;
use solvable_theory::continual_learning::{
    Stage, averaged_models, many_tasks, merged_models, stages, task_order,
};

use super::gaussian::at_similarity;
use crate::experiments::{
    Features, MergedModels, MergedModelsSetting, Model, TaskOrder, TaskOrderOutcome, TaskOrderSetting,
};
use crate::settings::gaussian;
use solvable_engine::verify::setting::require;
use solvable_engine::verify::{At, Claim, JudgeError, Margin, SettingError};
use solvable_shared::by;
use solvable_simulate::linalg::Matrix;

pub(crate) fn claims() -> Vec<Claim> {
    vec![average(), branches(), merge(), theorem(), order()]
}

/// Models of one task with equal sizes and weights, which start from a common model where `common` is not 0.
pub(crate) fn averages(
    features: Features,
    samples: usize,
    models: usize,
    noise: f64,
    common: usize,
) -> MergedModelsSetting {
    let model = Model { task: 0, samples, weight: 1.0 / models as f64 };
    MergedModelsSetting { features, covariance: vec![vec![1.0]], common, models: vec![model; models], noise }
}

/// $E_{\rm avg}$ and $E_1$ of models of equal sizes.
pub(crate) fn average_law(s: &MergedModelsSetting, common: usize) -> Result<[f64; 2], JudgeError> {
    let (spectrum, target) = s.features.theory()?;
    let law = averaged_models(&spectrum, &target, s.models[0].samples, s.models.len(), s.noise, common)?;
    Ok([law.average, law.single])
}

/// Joint training on the samples of all models.
pub(crate) fn joint_law(s: &MergedModelsSetting) -> Result<f64, JudgeError> {
    let (spectrum, target) = s.features.theory()?;
    let samples = s.models.iter().map(|model| model.samples).sum();
    Ok(many_tasks(&spectrum, &target, samples, 1, s.noise)?[0])
}

/// One task, equal sizes, equal weights.
fn alike(s: &MergedModelsSetting) -> Result<(), SettingError> {
    let first = s.models[0];
    let weight = 1.0 / s.models.len() as f64;
    require(s.covariance == [[1.0]], "covariance", format!("{:?}", s.covariance), "[[1]], one task")?;
    let holds = s.models.iter().all(|m| m.samples == first.samples && (m.weight - weight).abs() <= 1e-12);
    require(holds, "models", format!("{:?}", s.models), "models of equal sizes, and weights that add up to 1")
}

fn average() -> Claim {
    Claim::about::<MergedModels>(
        "cl/average",
        "The average of models of one task: what is random averages out, and nothing else",
    )
    .formula(r"E_{\rm avg}(A)=\tfrac1AE_1+\left(1-\tfrac1A\right)\sum_iq_i^2\eta_i")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let (samples, modes) = by(profile, (40, 600), (80, 1200));
        let cases = [(1.5, 0.0), (2.0, 0.05)];
        Ok(cases
            .into_iter()
            .map(|(decay, noise)| {
                let setting = averages(gaussian(1.5, decay, modes), samples, 5, noise, 0);
                let label = format!("a=1.5 b={decay} N={samples} A=5 σ²={noise}");
                At::setting(label, setting, by(profile, 20, 60))
            })
            .collect())
    })
    .presumes(|s| {
        alike(s)?;
        require(s.common == 0, "common", s.common, "0, no common start")
    })
    .measure(|_, o| Ok(o.merged.clone()))
    .predict(|s| Ok([average_law(s, 0)?[0]]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("all errors independent: E₁/A", |s| Ok([average_law(s, 0)?[1] / s.models.len() as f64]))
    .rival("as good as training on all samples", |s| Ok([joint_law(s)?]))
    .rival("no better than one of them", |s| Ok([average_law(s, 0)?[1]]))
    .finish()
}

fn branches() -> Claim {
    Claim::about::<MergedModels>(
        "cl/average-branches",
        "Branches of one pretrained model gain by averaging what fresh models gain",
    )
    .formula(r"E_{\rm avg}=E_2\left[1-\left(1-\tfrac1A\right)\gamma\right]")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let (samples, modes) = by(profile, (40, 400), (80, 800));
        let setting = averages(gaussian(1.5, 1.5, modes), samples, 4, 0.0, samples);
        let label = format!("a=b=1.5 N={samples} A=4");
        Ok(vec![At::setting(label, setting, by(profile, 12, 60))])
    })
    .presumes(|s| {
        alike(s)?;
        require(s.common > 0, "common", 0, "at least 1, a common start")
    })
    .measure(|_, o| Ok(o.merged.clone()))
    .predict(|s| Ok([average_law(s, s.common)?[0]]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.03, 0.015)))
    .rival("no pretraining", |s| Ok([average_law(s, 0)?[0]]))
    .rival("no better than one branch", |s| Ok([average_law(s, s.common)?[1]]))
    .rival("as good as training on all samples of the branches", |s| {
        let (spectrum, target) = s.features.theory()?;
        let all = s.models.iter().map(|model| model.samples).sum();
        let stage = |samples| Stage { samples: vec![samples], noise: vec![s.noise], ridge: 0.0 };
        let one = Matrix::from_element(1, 1, 1.0);
        let errors = stages(&spectrum, &target, &one, &[stage(s.common), stage(all)], None)?;
        Ok([errors[1][0]])
    })
    .finish()
}

/// A model for each of two tasks, merged half and half.
fn merge() -> Claim {
    Claim::about::<MergedModels>("cl/merge", "Two models of different tasks merged")
        .formula(r"E_j=\sum_i\eta_i\sum_{tt'}v_{j,t}v_{j,t'}C_{tt'}+\sum_sa_s^2\gamma_s(E_s+\sigma^2),\quad v_{j,t}=a_t(1-q_t)-\delta_{tj}")
        .sources(&[KARAKIDA_2022_CONTINUAL])
        .cases(|profile| {
            let cases = [(1.5, 0.6, 0.05, [0.5, 0.5]), (1.5, -0.3, 0.0, [0.9, 0.4])];
            Ok(cases
                .into_iter()
                .map(|(decay, rho, noise, weights)| {
                    let samples = by(profile, [60, 30], [120, 60]);
                    let model = |task: usize| Model { task, samples: samples[task], weight: weights[task] };
                    let setting = MergedModelsSetting {
                        features: gaussian(1.5, decay, by(profile, 400, 800)),
                        covariance: vec![vec![1.0, rho], vec![rho, 1.0]],
                        common: 0,
                        models: vec![model(0), model(1)],
                        noise,
                    };
                    let label = format!("a=b=1.5 N=({}, {}) ρ={rho} weights {weights:?} σ²={noise}", samples[0], samples[1]);
                    At::setting(label, setting, by(profile, 20, 60))
                })
                .collect())
        })
        .presumes(|s| {
            let one_each = s.models.iter().map(|m| m.task).eq(0..s.covariance.len());
            require(one_each, "models", format!("{:?}", s.models), "one model for every task, in their order")?;
            require(s.models.len() == 2, "models", s.models.len(), "two models")?;
            require(s.common == 0, "common", s.common, "0, no common start")
        })
        .measure(|_, o| Ok(o.merged.clone()))
        .components(["task 1", "task 2"])
        .predict(|s| {
            let (spectrum, target) = s.features.theory()?;
            let (samples, weights) = parts(s);
            Ok(merged_models(&spectrum, &target, &matrix(s), &samples, &weights, s.noise)?)
        })
        .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.01)))
        .rival("the tasks learnt in turn", |s| {
            let (spectrum, target) = s.features.theory()?;
            let stage = |task: usize| Stage {
                noise: vec![s.noise; 2],
                ..Stage::of_task(task, 2, s.models[task].samples)
            };
            Ok(stages(&spectrum, &target, &matrix(s), &[stage(0), stage(1)], None)?[1].clone())
        })
        .rival("the mean of the errors of both models", |s| {
            let (spectrum, target) = s.features.theory()?;
            let (samples, weights) = parts(s);
            let total: f64 = weights.iter().sum();
            let mut mean = vec![0.0; 2];
            for (task, weight) in weights.iter().enumerate() {
                let stage = Stage { noise: vec![s.noise; 2], ..Stage::of_task(task, 2, samples[task]) };
                let errors = stages(&spectrum, &target, &matrix(s), &[stage], None)?;
                mean.iter_mut().zip(&errors[0]).for_each(|(m, e)| *m += weight / total * e);
            }
            Ok(mean)
        })
        .rival("the noise of the models in full, not in squares of their weights", |s| {
            let (spectrum, target) = s.features.theory()?;
            let (samples, weights) = parts(s);
            let mut errors = merged_models(&spectrum, &target, &matrix(s), &samples, &weights, s.noise)?;
            for (samples, weight) in samples.iter().zip(&weights) {
                let ridge = solvable_theory::continual_learning::effective_ridge(&spectrum, *samples as f64, 0.0)?;
                let own = many_tasks(&spectrum, &target, *samples, 1, s.noise)?[0];
                let more = (weight - weight * weight) * ridge.gamma * (own + s.noise);
                errors.iter_mut().for_each(|e| *e += more);
            }
            Ok(errors)
        })
        .finish()
}

fn parts(s: &MergedModelsSetting) -> (Vec<usize>, Vec<f64>) {
    s.models.iter().map(|model| (model.samples, model.weight)).unzip()
}

fn matrix(s: &MergedModelsSetting) -> Matrix {
    Matrix::from_fn(s.covariance.len(), s.covariance.len(), |i, j| s.covariance[i][j])
}

/// Similarities at which the theorem is looked at; and one half, where nothing is left.
const SIMILARITIES: [f64; 3] = [0.0, 0.7, 1.0];

/// $(\bar E_{12}-\bar E_{21})/(1-2\rho)$, and the difference at one half.
fn slopes(difference: impl Fn(f64) -> f64) -> [f64; 4] {
    let [a, b, c] = SIMILARITIES.map(|rho| difference(rho) / (1.0 - 2.0 * rho));
    [a, b, c, difference(0.5)]
}

fn difference(o: &TaskOrderOutcome, rho: f64) -> f64 {
    at_similarity(o.forward, rho) - at_similarity(o.reverse, rho)
}

fn law(s: &TaskOrderSetting, rho: f64) -> Result<[f64; 2], JudgeError> {
    let (spectrum, target) = s.features.theory()?;
    Ok(task_order(&spectrum, &target, s.samples[0], s.samples[1], rho, s.noise)?)
}

fn theorem() -> Claim {
    Claim::about::<TaskOrder>(
        "cl/order",
        "Which of two tasks first: one number times 1 − 2ρ, for every single data set",
    )
    .formula(r"\bar E_{12}-\bar E_{21}=(1-2\rho)\,\mathrm{tr}\,\Lambda(\Pi_2\Pi_1\Pi_2-\Pi_1\Pi_2\Pi_1)")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|_| {
        let setting = TaskOrderSetting { features: gaussian(1.5, 1.5, 400), samples: [20, 80], noise: 0.0 };
        Ok(vec![At::setting("a=b=1.5 N=(20, 80)", setting, 1)])
    })
    .presumes(|s| match s.features {
        Features::Gaussian { decay, target_decay, unlearnable_beyond: None, .. } => {
            let valid = format!("{decay}, that of the kernel");
            require(decay == target_decay, "features.gaussian.target_decay", target_decay, valid)?;
            require(s.noise == 0.0, "noise", s.noise, "0")?;
            require(
                s.samples[0] != s.samples[1],
                "samples",
                format!("{:?}", s.samples),
                "two different sizes",
            )
        }
        _ => require(false, "features", "not `gaussian`", "`gaussian`, all of whose modes are learnt"),
    })
    .measure(|_, o| Ok(slopes(|rho| difference(o, rho))))
    .components(["ρ=0", "ρ=0.7", "ρ=1", "difference at ρ=1/2"])
    .predict_given(|_, o| Ok([o.delta, o.delta, o.delta, 0.0]))
    .by_difference()
    .identity()
    .margin(|_, _| Margin::symmetric(1e-11))
    .rival("the order does not matter", |_| Ok([0.0; 4]))
    .rival_given("the large sample first for similar tasks", |_, o| Ok([-o.delta, -o.delta, -o.delta, 0.0]))
    .rival_given("the same at every similarity", |_, o| {
        Ok(SIMILARITIES
            .map(|rho| o.delta / (1.0 - 2.0 * rho))
            .into_iter()
            .chain([o.delta])
            .collect::<Vec<_>>())
    })
    .rival("targets that are smoother than the kernel, b = 2", |s| {
        let smoother = TaskOrderSetting { features: gaussian(1.5, 2.0, 400), ..s.clone() };
        let mut differences = [0.0; 4];
        for (found, rho) in differences.iter_mut().zip(SIMILARITIES.into_iter().chain([0.5])) {
            let [forward, reverse] = law(&smoother, rho)?;
            *found = forward - reverse;
        }
        let [a, b, c, half] = differences;
        Ok([a, b / -0.4, -c, half])
    })
    .finish()
}

/// Similarities of the law of both orders.
const FAR: f64 = 0.0;
const NEAR: f64 = 0.9;

pub(crate) fn order_setting(modes: usize, decay: f64, samples: [usize; 2], noise: f64) -> TaskOrderSetting {
    TaskOrderSetting { features: gaussian(1.5, decay, modes), samples, noise }
}

/// $\bar E_{12}/\bar E_{21}$ by the law.
pub(crate) fn order_ratio(s: &TaskOrderSetting, rho: f64) -> Result<f64, JudgeError> {
    let [forward, reverse] = law(s, rho)?;
    Ok(forward / reverse)
}

fn order() -> Claim {
    let matched = |s: &TaskOrderSetting| TaskOrderSetting {
        features: match s.features {
            Features::Gaussian { decay, modes, .. } => gaussian(decay, decay, modes),
            ref other => other.clone(),
        },
        noise: 0.0,
        ..s.clone()
    };
    Claim::about::<TaskOrder>(
        "cl/order-law",
        "Rough targets and noise favour the small sample first, smooth targets the large one",
    )
    .formula(r"\bar E_{12}/\bar E_{21},\qquad\bar E=\tfrac12(E_{A\to B}+E_{\rm back})")
    .sources(&[KARAKIDA_2022_CONTINUAL])
    .cases(|profile| {
        let cases = [(1.5, 0.0), (1.2, 0.0), (2.5, 0.0), (1.5, 0.2)];
        Ok(cases
            .into_iter()
            .map(|(decay, noise)| {
                let samples = by(profile, [40, 160], [60, 240]);
                let setting = order_setting(by(profile, 600, 1500), decay, samples, noise);
                let label = format!("a=1.5 b={decay} N=({}, {}) σ²={noise}", samples[0], samples[1]);
                At::setting(label, setting, by(profile, 16, 60))
            })
            .collect())
    })
    .measure(|_, o| Ok([FAR, NEAR].map(|rho| at_similarity(o.forward, rho) / at_similarity(o.reverse, rho))))
    .components(["ρ=0", "ρ=0.9"])
    .predict(|s| Ok([order_ratio(s, FAR)?, order_ratio(s, NEAR)?]))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.015)))
    .rival("the order does not matter", |_| Ok([1.0; 2]))
    .rival("both orders exchanged", |s| Ok([1.0 / order_ratio(s, FAR)?, 1.0 / order_ratio(s, NEAR)?]))
    .rival_where(
        "as for matched targets without noise",
        move |s| *s != matched(s),
        move |s| {
            let s = matched(s);
            Ok([order_ratio(&s, FAR)?, order_ratio(&s, NEAR)?])
        },
    )
    .finish()
}
