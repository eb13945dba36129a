use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use solvable_engine::verify::JudgeError;

type Tables = Mutex<HashMap<blake3::Hash, Arc<Vec<f64>>>>;

/// The numbers that `compute` gives for the question `text`, kept: the judge asks for the same ones for a claim, its rivals and their exchanges.
pub fn kept(
    text: &str,
    compute: impl FnOnce() -> Result<Vec<f64>, JudgeError>,
) -> Result<Arc<Vec<f64>>, JudgeError> {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    let tables = TABLES.get_or_init(Tables::default);
    let key = blake3::hash(text.as_bytes());
    let find = || tables.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(table) = find() {
        return Ok(table);
    }
    let table = Arc::new(compute()?);
    tables.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&table));
    Ok(table)
}
