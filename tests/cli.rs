//! The command line: exit codes, messages, predictions by name.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn solvable(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_solvable")).args(arguments).output().expect("the program starts")
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// An input error, whose message holds `message`.
fn assert_refused(output: &Output, what: &str, message: &str) {
    assert_eq!(output.status.code(), Some(2), "{what}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(message), "{what}: {told}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Every number of `value` against `expected`, to `digits` significant digits.
fn agree(value: &Value, expected: &Value, digits: i32) -> bool {
    match (value, expected) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agree(a, b, digits))
        }
        _ => match (value.as_f64(), expected.as_f64()) {
            (Some(a), Some(b)) => {
                (a - b).abs() <= 10f64.powi(-digits) * b.abs() || (b == 0.0 && a.abs() <= 1e-12)
            }
            _ => value == expected,
        },
    }
}

#[test]
fn batches_answer_every_entry_of_the_reference_files() {
    for name in ["mean_field.json", "normalization.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("theory/tests/reference").join(name);
        let reference: Vec<Value> =
            serde_json::from_str(&fs::read_to_string(&path).expect("the reference file")).expect("JSON");
        let output = solvable(&["predict", "--batch", text(&path), "--json"]);
        assert_eq!(output.status.code(), Some(0));
        let answers: Vec<Value> = serde_json::from_str(&printed(&output)).expect("a JSON array");
        assert_eq!(answers.len(), reference.len());
        for (answer, entry) in answers.iter().zip(&reference) {
            assert_eq!((&answer["id"], &answer["params"]), (&entry["id"], &entry["params"]));
            if entry.get("error").is_some() {
                assert!(
                    answer["error"]["kind"].is_string() && answer["error"]["message"].is_string(),
                    "{answer}"
                );
            } else {
                let digits = entry["digits"].as_i64().expect("digits") as i32;
                assert!(
                    agree(&answer["value"], &entry["value"], digits),
                    "{answer} against {}",
                    entry["value"]
                );
            }
        }
    }
}

#[test]
fn one_bad_entry_never_stops_the_others() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("batch.json");
    let good = json!({ "id": "mf/critical-line", "params": { "activation": "tanh", "q_star": 0.5 } });
    let entries = json!([
        { "id": "no/such", "params": {} },
        5,
        { "id": "mf/critical-line", "params": { "activation": "tanh" } },
        { "id": "mf/critical-line", "params": { "activation": "tanh", "q_star": -1.0 } },
        { "id": "mf/critical-line", "params": { "activation": "softsign", "q_star": 0.5 } },
        { "id": "mf/critical-line", "params": { "activation": "tanh", "q_star": 0.5, "typo": 1 } },
        good
    ]);
    fs::write(&file, entries.to_string()).expect("a file");
    let output = solvable(&["predict", "--batch", text(&file), "--json"]);
    let answers: Vec<Value> = serde_json::from_str(&printed(&output)).expect("a JSON array");
    let kinds: Vec<&str> =
        answers[..6].iter().map(|a| a["error"]["kind"].as_str().expect("a kind")).collect();
    assert_eq!(
        kinds,
        [
            "unknown-prediction",
            "invalid-entry",
            "missing-parameter",
            "invalid-parameter",
            "invalid-parameter",
            "unknown-parameter"
        ]
    );
    assert!(answers[6]["value"].is_array());

    fs::write(&file, "{not json").expect("a file");
    assert_eq!(solvable(&["predict", "--batch", text(&file), "--json"]).status.code(), Some(2));
    assert_eq!(solvable(&["predict", "--batch", "/nowhere.json"]).status.code(), Some(2));
}

#[test]
fn lines_are_answered_one_by_one_before_the_last_is_read() {
    use std::io::{BufRead, BufReader, Write};
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_solvable"))
        .args(["predict", "--batch", "-", "--json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut asked = program.stdin.take().expect("its input");
    let mut told = BufReader::new(program.stdout.take().expect("its output"));
    for (line, field) in [
        (
            r#"{"id": "mf/kernel-pair", "params": {"activation": "tanh", "q1": 1, "q2": 2, "q12": 0.5}}"#,
            "value",
        ),
        ("{broken", "error"),
        (
            r#"{"id": "mf/kernel-pair", "params": {"activation": "relu", "q1": 1, "q2": 2, "q12": 0.5}}"#,
            "value",
        ),
    ] {
        writeln!(asked, "{line}").expect("a line is taken");
        let mut answer = String::new();
        told.read_line(&mut answer).expect("it is answered");
        let answer: Value = serde_json::from_str(&answer).expect("in a line of JSON");
        assert!(!answer[field].is_null(), "{answer}");
    }
    drop(asked);
    assert!(program.wait().expect("it ends").success());
}

#[test]
fn single_predictions_take_parameters_from_the_command_line() {
    let output = solvable(&[
        "predict",
        "mf/kappa",
        "activation=relu",
        "depth=3",
        "sigma_w2=2",
        "sigma_b2=0.1",
        "alphas=1,1,1",
        "--json",
    ]);
    let answer: Value = serde_json::from_str(&printed(&output)).expect("JSON");
    assert!(agree(&answer["value"], &json!([1.575, 0.401_494_217_255_149, 2.0]), 12), "{answer}");

    for (arguments, words) in [
        (vec!["predict", "mf/kernel-pair", "activation=relu", "q1=-1", "q2=1", "q12=0"], ["q1", "-1"]),
        (vec!["predict", "mf/kernel-pair", "activation=relu", "q1=nan", "q2=1", "q12=0"], ["q1", "nan"]),
        (vec!["predict", "mf/kernel-pair", "activation=relu", "q1=1", "q2=1"], ["q12", "missing"]),
        (vec!["predict", "mf/kapa"], ["mf/kapa", "mf/kappa"]),
        (vec!["predict", "mf/kappa", "depth"], ["depth", "key=value"]),
        (
            vec![
                "predict",
                "norm/last-mean-subtraction",
                "activation=relu",
                "widths=0,1",
                "sigma_w2=1",
                "sigma_b2=0",
                "N=9",
            ],
            ["widths", "0"],
        ),
    ] {
        let output = solvable(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.iter().all(|w| message.contains(w)), "{arguments:?}: {message}");
    }
}

#[test]
fn the_practitioner_learns_a_step_size() {
    for normalization in ["none", "last-ms", "last-bn", "hidden-bn"] {
        let setting = format!("normalization={normalization}");
        let output = solvable(&[
            "predict",
            "step-size",
            "depth=5",
            "width=4096",
            "activation=relu",
            "N=1000",
            &setting,
            "--json",
        ]);
        let answer: Value = serde_json::from_str(&printed(&output)).expect("JSON");
        let value = &answer["value"];
        let (eta, lambda) =
            (value["eta_c"].as_f64().expect("eta_c"), value["lambda_max"].as_f64().expect("lambda_max"));
        assert!((eta * lambda - 2.0).abs() < 1e-12, "{answer}");
    }
}

#[test]
fn exit_codes_tell_the_verdict() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    assert_eq!(solvable(&["verify", "norm/last-layer-projection", "--out", out]).status.code(), Some(0));
    // Two trials cannot settle a mean: inconclusive, and nothing worse.
    assert_eq!(solvable(&["verify", "mf/s-variance", "--trials", "2", "--out", out]).status.code(), Some(3));
    assert_eq!(solvable(&["verify", "no/such", "--out", out]).status.code(), Some(2));
    assert_eq!(solvable(&["no-command"]).status.code(), Some(2));
    for file in ["index.html", "results.json", "results.csv", "run.json"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn systems_of_continuous_integration_read_the_verdicts_and_papers_have_full_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, junit) = (folder.path().join("out"), folder.path().join("verdicts.xml"));
    let pattern = "mean-field/s-variance";
    let arguments = ["verify", pattern, "--trials", "2", "--out", text(&out), "--junit", text(&junit)];
    assert_eq!(solvable(&arguments).status.code(), Some(3));
    let xml = fs::read_to_string(&junit).expect("the verdicts");
    assert!(xml.contains("<testsuite name=\"mf/s-variance\""), "{xml}");
    assert!(xml.contains("<skipped message=\"predicted "), "{xml}");
    assert!(printed(&solvable(&["list", "mean_field"])).contains("mf/s-variance"));
    assert!(printed(&solvable(&["explain", "mean_field/s-variance"])).contains("claim mf/s-variance"));
    assert!(printed(&solvable(&["list", "mean-field/kappa"])).contains("mf/kappa"));
    let named = ["predict", "mean_field/fixed-point", "activation=tanh", "sigma_w2=2", "sigma_b2=0.1"];
    let short = ["predict", "mf/fixed-point", "activation=tanh", "sigma_w2=2", "sigma_b2=0.1"];
    assert_eq!(printed(&solvable(&named)), printed(&solvable(&short)));
}

#[test]
fn lists_and_explanations_name_formula_parameters_and_source() {
    let list = printed(&solvable(&["list"]));
    for id in ["mf/fim-stats", "norm/edge-proportional", "mf/lambda-max", "norm/trainability"] {
        assert!(list.contains(id), "{id}");
    }
    let explained = printed(&solvable(&["explain", "mf/fim-stats"]));
    for word in ["lambda_max", "sigma_w2", "AISTATS"] {
        assert!(explained.contains(word), "{word} in {explained}");
    }
    let explained = printed(&solvable(&["explain", "norm/edge"]));
    for word in ["24 trials", "margin [-0.08, +0.03]", "no spread"] {
        assert!(explained.contains(word), "{word} in {explained}");
    }
    // Names of what is in a value are told where its words do not hold them.
    assert!(!printed(&solvable(&["explain", "mf/fim-stats"])).contains("fields\n"));
    assert!(printed(&solvable(&["explain", "norm/edge-proportional"])).contains("fields\n  lambda_plus\n"));
    assert_eq!(solvable(&["explain", "mf/nothing"]).status.code(), Some(2));
}

#[test]
fn diff_tells_noise_from_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        solvable(&["verify", "mf/bias-block", "--trials", "16", "--seed", seed, "--out", text(&out)]);
        out.join("results.json")
    };
    let (zero, one) = (run("zero", "0"), run("one", "1"));
    let same = solvable(&["diff", text(&zero), text(&zero)]);
    assert_eq!(same.status.code(), Some(0));
    assert!(printed(&same).contains("0 changed"));
    let noise = solvable(&["diff", text(&zero), text(&one)]);
    assert_eq!(noise.status.code(), Some(0), "{}", printed(&noise));
    assert!(printed(&noise).contains("within the intervals"));

    // A prediction that is off by a tenth, as after a slip in a theory file.
    let mut results: Value =
        serde_json::from_str(&fs::read_to_string(&zero).expect("results")).expect("JSON");
    let component = &mut results["claims"][0]["cases"][0]["claim"]["components"][0];
    component["predicted"] = json!(component["predicted"].as_f64().expect("a number") * 1.1);
    let slip = folder.path().join("slip.json");
    fs::write(&slip, results.to_string()).expect("a file");
    let output = solvable(&["diff", text(&zero), text(&slip)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("MATTERS"));
    assert_eq!(solvable(&["diff", text(&zero), "/nowhere.json"]).status.code(), Some(2));

    // The same for programs.
    let output = solvable(&["diff", "--json", text(&zero), text(&slip)]);
    assert_eq!(output.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let differences = summary["differences"].as_array().expect("a list");
    assert_eq!(summary["matters"], differences.iter().filter(|d| d["matters"] == true).count());
    assert!(differences.iter().all(|d| d["claim"] == "mf/bias-block" && d["kind"] == "changed"));
}

/// Waves, data that are like Gaussian inputs, and data with a large common offset.
#[test]
fn the_users_own_data_are_verified() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let normals = solvable::streams::Streams::for_trial("test", "data", 0, 0).normals(40 * 100, 1.0);
    type Entry = Box<dyn Fn(usize, usize) -> f64>;
    let sets: [(&str, usize, Entry); 3] = [
        ("waves.csv", 12, Box::new(|n, i| ((n * 7 + i * i * 3) as f64).sin())),
        ("gaussian.csv", 100, Box::new(move |n, i| normals[n * 100 + i])),
        ("offset.csv", 12, Box::new(|n, i| 20.0 + ((n * 5 + i * 3) as f64).cos())),
    ];
    for (name, dimension, value) in sets {
        let file = folder.path().join(name);
        let header: Vec<String> = (0..dimension).map(|i| format!("x{i}")).collect();
        let row = |n| (0..dimension).map(|i| format!("{:.6}", value(n, i))).collect::<Vec<_>>().join(",");
        let rows: Vec<String> = (0..40).map(row).collect();
        fs::write(&file, format!("{}\n{}\n", header.join(","), rows.join("\n"))).expect("a file");
        let output = solvable(&[
            "verify",
            "--data",
            text(&file),
            "--out",
            text(&folder.path().join(dimension.to_string())),
        ]);
        let table = printed(&output);
        assert!(table.contains("data/lambda-max") && table.contains(name), "{table}");
        assert_eq!(output.status.code(), Some(0), "{table}");
    }
}

#[test]
fn numbers_may_be_spelt_as_people_spell_them() {
    let value = |arguments: &[&str]| {
        let output = solvable(&[&["predict"], arguments, &["--json"]].concat());
        serde_json::from_str::<Value>(&printed(&output)).expect("JSON")["value"].clone()
    };
    let plain = value(&[
        "mf/fim-stats",
        "activation=relu",
        "widths=400,400,1",
        "N=100",
        "sigma_w2=2",
        "sigma_b2=0.1",
    ]);
    assert!(plain.is_array());
    for (widths, samples, bias) in
        [("4e2,400.,1", "1e2", ".1"), ("[400.0,+400,1.0]", "100.0", "+0.1"), ("[4e2,400,1]", "+100", "1e-1")]
    {
        let arguments = [format!("widths={widths}"), format!("N={samples}"), format!("sigma_b2={bias}")];
        let [widths, samples, bias] = arguments.each_ref().map(String::as_str);
        assert_eq!(value(&["mf/fim-stats", "activation=relu", widths, samples, "sigma_w2=2", bias]), plain);
    }
    let spectrum = |lambda: &str| value(&["cl/two-task", lambda, "N1=2", "N2=1", "rho=0.7"]);
    assert_eq!(spectrum("lambda=[1,.5,.25]"), spectrum("lambda={\"values\": [1,0.5,0.25]}"));
    assert!(!spectrum("lambda=[1,.5,.25]").is_null());

    for (arguments, words) in [
        (vec!["cl/two-task", "P=10", "lambda={\"power\": 0}", "N1=2", "N2=1", "rho=0.7"], ["lambda", "> 0"]),
        (vec!["mf/kernel-pair", "activation=relu", "q1=1e300", "q2=-1e300", "q12=0"], ["q2", "-1e300"]),
        (vec!["gr/matmul-count", "layers=9007199254740993"], ["layers", "9007199254740993"]),
    ] {
        let output = solvable(&[&["predict"], &arguments[..]].concat());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {message}");
        assert!(words.iter().all(|w| message.contains(w)) && message.len() < 400, "{message}");
    }
}

#[test]
fn batches_name_duplicate_and_unknown_keys_and_survive_tokens_that_are_no_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("batch.json");
    let entry = |params: &str| format!("{{\"id\": \"mf/kernel-pair\", \"params\": {{{params}}}}}");
    let good = entry("\"activation\": \"relu\", \"q1\": 1, \"q2\": 1.0, \"q12\": .5");
    let entries = [
        entry("\"activation\": \"relu\", \"q1\": NaN, \"q2\": 1, \"q12\": 0"),
        entry("\"activation\": \"relu\", \"q1\": 1, \"q1\": 2, \"q2\": 1, \"q12\": 0"),
        good.replace("params", "param"),
        "{\"id\": oops}".to_owned(),
        entry("\"activation\": \"rellu\", \"q1\": 1, \"q2\": 1, \"q12\": 0"),
        good,
    ];
    fs::write(&file, format!("\u{feff}[{}]\n", entries.join(","))).expect("a file");
    let output = solvable(&["predict", "--batch", text(&file), "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let answers: Vec<Value> = serde_json::from_str(&printed(&output)).expect("a JSON array");
    for (answer, words) in answers.iter().zip([
        "`q1` is \"nan\"",
        "`q1` is given twice",
        "did you mean `params`?",
        "entry 4",
        "did you mean `relu`",
    ]) {
        let message = answer["error"]["message"].as_str().expect("an error");
        assert!(message.contains(words), "{message}");
    }
    assert!(!answers[5]["value"].is_null(), "{}", answers[5]);
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, words) in [
        (vec!["predict", "mf/fim-stat"], "did you mean `mf/fim-stats`"),
        (vec!["explain", "mf/fim-stat"], "did you mean `mf/fim-stats`"),
        (vec!["verify", "mf/lamda-max", "--out", text(folder.path())], "did you mean `mf/lambda-max`"),
        (vec!["list", "lamda-max"], "`mf/lambda-max`"),
        (
            vec!["predict", "step-size", "depht=3", "width=9", "activation=relu", "N=9"],
            "did you mean `depth`?",
        ),
        (
            vec![
                "predict",
                "mf/kappa",
                "activation=tahn",
                "depth=3",
                "sigma_w2=2",
                "sigma_b2=0",
                "alphas=1,1,1",
            ],
            "did you mean `tanh`?",
        ),
    ] {
        let output = solvable(&arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(words) && message.len() < 600, "{arguments:?}: {message}");
    }
}

#[test]
fn shells_complete_ids_and_parameters_and_commands_have_manuals() {
    for shell in ["bash", "zsh", "fish"] {
        let output = solvable(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        let script = printed(&output);
        for name in ["mf/fim-stats", "step-size", "sigma_w2=", "batch"] {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
    assert!(printed(&solvable(&["man"])).contains(".TH solvable"));
    assert!(printed(&solvable(&["man", "predict"])).contains("batch"));
    assert_eq!(solvable(&["man", "predcit"]).status.code(), Some(2));
}

#[test]
fn a_claim_is_checked_at_a_setting_of_the_users_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = text(folder.path()).to_owned();
    let check = |rest: &[&str]| {
        let fixed = ["check", "mf/s-variance", "--out", &out];
        solvable(&[&fixed[..], rest].concat())
    };
    let listed = printed(&check(&[]));
    assert!(listed.contains("network.widths="), "{listed}");
    let known: serde_json::Value = serde_json::from_str(&printed(&check(&["--json"]))).expect("JSON");
    let label = known["cases"][0]["label"].as_str().expect("a label").to_owned();
    // From the whole of a label or a part of it, with fields changed, and again from the store.
    let own = ["network.widths=60,60,1", "samples=12", "--trials", "8", "--json"];
    let first = check(&[&[&label[..]], &own[..]].concat());
    let told: serde_json::Value = serde_json::from_str(&printed(&first)).expect("JSON");
    assert_eq!(told["case"]["settings"][0]["samples"], 12, "{told}");
    assert_eq!(told["case"]["trials"][0], 8, "{told}");
    assert_eq!(printed(&check(&[&[&label[..]], &own[..]].concat())), printed(&first));
    let lines = fs::read_to_string(folder.path().join("trials.jsonl")).expect("the store");
    assert_eq!(lines.lines().filter(|line| line.contains("outcome")).count(), 8, "{lines}");
    for (argument, message) in [
        ("samples=0", "field `samples` is 0; valid: "),
        ("sample=12", "field `sample` is not known here; did you mean `samples`?"),
        ("network.activation=rely", "field `network"),
        ("samples.first=2", "`samples` has no parts"),
        ("network.widths.9=2", "counted from 0"),
        ("twelve", "neither a case nor of the form field=value"),
    ] {
        assert_refused(&check(&[argument]), argument, message);
    }
    assert!(String::from_utf8_lossy(&solvable(&["check", "mf/s-varianc"]).stderr).contains("mf/s-variance"));
}

#[test]
fn a_claim_is_mapped_and_maps_resume_shard_and_reproduce() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let map = |out: &Path, rest: &[&str]| {
        let sweeps = [
            "map",
            "mf/m-lambda",
            "relu L=3",
            "width=8..64:log",
            "network.activation=relu|tanh",
            "samples=10",
        ];
        solvable(&[&sweeps[..], &["--trials", "12", "--out", text(out)], rest].concat())
    };
    // The name holds the fields and a fingerprint of what they are, so that no map replaces another.
    let files = |out: &Path| {
        let listed = fs::read_dir(out.join("maps")).expect("a folder of maps");
        let mut paths: Vec<_> = listed.map(|entry| entry.expect("a file").path()).collect();
        paths.sort();
        assert_eq!(paths.len(), 4, "{paths:?}");
        let name = paths[0].file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(name.starts_with("mf-m-lambda-over-width-network.activation-"), "{name}");
        ["csv", "json", "pdf", "svg"].map(|kind| {
            let path = paths.iter().find(|path| path.extension().is_some_and(|e| e == kind));
            fs::read(path.expect("a file of that kind")).expect("a file of the map")
        })
    };
    let told = printed(&map(&at("one"), &[]));
    assert!(told.contains("relu: inside the margin at"), "{told}");
    let expected = files(&at("one"));
    let drawn: Value = serde_json::from_slice(&expected[1]).expect("JSON");
    assert_eq!(drawn["cells"].as_array().map(Vec::len), Some(8));
    assert_eq!(drawn["columns"].as_array().map(Vec::len), Some(2));
    assert_eq!(drawn["cells"][5]["at"], serde_json::json!([16, "tanh"]));

    // Again from the store, on one thread, and from two shards.
    map(&at("one"), &["--jobs", "1"]);
    assert_eq!(files(&at("one")), expected);
    map(&at("single"), &["--jobs", "1"]);
    assert_eq!(files(&at("single")), expected);
    for shard in ["1/2", "2/2"] {
        map(&at("joined"), &["--shard", shard]);
    }
    map(&at("joined"), &[]);
    assert_eq!(fs::read(at("joined/trials.jsonl")).expect("a store"), b"", "the parts hold all trials");
    assert_eq!(files(&at("joined")), expected);

    for (fields, message) in [
        (&["width=9..3"][..], "from a smaller to a larger number"),
        (&["width=3..9:quick"], "`quick` is neither"),
        (&["samples=10"], "0 fields are swept; valid: 1 or 2"),
        (&["width=8..16:log", "depth=2..3", "samples=3..4"], "3 fields are swept"),
        (&["widths=8..16:log"], "field `widths` is not known here"),
        (&["width=8..16:log", "width=2..4"], "given twice"),
        (&["width=8..16:log", "network.widths=5,5,5,1"], "fields that `network.widths` leaves as they are"),
        (&["network.activation=relu|relu"], "has relu twice"),
        (&["width=8..16:log", "network.activation=rely"], "field `network"),
        (&["no such case", "width=8..16:log"], "`no such case` is neither a case"),
    ] {
        let refused = solvable(&[&["map", "mf/m-lambda", "--out", text(&at("bad"))], fields].concat());
        assert_refused(&refused, &format!("{fields:?}"), message);
    }
    // A cell that cannot be says so and takes no other with it.
    let depths = solvable(&[
        "map",
        "mf/m-lambda",
        "depth=0..2",
        "width=8..16:log",
        "--trials",
        "3",
        "--json",
        "--out",
        text(&at("depths")),
    ]);
    let drawn: Value = serde_json::from_str(&printed(&depths)).expect("JSON");
    assert!(drawn["cells"][0]["error"].as_str().is_some_and(|e| e.contains("`depth` is 0")), "{drawn}");
    assert!(drawn["cells"][1]["found"].is_object(), "{drawn}");
    assert!(printed(&solvable(&["explain", "mf/map-step-size"])).contains("mf/lambda-max"));
}

#[test]
fn the_practitioner_holds_a_rate_against_networks() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |rest: &[&str]| {
        let fixed = ["check", "step-size", "activation=tanh", "depth=2", "width=24", "N=12", "--out"];
        solvable(&[&fixed[..], &[text(folder.path())], rest].concat())
    };
    let told: Value = serde_json::from_str(&printed(&check(&["--json", "--trials", "6"]))).expect("JSON");
    assert_eq!(told["networks"], 6);
    let number = |name: &str| told[name].as_f64().expect("a number");
    let (predicted, measured) = (told["value"]["eta_c"].as_f64().expect("eta_c"), &told["measured"]);
    let mean = measured["value"].as_f64().expect("a mean");
    assert!(number("least") <= mean && mean <= number("most"));
    assert!((0.3..3.0).contains(&(mean / predicted)), "{told}");

    let rows: Vec<String> = (0..14).map(|n| format!("{},{},{}", (n * 7) % 5, n % 3, (n * n) % 11)).collect();
    let file = folder.path().join("own.csv");
    fs::write(&file, rows.join("\n")).expect("a file");
    let own = check(&["--json", "--trials", "6", "--data", text(&file)]);
    let own: Value = serde_json::from_str(&printed(&own)).expect("JSON");
    assert_eq!(own["params"]["widths"], serde_json::json!([3, 24, 1]));
    assert!(own["eta_c_on_inputs"].as_f64().is_some_and(|rate| rate > 0.0), "{own}");

    for (argument, message) in [
        ("method=kfac", "parameter `method` is kfac"),
        ("activation=tnh", "given twice"),
        ("sigma_w2=-1", "parameter `sigma_w2` is -1"),
        ("hidden=3", "`hidden`"),
    ] {
        assert_refused(&check(&[argument]), argument, message);
    }
    // Other predictions are held against networks through their claims.
    let other = [
        "check",
        "norm/edge-proportional",
        "activation=linear",
        "widths=30,30,30,1",
        "N=30",
        "sigma_w2=1",
        "sigma_b2=0",
        "--trials",
        "8",
        "--json",
        "--out",
    ];
    let told: Value =
        serde_json::from_str(&printed(&solvable(&[&other[..], &[text(folder.path())]].concat())))
            .expect("JSON");
    assert_eq!(
        (&told["id"], &told["case"]["settings"][0]["samples"]),
        (&Value::from("norm/edge"), &Value::from(30))
    );
}

#[test]
fn networks_of_any_layers_are_described_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let network = r#"{"input": {"grid": [4, 4], "channels": 1}, "sigma_w2": 2, "sigma_b2": 0.1, "layers": [
        {"conv": {"channels": 24, "filter": [3, 3]}}, {"residual": {"branch": ["relu", {"conv": {"channels": 24, "filter": [3, 3]}}]}},
        "relu", "global-avg-pool", {"dense": 2}]}"#;
    let file = folder.path().join("net.json");
    fs::write(&file, network).expect("a file");
    let given = |key: &str| format!("{key}=@{}", text(&file));
    let architecture = given("architecture");
    let told = |output: &Output| serde_json::from_str::<Value>(&printed(output)).expect("JSON");

    // The same from the file and from the command line.
    let by_hand = format!("architecture={network}");
    let [file_says, hand_says] =
        [&architecture, &by_hand].map(|a| printed(&solvable(&["predict", "step-size", a, "N=20", "--json"])));
    assert_eq!(file_says, hand_says);
    let rows: Vec<String> = (0..6)
        .map(|n| {
            (0..16).map(|i| f64::from((n * 5 + i * 3) % 7 - 3).to_string()).collect::<Vec<_>>().join(",")
        })
        .collect();
    let inputs = folder.path().join("x.csv");
    fs::write(&inputs, rows.join("\n")).expect("a file");
    let on_inputs = format!("inputs=@{}", text(&inputs));

    // Networks of exactly that description beside it: random inputs, given ones, a file, centred outputs.
    let out = text(folder.path()).to_owned();
    let check = |rest: &[&str]| {
        let fixed = ["check", "step-size", &architecture, "--json", "--trials", "12", "--out", &out];
        solvable(&[&fixed[..], rest].concat())
    };
    for rest in [&["N=6"][..], &[&on_inputs], &["N=6", "--data", text(&inputs)], &[&on_inputs, "output=ms"]] {
        let told = told(&check(rest));
        let predicted = told["eta_c_on_inputs"].as_f64().or(told["value"]["eta_c"].as_f64()).expect("a rate");
        let measured = told["measured_of_means"]["value"].as_f64().expect("a mean");
        assert!((measured / predicted - 1.0).abs() < 0.4, "{rest:?}: {told}");
        // The largest of two eigenvalues is above their mean.
        assert!(told["measured"]["value"].as_f64().expect("a mean") < measured, "{told}");
    }
    let claim =
        solvable(&["check", "arch/lambda-max", &given("network"), "--trials", "4", "--json", "--out", &out]);
    assert_eq!(told(&claim)["case"]["settings"][0]["network"]["input"]["grid"], serde_json::json!([4, 4]));

    let missing = format!("architecture=@{}", folder.path().join("no.json").display());
    fs::write(folder.path().join("bad.json"), "{").expect("a file");
    let bad = format!("architecture=@{}", folder.path().join("bad.json").display());
    for (argument, message) in [
        ("activation=relu", "parameter `activation`"),
        ("method=kfac", "parameter `method`"),
        ("output=bn", "parameter `output`"),
        ("N=0", "parameter `N` is 0"),
        (&missing, "cannot read"),
        (&bad, "is not JSON"),
    ] {
        let own = if argument.starts_with("architecture") { argument } else { &architecture };
        let rest = if argument.starts_with("architecture") { "N=3" } else { argument };
        assert_refused(&solvable(&["check", "step-size", own, rest, "--out", &out]), argument, message);
    }
    let twice = check(&[&on_inputs, "--data", text(&inputs)]);
    assert_refused(&twice, "inputs twice", "--data");
}

#[test]
fn what_knobs_turn_is_what_fields_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = text(folder.path()).to_owned();
    let network = r#"network={"input": {"grid": [4], "channels": 3}, "sigma_w2": 2, "sigma_b2": 0.1, "layers": [
        {"conv": {"channels": 20, "filter": [3]}}, "relu", "global-avg-pool", {"dense": 2}]}"#;
    let told = |rest: [&str; 2]| {
        let fixed = ["check", "arch/lambda-max", "--trials", "2", "--json", "--out", &out];
        serde_json::from_str::<Value>(&printed(&solvable(&[&fixed[..], &rest].concat()))).expect("JSON")
    };
    let (first, last) = (told([network, "width=8"]), told(["width=8", network]));
    let layers = |told: &Value| told["case"]["settings"][0]["network"]["layers"].clone();
    assert_eq!(layers(&first), layers(&last));
    assert_eq!(layers(&first)[0]["conv"]["channels"], 8, "{first}");
    let map = ["map", "arch/lambda-max", "width=4..16:log", network, "--trials", "8", "--out", &out];
    let told = solvable(&map);
    assert_ne!(told.status.code(), Some(2), "{}", String::from_utf8_lossy(&told.stderr));
}

/// The user's own kernel or data in place of a spectrum.
#[test]
fn the_practitioner_learns_how_long_to_train_on_data_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let write = |name: &str, content: String| {
        fs::write(folder.path().join(name), content).expect("a file");
        at(name)
    };
    let (points, features) = (60, 5);
    let x = solvable::streams::Streams::for_trial("test", "own", 0, 0).normals(points * features, 1.0);
    let rows: Vec<&[f64]> = x.chunks(features).collect();
    let csv = |rows: Vec<Vec<f64>>| -> String {
        let line = |row: &Vec<f64>| row.iter().map(|x| format!("{x:e}")).collect::<Vec<_>>().join(",");
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let y: Vec<f64> = rows
        .iter()
        .enumerate()
        .map(|(n, x)| x[0] + 0.5 * x[1] * x[2] + 0.3 * (3.1 * n as f64).sin())
        .collect();
    let data = write("x.csv", csv(rows.iter().map(|row| row.to_vec()).collect()));
    let labels = write("y.csv", csv(y.iter().map(|y| vec![*y]).collect()));
    let network = write(
        "net.json",
        r#"{"input": {"grid": [1], "channels": 5}, "sigma_w2": 2, "sigma_b2": 0.1, "layers": [{"dense": 50}, "relu", {"dense": 1}]}"#.into(),
    );
    let architecture = format!("architecture=@{network}");
    let ask = |rest: &[&str]| solvable(&[&["predict"], rest].concat());
    let told = |output: &Output| serde_json::from_str::<Value>(&printed(output)).expect("JSON");

    let on_data = ["--data", &data, "--labels", &labels, "--kernel", &architecture, "--json"];
    let stopping = told(&ask(&[&["dyn/early-stopping", "N=12"], &on_data[..]].concat()));
    let (value, notes) = (&stopping["value"], stopping["notes"].to_string());
    assert!(notes.contains("not scaled or centred") && notes.contains("not centred: their mean"), "{notes}");
    assert!(stopping["digits"].as_u64().is_some_and(|digits| digits >= 5), "{stopping}");

    // The same from the Gram matrix, from numpy's vector of labels, and from the answer itself.
    let kernels =
        told(&ask(&["arch/kernels", &architecture, &format!("inputs=@{data}"), "--fast", "--json"]));
    let gram: Vec<Vec<f64>> = serde_json::from_value(kernels["value"]["tangent"].clone()).expect("a matrix");
    let kernel = write("gram.csv", csv(gram.clone()));
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({points},), }}\n");
    let mut numpy = b"\x93NUMPY\x01\x00".to_vec();
    numpy.extend((header.len() as u16).to_le_bytes());
    numpy.extend(header.bytes().chain(y.iter().flat_map(|y| y.to_le_bytes())));
    fs::write(folder.path().join("y.npy"), numpy).expect("a file");
    let of_gram = ["--labels", &at("y.npy"), "--kernel", &kernel];
    let same = told(&ask(&[&["dyn/early-stopping", "N=12", "--json"], &of_gram[..]].concat()));
    assert!(agree(&same["value"]["E_out"], &value["E_out"], 9), "{same} against {stopping}");
    let again = told(&ask(&[
        "dyn/early-stopping",
        "N=12",
        &format!("mu={}", stopping["params"]["mu"]),
        &format!("y2={}", stopping["params"]["y2"]),
        "--json",
    ]));
    assert_eq!(&again["value"], value);
    let batch = write("batch.json", json!([stopping]).to_string());
    assert_eq!(told(&ask(&["--batch", &batch, "--json"]))[0]["value"], *value);

    // The curve is that of subsets; no time is better than the best.
    let curve: Vec<f64> = serde_json::from_value(value["curve"]["E_out"].clone()).expect("errors");
    let subset = told(&ask(&[
        &["dyn/subset-curve", "N=12", &format!("t={}", value["curve"]["t"]), "--json"],
        &of_gram[..],
    ]
    .concat()));
    for (i, error) in curve.iter().enumerate() {
        assert!(agree(&subset["value"][i][0], &json!(error), 9), "{subset}");
        assert!(*error >= value["E_out"].as_f64().expect("an error") * (1.0 - 1e-9));
    }
    let for_people = printed(&ask(&[&["dyn/early-stopping", "N=12"], &of_gram[..]].concat()));
    assert!(
        for_people.starts_with("t_star") && for_people.contains("\nt             E_out         L\n"),
        "{for_people}"
    );

    for (id, rest, field) in [
        ("dyn/distill-gain", &["N=12"][..], "chi"),
        ("dyn/schedule", &["B=1", "T=60"], "alpha"),
        ("dyn/batch-steps", &["target=1", "B=1,4"], "batches"),
    ] {
        let answer = told(&ask(&[&[id, "--json"], rest, &of_gram[..]].concat()));
        assert!(!answer["value"][field].is_null() && answer["value"]["remark"].is_string(), "{answer}");
    }

    // What is wrong is said of what the user gave.
    let short = write("short.csv", csv(y[..50].iter().map(|y| vec![*y]).collect()));
    let mut other = gram.clone();
    other[3][4] += 100.0;
    let skew = write("skew.csv", csv(other.clone()));
    other[4][3] += 100.0;
    let indefinite = write("indefinite.csv", csv(other));
    let wide = write("wide.csv", csv(gram[..50].to_vec()));
    let holes = write("holes.csv", csv(gram).replacen("e0", "e0,nan", 1));
    let empty = write("empty.csv", String::new());
    let bad_network =
        write("bad.json", r#"{"input": {"grid": [1], "channels": 4}, "layers": [{"dense": 1}]}"#.into());
    let bad_architecture = format!("architecture=@{bad_network}");
    let stop = ["dyn/early-stopping", "N=12"];
    for (rest, message) in [
        (
            vec!["--kernel", &kernel, "--labels", &short],
            "`--labels` is 50 numbers; valid: 60, one for each row of --kernel",
        ),
        (vec!["--kernel", &architecture, "--data", &data, "--labels", &short], "one for each row of --data"),
        (vec!["--kernel", &kernel], "`--labels` is missing"),
        (vec!["--data", &data, "--labels", &labels], "`--kernel` is missing"),
        (vec!["--labels", &labels], "`--kernel` is missing"),
        (vec!["--kernel", &architecture, "--labels", &labels], "`--data` is missing"),
        (vec!["--kernel", &kernel, "--data", &data, "--labels", &labels], "`--data` is given"),
        (vec!["--kernel", "network=x", "--labels", &labels], "`--kernel` is network=..."),
        (vec!["--kernel", &bad_architecture, "--data", &data, "--labels", &labels], "--kernel"),
        (vec!["--kernel", &skew, "--labels", &labels], "`--kernel` is not symmetric"),
        (vec!["--kernel", &indefinite, "--labels", &labels], "`--kernel` is indefinite"),
        (vec!["--kernel", &wide, "--labels", &labels], "`--kernel` is a matrix of 50 x 60; valid: n x n"),
        (vec!["--kernel", &holes, "--labels", &labels], "line"),
        (vec!["--kernel", &empty, "--labels", &labels], "no samples"),
        (vec!["--kernel", "nowhere.npy", "--labels", &labels], "cannot be opened"),
        (
            vec!["--kernel", &kernel, "--labels", &labels, "lambda=1,2"],
            "`lambda` is [1,2]; valid: left out beside --kernel",
        ),
        (vec!["--kernel", &kernel, "--labels", &labels, "sigma2=0.1"], "`sigma2`"),
        (vec!["--kernel", &kernel, "--labels", &labels, "cost_limit=1e4"], "`cost_limit` raises it"),
    ] {
        let output = ask(&[&stop[..], &rest].concat());
        assert_refused(&output, &rest.join(" "), message);
        let as_json = told(&ask(&[&stop[..], &rest, &["--json"]].concat()));
        assert!(as_json["error"]["kind"].is_string(), "{as_json}");
    }
    let given = |rest: &[&str]| ask(&[rest, &of_gram[..]].concat());
    assert_refused(&given(&["mf/kappa"]), "no data there", "it goes with dyn/");
    assert_refused(
        &given(&["dyn/early-stopping", "N=60"]),
        "all points",
        "`N` is 60; valid: an integer from 1 to 59",
    );
    assert_refused(&given(&["dyn/early-stopping"]), "no N", "`N` is missing");
    assert_refused(
        &given(&["dyn/schedule", "B=2", "T=31"]),
        "two passes",
        "`T` is 31; valid: an integer from 1 to 30",
    );
    assert_refused(
        &given(&["dyn/batch-steps", "B=1,2", "target=0.001"]),
        "too low",
        "`target` is 0.001; valid: above",
    );
    assert_refused(&ask(&["--batch", &batch, "--kernel", &kernel]), "files with batches", "cannot be used");
}
