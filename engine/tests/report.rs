//! The report on synthetic results: complete, deterministic, well formed, and never torn.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::json;
use solvable_engine::Source;
use solvable_engine::figure::{Axis, Figure, Panel, Point, Position, Scale, Series, Stroke};
use solvable_engine::report::{Additions, Appendix, Part, Report, ReportError, RunInfo, render_svg, write};
use solvable_engine::verify::{
    CaseResult, ClaimResult, Component, Estimate, Judgement, Margin, Profile, Results, RivalResult, Verdict,
};

const KARAKIDA: Source = Source {
    key: "karakida2019universal",
    authors: "Ryo Karakida, Shotaro Akaho, Shun-ichi Amari",
    title: "Universal statistics of Fisher information in deep neural networks: mean field approach",
    venue: "AISTATS",
    year: 2019,
    arxiv: "1806.01316",
};

fn component(label: &str, predicted: f64, relative: f64, half: f64, margin: f64) -> Component {
    let discrepancy = Estimate { value: relative, low: relative - half, high: relative + half };
    let verdict = if discrepancy.low >= -margin && discrepancy.high <= margin {
        Verdict::Confirmed
    } else if discrepancy.low > margin || discrepancy.high < -margin {
        Verdict::Refuted
    } else {
        Verdict::Inconclusive
    };
    let scaled = |d: f64| predicted * (1.0 + d);
    Component {
        label: label.to_owned(),
        predicted,
        measured: Estimate {
            value: scaled(discrepancy.value),
            low: scaled(discrepancy.low),
            high: scaled(discrepancy.high),
        },
        discrepancy,
        margin: Margin::symmetric(margin),
        verdict,
    }
}

fn case(label: &str, width: usize, components: Vec<Component>, rival_at: f64) -> CaseResult {
    let worst =
        |components: &[Component]| components.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Failed);
    let rival = component("", 1.5, rival_at, 0.01, 0.02);
    let own = worst(&components);
    let rival_verdict = rival.verdict;
    let verdict =
        if own == Verdict::Confirmed && rival_verdict != Verdict::Refuted { Verdict::Powerless } else { own };
    CaseResult {
        label: label.to_owned(),
        settings: vec![
            json!({"architecture": {"depth": 4, "width": width, "activation": "tanh"}, "samples": 100}),
        ],
        trials: vec![24],
        verdict,
        claim: Judgement { verdict: own, components },
        rivals: vec![RivalResult {
            name: "independent backpropagation, κ₂ = 0 <naive>".to_owned(),
            judgement: Judgement { verdict: rival_verdict, components: vec![rival] },
        }],
        error: None,
    }
}

fn claim(id: &str, title: &str, formula: &str, cases: Vec<CaseResult>) -> ClaimResult {
    ClaimResult {
        id: id.to_owned(),
        part: id.split('/').next().unwrap_or_default().to_owned(),
        title: title.to_owned(),
        formula: formula.to_owned(),
        sources: vec![KARAKIDA.key.to_owned()],
        statistic: "mean".to_owned(),
        comparison: "ratio".to_owned(),
        verdict: cases.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Failed),
        cases,
    }
}

fn results() -> Results {
    let curve =
        (0..8).map(|l| component(&format!("layer {l}"), 0.3 + 0.1 * l as f64, 0.002 * l as f64, 0.004, 0.03));
    let mut failed = case("M=64", 64, Vec::new(), 0.4);
    failed.error = Some("trial 3: the Gram matrix has a non-finite entry".to_owned());
    failed.verdict = Verdict::Failed;
    failed.claim.verdict = Verdict::Failed;
    Results {
        version: "0.1.0".to_owned(),
        profile: Profile::Quick,
        seed: 1,
        confidence: 0.99,
        maps: Vec::new(),
        claims: vec![
            claim(
                "fisher/mean-eigenvalue",
                "The mean eigenvalue of the Fisher information is $m_\\lambda \\simeq \\kappa_1 C/M$",
                r"m_\lambda \simeq \frac{\kappa_1}{M}\,C, \qquad \kappa_1 = \sum_{l=1}^{L} \frac{\alpha_{l-1}}{\alpha}\,\tilde q_l\,\hat q_{l-1}",
                vec![
                    case("M=256", 256, vec![component("", 0.012_345, 0.004, 0.006, 0.02)], 0.4),
                    case("M=1024", 1024, vec![component("", 0.003_086, -0.002, 0.003, 0.01)], 0.35),
                ],
            ),
            claim(
                "fisher/largest-eigenvalue",
                "The largest eigenvalue grows with the width",
                r"\lambda_{\max} \simeq \alpha\left(\frac{N-1}{N}\kappa_2 + \frac{\kappa_1}{N}\right) M",
                vec![case("M=512", 512, vec![component("", 812.0, 0.018, 0.011, 0.02)], -0.5)],
            ),
            claim(
                "norm/last-mean-subtraction",
                "Mean subtraction in the last layer removes the outliers",
                r"\lambda_{\max} = O\left(\sqrt{M}\right) \quad \text{for } M \to \infty",
                vec![case("M=512", 512, curve.collect(), 0.005)],
            ),
            claim(
                "norm/wrong",
                "A formula that networks contradict",
                r"\frac12 \pi",
                vec![case("M=512", 512, vec![component("", 1.0, 0.3, 0.02, 0.05)], 0.9)],
            ),
            claim("norm/broken", "A claim & its <error>", r"\nonsense{", vec![failed]),
        ],
    }
}

fn power_law(label: &str, group: usize, stroke: Stroke, factor: f64, slope: f64) -> Series {
    let points = (0..60).map(|i| 16.0 * 1.1f64.powi(i)).map(|m| (m, factor * m.powf(slope))).collect();
    Series::Line { label: label.to_owned(), group, stroke, points }
}

fn simulated(label: &str, group: usize, factor: f64, slope: f64) -> Series {
    let points = (4..12)
        .map(|k| {
            let x = 2f64.powi(k);
            let y = factor * x.powf(slope) * (1.0 + 0.2 * f64::sin(f64::from(7 * k)) / x.sqrt());
            let half = 0.9 * y / x.sqrt();
            Point { x, y, low: y - half, high: y + half }
        })
        .collect();
    Series::Points { label: label.to_owned(), group, points }
}

fn scaling() -> Figure {
    Figure {
        id: "fisher/scaling".to_owned(),
        title: "Eigenvalue statistics against the width".to_owned(),
        caption:
            "Lines: theory. Points: 24 simulated networks each, with 99 % intervals ($N = 100$, depth 4)."
                .to_owned(),
        panels: vec![Panel {
            title: String::new(),
            x: Axis::log("width M"),
            y: Axis::log("eigenvalue of Θ_D/N"),
            series: vec![
                power_law("λ_max", 0, Stroke::Solid, 1.6, 1.0),
                simulated("λ_max", 0, 1.6, 1.0),
                power_law("m_λ", 1, Stroke::Solid, 3.0, -1.0),
                simulated("m_λ", 1, 3.0, -1.0),
                power_law("σ_λ², without κ₂", 2, Stroke::Dashed, 2.0, -0.35),
                power_law("∝ √M", 7, Stroke::Dotted, 9.0, 0.5),
            ],
        }],
    }
}

fn phase_diagram() -> Figure {
    let edges = |from: f64, to: f64, n: usize| {
        (0..=n).map(|i| from + (to - from) * i as f64 / n as f64).collect::<Vec<_>>()
    };
    let panel = |title: &str, shift: f64, label: &str, range| {
        let (x_edges, y_edges) = (edges(0.0, 4.0, 40), edges(0.0, 1.0, 24));
        let mut values = Vec::new();
        for y in y_edges.windows(2) {
            for x in x_edges.windows(2) {
                let (x, y) = ((x[0] + x[1]) / 2.0, (y[0] + y[1]) / 2.0);
                values.push(if x > 3.5 && y < 0.2 {
                    f64::NAN
                } else {
                    1.0 / (1.0 + (2.0 * (1.0 + y - x + shift)).exp())
                });
            }
        }
        Panel {
            title: title.to_owned(),
            x: Axis::linear("σ_w²"),
            y: Axis::linear("σ_b²"),
            series: vec![
                Series::HeatMap { label: label.to_owned(), x_edges, y_edges, values, range },
                Series::Line {
                    label: "edge of chaos, χ_1 = 1".to_owned(),
                    group: 1,
                    stroke: Stroke::Solid,
                    points: (0..50)
                        .map(|i| (1.0 + 0.05 * f64::from(i), (0.03 * f64::from(i)).powf(1.3)))
                        .collect(),
                },
                Series::Points {
                    label: "simulated".to_owned(),
                    group: 6,
                    points: [(1.5, 0.3), (2.0, 0.55)]
                        .map(|(x, y)| Point { x, y, low: y - 0.05, high: y + 0.08 })
                        .to_vec(),
                },
            ],
        }
    };
    Figure {
        id: "norm/phase-diagram".to_owned(),
        title: "Order and chaos".to_owned(),
        caption: "Correlation after 20 layers. Hatched: not computed.".to_owned(),
        panels: vec![
            panel("theory", 0.0, "correlation c^*", None),
            panel("simulation, M = 512", 0.1, "correlation c^*", Some((0.0, 1.0))),
        ],
    }
}

fn spectrum() -> Figure {
    let edges: Vec<f64> = (0..=30).map(|i| 0.1 * f64::from(i)).collect();
    let density =
        |x: f64| if x > 0.08 && x < 2.9 { ((x - 0.08) * (2.92 - x)).sqrt() / (3.1 * x) } else { 0.0 };
    let heights =
        edges.windows(2).map(|w| density((w[0] + w[1]) / 2.0) * (1.0 + 0.05 * (17.0 * w[0]).sin())).collect();
    let outlier = |n: usize| (0..n).map(|i| 1e-4 * (1.0 + 0.1 * (i as f64).cos())).collect::<Vec<f64>>();
    Figure {
        id: "norm/spectrum".to_owned(),
        title: "Spectrum".to_owned(),
        caption: "Histogram of the eigenvalues and the limiting law.".to_owned(),
        panels: vec![
            Panel {
                title: "bulk".to_owned(),
                x: Axis::linear("eigenvalue λ"),
                y: Axis::linear("density ρ(λ)"),
                series: vec![
                    Series::Histogram {
                        label: "simulated, M = 512".to_owned(),
                        group: 0,
                        edges: edges.clone(),
                        heights,
                    },
                    Series::Line {
                        label: "Marchenko–Pastur law".to_owned(),
                        group: 1,
                        stroke: Stroke::Solid,
                        points: (0..400)
                            .map(|i| (0.0075 * f64::from(i), density(0.0075 * f64::from(i))))
                            .collect(),
                    },
                    Series::Rule {
                        label: "predicted edge λ_+".to_owned(),
                        group: 2,
                        stroke: Stroke::Dashed,
                        at: Position::X(2.92),
                    },
                ],
            },
            Panel {
                title: "deviation, tiny values on a linear axis with a factor".to_owned(),
                x: Axis::log("size M").within(64.0, 1024.0),
                y: Axis::linear("δ"),
                series: vec![
                    Series::Line {
                        label: String::new(),
                        group: 0,
                        stroke: Stroke::Solid,
                        points: outlier(40)
                            .into_iter()
                            .enumerate()
                            .map(|(i, y)| (64.0 + 24.0 * i as f64, y))
                            .collect(),
                    },
                    Series::Rule {
                        label: "margin".to_owned(),
                        group: 7,
                        stroke: Stroke::Dotted,
                        at: Position::Y(1.05e-4),
                    },
                ],
            },
        ],
    }
}

#[allow(clippy::unwrap_used)]
fn appendix() -> Appendix {
    let text = "# What is covered\n\nAll of it, $x^2$.\n\n## A paper\n\n| Statement | Held by |\n|---|---|\n\
                | $\\lambda$ <grows> | `norm/wrong`, `no/claim` |\n";
    Appendix::from_markdown("coverage", text).unwrap()
}

fn report() -> Report {
    let part = |id: &str, title: &str| {
        Part {
        id: id.to_owned(),
        title: title.to_owned(),
        summary: "The spectrum of the Fisher information matrix of a wide random network: its mean eigenvalue is small, \
                  of order $1/M$, and its largest one is large, of order $M$.\n\nBoth follow from the order parameters \
                  $\\hat q_t, \\tilde q_t$ by `mean_field`."
            .to_owned(),
        findings: vec!["Against the paper, $M$ has to be large. At $M=10$ it fails.".to_owned()],
        sources: vec![KARAKIDA],
    }
    };
    Report {
        results: results(),
        parts: vec![
            part("fisher", "Universal statistics of the Fisher information"),
            part("norm", "Normalization methods & flatness"),
            part("empty", "A part that was not run"),
        ],
        figures: vec![scaling(), phase_diagram(), spectrum()],
        appendices: vec![appendix()],
        bibliography: Vec::new(),
        additions: Additions::default(),
        run: RunInfo {
            command: "solvable run --profile quick".to_owned(),
            started: "2026-01-01T00:00:00Z".to_owned(),
            seconds: 12.5,
            trials_run: 48,
            trials_reused: 0,
            notes: vec!["a note".to_owned()],
        },
    }
}

/// A directory for one test. Set `SOLVABLE_REPORT_DIR` to keep what the tests write and look at it.
fn directory(name: &str) -> PathBuf {
    let root = std::env::var_os("SOLVABLE_REPORT_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = root.join(format!("solvable-report-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    directory
}

fn discard(directory: &Path) {
    if std::env::var_os("SOLVABLE_REPORT_DIR").is_none() {
        let _ = fs::remove_dir_all(directory);
    }
}

#[test]
fn a_report_is_complete_and_leaves_no_temporary_files() {
    let directory = directory("complete");
    let written = write(&report(), &directory).unwrap();
    for name in [
        "index.html",
        "results.json",
        "results.csv",
        "run.json",
        "figures/fisher-scaling.svg",
        "figures/fisher-scaling.pdf",
    ] {
        assert!(written.contains(&directory.join(name)), "{name}");
        assert!(fs::metadata(directory.join(name)).unwrap().len() > 0, "{name}");
    }
    let files =
        fs::read_dir(&directory).unwrap().count() + fs::read_dir(directory.join("figures")).unwrap().count();
    assert_eq!(files, written.len() + 1, "nothing but the files reported and the folder of figures");
    discard(&directory);
}

#[test]
fn all_but_the_run_is_the_same_byte_for_byte() {
    let (first, second) = (directory("first"), directory("second"));
    let mut later = report();
    later.run.seconds = 99.0;
    later.run.started = "2027-07-07T07:07:07Z".to_owned();
    let written = write(&report(), &first).unwrap();
    write(&later, &second).unwrap();
    for path in written {
        let name = path.strip_prefix(&first).unwrap();
        let same = fs::read(&path).unwrap() == fs::read(second.join(name)).unwrap();
        assert_eq!(same, name != Path::new("run.json"), "{}", name.display());
    }
    discard(&first);
    discard(&second);
}

#[test]
fn results_json_gives_back_the_results() {
    let directory = directory("json");
    write(&report(), &directory).unwrap();
    let text = fs::read_to_string(directory.join("results.json")).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results());
    discard(&directory);
}

#[test]
fn results_csv_has_a_row_for_each_component_of_claims_and_rivals() {
    let directory = directory("csv");
    write(&report(), &directory).unwrap();
    let mut reader = csv::Reader::from_path(directory.join("results.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    // Six cases with one component of the claim or none, one with eight; and one rival each.
    assert_eq!(rows.len(), 2 + 1 + 8 + 1 + 1 + 6);
    let column =
        |row: &csv::StringRecord, name: &str| row[header.iter().position(|h| h == name).unwrap()].to_owned();
    assert_eq!(column(&rows[0], "id"), "fisher/mean-eigenvalue");
    assert_eq!(column(&rows[0], "role"), "claim");
    assert_eq!(column(&rows[0], "predicted").parse(), Ok(0.012_345));
    assert_eq!(column(&rows[1], "role"), "rival");
    assert_eq!(column(&rows[1], "verdict"), "refuted");
    let settings: serde_json::Value = serde_json::from_str(&column(&rows[0], "settings")).unwrap();
    assert_eq!(settings[0]["architecture"]["width"], 256);
    let failed = rows.iter().find(|row| column(row, "id") == "norm/broken").unwrap();
    assert_eq!((column(failed, "verdict").as_str(), column(failed, "predicted").as_str()), ("failed", ""));
    discard(&directory);
}

#[test]
fn the_page_names_what_is_not_confirmed_first_and_escapes_everything() {
    let directory = directory("html");
    write(&report(), &directory).unwrap();
    let html = fs::read_to_string(directory.join("index.html")).unwrap();
    let attention = html.find("Not confirmed").unwrap();
    assert!(attention < html.find("<section class=\"part\"").unwrap());
    assert!(html.contains("A claim &amp; its &lt;error&gt;"));
    assert!(html.contains("href=\"#appendix-coverage\""));
    // Findings come first, each with its first sentence; parts that were not run have none.
    assert!(html.contains("<a href=\"#findings\">Findings</a> <span class=\"tally\">2</span>"));
    let findings = html.find("id=\"findings\"").unwrap();
    assert!(findings < html.find("class=\"part\"").unwrap());
    assert_eq!(html.matches("has to be large.</summary>").count(), 2);
    // What is filtered is marked; without a script the form does not show.
    assert!(html.contains("id=\"filter\" role=\"search\" aria-label=\"Claims\" hidden"));
    for claim in &report().results.claims {
        let (part, verdict) = (&claim.part, claim.verdict);
        assert!(html.contains(&format!("data-part=\"{part}\" data-verdict=\"{verdict}\"")));
        assert!(html.contains(&format!("<tr data-claim=\"claim-{}\">", claim.id.replace('/', "-"))));
    }
    assert!(html.contains("&lt;grows&gt;"));
    assert!(html.contains("<a class=\"refuted\" title=\"refuted: A formula that networks contradict\" href=\"#claim-norm-wrong\">"));
    assert!(html.contains("<code>no/claim</code></td>"));
    assert!(!html.contains("<naive>") && !html.contains("<error>"));
    assert!(html.contains("<math") && html.contains("prefers-color-scheme:dark"));
    // Self-contained: nothing is loaded from elsewhere, and no time of the run is told.
    for outside in ["<script src", "<link", "src=\"http", "url(http", "@import", "2026-01-01"] {
        assert!(!html.contains(outside), "{outside}");
    }
    discard(&directory);
}

#[test]
fn an_empty_report_is_a_report() {
    let directory = directory("empty");
    let empty = Report {
        results: Results { claims: Vec::new(), ..results() },
        parts: Vec::new(),
        figures: Vec::new(),
        ..report()
    };
    write(&empty, &directory).unwrap();
    assert!(fs::read_to_string(directory.join("results.csv")).unwrap().starts_with("id,part,case"));
    discard(&directory);
}

#[test]
fn a_failure_names_the_file() {
    let blocked = directory("blocked");
    fs::write(&blocked, "a file where the directory should be").unwrap();
    let error = write(&report(), &blocked).unwrap_err();
    assert!(matches!(&error, ReportError::Io { path, .. } if path.starts_with(&blocked)), "{error}");
    assert!(error.to_string().contains(blocked.to_str().unwrap()), "{error}");
    fs::remove_file(&blocked).unwrap();
}

/// Numbers of all kinds, the awkward ones often.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 5e-324, f64::MAX, f64::MIN, 1.0, 1e-12, 1e300
        ]),
    ]
}

fn any_range() -> impl Strategy<Value = Option<(f64, f64)>> {
    prop::option::of((any_number(), any_number()))
}

fn any_axis() -> impl Strategy<Value = Axis> {
    (".{0,12}", any::<bool>(), any_range()).prop_map(|(label, log, range)| Axis {
        label,
        scale: if log { Scale::Log } else { Scale::Linear },
        range,
    })
}

fn any_series() -> impl Strategy<Value = Series> {
    let numbers = || prop::collection::vec(any_number(), 0..9);
    let stroke = || prop::sample::select(vec![Stroke::Solid, Stroke::Dashed, Stroke::Dotted]);
    let pairs = prop::collection::vec((any_number(), any_number()), 0..9);
    let points = prop::collection::vec((any_number(), any_number(), any_number(), any_number()), 0..9)
        .prop_map(|points| points.into_iter().map(|(x, y, low, high)| Point { x, y, low, high }).collect());
    let at = (any::<bool>(), any_number()).prop_map(|(x, v)| if x { Position::X(v) } else { Position::Y(v) });
    prop_oneof![
        (".{0,12}", any::<usize>(), stroke(), pairs)
            .prop_map(|(label, group, stroke, points)| Series::Line { label, group, stroke, points }),
        (".{0,12}", any::<usize>(), points).prop_map(|(label, group, points)| Series::Points {
            label,
            group,
            points
        }),
        (".{0,12}", any::<usize>(), numbers(), numbers())
            .prop_map(|(label, group, edges, heights)| Series::Histogram { label, group, edges, heights }),
        (".{0,12}", numbers(), numbers(), numbers(), any_range()).prop_map(
            |(label, x_edges, y_edges, values, range)| {
                Series::HeatMap { label, x_edges, y_edges, values, range }
            }
        ),
        (".{0,12}", any::<usize>(), stroke(), at).prop_map(|(label, group, stroke, at)| Series::Rule {
            label,
            group,
            stroke,
            at
        }),
    ]
}

fn any_figure() -> impl Strategy<Value = Figure> {
    let panel = (".{0,12}", any_axis(), any_axis(), prop::collection::vec(any_series(), 0..5))
        .prop_map(|(title, x, y, series)| Panel { title, x, y, series });
    ("[a-z]{1,5}/.{0,8}", ".{0,12}", ".{0,12}", prop::collection::vec(panel, 0..5))
        .prop_map(|(id, title, caption, panels)| Figure { id, title, caption, panels })
}

proptest! {
    #[test]
    fn any_figure_is_drawn_with_finite_coordinates(figure in any_figure()) {
        let svg = render_svg(&figure).unwrap();
        prop_assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for attribute in ["d=\"", "x=\"", "y=\"", "cx=\"", "width=\"", "font-size=\"", "translate("] {
            for rest in svg.split(&format!(" {attribute}")).skip(1) {
                let value = rest.split(['"', ')']).next().unwrap();
                prop_assert!(!value.contains("NaN") && !value.contains("inf"), "{attribute}{value}");
            }
        }
    }
}
