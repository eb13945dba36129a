//! Relatives of the machine: biases and other variances, binary visible units, Rényi's entropy, dense associative memories.

use solvable_theory::attention_boltzmann::{AttentionMachine, quadratic_memory_log_z};
use solvable_theory::bibliography::{KROTOV_2016, OTA_2023};

use super::machine::without_coefficients;
use crate::experiments::{
    BiasedAnnealing, BiasedAnnealingOutcome, BiasedAnnealingSetting, BiasedMachine, BinaryVisible,
    BinaryVisibleOutcome, BinaryVisibleSetting, CutOff, CutOffSetting, DensityMoment, DensityMomentOutcome,
    DensityMomentSetting, Importance, ImportanceSetting,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![biased(), renyi(), between_sums(), binary(), quadratic(), divergent()]
}

fn annealed(s: &BiasedAnnealingSetting, o: &BiasedAnnealingOutcome) -> Result<AttentionMachine, JudgeError> {
    Ok(s.machine.machine(&o.xi, &o.b, &o.c)?)
}

fn sampled(s: &DensityMomentSetting, o: &DensityMomentOutcome) -> Result<AttentionMachine, JudgeError> {
    Ok(s.machine.machine(&o.xi, &o.b, &o.c)?)
}

/// The same machine with other biases or another variance.
fn changed(machine: &AttentionMachine, b: f64, c: f64, sigma2: f64) -> Result<AttentionMachine, JudgeError> {
    let scaled = |list: &nalgebra::DVector<f64>, factor: f64| list.iter().map(|x| factor * x).collect();
    let (b, c) = (scaled(machine.visible_bias(), b), scaled(machine.pattern_bias(), c));
    Ok(AttentionMachine::new(machine.patterns().clone(), Some(b), Some(c), sigma2, machine.beta())?)
}

fn biased() -> Claim {
    Claim::about::<BiasedAnnealing>(
        "attn/log-z-biases",
        "The partition function with biases of visible units and patterns, at other variances than one",
    )
    .formula(r"\log Z=\tfrac d2\log2\pi\sigma^2+\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\tfrac{\sigma^2}2\|b+\tfrac1n\xi^\top m\|^2\right)")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let case = |(order, sigma2): (usize, f64)| {
            let machine = BiasedMachine { dimension: 5, patterns: 3, order, sigma2 };
            let (chains, temperatures, trials) = by(profile, (500, 40, 40), (4000, 100, 40));
            let setting = BiasedAnnealingSetting { machine, chains, temperatures };
            At::setting(format!("d=5 K=3 n={order} σ²={sigma2}"), setting, trials)
        };
        Ok([(2, 0.6), (3, 1.5)].map(case).into())
    })
    // Machines of a trial have biases of either sign: root mean square.
    .by_distance()
    .measure(|_, o| Ok(o.log_z))
    .predict_given(|s, o| Ok(annealed(s, o)?.log_z()?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.04, 0.01)))
    .rival_given("no biases of the patterns", |s, o| {
        let machine = annealed(s, o)?;
        Ok(changed(&machine, 1.0, 0.0, machine.sigma2())?.log_z()?)
    })
    .rival_given("a whole bias for every unit of a pattern", |s, o| {
        // m·c in place of m·c/n.
        let machine = annealed(s, o)?;
        Ok(changed(&machine, 1.0, s.machine.order as f64, machine.sigma2())?.log_z()?)
    })
    .rival_given("biases of visible units apart from the patterns", |s, o| {
        let machine = annealed(s, o)?;
        let apart = changed(&machine, 0.0, 1.0, machine.sigma2())?.log_z()?;
        Ok(apart + 0.5 * machine.sigma2() * machine.visible_bias().norm_squared())
    })
    .rival_given("the variance in the Gaussian factor alone", |s, o| {
        let machine = annealed(s, o)?;
        Ok(changed(&machine, 1.0, 1.0, 1.0)?.log_z()? + 0.5 * machine.dimension() as f64 * machine.sigma2().ln())
    })
    .rival_given("no multinomial coefficients", |s, o| without_coefficients(&annealed(s, o)?))
    .finish()
}

fn renyi() -> Claim {
    Claim::about::<DensityMoment>(
        "attn/renyi",
        "Rényi's entropies of the machine are sums over as many more units, against its densities at its samples",
    )
    .formula(r"H_k=\frac{\log Z_k-k\log Z}{1-k},\quad\log Z_k=\tfrac d2\log\tfrac{2\pi\sigma^2}k+\log\sum_{|m|=kn}\binom{kn}m\exp\left(\tfrac{m\cdot c}n+\tfrac{\sigma^2}{2k}\|kb+\tfrac1n\xi^\top m\|^2\right)")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let case = |(order, power): (usize, usize)| {
            let machine = BiasedMachine { dimension: 4, patterns: 3, order, sigma2: 0.8 };
            let setting = DensityMomentSetting { machine, power, samples: by(profile, 20_000, 100_000) };
            At::setting(format!("d=4 K=3 n={order} k={power}"), setting, 20)
        };
        Ok([(1, 2), (2, 2), (2, 3)].map(case).into())
    })
    .by_difference()
    .measure(|_, o| Ok(o.renyi))
    .predict_given(|s, o| Ok(sampled(s, o)?.renyi(s.power)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.015, 0.008)))
    .rival_given("the next order", |s, o| Ok(sampled(s, o)?.renyi(s.power + 1)?))
    .rival_given("as many units as the machine has, k times as cold", |s, o| {
        let machine = sampled(s, o)?;
        let k = s.power as f64;
        let powered = AttentionMachine::new(
            machine.patterns() * k,
            Some(machine.visible_bias().iter().map(|b| k * b).collect()),
            Some(machine.pattern_bias().iter().map(|c| k * c).collect()),
            machine.sigma2() / k,
            machine.beta(),
        )?;
        Ok((powered.log_z()? - k * machine.log_z()?) / (1.0 - k))
    })
    .finish()
}

fn between_sums() -> Claim {
    let machine = |s: &ImportanceSetting, order: f64| -> Result<AttentionMachine, JudgeError> {
        Ok(AttentionMachine::new(s.patterns()?, None, None, 1.0, order.recip())?)
    };
    // 0 at the lower bound, 1 at the upper one.
    let place = move |s: &ImportanceSetting, value: f64| -> Result<f64, JudgeError> {
        let (low, high) = machine(s, s.order.unwrap_or(f64::NAN))?.log_z_bounds()?;
        Ok((value - low) / (high - low))
    };
    Claim::about::<Importance>(
        "attn/sandwich",
        "Between the inverse integers the partition function of several patterns lies between bounds by the neighbouring sums",
    )
    .formula(r"\max(\log Z_{n_-},\log Z_{n_+}-(n_+-n)\log K)\le\log Z_n\le\min(\log Z_{n_+},\log Z_{n_-}+(n-n_-)\log K)")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let xi = vec![
            vec![1.2, 0.5, 0.0, 0.3],
            vec![-0.7, 0.9, 0.4, 0.0],
            vec![0.1, -1.0, 0.8, -0.5],
            vec![-0.4, -0.3, -1.1, 0.6],
        ];
        let case = |order: f64| {
            let samples = by(profile, 20_000, 200_000);
            At::setting(format!("K=4 n={order}"), ImportanceSetting { xi: xi.clone(), order: Some(order), samples }, 20)
        };
        Ok([1.5, 2.4].map(case).into())
    })
    .by_difference()
    .measure(move |s, o| place(s, o.log_z))
    .predict(|_| Ok(0.5))
    .margin(|_, _| Margin::symmetric(0.5))
    .rival("n times the sum for n = 1", move |s| {
        let base = 0.5 * s.patterns()?.ncols() as f64 * (2.0 * std::f64::consts::PI).ln();
        place(s, base + s.order.unwrap_or(f64::NAN) * (machine(s, 1.0)?.log_z()? - base))
    })
    .rival("the second of the next sums", move |s| {
        let next = s.order.unwrap_or(f64::NAN).ceil() + 1.0;
        place(s, machine(s, next)?.log_z()?)
    })
    .finish()
}

fn binary() -> Claim {
    let own = |s: &BinaryVisibleSetting, o: &BinaryVisibleOutcome| -> Result<AttentionMachine, JudgeError> {
        Ok(s.machine(&o.xi, &o.b, &o.c)?)
    };
    Claim::about::<BinaryVisible>(
        "attn/log-z-binary",
        "The partition function with binary visible units, against the sum over all their states",
    )
    .formula(r"\log Z=\log\sum_{|m|=n}\binom nm\exp\left(\tfrac{m\cdot c}n+\sum_i\log2\cosh a_{m,i}\right),\quad a_m=b+\tfrac1n\xi^\top m")
    .sources(&[OTA_2023])
    .cases(|profile| {
        let case = |(dimension, patterns, order): (usize, usize, usize)| {
            let setting = BinaryVisibleSetting { dimension, patterns, order };
            At::setting(format!("d={dimension} K={patterns} n={order}"), setting, by(profile, 4, 10))
        };
        Ok([(8, 3, 1), (10, 4, 3)].map(case).into())
    })
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.log_z))
    .predict_given(move |s, o| Ok(own(s, o)?.log_z_binary()?))
    .margin(|_, _| Margin::symmetric(1e-10))
    .rival_given("Gaussian visible units", move |s, o| {
        // Their weight at b = ξ = 0 in place of (2π)^(d/2).
        let gauss = 0.5 * s.dimension as f64 * (2.0 * std::f64::consts::PI).ln();
        Ok(own(s, o)?.log_z()? - gauss + s.dimension as f64 * 2f64.ln())
    })
    .rival_given("the mean field of the occupations", move |s, o| {
        let machine = own(s, o)?;
        let mean = machine.patterns().row_mean().transpose() + machine.visible_bias();
        let cosh: f64 = mean.iter().map(|a| (2.0 * a.cosh()).ln()).sum();
        Ok(cosh + s.order as f64 * (s.patterns as f64).ln() + machine.pattern_bias().mean())
    })
    .finish()
}

fn quadratic() -> Claim {
    let setting = |scale: f64, profile| ImportanceSetting {
        xi: vec![vec![0.4 * scale, 0.1 * scale, 0.0], vec![-0.1 * scale, 0.3 * scale, 0.2 * scale]],
        order: None,
        samples: by(profile, 20_000, 200_000),
    };
    Claim::about::<Importance>(
        "attn/quadratic-memory",
        "A dense associative memory of degree two is a Gaussian while it converges",
    )
    .formula(r"\log Z=\tfrac d2\log2\pi\sigma^2-\tfrac12\log\det(I-\sigma^2\xi\xi^\top)")
    .sources(&[KROTOV_2016])
    .cases(move |profile| {
        // Largest eigenvalues 0.18 and 0.23: weights of importance sampling have a variance below one half, and a fourth moment below a quarter.
        Ok([1.0, 1.13].map(|scale| At::setting(format!("scale {scale}"), setting(scale, profile), 20)).into())
    })
    .by_difference()
    .measure(|_, o| Ok(o.log_z))
    .predict(|s| Ok(quadratic_memory_log_z(&s.patterns()?, 1.0)?))
    .margin(|_, profile| Margin::symmetric(by(profile, 0.01, 0.004)))
    .rival("the determinant without its root", |s| {
        let free = 0.5 * s.patterns()?.ncols() as f64 * (2.0 * std::f64::consts::PI).ln();
        Ok(2.0 * quadratic_memory_log_z(&s.patterns()?, 1.0)? - free)
    })
    .rival("no memory", |s| Ok(0.5 * s.patterns()?.ncols() as f64 * (2.0 * std::f64::consts::PI).ln()))
    .finish()
}

/// The largest exponent in the box, at $v=h=L$, for odd powers with hidden units at $h=-L$; and how much of the box has it, by Laplace's method:
/// exponential decay from a border, half a Gaussian where the hidden unit's best value is the border, two corners for even powers.
fn corner(s: &CutOffSetting) -> (f64, f64) {
    let (p, l) = (f64::from(s.power), s.bound);
    let (odd, steep) = (s.power % 2 == 1, l.powf(p - 1.0));
    let of_visible = -(steep - l).ln();
    let (height, of_hidden) = if !s.hidden {
        (1.0, 0.0)
    } else if odd {
        (2.0 * p - 1.0, -(2.0 * (p - 1.0) * steep).ln())
    } else {
        (1.0, 0.5 * (0.5 * std::f64::consts::PI / ((p - 1.0) * l.powf(p - 2.0))).ln())
    };
    let corners = if odd { 0.0 } else { 2f64.ln() };
    (height * l.powf(p) / p - 0.5 * l * l, of_visible + of_hidden + corners)
}

fn divergent() -> Claim {
    Claim::about::<CutOff>(
        "attn/divergent-memory",
        "With Gaussian visible units memories of degree above two weigh what the corners of any box weigh, and have no partition function, with or without hidden units",
    )
    .formula(r"\log\int_{[-L,L]}e^{-E}\simeq\max_{[-L,L]}(-E)-\log(L^{p-1}-L)+\dots,\quad\max(-E)\simeq\frac{L^p}p")
    .sources(&[KROTOV_2016])
    .cases(|_| {
        let mut all = Vec::new();
        for (power, bound) in [(3, 16.0), (4, 8.0), (4, 12.0)] {
            for hidden in [false, true] {
                let label = format!("p={power} L={bound}{}", if hidden { " with hidden units" } else { "" });
                all.push(At::setting(label, CutOffSetting { power, hidden, bound }, 1));
            }
        }
        Ok(all)
    })
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.log_integral))
    .predict(|s| {
        let (largest, share) = corner(s);
        Ok(largest + share)
    })
    .margin(|_, _| Margin::symmetric(0.05))
    .rival("the largest exponent alone", |s| Ok(corner(s).0))
    .rival("growth of degree two", |s| Ok(0.5 * s.bound * s.bound))
    .rival_where("one corner", |s| s.power % 2 == 0, |s| Ok(corner(s).0 + corner(s).1 - 2f64.ln()))
    .rival_where(
        "a whole Gaussian of the hidden unit",
        |s| s.hidden && s.power % 2 == 0,
        |s| Ok(corner(s).0 + corner(s).1 + 2f64.ln()),
    )
    .rival_where(
        "hidden units of either sign alike",
        |s| s.hidden && s.power % 2 == 1,
        |s| {
            let (p, l) = (f64::from(s.power), s.bound);
            let of_hidden = 0.5 * (0.5 * std::f64::consts::PI / ((p - 1.0) * l.powf(p - 2.0))).ln();
            Ok(l.powf(p) / p - 0.5 * l * l - (l.powf(p - 1.0) - l).ln() + of_hidden)
        },
    )
    .finish()
}
