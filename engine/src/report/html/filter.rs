//! Which claims are shown: by part, verdict and text. Without JavaScript all are.

use std::fmt::Write;

use super::WORST_FIRST;
use crate::report::escape;
use crate::report::outline::Outline;

/// The form, which the script shows.
pub(super) fn form(html: &mut String, outline: &Outline<'_>) {
    let claims: usize = outline.sections.iter().map(|section| section.claims.len()).sum();
    if claims == 0 {
        return;
    }
    html.push_str(
        "<form class=\"filter\" id=\"filter\" role=\"search\" aria-label=\"Claims\" hidden>\n\
         <label>Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>\n\
         <label>Part <select name=\"part\"><option value=\"\">all</option>",
    );
    for section in &outline.sections {
        // Options hold plain text.
        let title = section.title.replace('$', "");
        let _ = write!(html, "<option value=\"{}\">{}</option>", escape(section.id), escape(&title));
    }
    html.push_str(
        "</select></label>\n<label>Verdict <select name=\"verdict\"><option value=\"\">all</option>",
    );
    for verdict in WORST_FIRST.into_iter().rev() {
        let _ = write!(html, "<option>{verdict}</option>");
    }
    let _ = writeln!(
        html,
        "</select></label>\n<button type=\"reset\">Show all</button>\n<output>{claims} of {claims} claims</output>\n</form>"
    );
}

/// What makes the form work.
pub(super) fn script(html: &mut String) {
    let _ = write!(html, "<script>\n{}</script>\n", include_str!("filter.js"));
}
