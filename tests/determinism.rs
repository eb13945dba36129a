//! The same build gives the same bytes, whatever the threads, the shards, or the interruptions.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATTERNS: [&str; 3] = ["mf/s-variance", "norm/hidden-growth", "norm/last-ln"];

fn solvable(out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solvable"));
    command.arg("verify").args(PATTERNS).args(["--trials", "6", "--out"]).arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let status = command.status().expect("the program starts");
    // Six trials leave some claims inconclusive; what matters here is that they are judged.
    assert!(matches!(status.code(), Some(0 | 1 | 3)), "{status}");
}

fn results(folder: &Path) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let read = |name: &str| fs::read(folder.join(name)).expect("a result file");
    (read("results.json"), read("results.csv"), read("index.html"))
}

#[test]
fn threads_shards_order_and_interruption_leave_no_trace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);

    run(solvable(&at("one")).env("RAYON_NUM_THREADS", "1"));
    run(solvable(&at("two")).env("RAYON_NUM_THREADS", "2"));
    let expected = results(&at("one"));
    assert_eq!(expected, results(&at("two")), "one thread against two");

    run(&mut solvable(&at("two")));
    assert_eq!(expected, results(&at("two")), "judged again from the store");

    for shard in ["1/2", "2/2"] {
        run(solvable(&at(shard)).args(["--shard", shard]));
    }
    let mut report = Command::new(env!("CARGO_BIN_EXE_solvable"));
    report.arg("report").arg(at("2/2")).arg(at("1/2")).args(["--trials", "6", "--out"]).arg(at("joined"));
    run(report.stdout(Stdio::null()).stderr(Stdio::null()));
    assert_eq!(expected.0, results(&at("joined")).0, "two shards, joined in reverse order");

    let killed = at("killed");
    let mut child = solvable(&killed).env("RAYON_NUM_THREADS", "1").spawn().expect("the program starts");
    let store = killed.join("trials.jsonl");
    let lines = || fs::read_to_string(&store).map_or(0, |text| text.lines().count());
    let patience = Instant::now();
    while lines() < 20 && patience.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("the run is killed");
    child.wait().expect("it ends");
    let survived = lines();
    assert!(survived >= 20, "every finished trial is on disk");
    assert!(!killed.join("results.json").exists(), "killed half-way");
    run(&mut solvable(&killed));
    assert_eq!(expected, results(&killed), "killed and resumed");
    let total = fs::read_to_string(at("one").join("trials.jsonl")).expect("a store").lines().count();
    assert_eq!(lines(), total, "nothing was run twice, nothing was lost");
}

#[test]
fn another_seed_gives_other_trials() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |seed: &str| folder.path().join(seed);
    for seed in ["0", "1"] {
        run(solvable(&at(seed)).args(["--seed", seed]));
    }
    assert_ne!(results(&at("0")).0, results(&at("1")).0);
}

/// A claim that looks again at this seed: how many trials it draws is no matter of threads, shards or what was drawn before.
#[test]
fn claims_that_look_again_do_so_everywhere_alike() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let verify = |out: &Path, rest: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_solvable"));
        command.args(["verify", "attn/norm-decides", "--seed", "2", "--out"]).arg(out).args(rest);
        run(command.stdout(Stdio::null()).stderr(Stdio::null()));
    };
    verify(&at("one"), &["--jobs", "1"]);
    let expected = results(&at("one"));
    let text = String::from_utf8(expected.0.clone()).expect("text");
    let judged: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let cases = judged["claims"][0]["cases"].as_array().expect("cases");
    let trials: Vec<u64> = cases.iter().filter_map(|case| case["trials"][0].as_u64()).collect();
    let (least, most) = (trials.iter().min().expect("trials"), trials.iter().max().expect("trials"));
    assert!(2 * least <= *most, "some case looks again, some do not: {trials:?}");

    verify(&at("two"), &["--jobs", "2"]);
    assert_eq!(expected, results(&at("two")), "one thread against two");

    for shard in ["1/2", "2/2"] {
        verify(&at(shard), &["--shard", shard]);
    }
    fs::create_dir_all(at("joined")).expect("a folder");
    let lines =
        ["1/2", "2/2"].map(|shard| fs::read(at(shard).join("trials.jsonl")).expect("a store")).concat();
    fs::write(at("joined").join("trials.jsonl"), lines).expect("the joined store");
    verify(&at("joined"), &[]);
    assert_eq!(expected.0, results(&at("joined")).0, "two shards, joined and gone on with");
}
