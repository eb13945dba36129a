//! What the theory finds, in words and in its own numbers.

mod classifiers;
mod frontier;

/// A paragraph each.
pub(super) fn all() -> Vec<String> {
    [frontier::all(), classifiers::all()].concat()
}
