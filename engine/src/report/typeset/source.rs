//! The generated source of the typeset report: calls of the template, one line for each thing.

use std::fmt::Write;

use super::{image_name, math, quote};
use crate::report::markup::{self, Level};
use crate::report::math::{Piece, pieces};
use crate::report::outline::{Outline, Section, citation};
use crate::report::{Appendix, Report, interval, number};
use crate::verify::{CaseResult, ClaimResult, Component, Verdict};

/// The source of the document.
pub(super) fn document(report: &Report) -> String {
    let outline = Outline::of(report);
    let results = &report.results;
    let mut source = String::from("#import \"template.typ\": *\n");
    let counts: Vec<String> = VERDICTS
        .iter()
        .map(|&verdict| {
            let count = results.claims.iter().filter(|claim| claim.verdict == verdict).count();
            format!("(\"{verdict}\", {count})")
        })
        .collect();
    let _ = writeln!(
        source,
        "#show: report.with(version: {}, profile: \"{}\", seed: \"{}\", confidence: {}, counts: ({},), parts: {})",
        quote(&results.version),
        results.profile,
        results.seed,
        quote(&number::number(100.0 * results.confidence)),
        counts.join(", "),
        outline.sections.len()
    );
    attention(&mut source, &results.claims);
    source.push_str("#contents\n");
    for section in &outline.sections {
        self::section(&mut source, section, &outline);
    }
    for appendix in &report.appendices {
        self::appendix(&mut source, appendix);
    }
    if !outline.sources.is_empty() {
        source.push_str("#references((\n");
        for entry in &outline.sources {
            let arxiv = if entry.arxiv.is_empty() { String::new() } else { format!("arXiv:{}", entry.arxiv) };
            let fields = [entry.authors, &entry.year.to_string(), entry.title, entry.venue, &arxiv]
                .map(quote)
                .join(", ");
            let _ = writeln!(source, "({fields}),");
        }
        source.push_str("))\n");
    }
    source
}

const VERDICTS: [Verdict; 5] =
    [Verdict::Confirmed, Verdict::Inconclusive, Verdict::Powerless, Verdict::Refuted, Verdict::Failed];

fn attention(source: &mut String, claims: &[ClaimResult]) {
    let mut open: Vec<&ClaimResult> = claims.iter().filter(|c| c.verdict != Verdict::Confirmed).collect();
    open.sort_by_key(|claim| std::cmp::Reverse(claim.verdict));
    if open.is_empty() {
        return;
    }
    source.push_str("#attention((\n");
    for claim in open {
        let _ = writeln!(source, "(\"{}\", {}, {}),", claim.verdict, text(&claim.title), quote(&claim.id));
    }
    source.push_str("))\n");
}

fn section(source: &mut String, section: &Section<'_>, outline: &Outline<'_>) {
    let findings = section.findings.iter().map(String::as_str);
    let paragraphs: Vec<String> = section.paragraphs().chain(findings).map(text).collect();
    let cited: Vec<String> = section.sources.iter().map(|source| quote(&citation(source))).collect();
    let _ = writeln!(source, "#part({}, {}, {})", text(section.title), array(&paragraphs), array(&cited));
    if !section.claims.is_empty() {
        source.push_str("#overview((\n");
        for claim in &section.claims {
            let components = claim.cases.iter().flat_map(|case| &case.claim.components);
            let _ = writeln!(
                source,
                "(\"{}\", {}, {}, {}),",
                claim.verdict,
                text(&claim.title),
                claim.cases.len(),
                picture(interval::worst(components))
            );
        }
        source.push_str("))\n");
    }
    for figure in &section.figures {
        let _ = writeln!(
            source,
            "#plate({}, {}, {})",
            quote(&image_name(&figure.id)),
            text(figure.title.trim_end_matches('.')),
            text(&figure.caption)
        );
    }
    for claim in &section.claims {
        self::claim(source, claim, outline);
    }
}

fn appendix(source: &mut String, appendix: &Appendix) {
    let texts = |texts: &[String]| array(&texts.iter().map(|words| text(words)).collect::<Vec<_>>());
    let _ = writeln!(source, "#part({}, {}, ())", text(&appendix.title), texts(&appendix.paragraphs));
    for table in &appendix.tables {
        let rows: Vec<String> = table.rows.iter().map(|row| texts(row)).collect();
        let _ = writeln!(
            source,
            "#listing({}, {}, {}, {})",
            text(&table.title),
            texts(&table.paragraphs),
            texts(&table.header),
            array(&rows)
        );
    }
}

fn claim(source: &mut String, claim: &ClaimResult, outline: &Outline<'_>) {
    let formula = if claim.formula.trim().is_empty() {
        "none".to_owned()
    } else {
        math::equation(&claim.formula, true)
    };
    let cited: Vec<String> =
        claim.sources.iter().map(|key| outline.source(key).map_or_else(|| key.clone(), citation)).collect();
    let _ = writeln!(
        source,
        "#claim(\"{}\", {}, {}, {formula}, {}, {}, {}, (",
        claim.verdict,
        text(&claim.title),
        quote(&claim.id),
        quote(&claim.statistic),
        quote(&claim.comparison),
        quote(&cited.join("; "))
    );
    for case in &claim.cases {
        self::case(source, case);
    }
    source.push_str("))\n");
}

fn case(source: &mut String, case: &CaseResult) {
    let worst = interval::worst(&case.claim.components);
    let note = match (worst, case.claim.components.len(), &case.error) {
        (_, _, Some(error)) => quote(error),
        (Some(component), 2.., None) => {
            label(&format!("worst of {}: {}", case.claim.components.len(), component.label))
        }
        _ => "none".to_owned(),
    };
    let rivals: Vec<String> = case
        .rivals
        .iter()
        .map(|rival| {
            let worst = interval::worst(&rival.judgement.components);
            format!(
                "(\"{}\", {}, {}, {})",
                rival.judgement.verdict,
                text(&rival.name),
                numbers(worst),
                picture(worst)
            )
        })
        .collect();
    let trials: usize = case.trials.iter().sum();
    let _ = writeln!(
        source,
        "(verdict: \"{}\", label: {}, note: {note}, numbers: {}, picture: {}, trials: {trials}, rivals: {}),",
        case.verdict,
        label(&case.label),
        numbers(worst),
        picture(worst),
        array(&rivals)
    );
}

/// Prediction, measurement, discrepancy and margin.
fn numbers(component: Option<&Component>) -> String {
    component.map_or_else(
        || "(\"\", \"\", \"\", \"\")".to_owned(),
        |c| {
            let fields = [
                number::number(c.predicted),
                number::estimate(c.measured),
                number::estimate(c.discrepancy),
                number::margin(c.margin),
            ];
            array(&fields.map(|field| quote(&field)))
        },
    )
}

fn picture(component: Option<&Component>) -> String {
    component.map_or_else(|| "none".to_owned(), |c| quote(&interval::document(c)))
}

fn array(items: &[String]) -> String {
    match items {
        [] => "()".to_owned(),
        items => format!("({},)", items.join(", ")),
    }
}

/// Running text as an expression.
fn text(words: &str) -> String {
    let parts: Vec<String> = pieces(words)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(plain) => label(plain),
            Piece::Math(latex) => math::equation(latex, false),
            Piece::Code(code) => format!("raw({})", quote(code)),
        })
        .collect();
    if parts.is_empty() { "\"\"".to_owned() } else { format!("({})", parts.join(" + ")) }
}

/// Plain text as an expression, with the sub- and superscripts of labels: `λ_max`.
fn label(text: &str) -> String {
    let runs: Vec<String> = markup::runs(text)
        .into_iter()
        .map(|run| match run.level {
            Level::Base => quote(&run.text),
            Level::Sub => format!("sub({})", quote(&run.text)),
            Level::Super => format!("super({})", quote(&run.text)),
        })
        .collect();
    if runs.is_empty() { "\"\"".to_owned() } else { format!("({})", runs.join(" + ")) }
}
