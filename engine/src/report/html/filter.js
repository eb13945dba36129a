"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const claims = [...document.querySelectorAll("article[data-part]")].map((article) => ({
    article,
    row: document.querySelector(`tr[data-claim="${article.id}"]`),
    text: article.textContent.toLowerCase(),
  }));
  const fields = ["text", "part", "verdict"];
  const show = () => {
    const wanted = Object.fromEntries(fields.map((name) => [name, form.elements[name].value.trim()]));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { article, row, text } of claims) {
      const fits =
        (!wanted.part || article.dataset.part === wanted.part) &&
        (!wanted.verdict || article.dataset.verdict === wanted.verdict) &&
        words.every((word) => text.includes(word));
      article.hidden = !fits;
      if (row) row.hidden = !fits;
      shown += fits;
    }
    const all = fields.every((name) => !wanted[name]);
    for (const part of document.querySelectorAll("section.part")) {
      part.hidden = !all && !part.querySelector("article:not([hidden])");
    }
    form.querySelector("output").value = `${shown} of ${claims.length} claims`;
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    try {
      history.replaceState(null, "", (all ? location.pathname : `?${query}`) + location.hash);
    } catch {
      // Some browsers let no page of a disk change its address.
    }
  };
  const asked = new URLSearchParams(location.search);
  for (const name of fields) form.elements[name].value = asked.get(name) ?? "";
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  // A link to a claim that is not shown shows it.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.closest("[hidden]")) form.reset();
  });
  if (fields.some((name) => form.elements[name].value)) show();
})();
