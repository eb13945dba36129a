//! Digits that complete themselves.

use solvable_engine::Trials;
use solvable_engine::figure::{Axis, Series, Stroke};
use solvable_engine::verify::JudgeError;
use solvable_shared::explore::{
    Ask, Bars, Cells, Explorable, ExplorePlan, Json, Knob, Measured, Panel, Readout, Rule, Trace, json,
    stored,
};
use solvable_shared::rounded;
use solvable_simulate::data::Dataset;
use solvable_simulate::linalg::Matrix;
use solvable_theory::attention_boltzmann::AttentionMachine;

use crate::claims::learning::maximisation;
use crate::experiments::ExpectationMaximisation;

pub(super) fn plan() -> ExplorePlan {
    ExplorePlan::new(
        "attn/explore-digits",
        |profile| stored::<ExpectationMaximisation>([maximisation(LEARNT, profile)]),
        digits,
    )
}

/// Patterns of the machine that learnt them.
const LEARNT: usize = 10;
/// Pixels along a side.
const SIDE: usize = 8;

const PIXELS: usize = SIDE * SIDE;

/// A machine as a question names it: patterns, their biases, the variance of a pixel.
struct Machine {
    xi: Vec<Vec<f64>>,
    c: Vec<f64>,
    sigma2: f64,
}

impl Machine {
    /// The machine whose patterns stand for `means`, one a column, in such shares of the images.
    fn new(means: &Matrix, shares: &[f64], sigma2: f64) -> Self {
        let sigma2 = rounded(sigma2, 4);
        let pattern = |mean: Vec<f64>| -> Vec<f64> { mean.iter().map(|x| rounded(x / sigma2, 3)).collect() };
        let xi: Vec<_> = means.column_iter().map(|mean| pattern(mean.iter().copied().collect())).collect();
        let square = |pattern: &Vec<f64>| pattern.iter().map(|x| x * x).sum::<f64>();
        let bias = |(pattern, share): (_, &f64)| rounded(share.ln() - 0.5 * sigma2 * square(pattern), 6);
        let c = xi.iter().zip(shares).map(bias).collect();
        Self { xi, c, sigma2 }
    }

    /// The patterns as images.
    fn images(&self) -> Vec<f64> {
        self.xi.iter().flatten().map(|x| rounded(x * self.sigma2, 3)).collect()
    }
}

/// Images for training and tests, each with the digit that it is.
fn images() -> Result<(Matrix, Vec<u8>, Matrix, Vec<u8>), JudgeError> {
    let digits = Dataset::digits()?;
    let labels = digits.labels().unwrap_or_default();
    let part = |test: bool| {
        let chosen: Vec<usize> = (0..digits.samples()).filter(|i| (i % 5 == 0) == test).collect();
        (digits.inputs().select_columns(&chosen), chosen.iter().map(|&i| labels[i]).collect::<Vec<_>>())
    };
    let ((train, of_train), (test, of_test)) = (part(false), part(true));
    Ok((train, of_train, test, of_test))
}

/// The machine whose patterns are the mean images of the ten digits.
fn of_classes(train: &Matrix, labels: &[u8]) -> Machine {
    let mut means = Matrix::zeros(train.nrows(), 10);
    let mut shares = [0.0; 10];
    for (image, &label) in train.column_iter().zip(labels) {
        let mut mean = means.column_mut(usize::from(label));
        mean += image;
        shares[usize::from(label)] += 1.0;
    }
    means.column_iter_mut().zip(shares).for_each(|(mut mean, count)| mean /= count);
    let spread: f64 = train
        .column_iter()
        .zip(labels)
        .map(|(image, &label)| (image - means.column(usize::from(label))).norm_squared())
        .sum();
    shares.iter_mut().for_each(|count| *count /= train.ncols() as f64);
    Machine::new(&means, &shares, spread / train.len() as f64)
}

/// A machine of images less `mean`, as one of the images themselves.
fn uncentred(machine: &AttentionMachine, mean: &Matrix) -> Result<Machine, JudgeError> {
    let sigma2 = machine.sigma2();
    let mut means = machine.patterns().transpose() * sigma2;
    means.column_iter_mut().for_each(|mut column| column += mean.column(0));
    let shares: Vec<f64> = machine.mixture()?.into_iter().map(|component| component.weight).collect();
    Ok(Machine::new(&means, &shares, sigma2))
}

fn digits(trials: &Trials<'_>) -> Result<Explorable, JudgeError> {
    let (train, labels, test, of_test) = images()?;
    let mut machines = vec![("means", "mean images of the digits", of_classes(&train, &labels))];
    let setting = maximisation(LEARNT, trials.profile());
    if let Some(learnt) =
        trials.found::<ExpectationMaximisation>(&setting)?.and_then(|all| all.into_iter().next())
    {
        let machine = ExpectationMaximisation::machine(LEARNT, &learnt.after)?;
        let mean = Matrix::from_column_slice(PIXELS, 1, train.column_mean().as_slice());
        machines.push(("learnt", "learnt without labels", uncentred(&machine, &mean)?));
    }
    let shown: Vec<Vec<f64>> = (0..10u8)
        .filter_map(|digit| of_test.iter().position(|&label| label == digit))
        .map(|index| test.column(index).iter().copied().collect())
        .collect();
    let among = |of: fn(&Machine) -> Json| -> Json {
        let fields = machines.iter().map(|(name, _, machine)| ((*name).to_owned(), of(machine)));
        json!({"$pick": ["$machine", Json::Object(fields.collect())]})
    };
    let seen = json!({"$product": [SIDE, "$rows"]});
    let values = json!({"$take": [seen, {"$pick": [{"$sum": ["$digit", 1]}, shown]}]});
    let ask = |id: &str| {
        Ask::new(
            id,
            json!({
                "xi": among(|m| json!(m.xi)), "c": among(|m| json!(m.c)), "sigma2": among(|m| json!(m.sigma2)), "n": "$n",
                "observed": {"$range": [0, seen]}, "values": values
            }),
        )
    };
    let mut all: Vec<Measured> = Vec::new();
    for (digit, image) in shown.iter().enumerate() {
        let top_last: Vec<f64> = image.chunks(SIDE).rev().flatten().copied().collect();
        let edges: Vec<f64> = (0..=SIDE).map(|n| n as f64).collect();
        let series = Series::HeatMap {
            label: "pixel".into(),
            x_edges: edges.clone(),
            y_edges: edges,
            values: top_last,
            range: Some((0.0, 1.0)),
        };
        all.push(Measured::new(1, json!({"digit": digit}), series));
    }
    for (name, _, machine) in &machines {
        let mut picture = solvable_shared::picture("", "pixel", &machine.images(), 5);
        for mut series in picture.series.drain(..) {
            if let Series::HeatMap { range, .. } = &mut series {
                *range = Some((0.0, 1.0));
            }
            all.push(Measured::new(3, json!({"machine": name}), series));
        }
    }
    let side = || Axis::linear("").within(0.0, SIDE as f64);
    let panel = |title: &str, traces: Vec<Trace>| Panel { title: title.into(), x: side(), y: side(), traces };
    let edge = Trace::Rule(Rule {
        label: String::new(),
        group: 1,
        stroke: Stroke::Dashed,
        ask: None,
        value: json!({"$sum": [SIDE, {"$product": [-1, "$rows"]}]}),
        upright: false,
    });
    let completed = Trace::Cells(Cells {
        label: "pixel".into(),
        ask: ask("mem/completion"),
        output: "moments".into(),
        columns: SIDE,
        range: Some((0.0, 1.0)),
        lead: Some(values.clone()),
        most: Some(PIXELS),
    });
    let choices = machines.iter().map(|(name, label, _)| (json!(name), *label)).collect();
    Ok(Explorable {
        id: "attn/explore-digits".into(),
        title: "Digits that complete themselves".into(),
        caption: "Upper left: the rows above the dashed line are those of a test image, the others the exact conditional mean of a machine of ten patterns. Upper right: the image.                   Lower left: mean attention on each pattern given what is seen. Lower right: the patterns, the mean images of ten digits (0 to 4, 5 to 9) or what three steps of                   expectation maximisation found without labels. Show more rows, and attention settles on one pattern; with n > 1 the completion is made of n patterns at a time."
            .into(),
        knobs: vec![
            Knob::whole("digit", "digit", "The first of the test images that shows it.", 0, 9, 3),
            Knob::whole("rows", "rows seen", "From the top.", 1, 7, 4),
            Knob::choice("machine", "patterns", "Of the machine.", choices),
            Knob::whole("n", "n = 1/β", "Hidden units, each of which attends to one pattern; one fits the digits best.", 1, 3, 1),
        ],
        panels: vec![
            panel("$rows rows seen, the others completed", vec![completed, edge]),
            panel("the image", Vec::new()),
            Panel {
                title: "attention".into(),
                x: Axis::linear("pattern").within(-0.5, 9.5),
                y: Axis::linear("mean attention").within(0.0, 1.05),
                traces: vec![Trace::Bars(Bars {
                    label: String::new(),
                    group: 0,
                    ask: ask("mem/completion-weights"),
                    y: "weights".into(),
                    first: 0.0,
                })],
            },
            Panel {
                title: "patterns".into(),
                x: Axis::linear("").within(0.0, 44.0),
                y: Axis::linear("").within(0.0, 17.0),
                traces: Vec::new(),
            },
        ],
        readouts: vec![
            Readout::new("log-likelihood of the rows seen", ask("mem/marginal-log-likelihood"), "log_p"),
            Readout::new("attention on the pattern 3", ask("mem/completion-weights"), "weights[3]"),
        ],
        checks: vec![],
        measured: all,
    })
}
