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
    let file = |shard: &str| at(shard).join(format!("shards/{}.jsonl", shard.replace('/', "-of-")));
    let lines = ["1/2", "2/2"].map(|shard| fs::read(file(shard)).expect("a store")).concat();
    fs::write(at("joined").join("trials.jsonl"), lines).expect("the joined store");
    verify(&at("joined"), &[]);
    assert_eq!(expected.0, results(&at("joined")).0, "two shards, joined and gone on with");
}

/// The lines of all files of trials in a folder, sorted.
fn lines(folder: &Path) -> Vec<String> {
    let shards =
        fs::read_dir(folder.join("shards")).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = shards
        .chain([folder.join("trials.jsonl")])
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"));
    let read = files.filter_map(|path| fs::read_to_string(path).ok());
    let mut lines: Vec<String> =
        read.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.sort();
    lines
}

/// Tasks of a cluster share a folder and run in rounds, as many as there are looks; how many tasks there are changes from round to
/// round, some are asked to end, one is killed and leaves a torn line. What comes out is what one run gives, to the byte, and no
/// trial is run twice.
#[test]
fn tasks_that_share_a_folder_come_to_the_bytes_of_one_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let command = |out: &Path, rest: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_solvable"));
        command.args(["verify", "attn/norm-decides", "--seed", "2", "--out"]).arg(out).args(rest);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let code = |mut command: Command| command.status().expect("the program starts").code();
    run(&mut command(&at("one"), &[]));
    let shared = at("shared");
    for (round, tasks) in [3, 3, 2, 5].into_iter().enumerate() {
        for task in 1..=tasks {
            let shard = format!("{task}/{tasks}");
            if round == 0 && task == 2 {
                // Some trials at the most, and again.
                let ended = code(command(&shared, &["--shard", &shard, "--jobs", "1", "--max-time", "0"]));
                assert_eq!(ended, Some(75), "incomplete, run again");
            }
            assert_eq!(code(command(&shared, &["--shard", &shard])), Some(0), "{shard}");
        }
        if round == 0 {
            // Another task is killed in the midst of a line.
            let file = shared.join("shards/3-of-3.jsonl");
            let whole = fs::read(&file).expect("trials");
            fs::write(&file, &whole[..whole.len() - 20]).expect("a torn file");
        }
    }
    let torn = fs::read(shared.join("shards/3-of-3.jsonl")).expect("trials");
    assert_ne!(torn.last(), Some(&b'\n'), "nobody changes a file that is not its own");
    run(&mut command(&shared, &[]));
    assert_eq!(results(&at("one")), results(&shared));
    let whole: Vec<String> = lines(&shared).into_iter().filter(|line| line.ends_with('}')).collect();
    assert_eq!(whole, lines(&at("one")), "nothing is lost, nothing doubled");
    assert_eq!(fs::read(shared.join("trials.jsonl")).expect("a store"), b"", "the last run found all trials");
}

/// Signals end a run as soon as the trials in flight are done, the next run goes on where it stopped, and a second signal ends at once.
#[cfg(unix)]
#[test]
fn signals_end_a_run_and_the_next_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let start = |out: &Path, rest: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_solvable"));
        command
            .args(["verify", "mf/s-variance", "norm/*", "--trials", "30", "--jobs", "1", "--out"])
            .arg(out)
            .args(rest);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    for (signal, rest) in [("TERM", &[][..]), ("INT", &["--shard", "1/1"]), ("USR1", &["--grace", "0"])] {
        let out = at(signal);
        let child = start(&out, rest);
        let patience = Instant::now();
        while lines(&out).len() < 20 && patience.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("a signal");
        assert!(sent.success());
        let ended = child.wait_with_output().expect("it ends");
        let (told, table) = (String::from_utf8_lossy(&ended.stderr), String::from_utf8_lossy(&ended.stdout));
        assert_eq!(ended.status.code(), Some(75), "{signal}: {told}");
        assert!(told.contains(&format!("SIG{signal}")) && told.contains("incomplete"), "{told}");
        assert!(table.is_empty() && !out.join("results.json").exists(), "nothing is judged: {table}");
        let before = lines(&out);
        assert!(before.iter().all(|line| line.ends_with('}')), "no line is torn");
        // One more is only read by the next run.
        let again = start(&out, &["--max-time", "0"]).wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&again.stderr);
        assert_eq!(again.status.code(), Some(75), "{told}");
        assert!(told.contains(&format!("{} reused", before.len())), "{told} {}", before.len());
    }
}

#[cfg(unix)]
#[test]
fn a_second_run_of_the_same_part_waits_and_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = |rest: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_solvable"));
        command
            .args(["verify", "norm/*", "--trials", "30", "--jobs", "1", "--out"])
            .arg(folder.path())
            .args(rest);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let mut first = start(&["--shard", "2/3"]);
    let patience = Instant::now();
    while lines(folder.path()).is_empty() && patience.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let second = start(&["--shard", "2/3", "--grace", "0.3"]).wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(75), "{told}");
    assert!(told.contains("2-of-3") && told.contains("in use"), "{told}");
    // The former run of the task dies; the next takes its place, and writes a file of its own.
    first.kill().expect("it is killed");
    first.wait().expect("it ends");
    let third = start(&["--shard", "2/3", "--max-time", "1"]).wait_with_output().expect("it ends");
    assert_eq!(third.status.code(), Some(75));
    assert!(folder.path().join("shards/2-of-3.2.jsonl").exists());
}
