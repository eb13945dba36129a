//! The partition function over the number of hidden units, and between.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Estimate, Point, Scale, Stroke};
use solvable_engine::verify::{JudgeError, Profile};
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Json, Knob, Measured, Panel, Readout, Trace, Values, json, measured,
    points, standing, stored,
};
use solvable_shared::rounded;

use crate::claims::machine::{ORDERS, annealing, between_orders};
use crate::experiments::{Annealing, Importance};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "attn/explore-partition",
        |profile| {
            let mut all = stored::<Importance>(SAMPLED.map(|n| between_orders(n, profile)))?;
            all.extend(stored::<Annealing>(ORDERS.map(|n| annealing(n, profile)))?);
            Ok(all)
        },
        partition,
    )
}

/// Orders at which two patterns were sampled.
const SAMPLED: [f64; 3] = [0.5, 1.5, 2.6];
/// Annealed machines shown, of each order.
const SHOWN: usize = 4;
/// Their patterns, and dimensions.
const PATTERNS: f64 = 4.0;
const DIMENSION: f64 = 8.0;

/// $\log Z$ of attention that ignores `patterns` patterns in `dimension` dimensions, at the value of a curve.
fn ignored(patterns: f64, dimension: f64) -> Json {
    json!({"$sum": [
        {"$product": ["$x", patterns.ln()]},
        {"$product": [0.5 * dimension, {"$log": [{"$product": [std::f64::consts::TAU, "$sigma", "$sigma"]}]}]}
    ]})
}

fn partition(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let profile = trials.profile();
    let two = || json!([[1.2, 0.5, 0], [{"$product": [-0.7, "$ratio"]}, {"$product": [0.9, "$ratio"]}, {"$product": [0.4, "$ratio"]}]]);
    // Longer patterns are what more variance is.
    let scaled = |entry: f64| json!({"$product": [entry, "$sigma"]});
    let turned = |entry: f64| json!({"$product": [entry, "$ratio", "$sigma"]});
    let variance = || json!({"$product": ["$sigma", "$sigma"]});
    let of_two = |id: &str, n: &str| Ask::new(id, json!({"xi": two(), "n": n, "sigma2": variance()}));
    let (machines, annealed) = annealed(trials, profile)?;
    let random = |n: &str| {
        let xi = json!({"$pick": ["$machine", machines]});
        Ask::new("attn/log-z", json!({"xi": xi, "n": n, "sigma2": variance()}))
    };
    let sampled =
        points::<Importance>(trials, SAMPLED.map(|n| (n, between_orders(n, profile))), |o| o.log_z)?;
    let flat = |n: f64| n * 2f64.ln() + 1.5 * std::f64::consts::TAU.ln();
    let sampled = sampled.into_iter().map(|p| shifted(p, flat(p.x))).collect();
    let mut all: Vec<Measured> =
        measured(0, json!({"sigma": 1.0, "ratio": 1.0}), "importance sampling", 0, sampled)
            .into_iter()
            .collect();
    all.extend(annealed);
    let bound = |label: &str, output: &str| {
        Trace::sweep(
            label,
            1,
            Stroke::Dashed,
            of_two("attn/log-z-sandwich", "$x"),
            Values::new(1, 4, 61, Scale::Linear),
            output,
        )
        .less(ignored(2.0, 3.0))
    };
    Ok(Explorable {
        id: "attn/explore-partition".into(),
        title: "The partition function of attention".into(),
        caption: "The gain in log Z over attention that ignores the patterns. Left: two patterns in three dimensions at any temperature, an integral; \
                  dashed, the bounds from the neighbouring integers n, which meet the curve there. Right: one of twelve random machines of four patterns in \
                  eight dimensions, where n is an integer and log Z a finite sum. Points: importance sampling and annealing, with 99 % intervals, at σ = 1. Larger \
                  n (a higher temperature of attention) blurs the patterns; a small σ hides them."
            .into(),
        knobs: vec![
            Knob::real("sigma", "σ", "Standard deviation of a visible unit.", 0.2, 1.5, 1.0),
            Knob::real("ratio", "ratio r", "Length of the second of two patterns, over that in the measurements.", -2.0, 2.0, 1.0),
            Knob::real("n", "n = 1/β", "Of two patterns, for the numbers below.", 0.5, 4.0, 1.5),
            Knob::whole("machine", "machine", "Which draw of four random patterns.", 1, machines.len().max(2) as i64, 1),
            Knob::whole("units", "hidden units n", "Of the random machine, for the numbers below.", 1, 8, 2),
        ],
        panels: vec![
            Panel {
                title: "two patterns, any temperature".into(),
                x: Axis::linear("n = 1/β").within(0.5, 4.0),
                y: Axis::linear("gain in log Z").within(0.0, 2.0),
                traces: vec![
                    Trace::sweep(
                        "one integral",
                        0,
                        Stroke::Solid,
                        of_two("attn/log-z-any-beta-k2", "$x"),
                        Values::new(0.5, 4.0, 71, Scale::Linear),
                        "log_Z",
                    )
                    .less(ignored(2.0, 3.0)),
                    bound("bounds from integers", "lower"),
                    bound("", "upper"),
                    standing("$n"),
                ],
            },
            Panel {
                title: "four patterns, machine $machine".into(),
                x: Axis::linear("hidden units n = 1/β").within(0.5, 8.5),
                y: Axis::linear("gain in log Z").within(0.0, 7.0),
                traces: vec![
                    Trace::sweep(
                        "exact sum",
                        0,
                        Stroke::Solid,
                        random("$x"),
                        Values::new(1, 8, 8, Scale::Linear).whole(),
                        "log_Z",
                    )
                    .less(ignored(PATTERNS, DIMENSION)),
                    standing("$units"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("log Z of two patterns", of_two("attn/log-z-any-beta-k2", "$n"), "log_Z"),
            Readout::new("log Z of the random machine", random("$units"), "log_Z"),
            Readout::new(
                "terms of its sum",
                Ask::new("attn/composition-count", json!({"K": PATTERNS as usize, "n": "$units"})),
                "count",
            ),
        ],
        checks: vec![Ask::new(
            "attn/any-temperature",
            json!({"order": "$n", "xi": [[scaled(1.2), scaled(0.5), 0], [turned(-0.7), turned(0.9), turned(0.4)]]}),
        )],
        measured: all,
    })
}

fn shifted(point: Point, by: f64) -> Point {
    let Point { x, y, low, high } = point;
    Point { x, y: y - by, low: low - by, high: high - by }
}

/// The patterns of annealed machines, and what annealing found for each.
fn annealed(trials: &Trials<'_>, profile: Profile) -> Result<(Vec<Json>, Vec<Measured>), JudgeError> {
    let (mut machines, mut all) = (Vec::new(), Vec::new());
    for order in ORDERS {
        let setting = annealing(order, profile);
        let found = trials.found::<Annealing>(&setting)?.unwrap_or_default();
        for o in found.into_iter().take(SHOWN) {
            let numbers: Vec<f64> = o.xi.iter().map(|x| rounded(*x, 7)).collect();
            machines.push(json!(numbers.chunks(setting.machine.dimension).collect::<Vec<_>>()));
            let n = order as f64;
            let half = NORMAL_99 * o.error;
            let estimate = Estimate { value: o.log_z, low: o.log_z - half, high: o.log_z + half };
            let flat = n * PATTERNS.ln() + 0.5 * DIMENSION * std::f64::consts::TAU.ln();
            let point = shifted(Point::new(n, estimate), flat);
            let at = json!({"sigma": 1.0, "machine": machines.len()});
            all.extend(measured(1, at, "annealing", 0, vec![point]));
        }
    }
    Ok((machines, all))
}

/// Half the width of a 99 % interval of a normal estimate, in standard errors.
const NORMAL_99: f64 = 2.5758;
