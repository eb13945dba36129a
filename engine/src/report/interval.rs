//! The picture in the tables: an interval of the discrepancy against the margin.

use std::fmt::Write;

use crate::verify::Component;

/// Colours of the picture where no style sheet gives them.
#[cfg(feature = "pdf")]
const STYLE: &str = ".band{fill:#dbe7f1}.zero{stroke:#77808a;stroke-dasharray:2 2;fill:none}.range{stroke-width:2.2}\
     .confirmed .range{stroke:#0b6e4f}.inconclusive .range{stroke:#8a5a00}.powerless .range{stroke:#7b3a8c}\
     .refuted .range{stroke:#a8201a}.failed .range{stroke:#4a4f57}.confirmed .dot{fill:#0b6e4f}\
     .inconclusive .dot{fill:#8a5a00}.powerless .dot{fill:#7b3a8c}.refuted .dot{fill:#a8201a}.failed .dot{fill:#4a4f57}";

/// The component whose discrepancy is largest in units of its margin, of those with the worst verdict.
pub(super) fn worst<'c>(components: impl IntoIterator<Item = &'c Component>) -> Option<&'c Component> {
    let strain = |c: &Component| {
        let center = (c.margin.low + c.margin.high) / 2.0;
        let half = ((c.margin.high - c.margin.low) / 2.0).max(f64::MIN_POSITIVE);
        let reach = (c.discrepancy.low - center).abs().max((c.discrepancy.high - center).abs());
        reach / half
    };
    components
        .into_iter()
        .max_by(|a, b| a.verdict.cmp(&b.verdict).then_with(|| strain(a).total_cmp(&strain(b))))
}

/// The same picture as a document of its own.
#[cfg(feature = "pdf")]
pub(super) fn document(component: &Component) -> String {
    picture(component).replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1).replacen(
        '>',
        &format!("><style>{STYLE}</style>"),
        1,
    )
}

const WIDTH: f64 = 150.0;
const HEIGHT: f64 = 18.0;

/// The margin spans this share of the picture; what lies beyond the picture ends in an arrow.
const MARGIN_SHARE: f64 = 0.44;

/// An inline SVG picture: the margin as a band, the interval as a line with a dot at the estimate.
pub(super) fn picture(component: &Component) -> String {
    let (low, high) = (component.margin.low, component.margin.high);
    let (center, half) = match (low.is_finite(), high.is_finite()) {
        (true, true) => ((low + high) / 2.0, (high - low) / 2.0),
        // A one-sided margin: the finite end and zero set the scale.
        (false, true) => (high - high.abs().max(f64::MIN_POSITIVE), high.abs()),
        (true, false) => (low + low.abs().max(f64::MIN_POSITIVE), low.abs()),
        (false, false) => (0.0, 1.0),
    };
    let half = if half > 0.0 { half } else { f64::MIN_POSITIVE };
    let reach = 0.5 / MARGIN_SHARE;
    let place = |v: f64| {
        let t = ((v - center) / (2.0 * half) * MARGIN_SHARE + 0.5).clamp(-reach, 1.0 + reach);
        if t.is_nan() { f64::NAN } else { t * WIDTH }
    };
    let inside = |x: f64| x.clamp(3.0, WIDTH - 3.0);
    let (band_from, band_to) = (place(low).max(0.0), place(high).min(WIDTH));
    let mut svg = format!(
        "<svg class=\"interval {}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-hidden=\"true\">\
         <rect class=\"band\" x=\"{band_from:.1}\" y=\"1\" width=\"{:.1}\" height=\"{}\"/>",
        component.verdict,
        (band_to - band_from).max(0.0),
        HEIGHT - 2.0
    );
    let middle = HEIGHT / 2.0;
    let zero = place(0.0);
    if (0.0..=WIDTH).contains(&zero) {
        let _ = write!(svg, "<path class=\"zero\" d=\"M{zero:.1} 1V{}\"/>", HEIGHT - 1.0);
    }
    let (from, value, to) = (
        place(component.discrepancy.low),
        place(component.discrepancy.value),
        place(component.discrepancy.high),
    );
    if from.is_finite() && to.is_finite() {
        let _ = write!(svg, "<path class=\"range\" d=\"M{:.1} {middle}H{:.1}\"/>", inside(from), inside(to));
    }
    if value < 0.0 {
        let _ = write!(svg, "<path class=\"dot\" d=\"M1 {middle}l6 -4v8z\"/>");
    } else if value > WIDTH {
        let _ = write!(svg, "<path class=\"dot\" d=\"M{} {middle}l-6 -4v8z\"/>", WIDTH - 1.0);
    } else if value.is_finite() {
        let _ = write!(svg, "<circle class=\"dot\" cx=\"{value:.1}\" cy=\"{middle}\" r=\"3.2\"/>");
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Estimate, Margin, Verdict};

    #[test]
    fn any_numbers_give_a_picture_of_finite_coordinates() {
        let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -1e-320, 0.0, 0.5];
        for low in wild {
            for high in wild {
                for value in wild {
                    let component = Component {
                        label: String::new(),
                        predicted: value,
                        measured: Estimate { value, low, high },
                        discrepancy: Estimate { value, low, high },
                        margin: Margin { low, high },
                        verdict: Verdict::Refuted,
                    };
                    let svg = picture(&component);
                    assert!(
                        !svg.contains("inf") && !svg.contains("NaN") || low.is_nan() || high.is_nan(),
                        "{svg}"
                    );
                }
            }
        }
    }
}
