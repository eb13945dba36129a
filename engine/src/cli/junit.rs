//! Verdicts as JUnit XML, which most systems of continuous integration read.

use std::fmt::Write;

use crate::report::escape;
use crate::verify::{CaseResult, Results, Verdict};

/// One test suite for each claim, one test case for each of its cases. *Inconclusive* is skipped, *failed* an error, everything
/// else that is not confirmed a failure.
pub(super) fn document(results: &Results, program: &str) -> String {
    let count = |verdicts: &[Verdict], cases: &[CaseResult]| {
        cases.iter().filter(|case| verdicts.contains(&case.verdict)).count()
    };
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"{}\">", escape(program));
    for claim in &results.claims {
        let failures = count(&[Verdict::Refuted, Verdict::Powerless], &claim.cases);
        let (errors, skipped) =
            (count(&[Verdict::Failed], &claim.cases), count(&[Verdict::Inconclusive], &claim.cases));
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">",
            escape(&claim.id),
            claim.cases.len()
        );
        for case in &claim.cases {
            let _ = write!(
                xml,
                "    <testcase classname=\"{}\" name=\"{}\"",
                escape(&claim.id),
                escape(&case.label)
            );
            let message = escape(&told(case));
            let _ = match case.verdict {
                Verdict::Confirmed => writeln!(xml, "/>"),
                Verdict::Inconclusive => {
                    writeln!(xml, "><skipped message=\"{message}\"/></testcase>")
                }
                Verdict::Failed => writeln!(xml, "><error message=\"{message}\"/></testcase>"),
                Verdict::Refuted | Verdict::Powerless => {
                    writeln!(xml, "><failure type=\"{}\" message=\"{message}\"/></testcase>", case.verdict)
                }
            };
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// What was found, in one line.
fn told(case: &CaseResult) -> String {
    if let Some(error) = &case.error {
        return error.clone();
    }
    let components = case.claim.components.iter().map(|c| {
        let label = if c.label.is_empty() { String::new() } else { format!("{}: ", c.label) };
        format!(
            "{label}predicted {}, measured {} [{}, {}], discrepancy {} of [{}, {}] ({})",
            c.predicted,
            c.measured.value,
            c.measured.low,
            c.measured.high,
            c.discrepancy.value,
            c.margin.low,
            c.margin.high,
            c.verdict
        )
    });
    let rivals = case.rivals.iter().filter(|rival| rival.judgement.verdict != Verdict::Refuted);
    let rivals = rivals.map(|rival| format!("rival \"{}\": {}", rival.name, rival.judgement.verdict));
    components.chain(rivals).collect::<Vec<_>>().join("; ")
}
