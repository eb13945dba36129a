//! What every page has: the bar with its doors, the table of contents, the text, the foot.

use solvable_engine::report::escape;

use super::markdown::{Heading, contents};
use super::place::Place;

/// A page.
pub(super) struct Page {
    pub(super) place: Place,
    /// As plain text.
    pub(super) title: String,
    /// The first heading, as HTML.
    pub(super) heading: String,
    /// What stands between the heading and the text, as HTML.
    pub(super) lead: String,
    pub(super) body: String,
    pub(super) headings: Vec<Heading>,
    /// Scripts of its own, from the root of the site.
    pub(super) scripts: Vec<&'static str>,
    /// What kind of thing the search calls it.
    pub(super) kind: &'static str,
}

impl Page {
    pub(super) fn new(place: Place, kind: &'static str, title: &str) -> Self {
        Self {
            place,
            title: title.to_owned(),
            heading: escape(title),
            lead: String::new(),
            body: String::new(),
            headings: Vec::new(),
            scripts: Vec::new(),
            kind,
        }
    }

    /// Begins a section of the second level, whose heading is HTML.
    pub(super) fn section(&mut self, anchor: &str, text: &str) {
        self.body.push_str(&format!("<h2 id=\"{anchor}\">{text}</h2>\n"));
        self.headings.push(Heading { anchor: anchor.to_owned(), text: text.to_owned(), level: 2 });
    }

    /// Adds HTML.
    pub(super) fn push(&mut self, html: &str) {
        self.body.push_str(html);
    }

    /// The whole page.
    pub(super) fn html(&self, doors: &[Door]) -> String {
        let Self { place, title, heading, lead, body, .. } = self;
        let root = place.root();
        let scripts: String = ["assets/site.js", "assets/search.js"]
            .iter()
            .chain(&self.scripts)
            .map(|script| format!("<script defer=\"\" src=\"{}\"></script>\n", place.to(script)))
            .collect();
        let (aside, narrow) = match self.toc() {
            Some(toc) => (toc, ""),
            None => (String::new(), " alone"),
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" />\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n\
             <meta name=\"color-scheme\" content=\"light dark\" />\n<title>{} · solvable</title>\n\
             <link rel=\"icon\" href=\"data:,\" />\n\
             <link rel=\"stylesheet\" href=\"{}\" />\n<link rel=\"stylesheet\" href=\"{}\" />\n\
             <link rel=\"stylesheet\" href=\"{}\" />\n{scripts}</head>\n\
             <body data-root=\"{root}\">\n<a class=\"skip\" href=\"#main\">Skip to the text</a>\n{}\
             <div class=\"sheet{narrow}\">\n{aside}<main id=\"main\" tabindex=\"-1\">\n\
             <header class=\"opening\">\n<h1>{heading}</h1>\n{lead}</header>\n{body}</main>\n</div>\n\
             <footer class=\"foot\"><p>Written by <code>solvable site</code> from the repository: every verdict is that of the \
             recorded trials, judged by the theory of this version.</p></footer>\n</body>\n</html>\n",
            escape(title),
            place.to("assets/look.css"),
            place.to("assets/explore.css"),
            place.to("assets/site.css"),
            self.bar(doors),
        )
    }

    fn bar(&self, doors: &[Door]) -> String {
        let home = self.place.to("index.html");
        let doors: String = doors.iter().map(|door| door.html(&self.place)).collect();
        format!(
            "<header class=\"bar\">\n<a class=\"brand\" href=\"{home}\">solvable</a>\n\
             <nav aria-label=\"Site\"><ul>\n{doors}</ul></nav>\n\
             <form class=\"find\" role=\"search\" hidden=\"\">\n<label for=\"find\">Search</label>\n\
             <input id=\"find\" type=\"search\" placeholder=\"Search ( / )\" autocomplete=\"off\" role=\"combobox\" \
             aria-expanded=\"false\" aria-controls=\"found\" aria-autocomplete=\"list\" />\n\
             <ul id=\"found\" role=\"listbox\" aria-label=\"Found\" hidden=\"\"></ul>\n</form>\n</header>\n"
        )
    }

    /// The list of sections, for pages that have several.
    fn toc(&self) -> Option<String> {
        let shown: Vec<Heading> =
            self.headings.iter().filter(|heading| heading.level <= 3).cloned().collect();
        (shown.len() > 2).then(|| {
            format!(
                "<nav class=\"toc\" aria-label=\"On this page\">\n<details open=\"\">\n<summary>On this page</summary>\n<ol>\n{}</ol>\n</details>\n</nav>\n",
                contents(&shown)
            )
        })
    }
}

/// An entry of the bar.
pub(super) struct Door {
    pub(super) title: &'static str,
    pub(super) path: &'static str,
    /// The folder whose pages stand behind it.
    pub(super) folder: Option<&'static str>,
}

impl Door {
    fn html(&self, place: &Place) -> String {
        let here = place.path() == self.path;
        let inside = self.folder.is_some_and(|folder| place.path().starts_with(folder));
        let current = match (here, inside) {
            (true, _) => " aria-current=\"page\"",
            (false, true) => " aria-current=\"true\"",
            (false, false) => "",
        };
        format!("<li><a href=\"{}\"{current}>{}</a></li>\n", place.to(self.path), self.title)
    }
}
