//! Retrieval of orthogonal patterns.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Point, Scale, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Explorable, ExplorePlan, Knob, Panel, Readout, Rule, Trace, Values, json, measured, stored,
};
use solvable_theory::attention_boltzmann::spinodal;

use crate::claims::retrieval::{RATIOS, retrieval};
use crate::experiments::{Retrieval, RetrievalSetting};

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "attn/explore-retrieval",
        |_| stored::<Retrieval>(COUNTS.into_iter().map(settings).collect::<Result<Vec<_>, _>>()?.concat()),
        branches,
    )
}

/// Numbers of patterns whose retrieval was simulated.
const COUNTS: [usize; 3] = [3, 10, 100];

fn settings(patterns: usize) -> Result<Vec<RetrievalSetting>, JudgeError> {
    RATIOS.iter().map(|ratio| Ok(retrieval(patterns, ratio * spinodal(patterns)?))).collect()
}

fn branches(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let mut all = Vec::new();
    for count in COUNTS {
        let mut found = Vec::new();
        for s in settings(count)? {
            // Without chance: the patterns are only turned.
            let weight = trials.found::<Retrieval>(&s)?.and_then(|all| Some(all.first()?.weight));
            found.extend(weight.map(|weight| Point::exact(s.x, weight)));
        }
        all.extend(measured(0, json!({"K": count}), "iterated update", 0, found));
    }
    let of_count = |id: &str, count: &str| Ask::new(id, json!({"K": count}));
    let weight = |x: &str| Ask::new("attn/potts-overlap", json!({"K": "$K", "x": x}));
    let over_counts = |label: &str, group: usize, stroke: Stroke, id: &str, output: &str| {
        let values = Values::new(3, 1000, 60, Scale::Log).whole();
        Trace::sweep(label, group, stroke, of_count(id, "$x"), values, output)
    };
    Ok(Explorable {
        id: "attn/explore-retrieval".into(),
        title: "Retrieval of orthogonal patterns by attention".into(),
        caption: "Left: attention on the cue's pattern where the update of attention from that pattern ends: the branch of a mean-field Potts model, which begins with a \
                  jump at the spinodal x_c; below it the end is uniform, 1/K. At x_t the pattern has the energy of the uniform state. Points: the update iterated to \
                  rounding (K = 3, 10, 100; one run each, exact). Right: both values of x over the number of patterns; the dot is where the knobs stand."
            .into(),
        knobs: vec![
            Knob::whole("K", "patterns K", "Orthogonal, of one norm R.", 3, 1000, 10).logarithmic(),
            Knob::real("strength", "x = βσ²R²", "Sharpness of attention times squared norm.", 1.0, 16.0, 6.0),
        ],
        panels: vec![
            Panel {
                title: "K = $K".into(),
                x: Axis::linear("x = βσ²R²").within(1.0, 16.0),
                y: Axis::linear("attention on the pattern").within(0.0, 1.05),
                traces: vec![
                    Trace::sweep("branch", 0, Stroke::Solid, weight("$x"), Values::new(1, 16, 301, Scale::Linear), "a")
                        .ending(),
                    Trace::Rule(Rule {
                        label: "uniform, 1/K".into(),
                        group: 7,
                        stroke: Stroke::Solid,
                        ask: None,
                        value: json!({"$quotient": [1, "$K"]}),
                        upright: false,
                    }),
                    Trace::upright("spinodal x_c", 1, Stroke::Dotted, of_count("attn/potts-spinodal", "$K"), "x_c"),
                    Trace::upright("equal energies x_t", 2, Stroke::Dotted, of_count("attn/potts-coexistence", "$K"), "x_t"),
                    Trace::dot("here", 1, weight("$strength"), "$strength", "a"),
                ],
            },
            Panel {
                title: "where retrieval is possible".into(),
                x: Axis::log("patterns K").within(2.0, 1500.0),
                y: Axis::linear("x = βσ²R²").within(1.0, 16.0),
                traces: vec![
                    over_counts("spinodal x_c", 0, Stroke::Solid, "attn/potts-spinodal", "x_c"),
                    over_counts("equal energies x_t", 2, Stroke::Solid, "attn/potts-coexistence", "x_t"),
                    Trace::here("here", 1, "$K", "$strength"),
                ],
            },
        ],
        readouts: vec![
            Readout::new("attention on the pattern", weight("$strength"), "a"),
            Readout::new("spinodal x_c", of_count("attn/potts-spinodal", "$K"), "x_c"),
            Readout::new("equal energies x_t", of_count("attn/potts-coexistence", "$K"), "x_t"),
        ],
        checks: vec![Ask::new("attn/retrieval", json!({"patterns": "$K", "x": "$strength"}))],
        measured: all,
    })
}
