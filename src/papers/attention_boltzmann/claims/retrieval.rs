//! Attention as retrieval: its update lowers the energy, keeps separated patterns, and finds orthogonal ones above a spinodal.

use solvable_theory::attention_boltzmann::{overlap, spinodal};
use solvable_theory::bibliography::RAMSAUER_2021;

use crate::experiments::{
    RandomMachine, Retrieval, RetrievalSetting, Simplex, SimplexSetting, Updates, UpdatesSetting,
};
use solvable_engine::verify::{At, Claim, JudgeError, Margin, Profile};
use solvable_shared::by;

pub(crate) fn claims() -> Vec<Claim> {
    vec![energy(), one_step(), simplex(), orthogonal()]
}

pub(crate) fn retrieval(patterns: usize, x: f64) -> RetrievalSetting {
    RetrievalSetting { patterns, dimension: patterns.max(24), x }
}

/// $x/x_c$ of the claim.
pub(crate) const RATIOS: [f64; 5] = [0.99, 1.001, 1.01, 1.5, 2.0];

pub(crate) fn counts(profile: Profile) -> Vec<usize> {
    by(profile, vec![3, 10], vec![3, 10, 100])
}

/// The weight that the iteration from a pattern reaches: the branch, or the uniform state where there is none.
pub(crate) fn reached(patterns: usize, x: f64) -> Result<f64, JudgeError> {
    if x < spinodal(patterns)? { Ok((patterns as f64).recip()) } else { Ok(overlap(patterns, x)?) }
}

fn orthogonal() -> Claim {
    Claim::about::<Retrieval>("attn/retrieval", "The update of attention on orthogonal patterns ends on the Potts branch, or uniform below its spinodal")
        .formula(r"\frac{K-1}{Ka-1}\log\frac{(K-1)a}{1-a}=x,\quad x\ge x_c")
        .sources(&[RAMSAUER_2021])
        .cases(|profile| {
            let mut all = Vec::new();
            for k in counts(profile) {
                for ratio in RATIOS {
                    let setting = retrieval(k, ratio * spinodal(k)?);
                    all.push(At::setting(format!("K={k} x={ratio} x_c"), setting, 1));
                }
            }
            Ok(all)
        })
        .by_difference()
        .identity()
        .measure(|_, o| Ok(o.weight))
        .predict(|s| reached(s.patterns, s.x))
        // Next to the spinodal the iteration creeps; its last steps are below rounding.
        .margin(|_, _| Margin::symmetric(1e-9))
        .rival_where(
            "the uniform state",
            |s| spinodal(s.patterns).is_ok_and(|c| s.x >= c),
            |s| Ok((s.patterns as f64).recip()),
        )
        .rival("one step: the pattern against silence", |s| {
            let k = s.patterns as f64;
            Ok(1.0 / (1.0 + (k - 1.0) * (-s.x).exp()))
        })
        .finish()
}

fn updates(dimension: usize, patterns: usize, square: f64, antipodal: bool) -> UpdatesSetting {
    let machine = RandomMachine { dimension, patterns, order: 2, square: Some(square) };
    UpdatesSetting { machine, antipodal, states: 100 }
}

fn energy() -> Claim {
    Claim::about::<Updates>(
        "attn/energy-decrease",
        "An update lowers the energy at least by half its squared length, and hardly by more where attention is settled",
    )
    .formula(r"E(v)-E(v')\ge\frac{\|v'-v\|^2}{2\sigma^2}")
    .sources(&[RAMSAUER_2021])
    .cases(|profile| {
        let trials = by(profile, 40, 400);
        let shapes = [(1, 2, 4.0), (2, 3, 2.0), (8, 4, 6.0), (5, 5, 0.5)];
        let label = |(d, k, square): (usize, usize, f64)| {
            At::setting(format!("d={d} K={k} norm² {square}"), updates(d, k, square, false), trials)
        };
        Ok(shapes.map(label).into())
    })
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.decrease))
    .predict(|_| Ok(1.0))
    // The bound itself, from below to rounding; the least of a hundred states comes within a tenth of it.
    .margin(|_, _| Margin::between(-1e-9, 0.1))
    .rival("the full squared length", |_| Ok(2.0))
    .rival("any decrease", |_| Ok(0.0))
    .finish()
}

fn one_step() -> Claim {
    let all = |profile| {
        let trials = by(profile, 40, 400);
        let case = |(d, square): (usize, f64)| {
            At::setting(format!("d={d} norm² {square}"), updates(d, 2, square, true), trials)
        };
        Ok([(4, 6.0), (8, 3.0)].map(case).into())
    };
    Claim::about::<Updates>(
        "attn/one-step-bound",
        "One update moves a separated pattern by an exponentially small amount; opposite patterns attain the bound",
    )
    .formula(r"\|T(\xi_\mu)-\xi_\mu\|\le2M(K-1)e^{-\beta\Delta_\mu}")
    .sources(&[RAMSAUER_2021])
    .cases(all)
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.ratio))
    // Opposite patterns: the bound times the share of attention that the pattern keeps.
    .predict_given(|_, o| Ok(1.0 / (1.0 + (-o.exponent).exp())))
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival("without the factor two", |_| Ok(0.5))
    .rival_given("twice the exponent", |_, o| Ok((-o.exponent).exp()))
    .finish()
}

fn simplex() -> Claim {
    // The bound's share for attention 1/(1 + others e^(−βΔ)) on the pattern, Δ = R²K/(K − 1).
    let share = |s: &SimplexSetting, others: f64| {
        let k = s.patterns as f64;
        let exponent = s.square * k / (k - 1.0) / s.order as f64;
        1.0 / (1.0 + others * (-exponent).exp())
    };
    Claim::about::<Simplex>(
        "attn/one-step-simplex",
        "More than two patterns at equal angles: one update moves each by K/2(K − 1) of the bound",
    )
    .formula(r"\frac{\|T(\xi_\mu)-\xi_\mu\|}{2M(K-1)e^{-\beta\Delta}}=\frac K{2(K-1)}\,\frac1{1+(K-1)e^{-\beta\Delta}},\quad\Delta=\frac{K\|\xi\|^2}{K-1}")
    .sources(&[RAMSAUER_2021])
    .cases(|profile| {
        let case = |(patterns, square, order): (usize, f64, usize)| {
            let setting = SimplexSetting { patterns, dimension: 12, square, order };
            At::setting(format!("K={patterns} norm² {square} n={order}"), setting, by(profile, 4, 20))
        };
        Ok([(3, 2.0, 1), (4, 5.0, 2), (8, 6.0, 2)].map(case).into())
    })
    .by_difference()
    .identity()
    .measure(|_, o| Ok(o.ratio))
    .predict(move |s| Ok(0.5 * s.patterns as f64 / (s.patterns as f64 - 1.0) * share(s, s.patterns as f64 - 1.0)))
    .margin(|_, _| Margin::symmetric(1e-9))
    .rival("the bound attained, as by two opposite patterns", move |s| Ok(share(s, 1.0)))
    .rival("the nearest competitor alone", move |s| {
        let k = s.patterns as f64;
        Ok(0.5 * k / (k - 1.0) * share(s, 1.0))
    })
    .finish()
}
