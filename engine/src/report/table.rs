//! `results.csv`: tidy, one row for each claim, case, component and predictor (the claim itself or a rival).

use csv::Writer;
use serde::Serialize;

use crate::verify::{CaseResult, ClaimResult, Component, Results, Verdict};

/// One row. A case that could not be judged has one row without numbers.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    part: &'a str,
    case: &'a str,
    component: &'a str,
    role: &'static str,
    name: &'a str,
    comparison: &'a str,
    statistic: &'a str,
    predicted: Option<f64>,
    measured: Option<f64>,
    measured_low: Option<f64>,
    measured_high: Option<f64>,
    discrepancy: Option<f64>,
    discrepancy_low: Option<f64>,
    discrepancy_high: Option<f64>,
    margin_low: Option<f64>,
    margin_high: Option<f64>,
    verdict: Verdict,
    trials: usize,
    settings: &'a str,
}

/// The table as CSV text, with a header.
pub(super) fn csv(results: &Results) -> Result<Vec<u8>, csv::Error> {
    let mut writer = Writer::from_writer(Vec::new());
    if results.claims.is_empty() {
        writer.write_record(HEADER)?;
    }
    for claim in &results.claims {
        for case in &claim.cases {
            let settings = serde_json::to_string(&case.settings).map_err(std::io::Error::other)?;
            case_rows(&mut writer, claim, case, &settings)?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

const HEADER: [&str; 20] = [
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

fn case_rows(
    writer: &mut Writer<Vec<u8>>,
    claim: &ClaimResult,
    case: &CaseResult,
    settings: &str,
) -> csv::Result<()> {
    let row = |role, name, component: Option<&'_ Component>, verdict| {
        let number = |pick: fn(&Component) -> f64| component.map(pick);
        writer.serialize(Row {
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
            settings,
        })
    };
    let mut row = row;
    for component in &case.claim.components {
        row("claim", "", Some(component), component.verdict)?;
    }
    if case.claim.components.is_empty() {
        row("claim", "", None, case.verdict)?;
    }
    for rival in &case.rivals {
        for component in &rival.judgement.components {
            row("rival", &rival.name, Some(component), component.verdict)?;
        }
    }
    Ok(())
}
