//! How much quadratures and searches may cost: a count of operations, the same on every machine.

use std::cell::Cell;

use crate::TheoryError;

thread_local! {
    static SPENT: Cell<f64> = const { Cell::new(0.0) };
    static LIMIT: Cell<f64> = const { Cell::new(f64::INFINITY) };
}

/// Elementary operations of one value of a function without a closed form.
const VALUE: f64 = 25.0;

/// Runs `evaluate` with at most `limit` operations for the quadratures and searches in it.
pub(crate) fn within<T>(limit: f64, evaluate: impl FnOnce() -> T) -> T {
    struct Restore(f64, f64);
    impl Drop for Restore {
        fn drop(&mut self) {
            SPENT.set(self.0);
            LIMIT.set(self.1);
        }
    }
    let _restore = Restore(SPENT.replace(0.0), LIMIT.replace(limit));
    evaluate()
}

/// Books `values` function values.
///
/// # Errors
/// [`TooCostly`](TheoryError::TooCostly) where they exceed the limit.
pub(super) fn spend(values: usize) -> Result<(), TheoryError> {
    book("the quadratures up to the one that is refused", VALUE * values as f64)
}

/// Books `operations` of a search whose length nobody knows before it ends.
///
/// # Errors
/// As [`spend`]; `what` is searched.
pub(crate) fn book(what: &str, operations: f64) -> Result<(), TheoryError> {
    let (spent, limit) = (SPENT.get() + operations, LIMIT.get());
    SPENT.set(spent);
    if spent <= limit {
        Ok(())
    } else {
        Err(TheoryError::TooCostly { what: what.to_owned(), operations: spent, limit })
    }
}
