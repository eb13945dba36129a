"use strict";
// A prediction under the reader's hands: a form whose parameters the address carries and the command line understands.
(() => {
  /** A number as people spell it, or `undefined`: `.5`, `+3`, `1.`, `inf`. */
  const number = (word) => {
    const bare = word.toLowerCase().replace(/^[+-]+/, "");
    if (bare === "nan") return "nan";
    if (bare === "inf" || bare === "infinity") return word.startsWith("-") ? "-inf" : "inf";
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return undefined;
    return Number.isFinite(Number(word)) ? Number(word) : undefined;
  };

  /** `text` with the numbers outside of its strings as JSON spells them. */
  const respelt = (text) =>
    text.replace(/"(?:[^"\\]|\\.)*"|[A-Za-z0-9+\-._]+/g, (word) => {
      if (word.startsWith('"')) return word;
      try {
        JSON.parse(word);
        return word;
      } catch {
        const value = number(word);
        return value === undefined ? word : JSON.stringify(value);
      }
    });

  /** `text` cut at the commas that no bracket, brace or string holds. */
  const pieces = (text) => {
    const found = [""];
    let depth = 0;
    for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
      if (piece === "," && depth === 0) {
        found.push("");
        continue;
      }
      depth += "[{".includes(piece) - "]}".includes(piece);
      if (depth < 0) return [text];
      found[found.length - 1] += piece;
    }
    return depth === 0 ? found : [text];
  };

  /** A value as the command line reads it: JSON; `a,b,c` is a list; what is not JSON is a word. */
  const read = (text) => {
    const words = text.trim();
    for (const spelling of [words, respelt(words)]) {
      try {
        return JSON.parse(spelling);
      } catch {
        // It is spelt in another way.
      }
    }
    if (words.includes(",") && !/^[[{"]/.test(words)) {
      const parts = pieces(words);
      return parts.length > 1 ? parts.map(read) : words;
    }
    return words;
  };

  /** A value as a field and the command line show it; `read` gives it back. */
  const spelt = (value) => {
    if (typeof value === "string" && value !== "" && !value.startsWith("@") && read(value) === value) return value;
    return JSON.stringify(value);
  };

  const quoted = (word) => (/^[\w.,=:+/@%-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

  const command = (id, params) =>
    ["solvable predict", id, ...Object.entries(params).map(([name, value]) => quoted(`${name}=${spelt(value)}`))].join(" ");

  /** The ways in which a value may hold parts: from the value and their names, in its order, to the parts. */
  const FORMS = [
    (value, names) => names.length === 1 && [value],
    (value, names) => Array.isArray(value) && value.length === names.length && value,
    (value, names) => {
      if (!Array.isArray(value) || value.length < names.length - 1) return false;
      return [...value.slice(0, names.length - 1), value.slice(names.length - 1)];
    },
    (value, names) => Array.isArray(value) && value.every(Array.isArray) && names.map((_, place) => value.map((row) => row[place])),
    (value, names) => value !== null && typeof value === "object" && names.map((name) => value[name]),
  ];

  /** What an answer shows: `[name, value]` for each part of the value, with the digits that survive. */
  const named = (entry, { value, shown, parts }) => {
    const names = entry.outputs.map((output) => output.name).filter((name) => Object.hasOwn(parts, name));
    const told = JSON.stringify(names.map((name) => parts[name]));
    // The form that gives the parts back is the one of this value, and what is shown has the same.
    const form = FORMS.find((form) => {
      const found = form(value, names);
      return found && JSON.stringify(found) === told;
    });
    if (!form) return [["value", shown]];
    const rounded = form(shown, names);
    return names.map((name, place) => [name, rounded[place]]);
  };

  if (typeof document === "undefined") {
    globalThis.solvableTry = { read, spelt, command, named };
    return;
  }

  const form = document.getElementById("evaluate");
  const { entry, example } = JSON.parse(document.getElementById("facts").textContent);
  const [answer, line] = [document.getElementById("answer"), document.getElementById("command")];
  const fields = [...form.querySelectorAll("[data-kind]")];
  const names = new Set(fields.map((field) => field.name));
  // What the address names and the form has not: the theory says that it does not know it.
  let strangers = {};

  const given = () => {
    const params = { ...strangers };
    for (const { name, value } of fields) if (value.trim() !== "") params[name] = read(value);
    return params;
  };

  const fill = (params) => {
    strangers = Object.fromEntries(Object.entries(params).filter(([name]) => !names.has(name)));
    for (const field of fields) {
      const value = Object.hasOwn(params, field.name) ? params[field.name] : undefined;
      field.value = value === undefined ? "" : spelt(value);
      if (field.tagName === "SELECT" && value !== undefined && field.value === "") {
        field.add(new Option(spelt(value)));
        field.value = spelt(value);
      }
      fit(field);
    }
  };

  /** A field as high as its text. */
  const fit = (field) => {
    if (field.tagName !== "TEXTAREA") return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 260)}px`;
  };

  const address = (params) =>
    Object.entries(params)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(spelt(value))}`)
      .join("&");

  const addressed = () => {
    const text = location.hash.slice(1);
    if (!text.includes("=")) return null;
    const pairs = text.split("&").map((pair) => {
      const at = pair.indexOf("=");
      const decoded = (word) => {
        try {
          return decodeURIComponent(word);
        } catch {
          return word;
        }
      };
      return [decoded(pair.slice(0, at < 0 ? pair.length : at)), read(at < 0 ? "" : decoded(pair.slice(at + 1)))];
    });
    return Object.fromEntries(pairs);
  };

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));

  /** A value in a cell: lists that are long scroll, tables have rows. */
  const cell = (value) => {
    const text = plain(value);
    const made = element("td", undefined, "n");
    if (text.length < 120) {
      made.textContent = text;
    } else {
      made.append(element("div", text, "long"));
    }
    return made;
  };

  const show = (found) => {
    const table = element("table");
    const body = element("tbody");
    for (const [name, value] of named(entry, found)) {
      const row = element("tr");
      const head = element("th");
      head.scope = "row";
      head.append(element("code", name));
      row.append(head, cell(value));
      body.append(row);
    }
    table.append(body);
    const scroll = element("div", undefined, "scroll");
    scroll.append(table);
    const remarks = [`${found.digits} significant digits survive the rounding of the parameters`];
    if (found.vanishing.length > 0) remarks.push(`zero to rounding: ${found.vanishing.join(", ")}`);
    if (found.boundary) remarks.push(`on a boundary: ${found.boundary}`);
    answer.replaceChildren(scroll, element("p", `${remarks.join("; ")}.`, "meta"));
    if (found.caveat) answer.append(element("p", found.caveat, "error"));
  };

  const accuse = (problem) => {
    const name = (problem?.parameter ?? "").split(/[.[]/)[0];
    for (const field of fields) {
      const guilty = problem && field.name === name;
      document.getElementById(`problem-${field.name}`).textContent = guilty ? problem.message : "";
      if (guilty) {
        field.setAttribute("aria-invalid", "true");
        field.closest("details")?.setAttribute("open", "");
      } else {
        field.removeAttribute("aria-invalid");
      }
    }
    if (problem) answer.replaceChildren(element("p", problem.message, "error"));
  };

  const evaluate = async () => {
    const params = given();
    line.value = command(entry.id, params);
    fit(line);
    try {
      history.replaceState(null, "", `#${address(params)}`);
    } catch {
      // Some browsers let no page of a disk change its address.
    }
    const inFile = Object.entries(params).find(([, value]) => typeof value === "string" && value.startsWith("@"));
    if (inFile) {
      const [parameter, value] = inFile;
      return accuse({ parameter, message: `parameter \`${parameter}\` is ${value}; valid here: the value itself, as files are read by the command line alone` });
    }
    const slow = setTimeout(() => answer.classList.add("waiting"), 150);
    try {
      const found = await (await theory()).predict(entry.id, params, { slot: "form" });
      accuse(null);
      show(found);
    } catch (problem) {
      if (problem.name === "Abandoned") return;
      accuse(problem);
    } finally {
      clearTimeout(slow);
      answer.classList.remove("waiting");
      answer.dataset.done = String(Number(answer.dataset.done ?? 0) + 1);
    }
  };

  let pause = 0;
  form.addEventListener("input", ({ target }) => {
    if (target === line) return;
    fit(target);
    clearTimeout(pause);
    pause = setTimeout(evaluate, 120);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    evaluate();
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    fill(example ?? {});
    evaluate();
  });
  form.addEventListener("click", async ({ target }) => {
    const what = target.dataset?.copy;
    if (!what) return;
    const text = what === "link" ? location.href : line.value;
    const copied = form.querySelector(".copied");
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = "copied";
    } catch {
      // Pages of a disk may have no clipboard.
      if (what === "command") line.select();
      copied.textContent = what === "command" && document.execCommand("copy") ? "copied" : `press Ctrl-C: ${text}`;
    }
  });
  addEventListener("hashchange", () => {
    const params = addressed();
    if (params && address(params) !== address(given())) {
      fill(params);
      evaluate();
    }
  });

  form.hidden = false;
  const asked = addressed();
  fill(asked ?? example ?? {});
  if (asked || example) evaluate();
  else line.value = command(entry.id, {});
})();
