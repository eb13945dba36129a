//! Axes: the visible range, the place of a value in it, and the ticks.

use crate::figure::{Axis, Scale};

/// Spans narrower than this share of the values are widened: `f64` cannot resolve ticks in them.
const NARROWEST: f64 = 1e-9;

/// More decades than this get plain labels no longer.
const PLAIN_DECADES: f64 = 2.0;

/// The map from values to the fraction of the axis they stand at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mapping {
    scale: Scale,
    /// In the mapped variable: the value, or its decimal logarithm.
    low: f64,
    high: f64,
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Fraction of the axis.
    pub(super) at: f64,
    /// Label; `None` for a minor tick.
    pub(super) label: Option<String>,
}

/// All marks of an axis, and the factor that their labels leave out (`×10^{−4}`).
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ticks {
    pub(super) ticks: Vec<Tick>,
    pub(super) factor: Option<String>,
}

impl Ticks {
    /// Drops the labels that would come closer to the one before than `room` (pixels) on an axis of this length.
    pub(super) fn thinned(mut self, length: f64, room: impl Fn(&str) -> f64) -> Self {
        self.ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
        let mut end = f64::NEG_INFINITY;
        for tick in &mut self.ticks {
            if let Some(label) = &tick.label {
                let half = room(label) / 2.0;
                if tick.at * length - half < end {
                    tick.label = None;
                } else {
                    end = tick.at * length + half;
                }
            }
        }
        self
    }
}

impl Mapping {
    /// The axis as asked for, or wide enough for `values`. `pads` says whether room is left before the first and after
    /// the last value.
    pub(super) fn new(axis: &Axis, values: impl Iterator<Item = f64>, pads: (bool, bool)) -> Self {
        let scale = axis.scale;
        let mapped = |v: f64| map(scale, v);
        let asked =
            axis.range.and_then(|(low, high)| Some((mapped(low)?, mapped(high)?))).filter(|(l, h)| l < h);
        let (low, high) = match asked {
            Some(range) => widen(scale, range),
            None => {
                let range = values.filter_map(mapped).fold(None, |range, v| match range {
                    None => Some((v, v)),
                    Some((low, high)) => Some((f64::min(low, v), f64::max(high, v))),
                });
                let (low, high) = widen(scale, range.unwrap_or((0.0, 1.0)));
                let pad = (high / 2.0 - low / 2.0) * 0.08;
                let start = if pads.0 { low - pad } else { low };
                let end = if pads.1 { high + pad } else { high };
                if start.is_finite() && end.is_finite() { (start, end) } else { (low, high) }
            }
        };
        Self { scale, low, high }
    }

    /// Fraction of the axis at which `value` stands (outside [0, 1] where it is not visible); `None` where it has no
    /// place at all.
    pub(super) fn fraction(&self, value: f64) -> Option<f64> {
        let v = map(self.scale, value)?;
        // Halves, so that the difference of two huge values is finite.
        let fraction = (v / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        fraction.is_finite().then(|| fraction.clamp(-1e4, 1e4))
    }

    /// The same, but values at or below zero stand far below the start of a logarithmic axis.
    pub(super) fn fraction_or_below(&self, value: f64) -> Option<f64> {
        if value == f64::INFINITY {
            return Some(1e4);
        }
        self.fraction(value).or((!value.is_nan()).then_some(-1e4))
    }

    /// The marks, about `wanted` of them labelled.
    pub(super) fn ticks(&self, wanted: usize) -> Ticks {
        let wanted = wanted.clamp(2, 12);
        match self.scale {
            Scale::Linear => self.linear_ticks(wanted),
            Scale::Log if self.high - self.low > PLAIN_DECADES => self.decade_ticks(wanted),
            Scale::Log => self.plain_log_ticks(wanted),
        }
    }

    fn at(&self, mapped: f64) -> f64 {
        ((mapped / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)).clamp(0.0, 1.0)
    }

    fn linear_ticks(&self, wanted: usize) -> Ticks {
        let step = nice_step((self.high / 2.0 - self.low / 2.0) / wanted as f64 * 2.0);
        let largest = self.low.abs().max(self.high.abs());
        let exponent = largest.log10().floor();
        let scaled = !(-3.0..5.0).contains(&exponent);
        let factor = if scaled { exponent } else { 0.0 };
        let decimals =
            (factor - step.log10().floor() + f64::from(u8::from(has_half(step)))).clamp(0.0, 12.0) as usize;
        let ticks = multiples(self.low, self.high, step)
            .map(|v| Tick { at: self.at(v), label: Some(fixed(scale_down(v, factor), decimals)) })
            .collect();
        Ticks { ticks, factor: scaled.then(|| format!("×10^{{{factor}}}").replace('-', "−")) }
    }

    fn decade_ticks(&self, wanted: usize) -> Ticks {
        let decades = self.high - self.low;
        let every = (decades / wanted as f64).ceil().max(1.0);
        let mut ticks = Vec::new();
        let (first, last) = (self.low.floor(), self.high.ceil());
        let count = (last - first).clamp(0.0, 700.0) as usize;
        for decade in (0..=count).map(|k| first + k as f64) {
            let visible = |v: f64| v >= self.low - 1e-9 && v <= self.high + 1e-9;
            if visible(decade) {
                let label = (decade.rem_euclid(every) == 0.0).then(|| power(decade));
                if label.is_some() || decades <= 60.0 {
                    ticks.push(Tick { at: self.at(decade), label });
                }
            }
            if decades <= 8.0 {
                let minor = (2..10).map(|m| decade + f64::from(m).log10()).filter(|&v| visible(v));
                ticks.extend(minor.map(|v| Tick { at: self.at(v), label: None }));
            }
        }
        Ticks { ticks, factor: None }
    }

    /// Few decades: plain numbers at 1, 2, 5, or evenly spaced where even those are too few.
    fn plain_log_ticks(&self, wanted: usize) -> Ticks {
        let (low, high) = (10f64.powf(self.low), 10f64.powf(self.high));
        let within = |digits: &[u32]| -> Vec<f64> {
            let first = self.low.floor() as i32;
            (first..=first + 4)
                .flat_map(|k| digits.iter().map(move |&m| f64::from(m) * 10f64.powi(k)))
                .filter(|&v| v >= low * (1.0 - 1e-9) && v <= high * (1.0 + 1e-9))
                .collect()
        };
        let labelled = [&[1][..], &[1, 3], &[1, 2, 5], &[1, 2, 3, 5, 7]]
            .map(within)
            .into_iter()
            .rfind(|values| (3..=wanted + 1).contains(&values.len()))
            .unwrap_or_else(|| multiples(low, high, nice_step((high - low) / wanted as f64)).collect());
        let mut ticks: Vec<Tick> = labelled
            .iter()
            .filter(|v| **v > 0.0)
            .map(|&v| Tick { at: self.at(v.log10()), label: Some(short(v)) })
            .collect();
        let near = |v: f64| labelled.iter().any(|l| (v / l - 1.0).abs() < 1e-6);
        let minor = within(&[1, 2, 3, 4, 5, 6, 7, 8, 9]).into_iter().filter(|&v| !near(v));
        ticks.extend(minor.map(|v| Tick { at: self.at(v.log10()), label: None }));
        Ticks { ticks, factor: None }
    }
}

fn map(scale: Scale, value: f64) -> Option<f64> {
    let v = match scale {
        Scale::Linear => value,
        Scale::Log if value > 0.0 => value.log10(),
        Scale::Log => return None,
    };
    v.is_finite().then_some(v)
}

/// Ranges too narrow to be drawn get some room on both sides.
fn widen(scale: Scale, (low, high): (f64, f64)) -> (f64, f64) {
    let magnitude = low.abs().max(high.abs());
    let (narrow, room) = match scale {
        Scale::Linear => (NARROWEST * magnitude, if magnitude > 1e-300 { 0.1 * magnitude } else { 1.0 }),
        Scale::Log => (1e-6, 0.3),
    };
    if high - low > narrow.max(f64::MIN_POSITIVE) {
        return (low, high);
    }
    let wider = (low - room, high + room);
    if wider.0.is_finite() && wider.1.is_finite() { wider } else { (low / 2.0, high / 2.0 + f64::MAX / 4.0) }
}

/// The next larger of 1, 2, 2.5, 5 times a power of ten.
fn nice_step(raw: f64) -> f64 {
    let unit = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * unit).find(|s| *s >= raw * (1.0 - 1e-9));
    step.filter(|s| s.is_finite() && *s > 0.0).unwrap_or(raw)
}

fn has_half(step: f64) -> bool {
    let mantissa = step / 10f64.powf(step.log10().floor());
    (mantissa - 2.5).abs() < 1e-6
}

/// The multiples of `step` from `low` to `high`; at most a few dozen.
fn multiples(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let slack = 1e-9;
    let first = (low / step - slack).ceil();
    let count = ((high / step + slack).floor() - first).clamp(-1.0, 40.0);
    let count = if first.is_finite() && count >= 0.0 { count as usize + 1 } else { 0 };
    (0..count).map(move |k| (first + k as f64) * step).filter(|v| v.is_finite())
}

/// $v\,10^{-e}$, without overflow of the power.
fn scale_down(value: f64, exponent: f64) -> f64 {
    let half = (exponent / 2.0).trunc();
    value / 10f64.powf(half) / 10f64.powf(exponent - half)
}

fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if zero { text.replace('-', "") } else { text.replace('-', "−") }
}

fn power(exponent: f64) -> String {
    format!("10^{{{exponent}}}").replace('-', "−")
}

/// A number with few digits: plain where that is short, with a power of ten elsewhere.
pub(super) fn short(value: f64) -> String {
    let exponent = value.abs().log10().floor();
    if value == 0.0 || (-3.0..5.0).contains(&exponent) {
        let rounded = format!("{value:.*}", (4.0 - exponent.clamp(-4.0, 4.0)) as usize);
        let plain = if rounded.contains('.') {
            rounded.trim_end_matches('0').trim_end_matches('.')
        } else {
            &rounded
        };
        return plain.replace('-', "−");
    }
    let mantissa = format!("{:.3}", scale_down(value, exponent));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let text = if mantissa == "1" { power(exponent) } else { format!("{mantissa}×{}", power(exponent)) };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, values: &[f64], wanted: usize) -> Vec<String> {
        let mapping = Mapping::new(&axis, values.iter().copied(), (false, false));
        mapping.ticks(wanted).ticks.into_iter().filter_map(|t| t.label).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(Axis::linear(""), &[0.0, 1.0], 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(Axis::linear(""), &[-1.0, 1.0], 4), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(labels(Axis::linear(""), &[0.0, 5e-7], 5), ["0", "1", "2", "3", "4", "5"]);
        let mapping = Mapping::new(&Axis::linear(""), [0.0, 5e-7].into_iter(), (false, false));
        assert_eq!(mapping.ticks(5).factor.as_deref(), Some("×10^{−7}"));
    }

    #[test]
    fn decades_are_powers_and_few_decades_are_plain() {
        assert_eq!(
            labels(Axis::log(""), &[1e-3, 10.0], 6),
            ["10^{−3}", "10^{−2}", "10^{−1}", "10^{0}", "10^{1}"]
        );
        assert_eq!(labels(Axis::log(""), &[64.0, 1024.0], 5), ["100", "200", "500", "1000"]);
        assert_eq!(labels(Axis::log(""), &[1e-30, 1.0], 4).len(), 4);
        assert_eq!(labels(Axis::log(""), &[100.0, 120.0], 5), ["100", "105", "110", "115", "120"]);
    }

    #[test]
    fn fractions_are_linear_in_the_mapped_value() {
        let log = Mapping::new(&Axis::log("").within(1.0, 100.0), std::iter::empty(), (true, true));
        assert_eq!(log.fraction(10.0), Some(0.5));
        assert_eq!(log.fraction(-1.0), None);
        assert!(log.fraction_or_below(-1.0).is_some_and(|f| f < 0.0));
        let wide = Mapping::new(&Axis::linear(""), [f64::MIN, f64::MAX].into_iter(), (true, true));
        assert_eq!(wide.fraction(0.0), Some(0.5));
    }

    #[test]
    fn degenerate_ranges_still_have_an_axis() {
        for values in [
            &[][..],
            &[0.0],
            &[1.0, 1.0],
            &[5e-324],
            &[f64::MAX],
            &[f64::NAN],
            &[f64::MIN, f64::MAX],
            &[1.0, 1.0 + 1e-15],
        ] {
            for axis in [
                Axis::linear(""),
                Axis::log(""),
                Axis::linear("").within(3.0, 3.0),
                Axis::log("").within(-1.0, 1.0),
            ] {
                let mapping = Mapping::new(&axis, values.iter().copied(), (true, true));
                assert!(mapping.low < mapping.high, "{values:?} {axis:?} {mapping:?}");
                let ticks = mapping.ticks(5).ticks;
                assert!(
                    !ticks.is_empty() && ticks.iter().all(|t| (0.0..=1.0).contains(&t.at)),
                    "{values:?} {axis:?} {ticks:?}"
                );
            }
        }
    }
}
