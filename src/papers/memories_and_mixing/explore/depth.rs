//! What many layers make of tokens.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Scale, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_shared::by;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Panel, Readout, Trace, Values, json, listed, measured, points,
    standing, stored,
};

use crate::claims::mixing::stack;
use crate::claims::products::mixing;
use crate::experiments::{LinearMixing, MixingGrowth, Stack, StackSetting};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "mem/explore-depth",
        |profile| {
            let mut all = stored::<Stack>(stacks(profile))?;
            all.extend(stored::<MixingGrowth>(growths())?);
            Ok(all)
        },
        depth,
    )
}

/// Layers drawn.
const LAYERS: usize = 12;
/// The cosine of two tokens in simulations: $\rho=\frac73$.
const COSINE: f64 = 0.3;

fn stacks(profile: Profile) -> [StackSetting; 2] {
    let tokens = by(profile, 1000, 1500);
    [stack((tokens, 8), 0.2, 0.3, 8, "identity"), stack((400, 64), 0.05, 0.2, 6, "random")]
}

/// Linear mixing with a skip connection and without.
fn growths() -> [LinearMixing; 2] {
    [mixing(12, 1.0, 0.5, 400), mixing(6, 0.0, 1.0, 2000)]
}

fn depth(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for s in stacks(trials.profile()) {
        let layers: Vec<f64> = (0..=s.layers).map(|layer| layer as f64).collect();
        let at =
            json!({"values": s.values, "beta": s.beta, "skip": s.skip, "branch": s.branch, "cosine": COSINE});
        all.extend(measured(0, at, "softmax layers", 0, listed::<Stack>(trials, &s, &layers, |o| &o.rho)?));
    }
    for s in growths() {
        let at = json!({"T": s.tokens, "branch": s.branch});
        let top = points::<MixingGrowth>(trials, [(s.skip, s.clone())], |o| o.exponents[0])?;
        all.extend(measured(1, at.clone(), "products of layers", 0, top));
        if s.skip == 0.0 {
            let indices: Vec<f64> = (1..=s.tokens).map(|index| index as f64).collect();
            let found = listed::<MixingGrowth>(trials, &s, &indices, |o| &o.exponents)?;
            all.extend(measured(2, at, "products of layers", 0, found));
        }
    }
    let rho = json!({"$sum": [{"$quotient": [1, "$cosine"]}, -1]});
    let similarity = |values: &str| {
        Ask::new(
            "mem/token-similarity",
            json!({
                "rho": rho, "beta": "$beta", "skip": "$skip", "branch": "$branch", "layers": LAYERS, "values": values
            }),
        )
    };
    let layers: Vec<usize> = (1..=LAYERS).collect();
    let along = |label: &str, group: usize, stroke: Stroke, values: &str| {
        Trace::listed(label, group, stroke, similarity(values), json!(layers), "rho")
    };
    let top = |skip: &str| Ask::new("mem/mixing-top-exponent", json!({"T": "$T", "g": skip, "a": "$branch"}));
    let exponents = Ask::new("mem/mixing-exponents", json!({"T": "$T", "a": "$branch"}));
    let exponent = || Axis::linear("exponent").within(-3.0, 1.5);
    Ok(Explorable {
        id: "mem/explore-depth".into(),
        title: "What many layers make of tokens".into(),
        caption: "Left: how far tokens differ, ρ, the power of their residuals over that of their mean, behind layers of softmax attention (branch a) with a skip connection g: they grow \
                  alike geometrically, without a skip connection (g = 0) doubly exponentially. Middle: the largest growth exponent a layer of linear mixing of T tokens by random \
                  matrices, over the skip connection; right: all exponents without one. Points: simulations, 99 % intervals (left: β = 0.2, a = 0.3 with the identity for values, \
                  β = 0.05, a = 0.2 with random ones, g = 1; middle: T = 12, a = 0.5, g = 1; middle and right: T = 6, a = 1, g = 0)."
            .into(),
        knobs: vec![
            Knob::choice(
                "values",
                "values",
                "The value matrices of attention.",
                vec![(json!("identity"), "identity"), (json!("random"), "random")],
            ),
            Knob::real("beta", "β", "Inverse temperature of attention.", 0.0, 1.0, 0.2),
            Knob::real("branch", "branch a", "Scale of attention, and of mixing.", 0.05, 2.0, 0.3),
            Knob::real("skip", "skip g", "Scale of the skip connection.", 0.0, 2.0, 1.0),
            Knob::real("cosine", "cosine", "Of two tokens before the first layer.", 0.01, 0.95, COSINE),
            Knob::whole("T", "tokens T", "Of linear mixing.", 2, 24, 6),
        ],
        panels: vec![
            Panel {
                title: "softmax attention".into(),
                x: Axis::linear("layer").within(0.0, LAYERS as f64),
                y: Axis::log("residual over mean ρ").within(1e-6, 1e2),
                traces: vec![along("softmax layers", 0, Stroke::Solid, "$values")],
            },
            Panel {
                title: "linear mixing, T = $T".into(),
                x: Axis::linear("skip connection g").within(0.0, 2.0),
                y: exponent(),
                traces: vec![
                    Trace::sweep(
                        "largest exponent",
                        0,
                        Stroke::Solid,
                        top("$x"),
                        Values::new(0, 2, 61, Scale::Linear),
                        "lambda_1",
                    ),
                    standing("$skip"),
                ],
            },
            Panel {
                title: "without a skip connection".into(),
                x: Axis::linear("number of the exponent").within(0.0, 25.0),
                y: exponent(),
                traces: vec![Trace::listed("exponents", 0, Stroke::Solid, exponents, json!(null), "exponents")],
            },
        ],
        readouts: vec![
            Readout::new("ρ behind the first layer", similarity("$values"), "rho[0]"),
            Readout::new("ρ behind twelve layers", similarity("$values"), "rho[11]"),
            Readout::new("largest exponent of linear mixing", top("$skip"), "lambda_1"),
        ],
        checks: vec![Ask::new(
            "mem/mixing-top-exponent",
            json!({"tokens": "$T", "skip": "$skip", "branch": "$branch"}),
        )],
        measured: all,
    })
}
