//! The site: every link leads somewhere, everything is told, the commands of the tutorials say what the pages say that they say.

#![cfg(feature = "site")]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use scraper::{Html, Selector};
use solvable::papers;
use solvable::report::{Report, anchor, figure_name};
use solvable::site::{Api, Checkout, SiteError, write};
use solvable::theory::catalog;
use solvable::verify::{Observer, Profile};
use solvable_engine::cli::{self, Host, ReportArgs, Scope, Selection};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A part whose trials are judged within seconds stands for all.
const JUDGED: &str = "mf";

struct Silent;

impl Observer for Silent {}

impl Host for Silent {
    fn note(&self, _text: &str) {}

    fn command(&self) -> String {
        String::new()
    }
}

/// The verdicts of one part.
static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let asked = ReportArgs {
        stores: vec![root().join(format!("snapshots/recorded/{JUDGED}.jsonl.gz"))],
        only: Vec::new(),
        partial: true,
        selection: Selection {
            scope: Scope { profile: Profile::Full, seed: 0, trials: None },
            out: PathBuf::new(),
            junit: None,
        },
    };
    let offer = solvable::cli::offer(None, true, &|_| ()).and_then(solvable::cli::with_figures).unwrap();
    *cli::judged(&asked, offer, &Silent).unwrap().0
});

/// The site, written once.
struct Site {
    folder: tempfile::TempDir,
    pages: BTreeMap<String, String>,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let files = written(folder.path());
    let name = |file: &PathBuf| file.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
    let pages = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "html"));
    let pages = pages.map(|file| (name(file), fs::read_to_string(file).unwrap())).collect();
    Site { folder, pages }
});

/// Its pages as a browser reads them.
fn pages() -> BTreeMap<&'static str, Html> {
    SITE.pages.iter().map(|(name, text)| (name.as_str(), Html::parse_document(text))).collect()
}

fn written(folder: &Path) -> Vec<PathBuf> {
    write(&Checkout::open(root()).unwrap(), &papers::all(), &REPORT, Api::Left, folder).unwrap()
}

fn all<'h>(page: &'h Html, selector: &str) -> Vec<scraper::ElementRef<'h>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn ids(page: &Html) -> Vec<&str> {
    all(page, "[id]").into_iter().filter_map(|element| element.value().attr("id")).collect()
}

#[test]
fn pages_are_well_formed_and_ids_are_unique_in_them() {
    for (name, page) in &pages() {
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        let ids = ids(page);
        let mut seen = HashSet::new();
        let twice: Vec<_> = ids.iter().filter(|id| !seen.insert(**id)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
    }
}

#[test]
fn every_link_leads_to_a_place_that_is_there() {
    let pages = pages();
    let anchors: BTreeMap<&str, HashSet<&str>> =
        pages.iter().map(|(name, page)| (*name, ids(page).into_iter().collect())).collect();
    let mut local = 0;
    for (name, page) in &pages {
        let place = Path::new(name).parent().unwrap();
        for element in all(page, "[href], [src]") {
            let value = element.value();
            let address = value.attr("href").or_else(|| value.attr("src")).unwrap();
            if address.starts_with("https://") {
                assert_eq!(value.name(), "a", "{name} loads {address}");
                continue;
            }
            if address == "data:," {
                continue;
            }
            local += 1;
            let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
            let mut target = place.to_owned();
            for piece in Path::new(path) {
                match piece.to_str().unwrap() {
                    ".." => assert!(target.pop(), "{name}: {address}"),
                    piece => target.push(piece),
                }
            }
            let target =
                if path.is_empty() { (*name).to_owned() } else { target.to_string_lossy().into_owned() };
            assert!(SITE.folder.path().join(&target).is_file(), "{name}: {address}");
            // Parameters of a form are no anchor.
            if !anchor.is_empty() && !anchor.contains('=') {
                assert!(anchors[target.as_str()].contains(anchor), "{name}: {address}");
            }
        }
    }
    assert!(local > 5_000, "{local} links");
}

#[test]
fn everything_is_told() {
    let pages = pages();
    for prediction in catalog::all() {
        let page = &pages[format!("catalog/{}.html", prediction.id).as_str()];
        let fields: BTreeSet<&str> =
            all(page, "form.try [name]").iter().map(|field| field.value().attr("name").unwrap()).collect();
        let named: BTreeSet<&str> =
            prediction.parameters.iter().map(|p| p.name).chain([catalog::COST_LIMIT.name]).collect();
        assert_eq!(fields, named, "{}", prediction.id);
        assert!(!all(page, "math").is_empty(), "{}", prediction.id);
        assert!(ids(page).contains(&"example"), "{} has no example", prediction.id);
    }
    for paper in papers::all() {
        let page = &pages[format!("parts/{}.html", paper.name).as_str()];
        assert!(ids(page).contains(&"theory"), "{}", paper.name);
        assert!(all(page, "math").len() > 10, "{}", paper.name);
    }
    let judged = REPORT.results.claims.iter().filter(|claim| claim.part == JUDGED);
    let of_part = papers::all().into_iter().find(|paper| paper.id == JUDGED).unwrap();
    assert_eq!(judged.count(), of_part.claims.len());
    let everywhere: HashSet<&str> =
        pages.iter().filter(|(name, _)| name.starts_with("parts/")).flat_map(|(_, page)| ids(page)).collect();
    for claim in &REPORT.results.claims {
        assert!(everywhere.contains(anchor("claim", &claim.id).as_str()), "{}", claim.id);
    }
    assert!(REPORT.figures.len() > 4, "{}", REPORT.figures.len());
    for figure in &REPORT.figures {
        assert!(everywhere.contains(anchor("figure", &figure.id).as_str()), "{}", figure.id);
        let file = format!("figures/{}.svg", figure_name(&figure.id));
        assert!(SITE.folder.path().join(&file).is_file(), "{file}");
    }
    let index = fs::read_to_string(SITE.folder.path().join("assets/search-index.js")).unwrap();
    for id in
        REPORT.results.claims.iter().map(|claim| claim.id.as_str()).chain(catalog::all().iter().map(|p| p.id))
    {
        assert!(index.contains(&format!("\"{id}\"")), "{id}");
    }
}

#[test]
fn readers_of_all_kinds_find_their_way() {
    for (name, page) in &pages() {
        assert_eq!(all(page, "h1").len(), 1, "{name}");
        assert_eq!(all(page, "main").len(), 1, "{name}");
        assert_eq!(all(page, "html[lang]").len(), 1, "{name}");
        let mut before = 1;
        for heading in all(page, "h1, h2, h3, h4, h5, h6") {
            let level: u8 = heading.value().name()[1..].parse().unwrap();
            assert!(level <= before + 1, "{name}: a heading of level {level} after one of {before}");
            before = level;
        }
        let labelled: HashSet<&str> =
            all(page, "label[for]").iter().map(|label| label.value().attr("for").unwrap()).collect();
        for field in all(page, "input, select, textarea") {
            let in_label =
                field.ancestors().any(|node| node.value().as_element().is_some_and(|e| e.name() == "label"));
            let id = field.value().attr("id").unwrap_or_default();
            let told = field.value().attr("aria-label").is_some_and(|label| !label.is_empty());
            assert!(in_label || told || labelled.contains(id), "{name}: the field {id} has no label");
        }
    }
}

#[test]
fn every_formula_is_understood() {
    for (name, page) in &pages() {
        let strange: Vec<String> = all(page, "code.latex").iter().map(|code| code.inner_html()).collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
        assert!(all(page, "merror").is_empty(), "{name}");
    }
}

#[test]
fn equal_inputs_make_equal_bytes() {
    let again = tempfile::tempdir().unwrap();
    for file in written(again.path()) {
        let name = file.strip_prefix(again.path()).unwrap();
        let first = SITE.folder.path().join(name);
        assert!(fs::read(&file).unwrap() == fs::read(first).unwrap(), "{}", name.display());
    }
}

#[test]
fn a_folder_that_is_no_checkout_is_refused_by_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "").unwrap();
    let error = Checkout::open(folder.path()).unwrap_err();
    assert!(matches!(&error, SiteError::NoCheckout { missing, .. } if missing == "README.md"), "{error}");
    assert!(error.to_string().starts_with("--repository is "), "{error}");
}

/// A command of a text with the lines that it is said to print; `...` stands for any lines.
fn commands(text: &str) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut in_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) {
            commands.push((command.to_owned(), Vec::new()));
        } else if in_console {
            commands.last_mut().unwrap().1.push(line.to_owned());
        }
    }
    commands
}

/// Whether `told` is `said`, in which `...` stands for any lines.
fn agrees(told: &[&str], said: &[String]) -> bool {
    match said.split_first() {
        None => told.is_empty(),
        Some((dots, rest)) if dots == "..." => (0..=told.len()).any(|skipped| agrees(&told[skipped..], rest)),
        Some((line, rest)) => {
            told.split_first().is_some_and(|(first, others)| first == line && agrees(others, rest))
        }
    }
}

#[test]
fn tutorials_show_what_their_commands_print() {
    let program = Path::new(env!("CARGO_BIN_EXE_solvable"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut run = 0;
    for entry in fs::read_dir(root().join("web/site")).unwrap() {
        let file = entry.unwrap().path();
        for (command, said) in commands(&fs::read_to_string(&file).unwrap()) {
            let output = Command::new("sh")
                .args(["-c", &format!("{command} 2>&1")])
                .env("PATH", &path)
                .current_dir(root())
                .output()
                .unwrap();
            let told = String::from_utf8(output.stdout).unwrap();
            let lines: Vec<&str> = told.lines().collect();
            assert!(agrees(&lines, &said), "{}: {command} prints\n{told}", file.display());
            let refused = said.iter().any(|line| line.starts_with("error: "));
            assert_eq!(output.status.success(), !refused, "{}: {command}", file.display());
            run += 1;
        }
    }
    assert!(run >= 10, "{run} commands");
}
