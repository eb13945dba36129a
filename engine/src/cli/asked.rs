//! What runs were asked for, kept beside their trials: without it nobody could tell an incomplete store from a small one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::agenda::Agenda;
use super::host::Host;
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
        let Options { profile, seed, trials, .. } = *options;
        Self { profile, seed, trials, ids: agenda.ids().map(str::to_owned).collect() }
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
        // Processes of two machines may have one number.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let begun = folder.join(format!(".{name}.{}.{now}.tmp", std::process::id()));
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&begun, &text))
            .and_then(|()| fs::rename(&begun, &path));
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    /// What runs with these options were asked for into the folders among `stores`; nothing where that is not known. Runs with other
    /// options are noted where there are only such.
    pub(super) fn read(
        stores: &[PathBuf],
        options: &Options,
        host: &dyn Host,
    ) -> Result<Option<BTreeSet<String>>> {
        let mut all = Vec::new();
        for folder in stores.iter().map(|store| store.join(ASKED_FOLDER)).filter(|folder| folder.is_dir()) {
            let files = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
            for path in files.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()? {
                if path.extension().is_some_and(|extension| extension == "json") {
                    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                    let asked: Self = serde_json::from_slice(&text).with_context(|| {
                        format!("{} does not say what a run was asked for", path.display())
                    })?;
                    all.push(asked);
                }
            }
        }
        let (same, others): (Vec<Self>, Vec<Self>) = all.into_iter().partition(|asked| {
            (asked.profile, asked.seed, asked.trials) == (options.profile, options.seed, options.trials)
        });
        if same.is_empty() && !others.is_empty() {
            let others: BTreeSet<String> = others.iter().map(Self::options).collect();
            let others: Vec<String> = others.into_iter().collect();
            host.note(&format!("the runs that filled the stores had other options: {}", others.join("; ")));
        }
        Ok(same.into_iter().map(|asked| asked.ids).reduce(|mut all, ids| {
            all.extend(ids);
            all
        }))
    }

    fn options(&self) -> String {
        let trials = self.trials.map_or(String::new(), |trials| format!(" --trials {trials}"));
        format!("--profile {} --seed {}{trials}", self.profile, self.seed)
    }
}
