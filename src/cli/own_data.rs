//! The papers, and the predictions on the user's own inputs.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use solvable_engine::cli::Offer;

use crate::simulate::data::Dataset;
use crate::theory::bibliography;
use crate::verify::TrialStore;
use crate::{atlas, coverage, papers};

/// What is offered to be judged: the papers if `all` or without data, and the claims on the inputs in the file `data`. How the file was
/// read is told at once: who sees a wrong guess need not wait for the trials.
///
/// # Errors
/// A file that cannot be read.
pub fn offer(data: Option<&Path>, all: bool, note: &dyn Fn(&str)) -> Result<Offer> {
    let papers = if data.is_none() || all { papers::all() } else { Vec::new() };
    let recorded = if papers.is_empty() { Vec::new() } else { atlas::recorded().to_vec() };
    let appendices = if papers.is_empty() { Vec::new() } else { vec![coverage::appendix()?] };
    let mut offer =
        Offer { appendices, bibliography: bibliography::ALL.to_vec(), recorded, ..Offer::of(papers) };
    match data {
        None => offer.wanted = data_wanted,
        Some(path) => {
            let data = Dataset::read(path)?;
            let notes = data.notes().to_vec();
            notes.iter().for_each(|told| note(told));
            let mut paper = papers::shared::own_data::paper(&data);
            if !notes.is_empty() {
                // A `$` would begin a formula.
                let told = notes.join("; ").replace('$', " ");
                paper.summary.push_str(&format!(" How the file was read: {told}."));
            }
            offer.papers.push(paper);
            offer.notes = notes;
        }
    }
    Ok(offer)
}

/// The same with the figures that follow knobs, for commands that write a report; the others need not wait for them.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn with_figures(
    #[cfg_attr(not(feature = "explore"), expect(unused_mut))] mut offer: Offer,
) -> Result<Offer> {
    #[cfg(feature = "explore")]
    if papers::all().iter().any(|paper| offer.papers.iter().any(|offered| offered.id == paper.id)) {
        offer.additions = crate::explore::additions()?;
    }
    Ok(offer)
}

/// Which of the user's files a store has trials on, none of which was named again.
fn data_wanted(store: &TrialStore) -> Option<String> {
    let names: BTreeSet<String> = store
        .keys()
        .into_iter()
        .filter(|key| key.name() == papers::shared::own_data::EXPERIMENT)
        .filter_map(|key| {
            let setting: serde_json::Value = serde_json::from_str(&key.setting).ok()?;
            Some(setting["data"]["name"].as_str()?.to_owned())
        })
        .filter(|name| name != "digits")
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("trials on inputs of your own are left out; the file ({names}) is missing: name it with `--data FILE`")
    })
}
