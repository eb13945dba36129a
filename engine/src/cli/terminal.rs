//! Verdicts as a table on the terminal.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::Checked;
use crate::verify::{CaseResult, Comparison, Component, Estimate, Results, Verdict};

fn style(verdict: Verdict) -> Style {
    let color = match verdict {
        Verdict::Confirmed => AnsiColor::Green,
        Verdict::Inconclusive => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(color.into()))
}

/// Prints every claim with its cases, the count of verdicts, and where the report is.
pub fn table(results: &Results, report: &Path) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for claim in &results.claims {
        let style = style(claim.verdict);
        writeln!(out, "{style}{:<12}{style:#} {}  {}", claim.verdict, claim.id, claim.title)?;
        for case in &claim.cases {
            writeln!(out, "{}", line(case, &claim.comparison, &claim.statistic))?;
        }
    }
    let count = |verdict| results.claims.iter().filter(|c| c.verdict == verdict).count();
    let order =
        [Verdict::Confirmed, Verdict::Inconclusive, Verdict::Powerless, Verdict::Refuted, Verdict::Failed];
    let counts: Vec<String> =
        order.into_iter().filter(|&v| count(v) > 0).map(|v| format!("{} {v}", count(v))).collect();
    let rivals = results.claims.iter().flat_map(|c| &c.cases).flat_map(|c| &c.rivals);
    let (refuted, all) = rivals.fold((0, 0), |(refuted, all), rival| {
        (refuted + usize::from(rival.judgement.verdict == Verdict::Refuted), all + 1)
    });
    writeln!(
        out,
        "\n{} claims: {}; {refuted} of {all} rivals refuted ({} profile, seed {}, {} % intervals)",
        results.claims.len(),
        counts.join(", "),
        results.profile,
        results.seed,
        100.0 * results.confidence
    )?;
    writeln!(out, "report: {}", report.display())
}

/// Prints one case in full: every component and every rival with its intervals.
pub fn case(out: &mut impl Write, checked: &Checked) -> io::Result<()> {
    let Checked { id, title, statistic, comparison, result: case, .. } = checked;
    writeln!(out, "{id}  {title}\n{}", case.label)?;
    let trials: Vec<String> = case.trials.iter().map(ToString::to_string).collect();
    writeln!(out, "{} trials, {statistic} by {comparison}", trials.join(" + "))?;
    if let Some(error) = &case.error {
        let style = style(case.verdict);
        return writeln!(out, "\n{style}{}{style:#}: {error}", case.verdict);
    }
    let is_ratio = *comparison == Comparison::Ratio.name();
    let shift = |x: f64| if is_ratio { percent(x) } else { format!("{x:+.4}") };
    let range = |estimate: &Estimate, show: &dyn Fn(f64) -> String| {
        format!("{} [{}, {}]", show(estimate.value), show(estimate.low), show(estimate.high))
    };
    let told = |out: &mut dyn Write, c: &Component| {
        let label = if c.label.is_empty() { String::new() } else { format!("{}: ", c.label) };
        writeln!(
            out,
            "    {label}predicted {}, measured {}, discrepancy {} in {}",
            short(c.predicted),
            range(&c.measured, &short),
            range(&c.discrepancy, &shift),
            interval(c, shift),
        )
    };
    writeln!(out, "\nclaim: {}", case.claim.verdict)?;
    for component in &case.claim.components {
        told(out, component)?;
    }
    for rival in &case.rivals {
        writeln!(out, "rival: {}: {}", rival.name, rival.judgement.verdict)?;
        // A curve is refuted by the component that is farthest off.
        if let Some(worst) =
            rival.judgement.components.iter().max_by(|a, b| severity(a).total_cmp(&severity(b)))
        {
            told(out, worst)?;
        }
    }
    let style = style(case.verdict);
    writeln!(out, "\n{style}{}{style:#}", case.verdict)
}

/// How far a discrepancy lies out, in units of its margin.
fn severity(c: &Component) -> f64 {
    (c.discrepancy.value / c.margin.high).abs()
}

fn line(case: &CaseResult, comparison: &str, statistic: &str) -> String {
    let mut text = format!("  {:<44}", case.label);
    if let Some(error) = &case.error {
        let _ = write!(text, " {}: {error}", case.verdict);
        return text;
    }
    let refuted = case.rivals.iter().filter(|r| r.judgement.verdict == Verdict::Refuted).count();
    // A curve is shown by the component that is worst off.
    let badness = |c: &&Component| (c.verdict, severity(c).to_bits());
    if let Some(c) = case.claim.components.iter().max_by_key(badness) {
        let name = if statistic.starts_with("log-log slope") { "slope " } else { "" };
        let half = 0.5 * (c.measured.high - c.measured.low);
        let _ = write!(
            text,
            " {name}predicted {:>9}  measured {:>9} ± {:<8}",
            short(c.predicted),
            short(c.measured.value),
            short(half)
        );
        let (shift, margin) = if comparison == "ratio" {
            (percent(c.discrepancy.value), interval(c, percent))
        } else {
            (format!("{:+.3}", c.discrepancy.value), interval(c, |x| format!("{x:+}")))
        };
        let _ = write!(text, " {shift:>8} in {margin:<18}");
        if !c.label.is_empty() {
            let _ = write!(text, " ({})", c.label);
        }
    }
    let _ = write!(text, " rivals refuted {refuted}/{}", case.rivals.len());
    if case.verdict != Verdict::Confirmed {
        let style = style(case.verdict);
        let _ = write!(text, "  {style}{}{style:#}", case.verdict);
    }
    text
}

fn interval(component: &Component, show: impl Fn(f64) -> String) -> String {
    let (low, high) = (component.margin.low, component.margin.high);
    if low == -high {
        format!("±{}", show(high).trim_start_matches('+'))
    } else {
        format!("[{}, {}]", show(low), show(high))
    }
}

fn percent(x: f64) -> String {
    let x = 100.0 * x;
    if x != 0.0 && x.abs() < 0.01 {
        format!("{x:+.0e} %")
    } else {
        format!("{:+} %", (x * 100.0).round() / 100.0)
    }
}

/// Four significant digits.
pub fn short(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let magnitude = x.abs().log10().floor();
    if (-4.0..6.0).contains(&magnitude) {
        format!("{x:.*}", (3.0 - magnitude).clamp(0.0, 9.0) as usize)
    } else {
        format!("{x:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 1.0, 1234.56, 0.012_345, -3.0e-9, 2.0e12].map(short);
        assert_eq!(shown, ["0", "1.000", "1235", "0.01235", "-3.000e-9", "2.000e12"]);
    }
}
