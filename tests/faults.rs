//! Torn files, full disks, bad folders, bad data: clear errors, nothing lost.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CLAIM: &str = "norm/last-bn-affine";

fn solvable(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_solvable")).args(arguments).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn refused(arguments: &[&str], words: &[&str]) {
    let output = solvable(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?}: \"{word}\" is missing in: {message}");
    }
}

#[test]
fn torn_and_foreign_lines_are_dropped_with_a_warning_and_run_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    assert_eq!(solvable(&["verify", CLAIM, "--out", out]).status.code(), Some(0));
    let store = folder.path().join("trials.jsonl");
    let whole = fs::read(&store).expect("a store");
    let results = fs::read(folder.path().join("results.json")).expect("results");

    let torn = whole.len() - 37;
    fs::write(&store, &whole[..torn]).expect("a torn store");
    let output = solvable(&["verify", CLAIM, "--out", out]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("torn last line"));
    assert_eq!(fs::read(folder.path().join("results.json")).expect("results"), results);
    let lines = |bytes: &[u8]| {
        let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&fs::read(&store).expect("a store")), lines(&whole), "the store is whole again");

    fs::write(&store, [b"{\"not\": \"a trial\"}\n\xff\xfe\n", &whole[..]].concat()).expect("a store");
    let output = solvable(&["verify", CLAIM, "--out", out]);
    assert_eq!(output.status.code(), Some(0));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("line 1: skipped") && message.contains("line 2: skipped"), "{message}");
}

#[test]
fn contradicting_records_are_an_error_and_repeated_ones_are_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    assert_eq!(solvable(&["verify", CLAIM, "--out", out]).status.code(), Some(0));
    let store = folder.path().join("trials.jsonl");
    let whole = fs::read_to_string(&store).expect("a store");
    fs::write(&store, whole.repeat(2)).expect("a store");
    let output = solvable(&["report", out, "--out", out]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stored more than once"));

    let first = whole.lines().next().expect("a trial").replace("\"units\":8.0", "\"units\":7.0");
    fs::write(&store, format!("{whole}{first}\n")).expect("a store");
    refused(&["report", out, "--out", out], &["contradicts", "line"]);
}

/// A limit on the size of files stands in for a full disk: the write that crosses it fails.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_run_with_the_name_of_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let command = format!(
        "trap '' XFSZ; ulimit -f 2; exec {} verify {CLAIM} --out {}",
        env!("CARGO_BIN_EXE_solvable"),
        text(folder.path())
    );
    let output = Command::new("sh").args(["-c", &command]).output().expect("a shell");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("cannot write") && message.contains("trials.jsonl"), "{message}");

    // What was written before is kept, and the run ends well once there is room.
    assert!(fs::read(folder.path().join("trials.jsonl")).expect("a store").contains(&b'\n'));
    assert_eq!(solvable(&["verify", CLAIM, "--out", text(folder.path())]).status.code(), Some(0));
}

#[test]
fn folders_that_cannot_be_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "in the way").expect("a file");
    refused(&["verify", CLAIM, "--out", text(&file)], &["cannot open", "file"]);
    refused(&["verify", CLAIM, "--out", text(&file.join("deeper"))], &["cannot open", "deeper"]);
    refused(
        &["report", text(&folder.path().join("none")), "--out", text(folder.path())],
        &["cannot open", "none"],
    );
    let empty = folder.path().join("trials.jsonl");
    fs::write(&empty, "").expect("an empty store");
    refused(&["report", text(&empty), "--out", text(folder.path())], &["no trials"]);
}

#[test]
fn bad_data_files_are_refused_with_the_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    let cases: [(&str, &[u8], &str); 8] = [
        ("a.csv", b"1,2\n3,nan\n", "line 2, column 2"),
        ("b.csv", b"1,2\n3\n", "line 2"),
        ("c.csv", b"1,2\n3,x\n", "not a number"),
        ("d.csv", b"", "no samples"),
        ("e.csv", b"1,2\n", "at least 2 samples"),
        ("f.npy", b"not numpy", "not an NPY file"),
        ("g.dat", b"1,2\n3,4\n", ".csv, .csv.gz or .npy"),
        ("h.csv.gz", b"not gzip", "h.csv.gz"),
    ];
    for (name, bytes, word) in cases {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("a file");
        refused(&["verify", "--data", text(&file), "--out", out], &[name, word]);
    }
    refused(&["verify", "--data", "/nowhere.csv", "--out", out], &["/nowhere.csv", "cannot be opened"]);
}

#[test]
fn senseless_options_are_refused_with_their_value() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    refused(&["verify", CLAIM, "--trials", "1", "--out", out], &["--trials is 1", ">= 2"]);
    refused(&["verify", CLAIM, "--jobs", "0", "--out", out], &["--jobs is 0"]);
    refused(&["verify", CLAIM, "--shard", "3/2", "--out", out], &["3/2", "1 <= I <= N"]);
    refused(&["verify", "no/such-claim", "--out", out], &["no/such-claim", "solvable list"]);
}

#[test]
fn files_that_people_have_are_read_and_the_guesses_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let row = |n: usize| {
        (0..4).map(|i| format!("{:.4}", ((7 * n + 3 * i * i) as f64).sin())).collect::<Vec<_>>().join(",")
    };
    let rows = |lead: bool| -> String {
        (0..12).map(|n| if lead { format!("{n},{}\n", row(n)) } else { format!("{}\n", row(n)) }).collect()
    };
    let cases = [
        ("index.csv", format!(",a,b,c,d\n{}", rows(true)), "counts the rows from 0: an index, dropped"),
        ("numbered.csv", format!("0,1,2,3\n{}", rows(false)), "numbers the columns and is taken as a header"),
        ("semicolons.csv", rows(false).replace(',', ";").replace('.', ","), "decimal commas"),
        ("spaces.txt", rows(false).replace(',', " "), "separated by spaces"),
    ];
    for (name, content, told) in cases {
        let file = folder.path().join(name);
        let out = folder.path().join(format!("out-{name}"));
        fs::write(&file, content).expect("a file");
        let output = solvable(&["verify", "--data", text(&file), "--trials", "2", "--out", text(&out)]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_ne!(output.status.code(), Some(2), "{name}: {message}");
        assert!(message.contains(told) && message.contains("12 samples of 4 features"), "{name}: {message}");
        assert_eq!(message.matches(told).count(), 1, "{message}");
        assert!(fs::read_to_string(out.join("index.html")).expect("a report").contains(told), "{name}");
    }
    let huge = folder.path().join("huge.csv");
    fs::write(&huge, format!("{}1e308,0.1,0.2,0.3\n", rows(false))).expect("a file");
    refused(
        &["verify", "--data", text(&huge), "--out", text(folder.path())],
        &["sample 13, feature 1 is 1e308", "correct or remove it"],
    );
}

#[test]
fn a_store_of_data_says_which_file_is_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    let file = folder.path().join("mine.csv");
    fs::write(&file, "0.5,1.5\n-0.25,0.75\n1.25,-0.5\n").expect("a file");
    solvable(&["verify", "--data", text(&file), "--trials", "2", "--out", out]);
    refused(&["report", out, "--out", out, "--trials", "2"], &["mine.csv", "--data FILE"]);
    let output = solvable(&["report", out, "--out", out, "--trials", "2", "--data", text(&file)]);
    assert_ne!(output.status.code(), Some(2));
}

#[test]
fn a_fresh_run_sets_a_contradictory_store_aside() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = text(folder.path());
    assert_eq!(solvable(&["verify", CLAIM, "--out", out]).status.code(), Some(0));
    let store = folder.path().join("trials.jsonl");
    let whole = fs::read_to_string(&store).expect("a store");
    let first = whole.lines().next().expect("a trial").replace("\"units\":8.0", "\"units\":7.0");
    let contradictory = format!("{whole}{first}\n");
    fs::write(&store, &contradictory).expect("a store");
    refused(&["verify", CLAIM, "--out", out], &["contradicts"]);
    assert_eq!(solvable(&["verify", CLAIM, "--fresh", "--out", out]).status.code(), Some(0));
    let aside = fs::read_to_string(folder.path().join("trials.previous-1.jsonl")).expect("the old store");
    assert_eq!(aside, contradictory);
}

#[test]
fn what_the_system_says_is_said_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("file");
    fs::write(&file, "in the way").expect("a file");
    for arguments in [
        vec!["verify", CLAIM, "--out", text(&file)],
        vec!["predict", "--batch", "/nowhere.json"],
        vec!["verify", "--data", "/nowhere.csv", "--out", text(folder.path())],
        vec!["report", "/nowhere", "--out", text(folder.path())],
    ] {
        let output = solvable(&arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(message.matches("(os error").count(), 1, "{message}");
    }
}
