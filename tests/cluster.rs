//! Many machines: what is planned, what is there, what is missing, and that nothing incomplete is taken for a result.

#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Cheap, and decided at the first look.
const CLAIM: &str = "norm/last-bn-affine";

fn solvable(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_solvable")).args(arguments).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What a command says as JSON, and its exit code.
fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = solvable(&[arguments, &["--json"]].concat());
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output))),
    )
}

fn count(status: &Value, name: &str) -> u64 {
    status["total"][name].as_u64().expect("a count")
}

#[test]
fn status_tells_what_is_missing_failed_repeated_torn_and_contradictory() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    let code = |arguments: &[&str]| solvable(arguments).status.code();
    let status = || json(&["status", out]);
    let shards = folder.path().join("shards");
    let file = |name: &str| shards.join(format!("{name}.jsonl"));

    // One part of two: the claim is known to be asked for, and half of its trials are missing.
    assert_eq!(code(&["verify", CLAIM, "--out", out, "--shard", "1/2"]), Some(0));
    let (ended, half) = status();
    assert_eq!((ended, &half["complete"]), (Some(75), &Value::Bool(false)), "{half}");
    let (wanted, stored) = (count(&half, "wanted"), count(&half, "stored"));
    assert!(0 < stored && stored < wanted && count(&half, "missing") == wanted - stored, "{half}");
    assert_eq!(
        (&half["entries"][0]["id"], half["entries"].as_array().map(Vec::len)),
        (&CLAIM.into(), Some(1))
    );

    // Nothing is judged, unless it is asked for.
    let report = solvable(&["report", out, "--out", out]);
    assert_eq!(report.status.code(), Some(75), "{}", told(&report));
    assert!(told(&report).contains(&format!("{CLAIM} lacks {}", wanted - stored)), "{}", told(&report));
    assert!(!folder.path().join("results.json").exists());
    assert_ne!(code(&["report", out, "--out", out, "--partial"]), Some(75));
    assert_eq!(code(&["report", out, "--out", out, "--only", "mf/s-variance"]), Some(75));

    assert_eq!(code(&["verify", CLAIM, "--out", out, "--shard", "2/2"]), Some(0));
    let (ended, whole) = status();
    assert_eq!((ended, count(&whole, "stored")), (Some(0), wanted), "{whole}");
    assert_eq!(code(&["report", out, "--out", out]), Some(0));
    let results = fs::read(folder.path().join("results.json")).expect("results");

    // A copy of a file repeats its trials; they count once.
    fs::copy(file("1-of-2"), file("9-of-9")).expect("a copy");
    let (ended, repeated) = status();
    assert_eq!((ended, count(&repeated, "stored")), (Some(0), wanted));
    assert_eq!(repeated["files"][2]["duplicates"], stored, "{repeated}");

    // A line of it contradicts, and the report refuses; another is no trial.
    let lines = fs::read_to_string(file("9-of-9")).expect("trials");
    let other = lines.replacen("\"units\":8.0", "\"units\":7.0", 1);
    assert_ne!(lines, other);
    fs::write(file("9-of-9"), format!("{other}not a trial\n")).expect("a file");
    let (ended, contradictory) = status();
    assert_eq!((ended, count(&contradictory, "contradictory")), (Some(1), 1), "{contradictory}");
    assert_eq!(contradictory["contradictions"][0]["line"], 1, "{contradictory}");
    assert_eq!(
        (&contradictory["files"][2]["contradictory"], &contradictory["files"][2]["skipped"]),
        (&1.into(), &1.into())
    );
    assert_eq!(code(&["report", out, "--out", out]), Some(2));
    fs::remove_file(file("9-of-9")).expect("it goes");

    // A torn line: its trial is missing, and the file is left as it is.
    let lines = fs::read_to_string(file("2-of-2")).expect("trials");
    fs::write(file("2-of-2"), &lines[..lines.len() - 30]).expect("a torn file");
    let (ended, torn) = status();
    assert_eq!(
        (ended, count(&torn, "missing"), &torn["files"][1]["torn"]),
        (Some(75), 1, &Value::Bool(true))
    );

    // Recorded as failed it is missing no more; the verdict is that of the failure.
    let last = lines.lines().last().expect("a line");
    let begin = last.find("\"outcome\"").expect("an outcome");
    let failure = format!("{}\"error\":\"out of memory\"}}\n", &last[..begin]);
    let kept = &lines[..lines.len() - last.len() - 1];
    fs::write(file("2-of-2"), format!("{kept}{failure}")).expect("a file");
    let (ended, failed) = status();
    assert_eq!((ended, count(&failed, "failed"), count(&failed, "missing")), (Some(1), 1, 0), "{failed}");
    assert_eq!(failed["failures"][0]["error"], "out of memory");
    let report = solvable(&["report", out, "--out", out]);
    assert_eq!(report.status.code(), Some(1));
    assert!(told(&report).contains("failed") && told(&report).contains("out of memory"), "{}", told(&report));

    // The next run tries it again, and succeeds.
    assert_eq!(code(&["verify", CLAIM, "--out", out, "--shard", "1/1"]), Some(0));
    assert_eq!(status().0, Some(0));
    assert_eq!(code(&["report", out, "--out", out]), Some(0));
    assert_eq!(fs::read(folder.path().join("results.json")).expect("results"), results);
    // Files alone do not say what was asked for, and the failed trial succeeded in another.
    let (one, two) = (file("1-of-2"), file("2-of-2"));
    let (ended, alone) = json(&["status", text(&one), text(&two), "--profile", "quick"]);
    assert_eq!((ended, &alone["entries"][0]["id"]), (Some(1), &CLAIM.into()), "{alone}");
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/recorded/maps.jsonl.gz");
    assert_ne!(json(&["status", text(&recorded), "--profile", "full"]).0, Some(2));
    let table = told(&solvable(&["status", out]));
    assert!(table.contains("complete") && table.contains("1-of-1.jsonl"), "{table}");
}

/// An undecided claim asks for another look until its looks are done: tasks are run again as long as the report says so, and no
/// longer than there are looks.
#[test]
fn rounds_of_tasks_end_with_the_bytes_of_one_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let (one, shared) = (at("one"), at("shared"));
    let claim = ["attn/norm-decides", "--seed", "2", "--out"];
    solvable(&[&["verify"], &claim[..], &[text(&one)]].concat());
    let report = ["report", text(&shared), "--seed", "2", "--out", text(&shared)];
    let mut rounds = 0;
    let last = loop {
        for shard in ["1/2", "2/2"] {
            let task = solvable(&[&["verify"], &claim[..], &[text(&shared), "--shard", shard]].concat());
            assert_eq!(task.status.code(), Some(0), "{}", told(&task));
        }
        rounds += 1;
        let reported = solvable(&report);
        if reported.status.code() != Some(75) {
            break reported;
        }
        assert!(told(&reported).contains("undecided, look"), "{}", told(&reported));
        assert_eq!(json(&["status", text(&shared), "--seed", "2"]).0, Some(75));
        assert!(rounds < solvable::verify::LOOKS);
    };
    assert!(rounds > 1, "one look is not enough at this seed: {}", told(&last));
    assert_eq!(json(&["status", text(&shared), "--seed", "2"]).0, Some(0));
    let results = |folder: &Path| fs::read(folder.join("results.json")).expect("results");
    assert_eq!(results(&one), results(&shared));
}

/// The predicted time of trials is that of the recorded ones, and nothing is said where nothing is recorded.
#[test]
fn plans_are_sane() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    let plan = |rest: &[&str]| {
        json(&[&["plan", CLAIM, "mf/s-variance", "--trials", "30", "--out", out], rest].concat()).1
    };
    let empty = plan(&[]);
    assert!(empty["total"]["core_hours"].is_null() && empty["suggestion"].is_null(), "{empty}");
    assert_eq!(empty["total"]["run"], empty["total"]["wanted"]);
    let memory = empty["memory"]["largest"].as_f64().expect("the memory of a network");
    assert!((1e4..1e9).contains(&memory), "{empty}");
    assert!(empty["told"].to_string().contains("no time at all"), "{empty}");

    solvable(&["verify", CLAIM, "mf/s-variance", "--trials", "30", "--out", out]);
    let done = plan(&[]);
    assert_eq!((&done["total"]["run"], &done["total"]["stored"]), (&0.into(), &empty["total"]["wanted"]));

    // Other seeds take as long as this one did.
    let times = fs::read_to_string(folder.path().join("trials.times")).expect("times");
    let lines = times.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line"));
    let recorded: f64 = lines.map(|line| line["seconds"].as_f64().expect("seconds")).sum();
    let other = plan(&["--seed", "1"]);
    let hours = other["total"]["core_hours"].as_f64().expect("hours");
    assert!((hours * 3600.0 / recorded - 1.0).abs() < 1e-9, "{hours} h against {recorded} s: {other}");
    let share = other["total"]["shares"]["recorded"].as_f64().expect("a share");
    assert!((share - 1.0).abs() < 1e-9, "{other}");
    assert_eq!(other["total"]["run"], empty["total"]["wanted"]);

    // As many tasks as their time asks for, the fullest within its limit.
    let tasks = format!("{}", recorded / 3.5);
    let divided = plan(&["--seed", "1", "--task-time", &tasks]);
    let suggestion = &divided["suggestion"];
    assert_eq!(suggestion["shards"], 4, "{divided}");
    let (limit, imbalance) = (
        suggestion["time_limit"].as_f64().expect("a limit"),
        suggestion["imbalance"].as_f64().expect("a ratio"),
    );
    assert!((1.0..2.0).contains(&imbalance) && limit >= imbalance * recorded / 4.0, "{divided}");

    // A claim at other sizes is scaled by its cost.
    let scaled = plan(&["--profile", "full"]);
    assert!(scaled["total"]["shares"]["scaled"].as_f64().is_some_and(|share| share > 0.0), "{scaled}");
    assert!(told(&solvable(&["plan", CLAIM, "--out", out])).contains("trials to run"));
}

#[test]
fn what_tasks_cannot_be_told_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    for (arguments, word) in [
        (&["verify", CLAIM, "--shard", "1/2", "--fresh"][..], "--fresh"),
        (&["verify", CLAIM, "--max-time", "soon"], "--max-time"),
        (&["verify", CLAIM, "--grace", "later"], "--grace"),
        (&["plan", CLAIM, "--task-time", "0"], "--task-time"),
        (&["plan", CLAIM, "--cores", "0"], "--cores is 0"),
        (&["plan", "no/such"], "no/such"),
    ] {
        let refused = solvable(&[arguments, &["--out", out]].concat());
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {}", told(&refused));
        assert!(told(&refused).contains(word), "{arguments:?}: {}", told(&refused));
    }
    let nowhere = folder.path().join("none");
    assert_eq!(solvable(&["status", text(&nowhere)]).status.code(), Some(2));
    for page in ["plan", "status", "verify"] {
        assert!(told(&solvable(&["man", page])).contains(".TH"), "{page}");
    }
    let help = told(&solvable(&["--help"]));
    assert!(help.contains("75 incomplete, run again"), "{help}");
    let script = told(&solvable(&["completions", "bash"]));
    assert!(["max-time", "status", "plan", "grace"].iter().all(|word| script.contains(word)), "{script}");
}

/// `map` and `check` end by the clock and go on.
#[test]
fn maps_and_checks_end_and_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    let map =
        ["map", "mf/m-lambda", "relu L=3", "width=8..64:log", "samples=10", "--trials", "12", "--out", out];
    let check = ["check", "mf/s-variance", "samples=12", "--trials", "8", "--json", "--out", out];
    for command in [&map[..], &check] {
        let ended = solvable(&[command, &["--max-time", "0"]].concat());
        assert_eq!(ended.status.code(), Some(75), "{}", told(&ended));
        assert_ne!(solvable(command).status.code(), Some(75));
    }
}
