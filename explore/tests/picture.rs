//! Figures that follow knobs: curves are answers, measurements stand where they were made, refusals name knobs.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value as Json, json};
use solvable_explore::{Ask, Detail, Explorable, Knob, Measured, Panel, Picture, Readout, Trace, Values};
use solvable_figures::figure::{Axis, Point, Scale, Series, Stroke};
use solvable_theory::catalog::{self, Value};

/// λ_max against the width, and at the width of a knob; measured at one setting.
fn figure() -> Explorable {
    let ask = |width: &str| {
        Ask::new(
            "mf/fim-stats",
            json!({
                "activation": "$activation", "widths": [{"$repeat": [width, 2]}, 1], "N": "$N", "sigma_w2": 2, "sigma_b2": 0.1
            }),
        )
    };
    let points = vec![Point { x: 50.0, y: 20.0, low: 19.0, high: 21.0 }];
    Explorable {
        id: "mf/test".into(),
        title: "λ_max".into(),
        caption: String::new(),
        knobs: vec![
            Knob::words("activation", "activation", "Of all layers.", ["relu", "tanh"]),
            Knob::whole("N", "samples N", "Inputs.", 1, 100, 40),
            Knob::whole("M", "width M", "Of all layers.", 10, 100, 50),
        ],
        panels: vec![Panel {
            title: "$activation".into(),
            x: Axis::linear("width"),
            y: Axis::linear("λ_max"),
            traces: vec![
                Trace::sweep(
                    "N = $N",
                    0,
                    Stroke::Solid,
                    ask("$x"),
                    Values::new(10, 100, 41, Scale::Linear).whole(),
                    "lambda_max",
                ),
                Trace::dot("here", 1, ask("$M"), "$M", "lambda_max"),
            ],
        }],
        readouts: vec![Readout::new("λ_max", ask("$M"), "lambda_max")],
        checks: vec![Ask::new("mf/lambda-max", json!({"width": "$M"}))],
        measured: vec![Measured::new(
            0,
            json!({"activation": "relu", "N": 40}),
            Series::Points { label: "networks".into(), group: 1, points },
        )],
    }
}

fn at(changes: &[(&str, Json)]) -> Picture {
    let figure = figure();
    let mut setting = figure.start();
    setting.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    figure.picture(&setting, Detail::Fine).unwrap()
}

fn line(picture: &Picture) -> Vec<(f64, f64)> {
    match &picture.figure.panels[0].series[0] {
        Series::Line { points, .. } => points.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn curves_markers_and_numbers_are_answers_of_the_theory() {
    let picture = at(&[]);
    let given = json!({"activation": "relu", "widths": [50, 50, 1], "N": 40, "sigma_w2": 2, "sigma_b2": 0.1});
    let value = catalog::find("mf/fim-stats").unwrap().evaluate(given.as_object().unwrap()).unwrap();
    let Value::List(parts) = value else { panic!("a list") };
    let Value::Number(expected) = parts[4] else { panic!("a number") };
    let Series::Points { points, .. } = &picture.figure.panels[0].series[1] else { panic!("a marker") };
    assert_eq!((points[0].x, points[0].y), (50.0, expected));
    let shown = picture.readouts[0].value.as_ref().and_then(Json::as_f64).unwrap();
    assert!((shown - expected).abs() < 1e-12 * expected);
    assert_eq!(
        picture.readouts[0].command,
        "solvable predict mf/fim-stats N=40 activation=relu sigma_b2=0.1 sigma_w2=2 widths=50,50,1"
    );
    assert_eq!(picture.checks, ["solvable check mf/lambda-max width=50"]);
    let on_curve =
        line(&picture).into_iter().min_by(|a, b| (a.0 - 50.0).abs().total_cmp(&(b.0 - 50.0).abs()));
    assert!((on_curve.unwrap().1 / expected - 1.0).abs() < 0.05);
    assert_eq!(picture.figure.panels[0].title, "relu");
}

#[test]
fn measurements_show_where_they_were_made_and_nowhere_else() {
    assert_eq!(at(&[]).measured, 1);
    assert_eq!(at(&[("M", json!(77))]).measured, 1);
    assert_eq!(at(&[("N", json!(40.0))]).measured, 1);
    assert_eq!(at(&[("N", json!(41))]).measured, 0);
    assert_eq!(at(&[("activation", json!("tanh"))]).measured, 0);
    assert_eq!(
        at(&[]).figure.panels[0].series.len(),
        at(&[("N", json!(41))]).figure.panels[0].series.len() + 1
    );
}

#[test]
fn what_the_theory_refuses_is_told_with_the_knob_to_blame() {
    let picture = at(&[("N", json!(0))]);
    assert_eq!(picture.problems[0].knobs, ["N"]);
    assert!(!picture.problems[0].partly && picture.problems[0].why.to_string().contains('0'));
    assert!(picture.readouts[0].value.is_none() && picture.figure.panels[0].series.is_empty());
    assert_eq!(at(&[("activation", json!("none"))]).problems[0].knobs, ["activation"]);
    // Of the curve nothing hangs on it.
    let picture = at(&[("M", json!("wide"))]);
    assert_eq!((line(&picture).len(), picture.problems.len()), (41, 1));
    assert_eq!(picture.problems[0].knobs, ["M"]);
}

#[test]
fn coarse_curves_have_the_same_ends_and_fewer_values() {
    let figure = figure();
    let coarse = figure.picture(&figure.start(), Detail::Coarse).unwrap();
    let (coarse, fine) = (line(&coarse), line(&at(&[])));
    assert_eq!((coarse.len(), fine.len()), (11, 41));
    assert_eq!((coarse[0], coarse[10]), (fine[0], fine[40]));
}

#[test]
fn a_setting_names_all_knobs_and_no_others() {
    let figure = figure();
    let mut setting = figure.start();
    setting.remove("N");
    assert!(figure.picture(&setting, Detail::Fine).unwrap_err().to_string().contains("`N`"));
    let mut setting = figure.start();
    setting.insert("n".into(), json!(1));
    assert!(figure.picture(&setting, Detail::Fine).unwrap_err().to_string().contains("`n`"));
}

#[test]
fn figures_are_read_as_they_were_written() {
    let figure = figure();
    let text = serde_json::to_string(&figure).unwrap();
    assert_eq!(serde_json::from_str::<Explorable>(&text).unwrap(), figure);
}
