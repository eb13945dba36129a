//! The recorded atlas: where claims hold, and what finite size adds to predictions.
//!
//! The maps of all papers, drawn with `solvable verify --profile full`, are recorded in `snapshots/atlas.json` with their trials
//! in `snapshots/recorded/maps.jsonl.gz`. [`finite_size`] looks a prediction's parameters up in them.

use std::sync::LazyLock;

use serde_json::{Map as Fields, Value as Json, json};
use solvable_engine::map::{Column, Map};
use solvable_engine::verify::{Estimate, assign};

use crate::papers::shared::knobs::NETWORK;
use crate::theory::catalog::Prediction;

static ATLAS: LazyLock<Vec<Map>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../snapshots/atlas.json")).unwrap_or_default());

/// The recorded maps.
pub fn recorded() -> &'static [Map] {
    &ATLAS
}

/// What finite size adds to one number of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct FiniteSize {
    /// The number, by the name of its field or its place in the list; empty where it is the whole value.
    pub output: &'static str,
    /// What was measured.
    pub measured: Measured,
}

/// What the atlas says.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// At exactly this setting, between two mapped sizes or at one.
    At {
        /// The map.
        map: &'static str,
        /// The field that is the size, and its value.
        size: (&'static str, f64),
        /// The number with its 99 % interval, as finite networks have it.
        value: Estimate,
        /// The same relative to the prediction (or minus it, where claims compare by difference).
        discrepancy: Estimate,
    },
    /// The setting is mapped, but no size is given: the law over sizes.
    Over {
        /// The map.
        map: &'static str,
        /// The finding along its sizes.
        finding: String,
    },
    /// No map covers the setting.
    Uncovered {
        /// The nearest map.
        map: &'static str,
        /// What differs from it.
        reasons: Vec<String>,
    },
}

impl FiniteSize {
    fn differences(&self) -> usize {
        match &self.measured {
            Measured::Uncovered { reasons, .. } => reasons.len(),
            _ => 0,
        }
    }
}

/// The predictions for infinite size alone, whose own size is asked for beside the parameters.
pub fn takes_size(prediction: &Prediction) -> bool {
    ["iso/step-size", "ngd/alpha", "spa/fixed-point"].contains(&prediction.id)
}

/// How a prediction's parameters become a setting of a map.
struct Link {
    prediction: &'static str,
    map: &'static str,
    output: &'static str,
    place: fn(&Given<'_>) -> Option<Place>,
}

/// Where parameters lie in a map.
struct Place {
    /// The value of the first sweep; none where the prediction does not know it and the user did not say.
    size: Option<f64>,
    /// The value of the second sweep.
    second: Option<Json>,
    /// What else the parameters say of the setting's fields.
    fields: Vec<Said>,
}

/// What a parameter says of a field.
struct Said {
    parameter: &'static str,
    field: &'static str,
    value: Json,
}

/// Of parameters, the fields that they are and what they say of them.
fn said<const N: usize>(all: [(&'static str, &'static str, Json); N]) -> Vec<Said> {
    all.into_iter().map(|(parameter, field, value)| Said { parameter, field, value }).collect()
}

/// The parameters of a prediction, defaults included, its value, and the size that the user asks about.
struct Given<'a> {
    prediction: &'a Prediction,
    parameters: &'a Fields<String, Json>,
    value: &'a Json,
    size: Option<f64>,
}

impl Given<'_> {
    fn get(&self, name: &str) -> Json {
        let default = || {
            let parameter = self.prediction.parameters.iter().find(|p| p.name == name)?;
            serde_json::from_str(parameter.default?).ok()
        };
        let value = self.parameters.get(name).cloned().or_else(default).unwrap_or(Json::Null);
        // 5.0 is five layers too.
        let whole = value.as_f64().filter(|x| value.is_f64() && x.fract() == 0.0 && (0.0..1e15).contains(x));
        whole.map_or(value, |x| json!(x as u64))
    }

    /// $M$, $L$ and the fields of a network whose inputs and hidden layers are equally wide.
    fn network(&self, widths: &Json) -> Option<Place> {
        let widths: Vec<u64> = widths.as_array()?.iter().map(Json::as_u64).collect::<Option<_>>()?;
        let (classes, others) = widths.split_last()?;
        let width = *others.first()?;
        let sigma_w2 = match self.get("sigma_w2") {
            Json::Null => self.value.get("sigma_w2").cloned().unwrap_or_default(),
            given => given,
        };
        // Unequal widths are those of no map.
        let size = others.iter().all(|other| *other == width).then_some(width as f64);
        Some(Place {
            size: Some(size.unwrap_or(f64::NAN)),
            second: Some(json!(others.len())),
            fields: said([
                ("activation", "network.activation", self.get("activation")),
                ("sigma_w2", "network.sigma_w2", sigma_w2),
                ("sigma_b2", "network.sigma_b2", self.get("sigma_b2")),
                ("train_bias", "network.train_bias", self.get("train_bias")),
                ("the number of outputs", "outputs", json!(classes)),
                ("N", "samples", self.get("N")),
            ]),
        })
    }
}

const LINKS: &[Link] = &[
    Link { prediction: "step-size", map: "mf/map-step-size", output: "lambda_max", place: step_size },
    Link { prediction: "mf/fim-stats", map: "mf/map-step-size", output: "4", place: fisher },
    Link { prediction: "norm/edge-proportional", map: "norm/map-edge", output: "", place: edge },
    Link {
        prediction: "norm/last-mean-subtraction",
        map: "norm/map-last-ms",
        output: "2",
        place: last_mean_subtraction,
    },
    Link { prediction: "iso/step-size", map: "iso/map-step-size", output: "eta_c", place: isometry },
    Link { prediction: "ngd/alpha", map: "ngd/map-alpha-bd", output: "", place: rate },
    Link { prediction: "ngd/alpha", map: "ngd/map-alpha-kfac", output: "", place: rate },
    Link { prediction: "cl/two-task", map: "cl/map-two-task", output: "2", place: two_task },
    Link { prediction: "spa/fixed-point", map: "spa/map-fixed-point", output: "1", place: fixed_point },
];

fn fisher(given: &Given<'_>) -> Option<Place> {
    given.network(&given.get("widths"))
}

fn step_size(given: &Given<'_>) -> Option<Place> {
    // No map is of other networks than dense ones.
    if !given.get("architecture").is_null() {
        return None;
    }
    let widths = match given.get("widths") {
        Json::Null => {
            let (depth, width) = (given.get("depth").as_u64()?, given.get("width"));
            let mut widths = vec![width; usize::try_from(depth).ok().filter(|depth| *depth < 10_000)?];
            widths.push(given.get("classes"));
            Json::Array(widths)
        }
        widths => widths,
    };
    let mut place = given.network(&widths)?;
    // Where the edge of the bulk matters the answer is another formula's, which this map does not measure.
    let formula = given.value.get("formula").cloned().unwrap_or_default();
    place.fields.extend(said([
        ("method", "method", given.get("method")),
        ("normalization", "normalization", given.get("normalization")),
        ("the formula that applies", "formula", formula),
    ]));
    Some(place)
}

fn edge(given: &Given<'_>) -> Option<Place> {
    let mut place = fisher(given)?;
    // As many samples as units, or not this map.
    place.fields.retain(|said| said.field != "samples");
    let ratio = given.get("N").as_f64()? / place.size?;
    place.fields.extend(said([("N/M", "N/M", json!(ratio))]));
    Some(place)
}

fn last_mean_subtraction(given: &Given<'_>) -> Option<Place> {
    let mut place = fisher(given)?;
    let depth = place.second.take()?;
    place.second = Some(given.get("activation"));
    place.fields.retain(|said| said.field != "network.activation");
    place.fields.extend(said([("depth", "depth", depth)]));
    Some(place)
}

fn isometry(given: &Given<'_>) -> Option<Place> {
    let fields = ["activation", "q0", "sigma_w2", "ensemble"];
    Some(Place {
        size: given.size,
        second: Some(given.get("depth")),
        fields: said(fields.map(|name| (name, name, given.get(name)))),
    })
}

fn rate(given: &Given<'_>) -> Option<Place> {
    let fields = [("method", "method"), ("depth", "depth"), ("N", "samples")];
    let fields = said(fields.map(|(parameter, field)| (parameter, field, given.get(parameter))));
    Some(Place { size: given.size, second: None, fields })
}

fn two_task(given: &Given<'_>) -> Option<Place> {
    let decay = |law: &Json| law.get("power").cloned().unwrap_or_else(|| law.clone());
    let lambda = given.get("lambda");
    let eta = given.get("eta");
    Some(Place {
        size: given.get("P").as_f64(),
        second: None,
        fields: said([
            ("lambda", "features.gaussian.decay", decay(&lambda)),
            (
                "eta",
                "features.gaussian.target_decay",
                if eta.is_null() { decay(&lambda) } else { decay(&eta) },
            ),
            ("N1", "samples.0", given.get("N1")),
            ("N2", "samples.1", given.get("N2")),
            ("rho", "rho", given.get("rho")),
            ("tail", "tail", given.get("tail")),
        ]),
    })
}

fn fixed_point(given: &Given<'_>) -> Option<Place> {
    Some(Place {
        size: given.size,
        second: None,
        fields: said([
            ("psi", "psi", given.get("psi")),
            ("r2", "model.inputs.isotropic.r2", given.get("r2")),
            ("sigma2", "model.noise", json!([[1.0, given.get("sigma2")]])),
            ("s2", "s2", given.get("s2")),
            ("tau", "taus.0", given.get("tau")),
        ]),
    })
}

/// What the maps hold of fields that are none of their settings: by what they sweep or by what their claim is about.
const IMPLIED: &[(&str, &str, &str)] = &[
    ("mf/map-step-size", "formula", "\"mf/fim-stats\""),
    ("mf/map-step-size", "method", "\"gd\""),
    ("mf/map-step-size", "normalization", "\"none\""),
    ("norm/map-edge", "N/M", "1"),
    ("cl/map-two-task", "rho", "0.7"),
    ("cl/map-two-task", "tail", "0"),
    ("spa/map-fixed-point", "psi", "2"),
];

/// What the atlas says of the value that `prediction` has at `parameters`; `size` is the width or the dimension where the prediction
/// is that of infinite size. Empty for predictions without maps.
pub fn finite_size(
    prediction: &Prediction,
    parameters: &Fields<String, Json>,
    value: &Json,
    size: Option<f64>,
) -> Vec<FiniteSize> {
    let given = Given { prediction, parameters, value, size };
    let mut all: Vec<FiniteSize> = Vec::new();
    for link in LINKS.iter().filter(|link| link.prediction == prediction.id) {
        let Some(measured) = look_up(link, &given) else { continue };
        let found = FiniteSize { output: link.output, measured };
        // Of several maps of one number the one speaks that differs in the least.
        match all.iter_mut().find(|known| known.output == link.output) {
            None => all.push(found),
            Some(known) if found.differences() < known.differences() => *known = found,
            Some(_) => {}
        }
    }
    all
}

/// The claim that a prediction's mapped number belongs to, and the parameters as assignments of its setting's fields, the case
/// to start from first; `None` for predictions without maps.
///
/// # Errors
/// What the claim cannot be held against, in words.
pub fn as_claim(
    prediction: &Prediction,
    parameters: &Fields<String, Json>,
    value: &Json,
) -> Option<Result<(String, Vec<String>), String>> {
    let given = Given { prediction, parameters, value, size: None };
    let link = LINKS.iter().find(|link| link.prediction == prediction.id)?;
    let map = recorded().iter().find(|map| map.id == link.map)?;
    let place = (link.place)(&given)?;
    if place.size.is_some_and(f64::is_nan) {
        return Some(Err(
            "the widths are not equal; name the claim and its field `network.widths`".to_owned()
        ));
    }
    let mut fields = vec![map.case.clone()];
    let size = place.size.map(|size| json!(size as u64));
    let swept = map.sweeps.iter().map(|sweep| sweep.field.as_str()).zip([size, place.second]);
    fields.extend(swept.filter_map(|(field, value)| Some(format!("{field}={}", value?))));
    for Said { parameter, field, value } in place.fields {
        match implied(map, field) {
            Some(known) if !same(&known, &value) => {
                return Some(Err(format!("{parameter} is {value}; {} is about {known}", map.claim)));
            }
            // What is not said is as in the map.
            Some(_) => {}
            None if value.is_null() => {}
            None => fields.push(format!("{field}={value}")),
        }
    }
    // What the map sets and the parameters do not.
    let is_set = |field: &str| fields.iter().any(|text| text.split('=').next() == Some(field));
    let others = map.fixed.iter().filter(|(field, _)| !is_set(field));
    let others: Vec<String> = others.map(|(field, value)| format!("{field}={value}")).collect();
    fields.extend(others);
    Some(Ok((map.claim.clone(), fields)))
}

/// The prediction's own number.
fn number(value: &Json, output: &str) -> Option<f64> {
    match output {
        "" => value.as_f64(),
        _ => value.get(output).or_else(|| value.get(output.parse::<usize>().ok()?))?.as_f64(),
    }
}

fn look_up(link: &Link, given: &Given<'_>) -> Option<Measured> {
    let map = recorded().iter().find(|map| map.id == link.map)?;
    let place = (link.place)(given)?;
    let uncovered = |reasons: Vec<String>| Some(Measured::Uncovered { map: link.map, reasons });
    let matches = |column: &Column| match (&column.at, &place.second) {
        (Some(at), Some(second)) => same(at, second),
        (None, _) => true,
        (Some(_), None) => false,
    };
    let Some(column) = map.columns.iter().position(matches) else {
        let sweep = map.sweeps.get(1)?;
        let known: Vec<String> = sweep.values.iter().map(Json::to_string).collect();
        let here = place.second.unwrap_or_default();
        return uncovered(vec![format!("{} is {here}, the map has {}", sweep.field, known.join(", "))]);
    };
    if place.size.is_some_and(f64::is_nan) {
        return uncovered(vec!["the widths are not equal".to_owned()]);
    }
    let field = map.sweeps.first()?.field.as_str();
    let differences = differences(map, column, &place);
    if !differences.is_empty() {
        return uncovered(differences);
    }
    let Some(size) = place.size else {
        return Some(Measured::Over { map: link.map, finding: map.findings().swap_remove(column) });
    };
    let Some(discrepancy) = map.discrepancy_at(column, size) else {
        let sizes = map.sweeps.first()?.numbers()?;
        let (from, to) = (sizes.first()?, sizes.last()?);
        let judged = if from <= &size && &size <= to { "; there it could not be judged" } else { "" };
        return uncovered(vec![format!("{field} is {size}, the map goes from {from} to {to}{judged}")]);
    };
    let predicted = number(given.value, link.output)?;
    let corrected = |discrepancy: f64| match map.comparison.as_str() {
        "ratio" => predicted * (1.0 + discrepancy),
        _ => predicted + discrepancy,
    };
    let ends = [corrected(discrepancy.low), corrected(discrepancy.high)];
    let value = Estimate {
        value: corrected(discrepancy.value),
        low: ends[0].min(ends[1]),
        high: ends[0].max(ends[1]),
    };
    Some(Measured::At { map: link.map, size: (&map.sweeps.first()?.field, size), value, discrepancy })
}

/// In what the parameters differ from the map's setting at their place.
fn differences(map: &Map, column: usize, place: &Place) -> Vec<String> {
    let mut mapped = map.setting.clone();
    let size = place.size.filter(|size| size.is_finite()).map(|size| json!(size as u64));
    // Any size will do for the fields that do not depend on it.
    let any = || map.sweeps.first().and_then(|sweep| sweep.values.first()).cloned();
    let values = [size.or_else(any), map.columns[column].at.clone()];
    let swept = map.sweeps.iter().map(|sweep| &sweep.field).zip(values);
    let swept = swept.filter_map(|(field, value)| Some((field, value?)));
    for (field, value) in swept.chain(map.fixed.iter().map(|(field, value)| (field, value.clone()))) {
        if let Err(error) = assign(&mut mapped, field, &value, NETWORK) {
            return vec![error.to_string()];
        }
    }
    let differs = |Said { parameter, field, value }: &Said| {
        let known = match implied(map, field) {
            Some(known) => known,
            None => {
                let mut here = mapped.clone();
                if let Err(error) = assign(&mut here, field, value, NETWORK) {
                    return Some(error.to_string());
                }
                if same(&here, &mapped) {
                    return None;
                }
                mapped.pointer(&format!("/{}", field.replace('.', "/"))).cloned().unwrap_or(Json::Null)
            }
        };
        (!same(&known, value)).then(|| {
            let here = if value.is_null() { "not given".to_owned() } else { value.to_string() };
            let other = if known.is_null() { "another".to_owned() } else { known.to_string() };
            format!("{parameter} is {here}, in the map {other}")
        })
    };
    place.fields.iter().filter_map(differs).collect()
}

/// What the map holds of a field that is none of its setting.
fn implied(map: &Map, field: &str) -> Option<Json> {
    let (.., text) = IMPLIED.iter().find(|(id, name, _)| *id == map.id && *name == field)?;
    serde_json::from_str(text).ok()
}

/// Equal, whatever way numbers are written.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            a == b || (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
