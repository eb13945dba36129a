//! The house is in order: one name for each part, no circles of imports.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use solvable::papers;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A part has one name: of its rooms of theory and papers, its notes, its tests, its values and its bench.
#[test]
fn every_part_is_found_under_one_name() {
    let papers = papers::all();
    for name in papers.iter().map(|paper| &paper.name) {
        for place in [
            format!("theory/src/{name}/mod.rs"),
            format!("theory/notes/{name}.md"),
            format!("theory/tests/reference/{name}.json"),
            format!("src/papers/{name}/lib.rs"),
            format!("tests/{name}.rs"),
        ] {
            assert!(root().join(&place).exists(), "{place}");
        }
    }
    // What several parts share, and tools that are no part.
    let others = [
        "batch",
        "common",
        "coverage",
        "figures",
        "shared",
        "mod",
        "free_probability",
        "kernel_spectrum",
        "peers",
        "neural_tangents",
        "recorded",
        "scale",
        "shards",
    ];
    for folder in ["benches", "theory/notes", "theory/tests/reference", "src/papers"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let stem = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            let known = papers.iter().any(|paper| paper.name == stem) || others.contains(&stem.as_str());
            assert!(known, "{folder}/{stem}");
        }
    }
}

/// A module: its path from the root of the crate.
type Module = Vec<String>;

/// No module imports itself through others. Modules that only declare and re-export their children do not count as importing them.
#[test]
fn imports_have_no_circles() {
    let papers = fs::read_dir(root().join("src/papers")).unwrap().map(|entry| entry.unwrap().path());
    let crates =
        ["engine/src", "explore/src", "figures/src", "simulate/src", "src", "theory/src", "words/src"]
            .map(|name| root().join(name));
    for source in papers.filter(|path| path.is_dir()).chain(crates) {
        let modules = modules(&source);
        let source = source.display();
        let imports: BTreeMap<&Module, BTreeSet<Module>> =
            modules.iter().map(|(module, text)| (module, imports(module, text, &modules))).collect();
        for module in modules.keys() {
            let (mut reached, mut open) = (BTreeSet::new(), vec![module]);
            while let Some(next) = open.pop() {
                for import in &imports[next] {
                    assert_ne!(import, module, "{source}: {module:?} imports itself through {next:?}");
                    if reached.insert(import) {
                        open.push(import);
                    }
                }
            }
        }
    }
}

/// The modules below `folder` with their texts, without their unit tests.
fn modules(folder: &Path) -> BTreeMap<Module, String> {
    let (mut modules, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                // What has a manifest is a crate of its own.
                if !path.join("Cargo.toml").exists() {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                modules.insert(module(folder, &path), text);
            }
        }
    }
    modules
}

fn module(folder: &Path, path: &Path) -> Module {
    let stem = path.strip_prefix(folder).unwrap().with_extension("");
    let mut names: Module = stem.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if ["mod", "lib", "main"].contains(&names.last().unwrap().as_str()) {
        names.pop();
    }
    names
}

/// The modules of the same crate that the private `use` declarations of `text` name.
fn imports(of: &Module, text: &str, modules: &BTreeMap<Module, String>) -> BTreeSet<Module> {
    let declarations = text.split(';').filter_map(|statement| {
        let line = statement.lines().position(|line| line.trim_start().starts_with("use "))?;
        let lines: Vec<&str> = statement.lines().skip(line).map(str::trim).collect();
        Some(lines.join(" ").trim_start_matches("use ").to_owned())
    });
    let mut found = BTreeSet::new();
    for path in declarations.flat_map(|declaration| paths(&declaration)) {
        let names: Vec<&str> = path.split("::").map(str::trim).collect();
        let up = names.iter().take_while(|name| **name == "super").count();
        let (mut target, rest) = match names[0] {
            "crate" => (Vec::new(), &names[1..]),
            "self" => (of.clone(), &names[1..]),
            "super" => (of[..of.len().saturating_sub(up)].to_vec(), &names[up..]),
            _ => continue,
        };
        for name in rest {
            target.push((*name).to_owned());
            if !modules.contains_key(&target) {
                target.pop();
                break;
            }
        }
        if target != *of && modules.contains_key(&target) {
            found.insert(target);
        }
    }
    found
}

/// The paths of a tree such as `super::{a, b::{c, d}}`.
fn paths(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let (mut pieces, mut depth) = (vec![String::new()], 0);
    for c in inner.chars() {
        match c {
            ',' if depth == 0 => pieces.push(String::new()),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                pieces.last_mut().unwrap().push(c);
            }
        }
    }
    let pieces = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    pieces.flat_map(paths).map(|path| format!("{}{path}", prefix.trim())).collect()
}

#[test]
fn trees_of_imports_are_flattened() {
    assert_eq!(paths("super::{a, b::{c, d as e}}"), ["super::a", "super::b::c", "super::b::d as e"]);
}
