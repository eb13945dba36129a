//! What runs were asked for, kept beside their trials: without it nobody could tell an incomplete store from a small one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::agenda::Agenda;
use crate::verify::{Options, Profile};

/// Name of the folder, in an output folder.
pub(super) const ASKED_FOLDER: &str = "asked";

/// What a run was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    profile: Profile,
    seed: u64,
    trials: Option<usize>,
    /// Claims, figures and maps.
    ids: BTreeSet<String>,
}

impl Asked {
    pub(super) fn of(agenda: &Agenda, options: &Options) -> Self {
        let claims = agenda.claims.iter().map(|claim| claim.id.clone());
        let figures = agenda.figures.iter().map(|plan| plan.id.to_owned());
        let maps = agenda.maps.iter().map(|chart| chart.plan.id.clone());
        let Options { profile, seed, trials, .. } = *options;
        Self { profile, seed, trials, ids: claims.chain(figures).chain(maps).collect() }
    }

    /// Keeps it in the folder `out`. Its name is a fingerprint of what it says, so that tasks which were asked for the same write the
    /// same file.
    pub(super) fn keep(&self, out: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let folder = out.join(ASKED_FOLDER);
        let name = &blake3::hash(&text).to_hex()[..16];
        let path = folder.join(format!("{name}.json"));
        if path.exists() {
            return Ok(());
        }
        let begun = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&begun, &text))
            .and_then(|()| fs::rename(&begun, &path));
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    /// What runs with these options were asked for into the folders among `stores`; nothing where that is not known.
    pub(super) fn read(stores: &[PathBuf], options: &Options) -> Option<BTreeSet<String>> {
        let folders = stores.iter().filter_map(|store| fs::read_dir(store.join(ASKED_FOLDER)).ok());
        let files = folders.flatten().flatten().map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let all = files.filter_map(|path| serde_json::from_slice::<Self>(&fs::read(path).ok()?).ok());
        let same = |asked: &Self| {
            (asked.profile, asked.seed, asked.trials) == (options.profile, options.seed, options.trials)
        };
        all.filter(same).map(|asked| asked.ids).reduce(|mut all, ids| {
            all.extend(ids);
            all
        })
    }
}
