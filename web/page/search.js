"use strict";
// The search: words that begin the words of a title or an id, best first.
(() => {
  const KINDS = { page: 6, part: 6, tutorial: 6, manual: 4, notes: 4, prediction: 5, claim: 3, section: 2, figure: 2 };
  const MOST = 24;

  const words = (text) => text.toLowerCase().normalize("NFKD").split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  /** The things that every word of the question begins a word of, the best ones first. */
  const find = (index, question) => {
    const asked = words(question);
    if (asked.length === 0) return [];
    const scored = [];
    index.forEach(([title, address, kind, more], place) => {
      const [inTitle, others] = [words(title), words(more)];
      let score = 0;
      for (const word of asked) {
        const best = (list, worth) =>
          Math.max(0, ...list.map((other) => (other === word ? 2 * worth : other.startsWith(word) ? worth : 0)));
        const found = Math.max(best(inTitle, 3), best(others, 2));
        if (found === 0) return;
        score += found;
      }
      if (more.toLowerCase() === question.trim().toLowerCase()) score += 20;
      scored.push({ title, address, kind, more, score: score + (KINDS[kind] ?? 0) / 10, place });
    });
    return scored.sort((a, b) => b.score - a.score || a.place - b.place).slice(0, MOST);
  };

  if (typeof document === "undefined") {
    globalThis.solvableFind = find;
    return;
  }

  const form = document.querySelector("form.find");
  const [input, list] = [form.querySelector("input"), form.querySelector("ul")];
  const root = document.body.dataset.root;
  let index = null;
  let chosen = -1;

  const load = () =>
    (index ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}assets/search-index.js`;
      script.onload = () => resolve(globalThis.solvableIndex);
      script.onerror = () => {
        index = null;
        reject(new Error("the index of the search cannot be loaded"));
      };
      document.head.append(script);
    }));

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (at) => {
    const items = [...list.children].filter((item) => item.dataset.address);
    if (items.length === 0) return;
    chosen = (at + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[chosen].id);
  };

  const show = async () => {
    const question = input.value;
    if (!question.trim()) return close();
    const found = find(await load(), question);
    if (input.value !== question) return;
    list.replaceChildren(
      ...found.map(({ title, address, kind, more }, place) => {
        const item = document.createElement("li");
        const about = document.createElement("span");
        item.id = `found-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.address = address;
        item.textContent = title;
        about.className = "kind";
        about.textContent = more ? `${kind} · ${more}` : kind;
        item.append(about);
        return item;
      }),
    );
    if (found.length === 0) {
      const none = document.createElement("li");
      none.setAttribute("role", "option");
      none.setAttribute("aria-selected", "false");
      none.textContent = "nothing is called so";
      list.append(none);
    }
    chosen = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  };

  const go = (item) => {
    if (!item?.dataset.address) return;
    close();
    location.href = root + item.dataset.address;
  };

  form.hidden = false;
  input.addEventListener("focus", () => load().catch(() => {}));
  input.addEventListener("input", () => show().catch(close));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(list.children[Math.max(chosen, 0)]);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    if (list.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? -1 : chosen - 1);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => go(event.target.closest("li")));
  input.addEventListener("blur", close);
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
})();
