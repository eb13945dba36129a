"use strict";
// Explorable figures: the form beside each moves its knobs, the theory draws it anew.
(() => {
  /** Milliseconds that a picture may take before a coarse one is shown first. */
  const SMOOTH = 40;
  /** Milliseconds after which a picture that nobody waits for any more is given up. */
  const PATIENCE = 150;
  /** A card narrower than this, in pixels, holds one panel a row. */
  const NARROW = 560;
  /** How near a slider has to come to a measured place, in shares of its length, to stop there. */
  const NEAR = 0.012;

  class Explorable {
    #figure;
    #form;
    #card;
    #knobs = new Map();
    #said;
    #cost = 0;
    #drawing = false;
    #again = false;
    #moved = 0;
    #abort = null;
  
    constructor(element) {
      this.element = element;
      this.#figure = JSON.parse(element.querySelector("script").textContent);
      this.#form = element.querySelector("form");
      this.#card = element.querySelector(".card");
      this.#said = element.querySelector(".said");
      for (const knob of this.#figure.knobs) this.#knobs.set(knob.name, this.#knob(knob));
      this.#form.addEventListener("submit", (event) => event.preventDefault());
      for (const button of this.#form.querySelectorAll("[data-do]")) {
        button.addEventListener("click", () => this.#do(button));
      }
      this.#form.hidden = false;
      this.#tell(this.#measurementsHere().length > 0 ? 1 : 0);
    }

    get anchor() {
      return this.element.id;
    }

    /** Where the knobs stand. */
    get setting() {
      return Object.fromEntries([...this.#knobs].map(([name, knob]) => [name, knob.value]));
    }

    /** Sets knobs; those that are not named go to their start. */
    set(values) {
      for (const [name, knob] of this.#knobs) knob.put(name in values ? values[name] : knob.start);
      this.draw();
    }

    /** The part of an address that tells this setting; empty where all knobs are at their start. */
    get address() {
      const moved = [...this.#knobs].filter(([, knob]) => !same(knob.value, knob.start));
      const query = new URLSearchParams(moved.map(([name, knob]) => [name, spelt(knob.value)]));
      return moved.length > 0 ? `${this.anchor}?${query}` : this.anchor;
    }

    #changed() {
      remember(this);
      this.draw();
    }

    /** Reads what `address` has told. */
    read(query) {
      const values = {};
      for (const [name, text] of new URLSearchParams(query)) if (this.#knobs.has(name)) values[name] = this.#knobs.get(name).read(text);
      this.set(values);
    }

    /** Whether the picture is wider than its place. */
    get isCramped() {
      return this.#card.clientWidth < NARROW && this.#card.scrollWidth > this.#card.clientWidth;
    }

    /** Draws the figure as the knobs stand, and once more where they move meanwhile. */
    async draw() {
      this.#again = true;
      if (this.#drawing) {
        // The picture that is being drawn may be dear.
        if (performance.now() - this.#moved > PATIENCE) this.#abort?.abort();
        return;
      }
      this.#drawing = true;
      this.element.setAttribute("aria-busy", "true");
      try {
        while (this.#again) {
          this.#again = false;
          this.#moved = performance.now();
          await this.#once();
        }
      } finally {
        this.#drawing = false;
        this.element.removeAttribute("aria-busy");
      }
    }

    async #once() {
      const at = this.setting;
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      // Panels stand below one another where the page is narrow.
      const columns = this.#card.clientWidth < NARROW ? 1 : null;
      try {
        const worker = await theory();
        if (this.#cost > SMOOTH) {
          this.#show(await worker.explore(this.#figure, at, { columns, coarse: true, signal }), columns, true);
          if (this.#again) return;
        }
        const before = performance.now();
        const picture = await worker.explore(this.#figure, at, { columns, signal });
        this.#cost = performance.now() - before;
        this.#show(picture, columns, false);
      } catch (problem) {
        if (signal.aborted) {
          this.#cost = Infinity;
        } else if (!(problem instanceof solvable.Abandoned)) {
          this.#problems([{ of: "", knobs: [], partly: false, message: problem.message }]);
        }
      }
    }

    #show(picture, columns, coarse) {
      this.#card.innerHTML = picture.svg;
      this.element.dataset.columns = columns ?? "";
      this.#problems(picture.problems);
      if (coarse) return;
      const rows = [...this.element.querySelectorAll(".readouts > div")];
      picture.readouts.forEach(({ value }, n) => {
        rows[n].querySelector("dd").textContent = value === null ? "–" : spelt(value);
      });
      const commands = new Set([...picture.readouts.map(({ command }) => command), ...picture.checks]);
      this.element.querySelector(".commands code").textContent = [...commands].join("\n");
      this.#tell(picture.measured, picture.caveats);
    }

    /** Says whether there are measurements here, and how far the theory is valid. */
    #tell(measured, caveats = []) {
      const nearest = this.#form.querySelector('[data-do="nearest"]');
      nearest.hidden = measured > 0 || this.#figure.measured.length === 0;
      const told = measured > 0 ? "Measured here: the error bars are those of recorded trials." : "Theory only: nothing was recorded at this setting.";
      this.#said.textContent = [told, ...caveats].join(" ");
      this.element.dataset.measured = measured > 0;
    }

    #problems(problems) {
      const list = this.element.querySelector(".problems");
      list.replaceChildren(
        ...problems.map((problem) => {
          const line = document.createElement("p");
          const of = problem.of ? `${problem.of}: ` : "";
          line.textContent = of + problem.message + (problem.partly ? " (on a part of the curve)" : "");
          line.dataset.kind = problem.kind ?? "";
          return line;
        }),
      );
      const blamed = new Set(problems.filter((problem) => !problem.partly).flatMap((problem) => problem.knobs));
      for (const [name, knob] of this.#knobs) knob.blame(blamed.has(name));
    }

    async #do(button) {
      switch (button.dataset.do) {
        case "reset":
          this.set({});
          return remember(this);
        case "nearest":
          this.set({ ...this.setting, ...this.#nearest() });
          return remember(this);
        case "command":
          return confirm(button, copy(this.element.querySelector(".commands code").textContent));
        case "link":
          return confirm(button, copy(location.href.split("#")[0] + "#" + this.address));
        case "download": {
          const worker = await theory();
          const { svg } = await worker.explore(this.#figure, this.setting, { standAlone: true });
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
          link.download = `${this.anchor.replace(/^explore-/, "")}.svg`;
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 1000);
        }
      }
    }

    #measurementsHere() {
      const here = this.setting;
      return this.#figure.measured.filter(({ at }) => Object.entries(at).every(([name, value]) => same(here[name], value)));
    }

    /** The measured setting that the fewest knobs, and they the least, have to move to. */
    #nearest() {
      const here = this.setting;
      const distance = ({ at }) =>
        Object.entries(at)
          .filter(([name, value]) => !same(here[name], value))
          .map(([name, value]) => 1 + Math.min(1, this.#knobs.get(name).distance(here[name], value)))
          .reduce((sum, far) => sum + far, 0);
      const sorted = this.#figure.measured.map((measured) => [distance(measured), measured.at]).sort(([a], [b]) => a - b);
      return sorted[0][1];
    }

    /** The fields of a knob, and what they hold. */
    #knob(knob) {
      const box = [...this.element.querySelectorAll("[data-knob]")].find((box) => box.dataset.knob === knob.name);
      const stops = [...new Set(this.#figure.measured.filter(({ at }) => knob.name in at).map(({ at }) => at[knob.name]))];
      return knob.range.Words ? this.#choice(knob, box, knob.range.Words) : this.#slider(knob, box, stops);
    }

    #choice(knob, box, words) {
      const select = box.querySelector("select");
      const state = {
        start: knob.start,
        value: knob.start,
        put: (value) => {
          state.value = value;
          const known = words.findIndex((word) => same(word.value, value));
          select.selectedIndex = known;
        },
        read: (text) => words.find((word) => spelt(word.value) === text)?.value ?? text,
        distance: () => 1,
        blame: (is) => select.setAttribute("aria-invalid", is),
      };
      select.addEventListener("change", () => {
        state.value = words[select.selectedIndex].value;
        this.#changed();
      });
      return state;
    }

    #slider(knob, box, stops) {
      const [slider, field] = [box.querySelector("input[type=range]"), box.querySelector("input.value")];
      const whole = "Whole" in knob.range;
      const { low, high, scale } = knob.range.Whole ?? knob.range.Real;
      const last = Number(slider.max);
      // From 0 to 1 along the slider, and back.
      const log = scale === "Log";
      const share = (value) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
      const value = (share) => (log ? low * (high / low) ** share : low + (high - low) * share);
      const at = (step) => {
        const here = step / last;
        const near = stops.find((stop) => Math.abs(share(stop) - here) < NEAR);
        if (near !== undefined && !(whole && !log)) return near;
        return whole ? Math.round(value(here)) : rounded(value(here), (high - low) / last);
      };
      const rounded = (x, grain) => {
        const digits = log ? 3 : Math.max(1, Math.ceil(Math.log10(Math.abs(x) / grain) + 1) || 1);
        return Number(x.toPrecision(Math.min(digits, 15)));
      };
      const state = {
        start: knob.start,
        value: knob.start,
        put: (number) => {
          state.value = number;
          field.value = spelt(number);
          const where = typeof number === "number" ? share(number) : NaN;
          if (!Number.isNaN(where)) slider.value = Math.round(Math.min(1, Math.max(0, where)) * last);
          slider.setAttribute("aria-valuetext", field.value);
        },
        read: (text) => number(text),
        distance: (a, b) => (typeof a === "number" ? Math.abs(share(a) - share(b)) : 1),
        blame: (is) => field.setAttribute("aria-invalid", is),
      };
      slider.addEventListener("input", () => {
        state.value = at(Number(slider.value));
        field.value = spelt(state.value);
        slider.setAttribute("aria-valuetext", field.value);
        this.#changed();
      });
      field.addEventListener("input", () => {
        // The field stays as it is typed.
        const typed = field.value;
        state.put(number(typed));
        field.value = typed;
        this.#changed();
      });
      marks(slider, stops, (stop) => Math.round(share(stop) * last));
      state.put(knob.start);
      return state;
    }
  }

  /** Ticks under a slider, where something was measured. */
  function marks(slider, stops, step) {
    if (stops.length === 0) return;
    const list = document.createElement("datalist");
    list.id = `${slider.id}-measured`;
    for (const stop of stops) {
      const option = document.createElement("option");
      option.value = step(stop);
      list.append(option);
    }
    slider.after(list);
    slider.setAttribute("list", list.id);
  }

  /** A number as it is typed; what is none stays a text, which the theory refuses. */
  function number(text) {
    const trimmed = text.trim().replace("−", "-");
    return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
  }

  function spelt(value) {
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  function same(a, b) {
    if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
    return spelt(a) === spelt(b);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages of a disk may have no clipboard but this one.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  async function confirm(button, done) {
    await done;
    const told = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = told), 1200);
  }

  /** Writes the setting into the address, not too often: browsers forbid that. */
  let pending = null;
  function remember(figure) {
    clearTimeout(pending);
    pending = setTimeout(() => {
      try {
        history.replaceState(null, "", location.pathname + location.search + "#" + figure.address);
      } catch {
        // Some browsers let no page of a disk change its address.
      }
    }, 250);
  }

  const figures = new Map();
  for (const element of document.querySelectorAll(".explorable")) figures.set(element.id, new Explorable(element));

  /** Goes to the figure and setting that the address names. */
  function visit() {
    const [anchor, query] = location.hash.slice(1).split("?");
    const figure = figures.get(anchor);
    if (!figure || query === undefined) return;
    figure.element.scrollIntoView();
    figure.read(query);
  }
  addEventListener("hashchange", visit);
  visit();
  // The theory is there when the first knob moves.
  if (figures.size > 0 && "IntersectionObserver" in globalThis) {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        const figure = figures.get(target.id);
        if (figure.isCramped) figure.draw();
        else theory().catch(() => {});
      }
    });
    for (const { element } of figures.values()) observer.observe(element);
  }
})();
