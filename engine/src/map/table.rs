//! A map as a table.

use super::{Map, shown};

impl Map {
    /// Tidy: one row for each cell.
    ///
    /// # Errors
    /// Those of writing rows.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut header: Vec<&str> = self.sweeps.iter().map(|sweep| sweep.field.as_str()).collect();
        header.extend([
            "trials",
            "predicted",
            "measured",
            "measured_low",
            "measured_high",
            "discrepancy",
            "discrepancy_low",
            "discrepancy_high",
            "margin_low",
            "margin_high",
            "verdict",
            "standing_rivals",
            "error",
        ]);
        writer.write_record(&header)?;
        for cell in &self.cells {
            let mut row: Vec<String> = cell.at.iter().map(shown).collect();
            let trials: Vec<String> = cell.trials.iter().map(ToString::to_string).collect();
            row.push(trials.join("+"));
            match &cell.found {
                Some(found) => {
                    let numbers = [
                        found.predicted,
                        found.measured.value,
                        found.measured.low,
                        found.measured.high,
                        found.discrepancy.value,
                        found.discrepancy.low,
                        found.discrepancy.high,
                        found.margin.low,
                        found.margin.high,
                    ];
                    row.extend(numbers.iter().map(ToString::to_string));
                    row.extend([found.verdict.to_string(), found.standing.join("; ")]);
                }
                None => {
                    row.resize(row.len() + 9, String::new());
                    row.extend(["failed".to_owned(), String::new()]);
                }
            }
            row.push(cell.error.clone().unwrap_or_default());
            writer.write_record(&row)?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}
