//! What a classifier makes of its logits.

use crate::TheoryError;
use crate::error::finite;

/// Rows of the softmax of `logits`, one sample a row.
///
/// # Errors
/// [`InvalidParameter`](TheoryError::InvalidParameter) for no sample, fewer than two classes, rows of different lengths, or a logit that is not finite.
pub fn softmax(logits: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TheoryError> {
    let classes = logits.first().map_or(0, Vec::len);
    if logits.is_empty() {
        return Err(TheoryError::invalid("logits", "an empty list", "one row of outputs for each sample"));
    }
    check_classes(classes)?;
    logits
        .iter()
        .map(|row| {
            if row.len() != classes {
                return Err(TheoryError::invalid(
                    "logits",
                    format!("a row of {}", row.len()),
                    format!("rows of one length, here {classes}"),
                ));
            }
            let mut largest = f64::NEG_INFINITY;
            for &value in row {
                largest = largest.max(finite("logits", value)?);
            }
            let weights: Vec<f64> = row.iter().map(|f| (f - largest).exp()).collect();
            let total: f64 = weights.iter().sum();
            Ok(weights.into_iter().map(|w| w / total).collect())
        })
        .collect()
}

/// Checks that there is a label, of a class that exists, for each row of logits.
pub(crate) fn check_labels(logits: &[Vec<f64>], labels: &[usize]) -> Result<(), TheoryError> {
    let classes = logits.first().map_or(0, Vec::len);
    if labels.len() != logits.len() {
        return Err(TheoryError::invalid(
            "labels",
            format!("a list of {}", labels.len()),
            format!("one label for each of the {} samples", logits.len()),
        ));
    }
    match labels.iter().find(|label| **label >= classes) {
        Some(label) => {
            Err(TheoryError::invalid("labels", label, format!("integers from 0 to {}", classes - 1)))
        }
        None => Ok(()),
    }
}

/// $p_n-e_{y_n}$, with $1-p_{n,y_n}$ as the sum of the others.
pub(crate) fn residuals(mut probabilities: Vec<Vec<f64>>, labels: &[usize]) -> Vec<Vec<f64>> {
    for (row, &label) in probabilities.iter_mut().zip(labels) {
        row[label] = -others(row, label);
    }
    probabilities
}

/// $1-g_k$.
pub(crate) fn others(g: &[f64], k: usize) -> f64 {
    g.iter().enumerate().filter(|(l, _)| *l != k).map(|(_, g)| g).sum()
}

pub(crate) fn check_classes(classes: usize) -> Result<f64, TheoryError> {
    if (2..=1_000_000).contains(&classes) {
        Ok(classes as f64)
    } else {
        Err(TheoryError::invalid(
            "C",
            classes,
            "an integer from 2 to 10^6: the softmax needs at least two classes",
        ))
    }
}
