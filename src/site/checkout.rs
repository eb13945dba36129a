//! A checkout of the repository: what the site is made of and no program carries.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::SiteError;

/// What has to be there.
const NEEDED: [&str; 9] = [
    "Cargo.toml",
    "README.md",
    "CONTRIBUTING.md",
    "snapshots/recorded",
    "theory/notes",
    "theory/tests/reference",
    "web/module",
    "web/page",
    "web/site",
];

/// The root of a checkout.
#[derive(Debug)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout in a folder.
    ///
    /// # Errors
    /// A folder without the files that the site needs.
    pub fn open(root: &Path) -> Result<Self, SiteError> {
        match NEEDED.iter().find(|needed| !root.join(needed).exists()) {
            None => Ok(Self { root: root.to_owned() }),
            Some(missing) => {
                Err(SiteError::NoCheckout { repository: root.to_owned(), missing: (*missing).to_owned() })
            }
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The stores of recorded trials, in order; without those of the maps, which `snapshots/atlas.json` holds drawn.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn stores(&self) -> Result<Vec<PathBuf>, SiteError> {
        let stores = self.listed("snapshots/recorded", ".jsonl.gz")?;
        Ok(stores.into_iter().filter(|store| !store.ends_with("maps.jsonl.gz")).collect())
    }

    /// The files of a folder whose names end so, in order.
    pub(super) fn listed(&self, folder: &str, ending: &str) -> Result<Vec<PathBuf>, SiteError> {
        let path = self.root.join(folder);
        let fail = |source| SiteError::Unreadable { path: path.clone(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(&path).map_err(fail)? {
            let file = entry.map_err(fail)?.path();
            if file.to_string_lossy().ends_with(ending) {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, file: &str) -> Result<Vec<u8>, SiteError> {
        let path = self.root.join(file);
        fs::read(&path).map_err(|source| SiteError::Unreadable { path, source })
    }

    /// The text of a file.
    pub(super) fn text(&self, file: &str) -> Result<String, SiteError> {
        let path = self.root.join(file);
        fs::read_to_string(&path).map_err(|source| SiteError::Unreadable { path, source })
    }
}
