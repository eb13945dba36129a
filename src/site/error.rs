use std::io;
use std::path::PathBuf;

use solvable_engine::report::ReportError;

/// A site that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The folder is no checkout of the repository.
    #[error(
        "--repository is {}, which lacks {missing}; valid: a checkout of the repository of solvable",
        repository.display()
    )]
    NoCheckout {
        /// The folder.
        repository: PathBuf,
        /// What is not there.
        missing: String,
    },
    /// A file of the checkout.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the checkout that does not hold what it should.
    #[error("{file} cannot be used: {reason}")]
    Unusable {
        /// The file, from the root of the checkout.
        file: String,
        /// Why.
        reason: String,
    },
    /// The documentation of the crates.
    #[error("the documentation of the crates cannot be built ({reason}); --without-api leaves it out")]
    Api {
        /// What cargo says.
        reason: String,
    },
    /// A file or figure.
    #[error(transparent)]
    Report(#[from] ReportError),
}
