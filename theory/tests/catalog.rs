//! What the catalogue declares of its parameters and values holds for every reference entry and for usual parameters.

// Helpers of tests may fail like tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod usual;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};
use solvable_theory::TheoryError;
use solvable_theory::catalog::{self, Holds, Kind, Output, Outputs, Parameter, Prediction, Value};
use usual::{DATA, on_data, usual};

/// The reference values of every part, each an object with an id and parameters.
const REFERENCES: [&str; 12] = [
    include_str!("reference/any_architecture.json"),
    include_str!("reference/attention_boltzmann.json"),
    include_str!("reference/continual_learning.json"),
    include_str!("reference/dynamical_isometry.json"),
    include_str!("reference/gradient_regularization.json"),
    include_str!("reference/learning_in_time.json"),
    include_str!("reference/mean_field.json"),
    include_str!("reference/memories_and_mixing.json"),
    include_str!("reference/natural_gradient.json"),
    include_str!("reference/normalization.json"),
    include_str!("reference/pathological_spectra.json"),
    include_str!("reference/self_paced_augmentation.json"),
];

#[derive(serde::Deserialize)]
struct Entry {
    id: String,
    params: Map<String, Json>,
    value: Option<Json>,
}

fn references() -> Vec<Entry> {
    REFERENCES.iter().flat_map(|file| serde_json::from_str::<Vec<Entry>>(file).unwrap()).collect()
}

/// Usual parameters of a prediction, where it is valid for them: as they are, on data, and with the defaults.
fn usual_questions(prediction: &Prediction) -> Vec<Map<String, Json>> {
    let of = |parameter: &Parameter| (parameter.name.to_owned(), usual(prediction.id, parameter.name));
    let all: Map<String, Json> = prediction.parameters.iter().map(of).collect();
    let needed = prediction.parameters.iter().filter(|parameter| parameter.default.is_none());
    let mut questions = vec![needed.map(of).collect(), all.clone()];
    if DATA.contains(&prediction.id) {
        let replaced = all.into_iter().map(|(name, value)| (name.clone(), on_data(&name).unwrap_or(value)));
        questions.push(replaced.filter(|(_, value)| !value.is_null()).collect());
    }
    questions.extend(particular(prediction.id).into_iter().map(|given| given.as_object().unwrap().clone()));
    questions
}

/// Parameters that give values of other forms, and those of predictions that are not valid for the usual ones.
fn particular(id: &str) -> Vec<Json> {
    match id {
        "mf/s-variance" => {
            vec![json!({"activation": "tanh", "widths": [20, 30, 5], "N": 12, "sigma_w2": 1.3})]
        }
        "mf/ntk-parametrization" => vec![json!({"widths": [20, 20, 20, 1], "sigma_w2": 2, "sigma_b2": 0})],
        "mf/fixed-point" => vec![
            json!({"activation": "relu", "sigma_w2": 2, "sigma_b2": 0}),
            json!({"activation": "tanh", "sigma_w2": 0.5, "sigma_b2": 0}),
        ],
        "norm/last-layer-norm" => vec![json!({
            "activation": "relu", "widths": [20, 30, 3], "sigma_w2": 2, "sigma_b2": 0.1,
            "outputs": [[0.5, -0.3, 0.1], [1.0, 0.2, -0.4]],
        })],
        "spa/interior-extrema" => vec![json!({"psi": 0.5, "r2": 1, "sigma2": 0.25, "s2": 0.5})],
        "spa/no-go" => vec![json!({"psi": 2, "r2": 1, "sigma2": 0.25, "s2": 1e-3})],
        "spa/masking" => {
            vec![json!({"X": [[1, 0.5], [0.2, -1]], "y": [1, -1], "lambda_ridge": 0.1, "block": 1})]
        }
        "dyn/schedule-power-law" => vec![json!({"a": 1.6, "b": 1.2, "delta": 0.9})],
        "step-size" => vec![
            json!({"activation": "relu"}),
            json!({"activation": "relu", "method": "one_sided"}),
            json!({"activation": "relu", "method": "kfac"}),
            json!({"activation": "relu", "classes": 10, "method": "one_sided_softmax", "loss": "cross-entropy"}),
            json!({"architecture": {"input": {"grid": [4], "channels": 2}, "sigma_w2": 2, "sigma_b2": 0, "layers": [
                {"conv": {"channels": 8, "filter": [3]}}, "relu", {"mix": 6}, "flatten", {"dense": 2}
            ]}}),
        ],
        _ => vec![],
    }
}

/// Every question of which the value is known or usual, with its prediction.
fn questions() -> Vec<(Prediction, Map<String, Json>)> {
    let entries = references().into_iter().filter(|entry| entry.value.is_some());
    let known = entries.map(|entry| (catalog::find(&entry.id).unwrap(), entry.params));
    let usual = catalog::all().into_iter().flat_map(|prediction| {
        usual_questions(&prediction).into_iter().map(move |given| (prediction, given))
    });
    known.chain(usual).collect()
}

#[test]
fn references_and_defaults_have_the_kind_that_parameters_declare() {
    let mut seen = BTreeSet::new();
    for Entry { id, params, .. } in references() {
        let prediction = catalog::find(&id).unwrap();
        for parameter in prediction.parameters {
            if let Some(value) = params.get(parameter.name) {
                assert!(
                    parameter.admits(value),
                    "{id} {}: {value} is no {:?}",
                    parameter.name,
                    parameter.kind
                );
                seen.insert(format!("{:?}", parameter.kind));
            }
        }
    }
    assert_eq!(seen.len(), 9, "a kind has no reference value: {seen:?}");
    for prediction in catalog::all() {
        for parameter in prediction.parameters {
            let given = usual(prediction.id, parameter.name);
            let default = parameter.default.map(|text| serde_json::from_str(text).unwrap());
            for value in [Some(given), default].into_iter().flatten() {
                let Parameter { name, kind, .. } = parameter;
                assert!(parameter.admits(&value), "{} {name}: {value} is no {kind:?}", prediction.id);
            }
        }
    }
}

/// A kind that is too wide passes for every value, so the words of the domain and usual values bound it.
#[test]
fn kinds_are_no_wider_than_domains() {
    let forms = ["{", "object", "as lambda", "or a list", "or a constant", "anything"];
    for prediction in catalog::all() {
        for Parameter { name, kind, domain, .. } in prediction.parameters {
            let usual = usual(prediction.id, name);
            let narrow = match kind {
                Kind::Number | Kind::Numbers => !domain.contains("integer") && !usual.is_string(),
                Kind::Integer | Kind::Integers => !domain.contains("number"),
                Kind::Json => forms.iter().any(|form| domain.contains(form)),
                Kind::Flag | Kind::Word | Kind::Words | Kind::Rows => true,
            };
            assert!(narrow, "{} {name}: {domain}, usually {usual}, is declared as {kind:?}", prediction.id);
        }
    }
}

#[test]
fn scalars_of_a_wrong_form_are_refused_by_name() {
    let mut asked = BTreeSet::new();
    for (prediction, given) in questions() {
        if prediction.evaluate(&given).is_err() || !asked.insert(prediction.id) {
            continue;
        }
        for parameter in prediction.parameters.iter().filter(|parameter| parameter.kind.is_scalar()) {
            for wrong in [json!([]), json!([0.5, 0.5]), json!({"power": 2})] {
                let mut given = given.clone();
                given.insert(parameter.name.to_owned(), wrong.clone());
                match prediction.evaluate(&given) {
                    Err(TheoryError::InvalidParameter { name, .. }) if name == parameter.name => {}
                    other => panic!("{} {}={wrong}: {other:?}", prediction.id, parameter.name),
                }
            }
        }
    }
    assert_eq!(asked.len(), catalog::all().len());
}

/// The names that a value has must be those that are declared, in their order; what is always there must not be missing.
fn assert_named(prediction: &Prediction, value: &Value, context: &str) -> Vec<&'static str> {
    let named = prediction
        .outputs
        .named(value.clone())
        .unwrap_or_else(|| panic!("{context}: {} is not {:?}", value.to_json(), prediction.outputs));
    let all = prediction.outputs.all();
    for (name, part) in &named {
        let output = all.iter().find(|output| output.name == *name).unwrap();
        let one = Outputs::One(Output { always: true, ..*output });
        assert!(one.fits(part), "{context}: {name} is {} and no {:?}", part.to_json(), output.holds);
    }
    let names: Vec<_> = named.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{context}");
    for output in all.iter().filter(|output| output.always) {
        assert!(names.contains(&output.name), "{context}: {} is missing", output.name);
    }
    names
}

#[test]
fn values_are_what_predictions_declare() {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (prediction, given) in questions() {
        let Ok(value) = prediction.evaluate(&given) else { continue };
        let context = format!("{} {}", prediction.id, Json::from(given));
        seen.entry(prediction.id).or_default().extend(assert_named(&prediction, &value, &context));
    }
    for prediction in catalog::all() {
        let declared: BTreeSet<&str> = prediction.outputs.all().iter().map(|output| output.name).collect();
        assert_eq!(seen.get(prediction.id), Some(&declared), "{}", prediction.id);
    }
}

#[test]
fn names_of_outputs_are_identifiers_of_their_own() {
    const KEYWORDS: &str = "False None True and as assert async await break class continue def del elif else except \
                            finally for from global if import in is lambda match nonlocal not or pass raise return \
                            try while with yield";
    const SAID_BESIDE: &str = "boundary caveat digits errors notes value vanishing";
    /// Objects carry names of their own.
    const FIELDS: [(&str, &str); 2] = [("step-size", "caveat"), ("ngd/cost", "pass")];
    fn check(outputs: &[Output], id: &str) {
        let names: BTreeSet<&str> = outputs.iter().map(|output| output.name).collect();
        assert_eq!(names.len(), outputs.len(), "{id}: {names:?}");
        for Output { name, holds, .. } in outputs {
            let mut letters = name.chars();
            assert!(letters.next().is_some_and(|c| c.is_ascii_alphabetic()), "{id} {name}");
            assert!(letters.all(|c| c.is_ascii_alphanumeric() || c == '_'), "{id} {name}");
            let taken = KEYWORDS.split(' ').chain(SAID_BESIDE.split(' ')).any(|taken| taken == *name);
            assert!(!taken || FIELDS.contains(&(id, name)), "{id} {name}");
            if let Holds::Record(fields) = holds {
                check(fields, id);
            }
        }
    }
    /// A name that several forms share holds the same in all of them.
    fn agree(forms: &[Outputs], context: &str) {
        for output in forms.iter().flat_map(Outputs::all) {
            for other in forms.iter().flat_map(Outputs::all).filter(|other| other.name == output.name) {
                assert_eq!(output.holds, other.holds, "{context} {}", output.name);
            }
        }
    }
    for prediction in catalog::all() {
        check(&prediction.outputs.all(), prediction.id);
        if let Outputs::Either(forms) = prediction.outputs {
            agree(forms, prediction.id);
            for form in forms {
                assert!(!matches!(form, Outputs::Either(_)), "{}", prediction.id);
                check(&form.all(), prediction.id);
            }
        }
    }
}
