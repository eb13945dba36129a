//! `site`: the repository as static pages.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use solvable_engine::cli::{self, Host, ReportArgs, Scope, Selection};

use super::own_data::{offer, with_figures};
use crate::papers;
use crate::site::{Api, Checkout, write};
use crate::verify::{Observer, Profile};

#[derive(Debug, Args)]
pub struct SiteArgs {
    /// Stores of trials of the full profile; those recorded in the repository by default.
    stores: Vec<PathBuf>,
    /// Folder of the site.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A checkout of the repository.
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
    /// Leave out the documentation of the crates, which cargo builds.
    #[arg(long)]
    without_api: bool,
}

/// Judges the recorded trials and writes the site.
pub fn site(args: &SiteArgs) -> Result<ExitCode> {
    let checkout = Checkout::open(&args.repository)?;
    let stores = if args.stores.is_empty() { checkout.stores()? } else { args.stores.clone() };
    let asked = ReportArgs {
        stores,
        only: Vec::new(),
        partial: false,
        selection: Selection {
            scope: Scope { profile: Profile::Full, seed: 0, trials: None },
            out: args.out.clone(),
            junit: None,
        },
    };
    let (report, due) = cli::judged(&asked, with_figures(offer(None, true, &|_| ())?)?, &Notes)?;
    if let Some(due) = due {
        bail!(due);
    }
    let api = if args.without_api { Api::Left } else { Api::Built };
    let files = write(&checkout, &papers::all(), &report, api, &args.out)?;
    let pages =
        files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "html")).count();
    println!("{pages} pages, {} files: {}", files.len(), args.out.join("index.html").display());
    Ok(ExitCode::SUCCESS)
}

/// Tells remarks on standard error.
struct Notes;

impl Observer for Notes {}

impl Host for Notes {
    fn note(&self, text: &str) {
        eprintln!("note: {text}");
    }

    fn command(&self) -> String {
        "site".to_owned()
    }
}
