//! The documentation of the crates, as cargo builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use solvable_engine::report::Files;

use super::checkout::Checkout;
use super::error::SiteError;

/// Builds the documentation and says in which folder it lies.
///
/// # Errors
/// No cargo, or one that fails.
pub(super) fn built(checkout: &Checkout) -> Result<PathBuf, SiteError> {
    cargo(checkout, &["doc", "--release", "--no-deps"])?;
    let metadata = cargo(checkout, &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Json =
        serde_json::from_slice(&metadata).map_err(|error| SiteError::Api { reason: error.to_string() })?;
    match metadata["target_directory"].as_str() {
        Some(target) => Ok(Path::new(target).join("doc")),
        None => Err(SiteError::Api { reason: "cargo names no target directory".to_owned() }),
    }
}

fn cargo(checkout: &Checkout, arguments: &[&str]) -> Result<Vec<u8>, SiteError> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program)
        .args(arguments)
        .current_dir(checkout.root())
        .output()
        .map_err(|error| SiteError::Api { reason: format!("cargo cannot be started: {error}") })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told.lines().rev().find(|line| line.starts_with("error")).unwrap_or("cargo says nothing");
    Err(SiteError::Api { reason: format!("cargo {}: {last}", arguments.join(" ")) })
}

/// Copies the documentation into the site.
pub(super) fn copy(from: &Path, files: &mut Files<'_>) -> Result<(), SiteError> {
    let mut folders = vec![from.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |source| SiteError::Unreadable { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let Ok(name) = path.strip_prefix(from) else { continue };
            if !hidden {
                let name = name.iter().map(|piece| piece.to_string_lossy()).collect::<Vec<_>>().join("/");
                let bytes =
                    fs::read(&path).map_err(|source| SiteError::Unreadable { path: path.clone(), source })?;
                files.put(&format!("api/{name}"), &bytes)?;
            }
        }
    }
    Ok(())
}
