//! Figures of token mixing and of the memory of three layers.

use solvable_engine::figure::{Axis, Figure, Panel, Point, Series, Stroke};
use solvable_engine::verify::{JudgeError, Profile, Request};
use solvable_engine::{FigurePlan, Trials, requests};
use solvable_shared::by;
use solvable_theory::memories_and_mixing::{
    ValueMatrices, collapse_boundary, mixing_moments, token_similarity,
};

use crate::claims::mixing::stack;
use crate::claims::products::mixing;
use crate::claims::three_layers::couplings;
use crate::experiments::{
    Collapse, CollapseSetting, MixingProducts, ProductSetting, Stack, StackSetting, ThreeLayerMemory,
    ThreeLayersSetting,
};

pub(super) fn all() -> Vec<FigurePlan> {
    vec![
        FigurePlan::new("mem/collapse", collapse_requests, collapse),
        FigurePlan::new("mem/rank", rank_requests, rank),
        FigurePlan::new("mem/three-layers", three_layer_requests, three_layers),
    ]
}

const LAYERS: usize = 6;

/// Stacks of pure attention.
fn stacks(profile: Profile) -> Vec<(CollapseSetting, String)> {
    let tokens = by(profile, 200, 400);
    let stack = |lambda| CollapseSetting { tokens, dimension: 32, lambda, skip: 0.0, layers: LAYERS };
    [0.1, 0.2, 0.25, 0.3, 0.4].map(|lambda| (stack(lambda), format!("λ = {lambda}"))).into()
}

/// Stacks with skip connections.
fn with_skips(profile: Profile) -> [(StackSetting, &'static str); 3] {
    let tokens = by(profile, 400, 1500);
    [
        (stack((tokens, 8), 0.2, 0.3, 8, "identity"), "a = 0.3"),
        (stack((tokens, 8), 0.2, 0.1, 8, "identity"), "a = 0.1"),
        (stack((tokens, 64), 0.05, 0.3, 8, "random"), "a = 0.3, random values"),
    ]
}

fn collapse_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let settings: Vec<_> = stacks(profile).into_iter().map(|(s, _)| s).collect();
    let mut all = requests::<Collapse>(&settings, by(profile, 4, 20))?;
    let skips: Vec<_> = with_skips(profile).into_iter().map(|(s, _)| s).collect();
    all.extend(requests::<Stack>(&skips, by(profile, 4, 20))?);
    Ok(all)
}

fn collapse(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let all = stacks(trials.profile());
    let mut series = Vec::new();
    for (group, (s, label)) in all.iter().enumerate() {
        let outcomes = trials.of::<Collapse>(s)?;
        let mean = |layer: usize| outcomes.iter().map(|o| o.mean[layer]).sum::<f64>() / outcomes.len() as f64;
        let points = (0..=LAYERS)
            .map(|layer| (layer as f64, mean(layer).max(1e-30)))
            .filter(|(_, y)| *y > 1e-20)
            .map(|(x, y)| Point::exact(x, y))
            .collect::<Vec<_>>();
        let line = points.iter().map(|p| (p.x, p.y)).collect();
        series.push(Series::line("", group, Stroke::Solid, line));
        series.push(Series::Points { label: label.clone(), group, points });
    }
    let mut skips = Vec::new();
    for (group, (s, label)) in with_skips(trials.profile()).into_iter().enumerate() {
        let values: ValueMatrices = s.values.parse()?;
        let theory = token_similarity(s.rho, s.beta, s.skip, s.branch, s.layers, values)?;
        let curve = std::iter::once(s.rho).chain(theory).enumerate().map(|(l, rho)| (l as f64, rho));
        skips.push(Series::line("", group, Stroke::Solid, curve.collect()));
        let points = (0..=s.layers)
            .map(|layer| trials.mean::<Stack>(layer as f64, &s, |o| o.rho[layer]))
            .collect::<Result<_, JudgeError>>()?;
        skips.push(Series::Points { label: label.into(), group, points });
    }
    let (tokens, d) = (all[0].0.tokens as f64, all[0].0.dimension as f64);
    Ok(Figure {
        id: "mem/collapse".into(),
        title: "Attention without parameters: collapse, or nothing mixes".into(),
        caption: format!(
            "Mean squared residual of {tokens} normal tokens in {d} dimensions behind layers of softmax attention, over that before them (means over draws; below 10⁻²⁰ left out). \
             Without a skip connection (left) tokens collapse doubly exponentially below λ_c = {:.3}, where many tokens stop retrieving themselves, and hardly move above it. With one \
             (right: residual power over the power of the mean token, lines the theory, points means over draws with 99 % intervals) they grow alike geometrically.",
            collapse_boundary(tokens, d)?
        ),
        panels: vec![
            Panel {
                title: "no skip connection".into(),
                x: Axis::linear("layers"),
                y: Axis::log("squared residual"),
                series,
            },
            Panel {
                title: "with a skip connection".into(),
                x: Axis::linear("layers"),
                y: Axis::log("residual over mean ρ"),
                series: skips,
            },
        ],
    })
}

/// Skip, branch and label of linear mixing.
const MIXED: [(f64, f64, &str); 3] =
    [(1.0, 0.4, "a = 0.4 with a skip"), (1.0, 0.2, "a = 0.2 with a skip"), (0.0, 1.0, "no skip")];
const DEPTHS: [usize; 5] = [1, 2, 5, 10, 20];

fn product(skip: f64, branch: f64, layers: usize) -> ProductSetting {
    ProductSetting { mixing: mixing(8, skip, branch, layers), draws: 200 }
}

fn rank_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let all: Vec<_> = MIXED.iter().flat_map(|(g, a, _)| DEPTHS.map(|l| product(*g, *a, l))).collect();
    requests::<MixingProducts>(&all, by(profile, 10, 100))
}

fn rank(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, (skip, branch, label)) in MIXED.into_iter().enumerate() {
        let curve = (0..=20)
            .map(|layers| {
                if layers == 0 {
                    return Ok((0.0, 8.0));
                }
                let m = mixing_moments(8, skip, branch, layers)?;
                Ok((layers as f64, m.square_of_trace / m.trace_of_square))
            })
            .collect::<Result<_, JudgeError>>()?;
        series.push(Series::line(label, group, Stroke::Solid, curve));
        let mut points = Vec::new();
        for layers in DEPTHS {
            let outcomes = trials.of::<MixingProducts>(&product(skip, branch, layers))?;
            let total =
                |read: fn(&crate::experiments::ProductOutcome) -> f64| outcomes.iter().map(read).sum::<f64>();
            let ratio = total(|o| o.square_of_trace) / total(|o| o.trace_of_square);
            points.push(Point::exact(layers as f64, ratio));
        }
        series.push(Series::Points { label: String::new(), group, points });
    }
    Ok(Figure {
        id: "mem/rank".into(),
        title: "Linear mixing loses rank".into(),
        caption: "Effective rank E (tr H)² / E tr H² of products of random mixing layers of eight tokens against depth: exact (lines) and ratios of means over drawn products (points)."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::linear("layers"),
            y: Axis::linear("effective rank").within(0.8, 8.2),
            series,
        }],
    })
}

const EXCESSES: [f64; 6] = [0.0025, 0.005, 0.01, 0.02, 0.04, 0.08];

/// Of wide layers the second mode lies too near for more.
fn wide_excesses() -> impl Iterator<Item = f64> {
    EXCESSES.into_iter().filter(|excess| *excess <= 0.02)
}

fn wide(excess: f64) -> ThreeLayersSetting {
    ThreeLayersSetting { tokens: 16, channels: 24, ..couplings(excess) }
}

fn three_layer_requests(profile: Profile) -> Result<Vec<Request>, JudgeError> {
    let all: Vec<_> = EXCESSES.iter().map(|e| couplings(*e)).chain(wide_excesses().map(wide)).collect();
    requests::<ThreeLayerMemory>(&all, by(profile, 4, 20))
}

fn three_layers(trials: &Trials<'_>) -> Result<Figure, JudgeError> {
    let mut series = Vec::new();
    for (group, of, label) in [
        (0, couplings as fn(f64) -> ThreeLayersSetting, "8 × 6"),
        (1, wide as fn(f64) -> ThreeLayersSetting, "16 × 24"),
    ] {
        let mut points = Vec::new();
        for excess in EXCESSES.into_iter().filter(|e| group == 0 || wide_excesses().any(|w| w == *e)) {
            let s = of(excess);
            let ratios = trials
                .of::<ThreeLayerMemory>(&s)?
                .iter()
                .map(|o| Ok(o.amplitude / s.memory(o)?.amplitude(o.coupling)?))
                .collect::<Result<Vec<f64>, JudgeError>>()?;
            points.push(solvable_engine::mean_point(excess, &ratios)?);
        }
        series.push(Series::Points { label: label.into(), group, points });
    }
    series.push(Series::line("leading order", 2, Stroke::Dashed, vec![(0.002, 1.0), (0.1, 1.0)]));
    Ok(Figure {
        id: "mem/three-layers".into(),
        title: "The memory of three layers beyond its threshold".into(),
        caption: "Squared amplitude of the memory over its leading order against the excess κ/κ_c − 1 of the coupling (means over drawn couplings, 99 % intervals): the correction is linear in \
                  the excess, and larger for wider layers."
            .into(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("excess κ/κ_c − 1"),
            y: Axis::linear("amplitude over leading order"),
            series,
        }],
    })
}
