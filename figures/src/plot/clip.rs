//! Cutting lines at the edges of the unit square (Liang and Barsky).

use super::pen::At;

/// The parts of a polyline inside the unit square. `None` breaks the line.
pub(super) fn polyline(points: impl Iterator<Item = Option<At>>) -> Vec<Vec<At>> {
    let mut parts: Vec<Vec<At>> = Vec::new();
    let mut last: Option<At> = None;
    let mut open = false;
    for point in points {
        let Some(end) = point else {
            last = None;
            open = false;
            continue;
        };
        if let Some(start) = last {
            match segment(start, end) {
                Some((a, b)) => {
                    match parts.last_mut() {
                        Some(part) if open => part.push(b),
                        _ => parts.push(vec![a, b]),
                    }
                    open = b == end;
                }
                None => open = false,
            }
        }
        last = Some(end);
    }
    parts
}

/// The part of a segment inside the unit square.
pub(super) fn segment(a: At, b: At) -> Option<(At, At)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (step, room) in [(-dx, a.0), (dx, 1.0 - a.0), (-dy, a.1), (dy, 1.0 - a.1)] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    let at = |t: f64| if t == 1.0 { b } else { (a.0 + t * dx, a.1 + t * dy) };
    (enter <= leave).then(|| (at(enter), at(leave)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_end_at_the_edges() {
        assert_eq!(segment((-1.0, 0.5), (2.0, 0.5)), Some(((0.0, 0.5), (1.0, 0.5))));
        assert_eq!(segment((0.2, 0.2), (0.4, 0.4)), Some(((0.2, 0.2), (0.4, 0.4))));
        assert_eq!(segment((-1.0, 2.0), (2.0, 2.0)), None);
        assert_eq!(segment((-0.5, 0.9), (0.4, 1.8)), None);
    }

    #[test]
    fn gaps_and_excursions_break_lines() {
        let points =
            [Some((0.0, 0.0)), Some((0.5, 2.0)), Some((1.0, 0.0)), None, Some((0.1, 0.1)), Some((0.2, 0.1))];
        let parts = polyline(points.into_iter());
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], [(0.0, 0.0), (0.25, 1.0)]);
    }
}
