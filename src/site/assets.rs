//! What pages load: sheets, scripts, the theory as WebAssembly.

use solvable_engine::report::{self, Files};

use super::checkout::Checkout;
use super::error::SiteError;
use crate::explore;

/// Writes them all.
pub(super) fn write(checkout: &Checkout, files: &mut Files<'_>) -> Result<(), SiteError> {
    files.put("assets/look.css", report::style().as_bytes())?;
    for path in [".css", ".js"].iter().map(|ending| checkout.listed("web/page", ending)) {
        for path in path? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.put(&format!("assets/{name}"), &checkout.bytes(&format!("web/page/{name}"))?)?;
        }
    }
    files.put("assets/solvable.js", loader(checkout)?.as_bytes())?;
    files.put("assets/solvable.wasm.js", module(checkout)?.as_bytes())?;
    Ok(())
}

/// The loader as a classic script: pages opened from disk may load no modules.
fn loader(checkout: &Checkout) -> Result<String, SiteError> {
    const FILE: &str = "web/module/solvable.js";
    explore::classic(&checkout.text(FILE)?).ok_or_else(|| SiteError::Unusable {
        file: FILE.to_owned(),
        reason: "its last statement is no `export {`".to_owned(),
    })
}

/// The module as text.
fn module(checkout: &Checkout) -> Result<String, SiteError> {
    const FILE: &str = "web/module/solvable.wasm";
    let packed = explore::packed(&checkout.bytes(FILE)?)
        .map_err(|error| SiteError::Unusable { file: FILE.to_owned(), reason: error.to_string() })?;
    Ok(format!("globalThis.solvableWasm = \"{packed}\";\n"))
}
