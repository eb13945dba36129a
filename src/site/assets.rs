//! What pages load: sheets, scripts, the theory as WebAssembly.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use solvable_engine::report::{self, Files};

use super::checkout::Checkout;
use super::error::SiteError;

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
    const EXPORT: &str = "\nexport {";
    let text = checkout.text(FILE)?;
    match text.rsplit_once(EXPORT) {
        Some((body, names)) => Ok(format!("{{\n{body}\nglobalThis.solvable = {{{names}}}\n")),
        None => Err(SiteError::Unusable {
            file: FILE.to_owned(),
            reason: "its last statement is no `export {`".to_owned(),
        }),
    }
}

/// The module as text: zipped, in base64.
fn module(checkout: &Checkout) -> Result<String, SiteError> {
    const FILE: &str = "web/module/solvable.wasm";
    let bytes = checkout.bytes(FILE)?;
    // Without a name or a time, so that equal modules make equal files.
    let mut zipped = GzBuilder::new().write(Vec::new(), Compression::best());
    let zipped = zipped
        .write_all(&bytes)
        .and_then(|()| zipped.finish())
        .map_err(|error| SiteError::Unusable { file: FILE.to_owned(), reason: error.to_string() })?;
    Ok(format!("globalThis.solvableWasm = \"{}\";\n", STANDARD.encode(zipped)))
}
