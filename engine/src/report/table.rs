//! `results.csv`: tidy, one row for each claim, case, component and predictor (the claim itself or a rival).

use csv::Writer;
use serde::Serialize;
use serde_json::Value as Json;

use crate::verify::{CaseResult, ClaimResult, Component, Results, Verdict};

/// One row: a component of a case, held against the claim or one of its rivals. A case that could not be judged has one row without
/// numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row<'a> {
    /// The claim.
    pub id: &'a str,
    /// The part before the slash.
    pub part: &'a str,
    /// The setting in short.
    pub case: &'a str,
    /// Name of the component; empty for a single number.
    pub component: &'a str,
    /// `claim` or `rival`.
    pub role: &'static str,
    /// What the rival asserts; empty for the claim.
    pub name: &'a str,
    /// How the discrepancy is measured.
    pub comparison: &'a str,
    /// What is judged.
    pub statistic: &'a str,
    /// The prediction.
    pub predicted: Option<f64>,
    /// The measurement.
    pub measured: Option<f64>,
    /// Lower end of its interval.
    pub measured_low: Option<f64>,
    /// Upper end of its interval.
    pub measured_high: Option<f64>,
    /// The discrepancy.
    pub discrepancy: Option<f64>,
    /// Lower end of its interval.
    pub discrepancy_low: Option<f64>,
    /// Upper end of its interval.
    pub discrepancy_high: Option<f64>,
    /// Smallest discrepancy that agrees.
    pub margin_low: Option<f64>,
    /// Largest discrepancy that agrees.
    pub margin_high: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Trials, of all settings together.
    pub trials: usize,
    /// The settings as JSON.
    pub settings: String,
}

/// The table of all results.
pub fn rows(results: &Results) -> Vec<Row<'_>> {
    let cases = results.claims.iter().flat_map(|claim| claim.cases.iter().map(move |case| (claim, case)));
    cases.flat_map(|(claim, case)| case_rows(claim, case)).collect()
}

/// The table as CSV text, with a header.
pub(super) fn csv(results: &Results) -> Result<Vec<u8>, csv::Error> {
    let mut writer = Writer::from_writer(Vec::new());
    if results.claims.is_empty() {
        writer.write_record(COLUMNS)?;
    }
    rows(results).iter().try_for_each(|row| writer.serialize(row))?;
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The columns of the table, in order: the fields of [`Row`].
pub const COLUMNS: [&str; 20] = [
    "id",
    "part",
    "case",
    "component",
    "role",
    "name",
    "comparison",
    "statistic",
    "predicted",
    "measured",
    "measured_low",
    "measured_high",
    "discrepancy",
    "discrepancy_low",
    "discrepancy_high",
    "margin_low",
    "margin_high",
    "verdict",
    "trials",
    "settings",
];

fn case_rows<'a>(claim: &'a ClaimResult, case: &'a CaseResult) -> Vec<Row<'a>> {
    let settings = Json::from(case.settings.clone()).to_string();
    let row = |role, name, component: Option<&'a Component>, verdict| {
        let number = |pick: fn(&Component) -> f64| component.map(pick);
        Row {
            id: &claim.id,
            part: &claim.part,
            case: &case.label,
            component: component.map_or("", |c| &c.label),
            role,
            name,
            comparison: &claim.comparison,
            statistic: &claim.statistic,
            predicted: number(|c| c.predicted),
            measured: number(|c| c.measured.value),
            measured_low: number(|c| c.measured.low),
            measured_high: number(|c| c.measured.high),
            discrepancy: number(|c| c.discrepancy.value),
            discrepancy_low: number(|c| c.discrepancy.low),
            discrepancy_high: number(|c| c.discrepancy.high),
            margin_low: number(|c| c.margin.low),
            margin_high: number(|c| c.margin.high),
            verdict,
            trials: case.trials.iter().sum(),
            settings: settings.clone(),
        }
    };
    let mut rows: Vec<Row<'a>> =
        case.claim.components.iter().map(|c| row("claim", "", Some(c), c.verdict)).collect();
    if rows.is_empty() {
        rows.push(row("claim", "", None, case.verdict));
    }
    for rival in &case.rivals {
        let components = rival.judgement.components.iter();
        rows.extend(components.map(|c| row("rival", &rival.name, Some(c), c.verdict)));
    }
    rows
}
