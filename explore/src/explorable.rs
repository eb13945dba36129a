//! How a figure is drawn at a setting of its knobs.

use serde_json::{Map, Value as Json};
use solvable_figures::figure::{Figure, Panel as Drawn};

use crate::command::command;
use crate::drawing::Drawing;
use crate::picture::{Detail, Picture};
use crate::refusal::Refusal;
use crate::spec::{Explorable, Measured};
use crate::template::Setting;

impl Explorable {
    /// The figure with the knobs at `setting`.
    ///
    /// # Errors
    /// A setting that lacks a knob or has one more. What the theory refuses is a [`Problem`](crate::Problem) of the picture.
    pub fn picture(&self, setting: &Map<String, Json>, detail: Detail) -> Result<Picture, Refusal> {
        let known: Vec<&str> = self.knobs.iter().map(|knob| knob.name.as_str()).collect();
        let odd = setting.keys().find(|name| !known.contains(&name.as_str()));
        let absent = known.iter().find(|name| !setting.contains_key(**name));
        if let Some(name) = odd.map(String::as_str).or(absent.copied()) {
            let told = format!("the knobs are {}; `{name}` is not among them or not set", known.join(", "));
            return Err(Refusal::new("invalid-entry", told));
        }
        let mut drawing = Drawing::new(self, Setting::new(setting), detail);
        let mut panels: Vec<Drawn> = self.panels.iter().map(|panel| drawing.panel(panel)).collect();
        let here = self.measured.iter().filter(|measured| measured.is_at(setting));
        let mut measured = 0;
        for Measured { panel, series, .. } in here {
            if let Some(panel) = panels.get_mut(*panel) {
                panel.series.push(series.clone());
                measured += 1;
            }
        }
        let readouts = match detail {
            Detail::Coarse => Vec::new(),
            Detail::Fine => self.readouts.iter().map(|readout| drawing.readout(readout)).collect(),
        };
        let checks = self.checks.iter().filter_map(|ask| {
            let params = drawing.setting.params(ask).ok()?;
            Some(command("check", &ask.id, &params))
        });
        let checks = checks.collect();
        let Drawing { problems, caveats, .. } = drawing;
        let (id, title, caption) = (self.id.clone(), self.title.clone(), self.caption.clone());
        let figure = Figure { id, title, caption, panels };
        Ok(Picture { figure, readouts, problems, caveats, measured, checks })
    }
}

impl Measured {
    fn is_at(&self, setting: &Map<String, Json>) -> bool {
        self.at.iter().all(|(name, value)| match (value.as_f64(), setting.get(name).and_then(Json::as_f64)) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
            _ => setting.get(name) == Some(value),
        })
    }
}
