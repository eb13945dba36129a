//! The machine itself: its partition function against annealing, its moments against Gibbs chains, its relatives.

use nalgebra::DMatrix;
use solvable_theory::attention_boltzmann::{
    AttentionMachine, denoising_objective, gaussian_bernoulli_log_z, smoothed,
};
use solvable_theory::bibliography::{OTA_2023, VINCENT_2011};

use crate::experiments::{
    Annealing, AnnealingOutcome, AnnealingSetting, Denoising, DenoisingSetting, GibbsMoments,
    GibbsMomentsOutcome, GibbsSetting, Importance, ImportanceSetting, RandomMachine,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![partition(), calibrated(), products(), entropy(), any_temperature(), denoising()]
}

/// Orders $n$ of the claims on annealing.
pub(crate) const ORDERS: [usize; 3] = [2, 3, 5];

pub(crate) fn annealing(order: usize, profile: Profile) -> AnnealingSetting {
    let machine = RandomMachine { dimension: 8, patterns: 4, order, square: Some(6.0) };
    let (chains, temperatures) = by(profile, (500, 50), (4000, 200));
    AnnealingSetting { machine, chains, temperatures }
}

/// Trials of every claim and figure on annealing.
pub(crate) const ANNEALING_TRIALS: usize = 60;

fn cases(profile: Profile) -> Result<Vec<At<AnnealingSetting>>, JudgeError> {
    let trials = ANNEALING_TRIALS;
    Ok(ORDERS.map(|n| At::setting(format!("d=8 K=4 n={n}"), annealing(n, profile), trials)).into())
}

/// The machine of a trial of annealing, with another order.
pub(crate) fn annealed(
    s: &AnnealingSetting,
    o: &AnnealingOutcome,
    order: usize,
) -> Result<AttentionMachine, JudgeError> {
    let machine = RandomMachine { order, ..s.machine.clone() };
    Ok(machine.machine(&o.xi, &[], &[])?)
}

fn exact(s: &AnnealingSetting, o: &AnnealingOutcome) -> Result<f64, JudgeError> {
    Ok(annealed(s, o, s.machine.order)?.log_z()?)
}

/// $\log Z$ with every multinomial coefficient replaced by one.
pub(crate) fn without_coefficients(machine: &AttentionMachine) -> Result<f64, JudgeError> {
    let order = machine.order()?;
    let mut terms = Vec::new();
    for component in machine.mixture()? {
        let mut log = component.weight.max(f64::MIN_POSITIVE).ln();
        // log n!/Π m! out of the weight.
        log -= (1..=order).map(|i| (i as f64).ln()).sum::<f64>();
        log +=
            component.occupation.iter().map(|&m| (1..=m).map(|i| (i as f64).ln()).sum::<f64>()).sum::<f64>();
        terms.push(log);
    }
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Ok(machine.log_z()? + largest + terms.iter().map(|t| (t - largest).exp()).sum::<f64>().ln())
}

fn partition() -> Claim {
    let base = |s: &AnnealingSetting| 0.5 * s.machine.dimension as f64 * (2.0 * std::f64::consts::PI).ln();
    Claim::about::<Annealing>("attn/log-z", "The partition function as a finite sum, against annealed importance sampling")
        .formula(r"\log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\tfrac{\sigma^2}2\|b+\tfrac1n\xi^\top m\|^2\right)")
        .sources(&[OTA_2023])
        .cases(cases)
        .by_difference()
        .measure(|_, o| Ok(o.log_z))
        .predict_given(exact)
        .margin(|_, profile| Margin::symmetric(by(profile, 0.025, 0.004)))
        .rival_given("no multinomial coefficients", |s, o| without_coefficients(&annealed(s, o, s.machine.order)?))
        .rival_given("the sum for n + 1", |s, o| Ok(annealed(s, o, s.machine.order + 1)?.log_z()?))
        .rival_given("the sum for n − 1", |s, o| Ok(annealed(s, o, s.machine.order - 1)?.log_z()?))
        .rival_given("a Gaussian-Bernoulli machine with the same weights", |s, o| {
            let (k, d) = (s.machine.patterns, s.machine.dimension);
            let weights = DMatrix::from_row_slice(k, d, &o.xi);
            Ok(gaussian_bernoulli_log_z(&weights, &vec![0.0; d], &vec![0.0; k], 1.0)?)
        })
        .rival_given("patterns ignored", move |s, _| {
            Ok(base(s) + s.machine.order as f64 * (s.machine.patterns as f64).ln())
        })
        .rival_given("patterns as orthogonal copies", move |s, _| {
            let n = s.machine.order as f64;
            let square = s.machine.square.unwrap_or(0.0);
            Ok(base(s) + n * (s.machine.patterns as f64).ln() + square / (2.0 * n))
        })
        .finish()
}

fn calibrated() -> Claim {
    let score = |o: &AnnealingOutcome, truth: f64| (o.log_z - truth) / o.error;
    // The prediction enters with the measurement: z-scores of a wrong theory are not standard.
    let claim = move |truth: fn(&AnnealingSetting, &AnnealingOutcome) -> Result<f64, JudgeError>| {
        move |s: &AnnealingSetting, o: &AnnealingOutcome| -> Result<Vec<f64>, JudgeError> {
            // What has mean 0 and what has mean 1, moved by how far the hypothesis lies from the sum.
            let (own, other) = (score(o, exact(s, o)?), score(o, truth(s, o)?));
            Ok(vec![own - other, 1.0 + own * own - other * other])
        }
    };
    Claim::about::<Annealing>(
        "attn/calibration",
        "Annealed estimates scatter around the sum as their standard errors say",
    )
    .formula(r"z=\frac{\widehat{\log Z}-\log Z}{\rm SE}:\quad E\,z=0,\ E\,z^2=1")
    .sources(&[OTA_2023])
    // Many short runs: an error of the standard errors by a factor √2 is 0.5 in the mean of z².
    .cases(|profile| {
        let case = |order: usize| {
            let setting = AnnealingSetting { chains: 200, temperatures: 25, ..annealing(order, profile) };
            At::setting(format!("d=8 K=4 n={order}, short runs"), setting, 1000)
        };
        Ok([2, 5].map(case).into())
    })
    .components(["mean of z", "mean of z²"])
    .by_difference()
    .measure(move |s, o| {
        let z = score(o, exact(s, o)?);
        Ok(vec![z, z * z])
    })
    .predict_given(claim(exact))
    .margin(|_, _| Margin::symmetric(0.25))
    .rival("standard errors too large by the root of two", |_| Ok([0.0, 0.5]))
    .rival("standard errors too small by the root of two", |_| Ok([0.0, 2.0]))
    .rival_given("the sum for n − 1", claim(|s, o| Ok(annealed(s, o, s.machine.order - 1)?.log_z()?)))
    .rival_given(
        "no multinomial coefficients",
        claim(|s, o| without_coefficients(&annealed(s, o, s.machine.order)?)),
    )
    .finish()
}

fn gibbs(order: usize, profile: Profile) -> At<GibbsSetting> {
    let machine = RandomMachine { dimension: 6, patterns: 3, order, square: None };
    let setting = GibbsSetting { machine, chains: by(profile, 1000, 4000), burn: 200, kept: 50 };
    At::setting(format!("d=6 K=3 n={order}"), setting, by(profile, 10, 20))
}

fn sampled(s: &GibbsSetting, o: &GibbsMomentsOutcome) -> Result<AttentionMachine, JudgeError> {
    Ok(s.machine.machine(&o.xi, &o.b, &o.c)?)
}

/// $\sigma^2(fb^\top+F\xi)$ row by row for given moments of occupations.
fn products_of(
    machine: &AttentionMachine,
    weights: impl Fn(&[usize], f64) -> f64,
) -> Result<Vec<f64>, JudgeError> {
    let (k, n) = (machine.count(), machine.order()? as f64);
    let mut sum = DMatrix::zeros(k, machine.dimension());
    let mut total = 0.0;
    for component in machine.mixture()? {
        let weight = weights(&component.occupation, component.weight);
        let mean = machine.component_mean(&component.occupation);
        for (mu, &m) in component.occupation.iter().enumerate() {
            let mut row = sum.row_mut(mu);
            row += mean.transpose() * (weight * m as f64 / n);
        }
        total += weight;
    }
    Ok((sum / total).transpose().iter().copied().collect())
}

fn multinomial(occupation: &[usize]) -> f64 {
    let factorial = |m: usize| (1..=m).map(|i| i as f64).product::<f64>();
    factorial(occupation.iter().sum()) / occupation.iter().map(|&m| factorial(m)).product::<f64>()
}

fn products() -> Claim {
    Claim::about::<GibbsMoments>(
        "attn/gradient",
        "The gradient of the partition function, against Gibbs chains that know attention alone",
    )
    .formula(r"\partial_\xi\log Z=E[p(v)v^\top]=\sigma^2(fb^\top+F\xi)")
    .sources(&[OTA_2023])
    .cases(|profile| Ok([1, 2, 4].map(|n| gibbs(n, profile)).into()))
    .by_relative_distance()
    .measure(|_, o| Ok(o.products.clone()))
    .predict_given(|s, o| {
        let machine = sampled(s, o)?;
        let gradients = machine.gradients(&machine.partition()?)?;
        Ok(gradients.patterns.transpose().iter().copied().collect::<Vec<_>>())
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.06, 0.03)))
    .rival_given("multinomial weights without the Gaussian factor", |s, o| {
        products_of(&sampled(s, o)?, |m, _| multinomial(m))
    })
    .rival_given("the order forgotten: n = 8", |s, o| {
        let machine = RandomMachine { order: 8, ..s.machine.clone() };
        let machine = machine.machine(&o.xi, &o.b, &o.c)?;
        products_of(&machine, |_, weight| weight)
    })
    .finish()
}

fn entropy() -> Claim {
    Claim::about::<GibbsMoments>(
        "attn/entropy",
        "The mean entropy of attention is the derivative of the partition function in n",
    )
    .formula(r"E\,H(p(v))=\frac{d\log Z}{dn}")
    .sources(&[OTA_2023])
    .cases(|profile| Ok([1, 2, 4].map(|n| gibbs(n, profile)).into()))
    .by_difference()
    .measure(|_, o| Ok(o.entropy))
    .predict_given(|s, o| Ok(sampled(s, o)?.mean_attention_entropy()?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.003)))
    .rival("log K", |s| Ok((s.machine.patterns as f64).ln()))
    .rival_given("the difference of neighbouring sums", |s, o| {
        let at = |order: usize| -> Result<f64, JudgeError> {
            let machine = RandomMachine { order, ..s.machine.clone() };
            Ok(machine.machine(&o.xi, &o.b, &o.c)?.log_z()?)
        };
        Ok(at(s.machine.order + 1)? - at(s.machine.order)?)
    })
    .finish()
}

/// Two patterns at the order $n$, any positive number.
pub(crate) fn between_orders(order: f64, profile: Profile) -> ImportanceSetting {
    let xi = vec![vec![1.2, 0.5, 0.0], vec![-0.7, 0.9, 0.4]];
    ImportanceSetting { xi, order: Some(order), samples: by(profile, 50_000, 500_000) }
}

/// $\log Z$ of those two patterns.
pub(crate) fn between(s: &ImportanceSetting, order: f64) -> Result<f64, JudgeError> {
    let machine = AttentionMachine::new(s.patterns()?, None, None, 1.0, order.recip())?;
    Ok(machine.log_z_two_patterns()?)
}

fn any_temperature() -> Claim {
    let order = |s: &ImportanceSetting| s.order.unwrap_or(f64::NAN);
    Claim::about::<Importance>(
        "attn/any-temperature",
        "The partition function of two patterns between the inverse integers, by one integral",
    )
    .formula(r"\log Z=\dots+\log E_g\left[(2\cosh u(g))^{1/\beta}\right]")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let orders = [0.5, 1.5, 2.6];
        Ok(orders.map(|n| At::setting(format!("n={n}"), between_orders(n, profile), 20)).into())
    })
    .by_difference()
    .measure(|_, o| Ok(o.log_z))
    .predict(move |s| between(s, order(s)))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.005)))
    .rival("the next integer", move |s| between(s, order(s).ceil()))
    .rival("the last integer", move |s| between(s, order(s).floor().max(0.1)))
    .rival("n times the sum for n = 1", move |s| {
        let base = 0.5 * s.patterns()?.ncols() as f64 * (2.0 * std::f64::consts::PI).ln();
        Ok(base + order(s) * (between(s, 1.0)? - base))
    })
    .finish()
}

/// A student of variance $\sigma^2+s^2$ whose patterns are `scale` times those of a teacher with two opposite ones.
pub(crate) fn student_of_scale(scale: f64, profile: Profile) -> DenoisingSetting {
    let opposite = |length: f64| {
        let mut row = vec![0.0; 5];
        row[0] = length;
        vec![row.clone(), row.iter().map(|x| -x).collect()]
    };
    DenoisingSetting {
        teacher: (opposite(2.0), 0.6, 1),
        student: (opposite(2.0 * scale), 1.0, 1),
        noise_var: 0.4,
        samples: by(profile, 20_000, 200_000),
    }
}

fn denoising() -> Claim {
    Claim::about::<Denoising>(
        "attn/score-matching",
        "Denoising score matching of attention, by an integral over the span of the patterns",
    )
    .formula(r"J=\frac d{2s^2}+E_q\left[\tfrac12\|s_\theta\|^2+\nabla\cdot s_\theta\right]")
    .sources(&[VINCENT_2011, OTA_2023])
    .cases(move |profile| {
        let samples = by(profile, 20_000, 200_000);
        // The student that the smoothed teacher is: patterns shrink by σ²/(σ² + s²).
        let least = student_of_scale(0.6, profile);
        let other = DenoisingSetting {
            teacher: (vec![vec![1.5], vec![-1.0], vec![0.3]], 0.7, 2),
            student: (vec![vec![0.8], vec![-1.1]], 0.9, 3),
            noise_var: 0.5,
            samples,
        };
        Ok(vec![At::setting("the best student", least, 20), At::setting("another student", other, 20)])
    })
    .measure(|_, o| Ok(o.objective))
    .predict(|s| {
        let (teacher, student) = s.machines()?;
        Ok(denoising_objective(&teacher, &student, s.noise_var)?)
    })
    .margin(|_, profile| Margin::symmetric(by(profile, 0.02, 0.008)))
    .rival("the error of the softmax autoencoder", |s| {
        // Equal only where the student's variance is that of the noise.
        let (teacher, student) = s.machines()?;
        let xi = student.patterns().clone();
        let auto = AttentionMachine::new(xi, None, None, s.noise_var, student.beta())?;
        Ok(denoising_objective(&teacher, &auto, s.noise_var)?)
    })
    .rival_where(
        "the smoothed data themselves taken as clean",
        |s| s.teacher.2 == 1,
        |s| {
            let (teacher, student) = s.machines()?;
            Ok(denoising_objective(&smoothed(&teacher, s.noise_var)?, &student, s.noise_var)?)
        },
    )
    .finish()
}
