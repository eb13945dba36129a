//! Ratios of times, measured and recorded.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A ratio that is so many times the recorded one is worse.
pub const TOLERANCE: f64 = 1.3;

/// The time of some work in units of the time of a baseline in the same run: lower is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// What was timed.
    pub work: String,
    /// What it is compared with.
    pub baseline: String,
    /// Time of the work / time of the baseline.
    pub ratio: f64,
    /// The largest ratio that is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<f64>,
    /// Both times, where the ratio is that of two times; not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<[f64; 2]>,
}

impl Ratio {
    /// The ratio of two times in seconds, printed.
    pub fn new(work: impl Into<String>, baseline: impl Into<String>, seconds: [f64; 2]) -> Self {
        let ratio = seconds[0] / seconds[1];
        Self { seconds: Some(seconds), ..Self::of(work, baseline, ratio) }
    }

    /// A ratio by its value.
    pub fn of(work: impl Into<String>, baseline: impl Into<String>, ratio: f64) -> Self {
        assert!(ratio.is_finite() && ratio > 0.0, "{ratio} is no ratio of times");
        Self { work: work.into(), baseline: baseline.into(), ratio, promised: None, seconds: None }
    }

    /// The same with the largest ratio that is promised.
    pub fn promised(self, ratio: f64) -> Self {
        Self { promised: Some(ratio), ..self }
    }

    /// Prints and returns it.
    pub fn shown(self) -> Self {
        println!("  {self}");
        self
    }

    fn is_of(&self, other: &Self) -> bool {
        self.work == other.work && self.baseline == other.baseline
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}:", self.work, self.baseline)?;
        if let Some([work, baseline]) = self.seconds {
            write!(f, " {:.3} ms / {:.3} ms =", 1e3 * work, 1e3 * baseline)?;
        }
        write!(f, " {:.3}", self.ratio)?;
        self.promised.map_or(Ok(()), |promised| write!(f, " (promised: at most {promised})"))
    }
}

/// The ratios of one benchmark, and where they were measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Of this program.
    pub version: String,
    /// The processor, in its own words.
    pub machine: String,
    /// Threads of the program.
    pub threads: usize,
    /// In the order in which they were measured.
    pub ratios: Vec<Ratio>,
}

impl Measured {
    /// Ratios of this machine.
    pub fn here(ratios: Vec<Ratio>) -> Self {
        let machine = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: machine.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            threads: rayon::current_num_threads(),
            ratios,
        }
    }

    /// Replaces every ratio by that of a repeat which is lower.
    pub fn keep_best(&mut self, repeat: Vec<Ratio>) {
        for again in repeat {
            if let Some(ratio) = self.ratios.iter_mut().find(|ratio| ratio.is_of(&again))
                && again.ratio < ratio.ratio
            {
                *ratio = again;
            }
        }
    }

    /// Writes `benchmarks/<bench>.json` in the target folder.
    pub fn write(&self, bench: &str) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("benchmarks");
        std::fs::create_dir_all(&target).expect("a target folder that can be written");
        put_json(&target.join(format!("{bench}.json")), self);
    }
}

/// The committed ratios of all benchmarks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recorded(pub BTreeMap<String, Measured>);

impl Recorded {
    /// Those of `benches/recorded.json`; none where there is no such file.
    pub fn read() -> Self {
        let text = std::fs::read_to_string(committed("benches/recorded.json")).ok();
        text.map_or_else(Self::default, |text| serde_json::from_str(&text).expect("recorded ratios"))
    }

    /// Puts three digits of what was measured in place of what was recorded.
    pub fn put(&mut self, bench: &str, mut measured: Measured) {
        for ratio in &mut measured.ratios {
            ratio.ratio = format!("{:.2e}", ratio.ratio).parse().expect("a number");
            ratio.seconds = None;
        }
        self.0.insert(bench.to_owned(), measured);
    }

    /// Writes the file and its table in the README.
    pub fn write(&self) {
        put_json(&committed("benches/recorded.json"), self);
        let readme = std::fs::read_to_string(committed(README)).expect("a README");
        let readme = with_table(&readme, &self.table()).expect("the place of the table");
        std::fs::write(committed(README), readme).expect("a README that can be written");
    }

    /// What is worse than recorded, or cannot be compared.
    pub fn judge(&self, bench: &str, measured: &Measured) -> Vec<Finding> {
        let recorded = self.0.get(bench).map_or(&[][..], |recorded| &recorded.ratios);
        let find = |ratios: &[Ratio], ratio: &Ratio| ratios.iter().find(|other| other.is_of(ratio)).cloned();
        let finding = |ratio: &Ratio, kind| {
            let name = format!("{} / {}", ratio.work, ratio.baseline);
            Some(Finding { bench: bench.to_owned(), ratio: name, kind })
        };
        let now = measured.ratios.iter().filter_map(|ratio| match find(recorded, ratio) {
            None => finding(ratio, Kind::NotRecorded { now: ratio.ratio }),
            Some(old) if ratio.ratio <= TOLERANCE * old.ratio => None,
            Some(old) => finding(ratio, Kind::Worse { recorded: old.ratio, now: ratio.ratio }),
        });
        let lost = recorded.iter().filter(|old| find(&measured.ratios, old).is_none());
        now.chain(lost.filter_map(|old| finding(old, Kind::NotMeasured { recorded: old.ratio }))).collect()
    }

    /// The ratios as a table in Markdown, and where they were measured.
    pub fn table(&self) -> String {
        let mut table =
            "| `--bench` | time of | in units of | ratio | promised |\n|---|---|---|---|---|\n".to_owned();
        for (bench, measured) in &self.0 {
            for Ratio { work, baseline, ratio, promised, .. } in &measured.ratios {
                let promised = promised.map_or_else(String::new, |promised| promised.to_string());
                table += &format!("| `{bench}` | {work} | {baseline} | {ratio} | {promised} |\n");
            }
        }
        let mut places: Vec<String> = self
            .0
            .values()
            .map(|measured| format!("{} threads of {}", measured.threads, measured.machine))
            .collect();
        places.sort();
        places.dedup();
        format!("{table}\nMeasured on {}.\n", places.join(" and "))
    }
}

/// Why a check fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    bench: String,
    ratio: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Worse { recorded: f64, now: f64 },
    NotRecorded { now: f64 },
    NotMeasured { recorded: f64 },
}

impl Finding {
    /// Whether the ratio could be compared, so that a repeat may find it better.
    pub fn is_worse(&self) -> bool {
        matches!(self.kind, Kind::Worse { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bench, ratio, kind } = self;
        match kind {
            Kind::Worse { recorded, now } => write!(
                f,
                "{bench}: {ratio}: recorded {recorded:.3}, now {now:.3}, worse by more than {:.0} %",
                100.0 * (TOLERANCE - 1.0)
            ),
            Kind::NotRecorded { now } => {
                write!(f, "{bench}: {ratio}: now {now:.3}, not recorded; `-- --record` does so")
            }
            Kind::NotMeasured { recorded } => {
                write!(f, "{bench}: {ratio}: recorded {recorded:.3}, not measured any more")
            }
        }
    }
}

/// Where the table stands.
pub const README: &str = "README.md";
const BEGIN: &str = "<!-- benches/recorded.json, by `cargo bench -- --record` -->\n";
const END: &str = "<!-- end of benches/recorded.json -->\n";

/// The text with `table` between the marks; nothing where there are none.
pub fn with_table(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

/// A file of the repository.
pub fn committed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn put_json(path: &Path, value: &impl Serialize) {
    let text = serde_json::to_string_pretty(value).expect("finite numbers");
    std::fs::write(path, text + "\n").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
