//! Which ids a pattern asks for.

use crate::Paper;
use crate::verify::Knob;
use solvable_words::{did_you_mean, shortened};

/// The knobs of the paper that the claim belongs to.
pub fn knobs_of(claim: &str, papers: &[Paper]) -> &'static [Knob] {
    let part = claim.split('/').next().unwrap_or(claim);
    papers.iter().find(|paper| paper.id == part).map_or(&[], |paper| paper.knobs)
}

/// Whether `pattern` asks for `id`: a glob where it holds a `*`, else a substring.
fn matches(pattern: &str, id: &str) -> bool {
    if !pattern.contains('*') {
        return id.contains(pattern);
    }
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| id.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether `id` is asked for: by any pattern, or by the absence of all.
pub fn selected(patterns: &[String], id: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|p| matches(p, id))
}

/// The patterns with the full names of papers (`mean_field`, `mean-field/...`) replaced by their ids.
pub fn by_id(patterns: &[String], papers: &[Paper]) -> Vec<String> {
    patterns.iter().map(|pattern| short(pattern, papers)).collect()
}

/// An id or pattern in which a paper may be named in full.
pub fn short(pattern: &str, papers: &[Paper]) -> String {
    let (part, rest) = pattern.split_once('/').map_or((pattern, None), |(part, rest)| (part, Some(rest)));
    let named = |paper: &&Paper| paper.name.replace('_', "-") == part.replace('_', "-");
    match (papers.iter().find(named), rest) {
        (Some(paper), Some(rest)) => format!("{}/{rest}", paper.id),
        (Some(paper), None) => format!("{}/*", paper.id),
        (None, _) => pattern.to_owned(),
    }
}

/// That no id matches, with the nearest ones.
pub fn nothing_matches<'a>(patterns: &[String], known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let near = |pattern: &String| did_you_mean(pattern.trim_matches('*'), known.iter().copied());
    let shown: Vec<String> = patterns.iter().map(|p| format!("`{}`", shortened(p))).collect();
    let near = patterns.iter().map(near).find(|near| !near.is_empty()).unwrap_or_default();
    format!("nothing matches {}; {near}`{} list` shows all ids", shown.join(", "), super::program())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_substrings_or_globs() {
        for (pattern, yes) in [
            ("mf", true),
            ("lambda", true),
            ("norm", false),
            ("mf/*", true),
            ("*max", true),
            ("m*-*x", true),
            ("mf*min", false),
            ("*", true),
        ] {
            assert_eq!(matches(pattern, "mf/lambda-max"), yes, "{pattern}");
        }
    }

    #[test]
    fn papers_may_be_named_in_full() {
        let paper = Paper {
            id: "mf".into(),
            name: "mean_field".into(),
            title: "".into(),
            summary: String::new(),
            findings: Vec::new,
            sources: vec![],
            claims: vec![],
            figures: vec![],
            maps: vec![],
            knobs: &[],
        };
        for (pattern, meant) in [
            ("mean_field", "mf/*"),
            ("mean-field", "mf/*"),
            ("mean-field/lambda*", "mf/lambda*"),
            ("mean", "mean"),
            ("mf", "mf"),
        ] {
            assert_eq!(short(pattern, std::slice::from_ref(&paper)), meant);
        }
    }
}
