//! Claims: the overview table of a part, and each claim with its cases, rivals and settings.

use std::fmt::Write;

use super::{anchor, badge};
use crate::report::interval::{self, worst};
use crate::report::outline::{Outline, citation};
use crate::report::{escape, math, number};
use crate::verify::{CaseResult, ClaimResult, Component, Judgement, Verdict};

/// More components than this are left to `results.csv`.
const MOST_COMPONENTS: usize = 60;

/// One row for each claim.
pub(super) fn overview(html: &mut String, claims: &[&ClaimResult]) {
    if claims.is_empty() {
        return;
    }
    html.push_str(
        "<div class=\"scroll\"><table class=\"overview\">\n<thead><tr><th>Verdict</th><th>Claim</th><th>Settings</th>\
         <th>Largest discrepancy against its margin</th></tr></thead>\n<tbody>\n",
    );
    for claim in claims {
        let components = claim.cases.iter().flat_map(|case| &case.claim.components);
        let picture = worst(components).map_or_else(String::new, interval::picture);
        let _ = writeln!(
            html,
            "<tr data-claim=\"{1}\"><td>{0}</td><td><a href=\"#{1}\">{2}</a></td><td class=\"n\">{3}</td><td>{picture}</td></tr>",
            badge(claim.verdict),
            anchor("claim", &claim.id),
            math::html(&claim.title),
            claim.cases.len()
        );
    }
    html.push_str("</tbody>\n</table></div>\n");
}

/// Why a claim is not confirmed, in a few words.
pub(super) fn reason(claim: &ClaimResult) -> String {
    let bad: Vec<&CaseResult> = claim.cases.iter().filter(|c| c.verdict != Verdict::Confirmed).collect();
    let Some(case) = bad.iter().max_by_key(|case| case.verdict) else { return String::new() };
    let what = if let Some(error) = &case.error {
        escape(error)
    } else if case.verdict == Verdict::Powerless {
        let alive = case.rivals.iter().filter(|r| r.judgement.verdict != Verdict::Refuted);
        let names: Vec<String> = alive.map(|r| math::html(&r.name)).collect();
        format!("not told from: {}", names.join(", "))
    } else {
        worst(&case.claim.components).map_or_else(String::new, |c| {
            format!("discrepancy {}, margin {}", number::estimate(c.discrepancy), number::margin(c.margin))
        })
    };
    let label =
        if case.label.is_empty() { String::new() } else { format!(" at {}", math::label(&case.label)) };
    format!(
        "<br><span class=\"reason\">{} of {} settings{label}: {what}</span>",
        bad.len(),
        claim.cases.len()
    )
}

/// A claim in full.
pub(super) fn article(html: &mut String, claim: &ClaimResult, outline: &Outline<'_>) {
    let _ = write!(
        html,
        "<article id=\"{}\" data-part=\"{}\" data-verdict=\"{}\">\n<h3>{} {} <code class=\"id\">{}</code></h3>\n",
        anchor("claim", &claim.id),
        escape(&claim.part),
        claim.verdict,
        badge(claim.verdict),
        math::html(&claim.title),
        escape(&claim.id)
    );
    if !claim.formula.trim().is_empty() {
        let _ = writeln!(html, "<div class=\"formula\">{}</div>", math::mathml(&claim.formula, true));
    }
    let sources: Vec<String> = claim
        .sources
        .iter()
        .map(|key| outline.source(key).map_or_else(|| escape(key), |source| escape(&citation(source))))
        .collect();
    let discrepancy = match claim.comparison.as_str() {
        "ratio" => "measured / predicted − 1".to_owned(),
        "difference" => "measured − predicted".to_owned(),
        "distance" => "‖measured − predicted‖".to_owned(),
        "relative distance" => "‖measured − predicted‖ / ‖predicted‖".to_owned(),
        "largest difference" => "max |measured − predicted|".to_owned(),
        "mean difference" => "mean |measured − predicted|".to_owned(),
        other => escape(other),
    };
    let _ = writeln!(
        html,
        "<p class=\"meta\">{} · discrepancy: {discrepancy}{}{}</p>",
        escape(&claim.statistic),
        if sources.is_empty() { "" } else { " · " },
        sources.join("; ")
    );
    html.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th>Verdict</th><th>Setting</th><th>Predicted</th><th>Measured</th>\
         <th>Discrepancy</th><th>Margin</th><td></td><th>Trials</th></tr></thead>\n",
    );
    for case in &claim.cases {
        self::case(html, case);
    }
    html.push_str("</table></div>\n</article>\n");
}

fn case(html: &mut String, case: &CaseResult) {
    let label = if case.label.is_empty() { "—".to_owned() } else { math::label(&case.label) };
    html.push_str("<tbody>\n");
    let trials = trials(&case.trials);
    match worst(&case.claim.components) {
        Some(component) => {
            let count = case.claim.components.len();
            let which = if count > 1 {
                format!(
                    "<br><span class=\"reason\">worst of {count}: {}</span>",
                    math::label(&component.label)
                )
            } else {
                String::new()
            };
            let _ = writeln!(
                html,
                "<tr><td>{}</td><td>{label}{which}</td>{}<td class=\"n\">{trials}</td></tr>",
                badge(case.verdict),
                cells(component)
            );
        }
        None => {
            let _ = writeln!(
                html,
                "<tr><td>{}</td><td>{label}</td><td colspan=\"5\"></td><td class=\"n\">{trials}</td></tr>",
                badge(case.verdict)
            );
        }
    }
    html.push_str("<tr class=\"more\"><td></td><td colspan=\"7\">");
    if let Some(error) = &case.error {
        let _ = write!(html, "<p class=\"error\">{}</p>", escape(error));
    }
    let surviving = case.rivals.iter().filter(|r| r.judgement.verdict != Verdict::Refuted).count();
    let rivals = match (case.rivals.len(), surviving) {
        (0, _) => "no rival".to_owned(),
        (1, 0) => "the rival refuted".to_owned(),
        (n, 0) => format!("all {n} rivals refuted"),
        (n, s) => format!("{s} of {n} rivals not refuted"),
    };
    let open = if surviving > 0 && !case.rivals.is_empty() { " open" } else { "" };
    let _ = writeln!(html, "<details{open}><summary>{rivals}; settings</summary>");
    if case.claim.components.len() > 1 {
        judgement(html, "The claim", &case.claim);
    }
    for rival in &case.rivals {
        judgement(html, &format!("Rival: {}", rival.name), &rival.judgement);
    }
    settings(html, case);
    html.push_str("</details></td></tr>\n</tbody>\n");
}

fn judgement(html: &mut String, name: &str, judgement: &Judgement) {
    let _ = write!(
        html,
        "<table class=\"inner\"><caption>{} {}</caption>\n<thead><tr><td></td><th>Predicted</th><th>Measured</th>\
         <th>Discrepancy</th><th>Margin</th><td></td></tr></thead><tbody>\n",
        badge(judgement.verdict),
        math::html(name)
    );
    for component in judgement.components.iter().take(MOST_COMPONENTS) {
        let _ = writeln!(html, "<tr><td>{}</td>{}</tr>", math::label(&component.label), cells(component));
    }
    let left = judgement.components.len().saturating_sub(MOST_COMPONENTS);
    if left > 0 {
        let _ = writeln!(html, "<tr><td colspan=\"6\">and {left} more, in results.csv</td></tr>");
    }
    html.push_str("</tbody></table>\n");
}

fn cells(component: &Component) -> String {
    format!(
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>",
        number::number(component.predicted),
        number::estimate(component.measured),
        number::estimate(component.discrepancy),
        number::margin(component.margin),
        interval::picture(component)
    )
}

fn settings(html: &mut String, case: &CaseResult) {
    if case.settings.is_empty() {
        return;
    }
    html.push_str("<ul class=\"settings\">\n");
    for (i, setting) in case.settings.iter().enumerate() {
        let trials = case
            .trials
            .get(i)
            .map_or_else(String::new, |n| format!(" <span class=\"reason\">{n} trials</span>"));
        let _ = writeln!(html, "<li><code>{}</code>{trials}</li>", escape(&setting.to_string()));
    }
    html.push_str("</ul>\n");
}

fn trials(trials: &[usize]) -> String {
    match trials {
        [] => "0".to_owned(),
        [one] => one.to_string(),
        [first, rest @ ..] if rest.iter().all(|n| n == first) => format!("{}×{first}", trials.len()),
        many => many.iter().sum::<usize>().to_string(),
    }
}
