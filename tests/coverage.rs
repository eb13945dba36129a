//! What the table of coverage names exists, and every paper is in it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use solvable::theory::catalog;
use solvable::{coverage, papers};

#[test]
fn every_id_of_the_table_exists() {
    let papers = papers::all();
    let of_papers = papers.iter().flat_map(|paper| paper.ids()).map(str::to_owned);
    let known: BTreeSet<String> =
        of_papers.chain(catalog::all().into_iter().map(|p| p.id.to_owned())).collect();
    let appendix = coverage::appendix().unwrap();
    let codes = appendix.codes().filter(|code| !code.starts_with("solvable "));
    let unknown: Vec<&str> = codes.filter(|code| !known.contains(*code)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_row_names_what_holds_it_or_says_why_not() {
    for table in &coverage::appendix().unwrap().tables {
        assert!(table.rows.len() > 4, "{}", table.title);
        for row in &table.rows {
            let last = row.last().unwrap();
            assert!(last.contains('`') || last.contains("not reproduced"), "{}: {row:?}", table.title);
        }
    }
}

/// The nine papers, the report, later work and the published values.
#[test]
fn every_paper_has_its_table() {
    let appendix = coverage::appendix().unwrap();
    let titles: BTreeSet<String> = appendix.tables.iter().map(|table| table.title.to_lowercase()).collect();
    let sources = papers::all().into_iter().take(9).map(|paper| paper.sources[0]);
    for source in sources {
        let title = source.title.to_lowercase();
        assert!(titles.iter().any(|known| known.starts_with(&title)), "{title}");
    }
    assert_eq!(titles.len(), 12);
}

/// What was read off from published figures, to the three per cent of the reading; the measured edge lies above its formula.
#[test]
fn published_values_agree() {
    let appendix = coverage::appendix().unwrap();
    let table = appendix.tables.last().unwrap();
    for row in &table.rows {
        let number = |text: &str| -> f64 {
            text.split(' ').next().unwrap().replace("×10⁻⁴", "e-4").parse().unwrap()
        };
        let (read, here) = (number(&row[1]), number(&row[2]));
        let off = here / read - 1.0;
        let allowed = if row[0].contains("edge") { 0.08 } else { 0.03 };
        assert!(off.abs() < allowed, "{row:?}: {off}");
    }
}
