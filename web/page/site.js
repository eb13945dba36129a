"use strict";
// What every page does: lists that filter, regions that scroll by the keyboard.
(() => {
  for (const form of document.querySelectorAll("form.filter[data-list]")) {
    const list = document.getElementById(form.dataset.list);
    const items = [...list.querySelectorAll("li")].map((item) => ({ item, text: item.textContent.toLowerCase() }));
    const show = () => {
      const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const { item, text } of items) {
        item.hidden = !words.every((word) => text.includes(word));
        shown += !item.hidden;
      }
      for (const section of list.querySelectorAll("section")) {
        section.hidden = !section.querySelector("li:not([hidden])");
      }
      form.querySelector("output").value = `${shown} of ${items.length}`;
    };
    form.hidden = false;
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (form.elements.text.value) show();
  }

  // On narrow screens the contents would push the text out of sight.
  const contents = document.querySelector(".toc details");
  if (contents && matchMedia("(max-width: 64rem)").matches) contents.open = false;

  // What is wider than its place is reached by the keyboard, and nothing else is a stop on the way.
  const wide = () => {
    for (const region of document.querySelectorAll(".scroll, .formula, span.long, pre, figure .card, .answer .long")) {
      if (region.scrollWidth > region.clientWidth + 1 || region.scrollHeight > region.clientHeight + 1) {
        region.tabIndex = 0;
      } else {
        region.removeAttribute("tabindex");
      }
    }
  };
  addEventListener("load", wide);
  addEventListener("resize", wide);
  addEventListener("toggle", wide, true);
})();
