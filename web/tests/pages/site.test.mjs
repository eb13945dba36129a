// The site in a browser, opened from a disk: every page loads whole, its forms say what the program says, the search finds.
//
//   SOLVABLE=target/release/solvable SITE=folder node --test web/tests/pages/

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import AxeBuilder from "@axe-core/playwright";

import { browser, opened } from "../browser.mjs";

const program = resolve(process.env.SOLVABLE ?? "target/release/solvable");
const site = resolve(process.env.SITE ?? "site");
const address = (path) => pathToFileURL(join(site, path)).href;

/** Pages of every kind; of the predictions some. */
const KINDS = [
  "index.html", "tutorials/index.html", "tutorials/reader.html", "tutorials/theorist.html", "tutorials/practitioner.html", "tutorials/cluster.html",
  "parts/index.html", "parts/mean_field.html", "parts/attention_boltzmann.html", "catalog/index.html", "catalog/mf/fim-stats.html",
  "catalog/step-size.html", "judging.html", "coverage.html", "findings.html", "manual.html", "contributing.html",
];

let chromium;
before(async () => {
  chromium = await browser();
});
after(() => chromium?.close());

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

const pages = () => [...files(site)].map((path) => relative(site, path)).filter((path) => path.endsWith(".html") && !/^(api|report)\//.test(path));

/** The numbers and words of a value, whatever holds them, in order of size. */
function leaves(value) {
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(leaves).sort(compare);
  return [value];
}
const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : typeof a === typeof b ? (a < b ? -1 : 1) : typeof a < typeof b ? -1 : 1);
/** Equal to the digits that survive, of which a page shows no others; what vanishes beside the largest is zero there. */
const alike = (a, b, digits, largest) =>
  a === b || (typeof a === "number" && typeof b === "number" && Math.abs(a - b) <= 10 ** (1 - Math.min(digits, 10)) * Math.abs(b) + 1e-9 * largest);
const read = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

test("the first page is below a megabyte on its way, and follows a slider within two seconds", async () => {
  const loaded = new Set();
  const context = await chromium.newContext();
  const page = await context.newPage();
  page.on("request", (request) => request.url().startsWith("file:") && loaded.add(request.url()));
  const begin = performance.now();
  await page.goto(address("index.html"));
  const figure = page.locator(".explorable").first();
  const before = await figure.locator(".readouts").textContent();
  const slider = figure.locator("input[type=range]").first();
  await slider.focus();
  await page.keyboard.press("End");
  await page.waitForFunction((before) => document.querySelector(".explorable .readouts").textContent !== before, before);
  const seconds = (performance.now() - begin) / 1000;
  const bytes = [...loaded].map((url) => gzipSync(readFileSync(fileURLToPath(url))).length).reduce((sum, size) => sum + size, 0);
  console.log(`${loaded.size} files, ${(bytes / 1e6).toFixed(3)} MB zipped; interactive after ${seconds.toFixed(2)} s`);
  assert.ok(bytes < 1e6, `${bytes} bytes`);
  assert.ok(seconds < 2, `${seconds} s`);
  await context.close();
});

test("every page of every kind is accessible, in light and in dark, and fits a phone", async () => {
  // The dark scheme has the same elements in other colours.
  const dark = ["index.html", "parts/mean_field.html", "catalog/mf/fim-stats.html", "judging.html", "tutorials/reader.html"];
  for (const path of KINDS) {
    const schemes = [[1280, "light"], [360, "light"], ...(dark.includes(path) ? [[1280, "dark"]] : [])];
    for (const [width, colorScheme] of schemes) {
      const page = await opened(chromium, address(path), { viewport: { width, height: 800 }, colorScheme });
      await page.waitForTimeout(200);
      if (width > 400) {
        const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
        const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${path}, ${colorScheme}`);
      } else {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${path} is ${wide} px wider than a phone`);
      }
      assert.deepEqual(page.problems, [], path);
      await page.context().close();
    }
  }
});

test("every page loads, every local link leads somewhere, and every form answers as the command does that it offers", async () => {
  const context = await chromium.newContext();
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error}`));
  page.on("console", (message) => message.type() === "error" && problems.push(`${page.url()}: ${message.text()}`));
  // What a page has not loaded yet when the next one comes is given up.
  page.on("requestfailed", (request) => /ABORTED/.test(request.failure().errorText) || request.url().startsWith("blob:") || problems.push(`${page.url()}: no ${request.url()}`));
  const [anchors, links, asked] = [new Map(), [], []];
  for (const path of pages()) {
    await page.goto(address(path));
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
      links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
      example: JSON.parse(document.getElementById("facts")?.textContent ?? "{}").example,
    }));
    assert.equal(new Set(found.ids).size, found.ids.length, `${path} has an id twice`);
    anchors.set(address(path), new Set(found.ids));
    links.push(...found.links.map((link) => [path, link]));
    if (!found.example) continue;
    await page.waitForFunction(() => document.getElementById("answer").dataset.done, undefined, { timeout: 60_000 });
    asked.push(
      await page.evaluate(() => ({
        path: location.pathname,
        command: document.getElementById("command").value,
        cells: [...document.querySelectorAll("#answer td")].map((cell) => cell.textContent),
        error: document.querySelector("#answer .error")?.textContent,
      })),
    );
  }
  await context.close();
  assert.deepEqual(problems, []);

  const there = new Set([...files(site)].map((path) => pathToFileURL(path).href));
  for (const [path, link] of links) {
    if (!link.startsWith("file:")) continue;
    const [file, anchor] = link.split("#");
    assert.ok(there.has(file.split("?")[0]), `${path} leads to ${link}`);
    if (anchor && anchors.has(file) && !/[=?]/.test(anchor)) {
      assert.ok(anchors.get(file).has(decodeURIComponent(anchor)), `${path} leads to ${link}`);
    }
  }

  assert.ok(asked.length > 200, `${asked.length} predictions have examples`);
  // One shell runs all commands, as the pages show them.
  const script = asked.map(({ command }) => `${command} --json || true`).join("\n");
  const env = { ...process.env, PATH: `${dirname(program)}:${process.env.PATH}` };
  const answers = execFileSync("sh", ["-c", script], { env, encoding: "utf8", maxBuffer: 1 << 28 }).trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, asked.length);
  for (const [n, { path, cells, error }] of asked.entries()) {
    const answer = answers[n];
    if (answer.error) {
      assert.equal(error, answer.error.message, path);
      continue;
    }
    const [here, there] = [leaves(cells.map(read)), leaves(answer.value)];
    assert.equal(here.length, there.length, `${path}: ${here} against ${there}`);
    const largest = Math.max(...there.filter((value) => typeof value === "number").map(Math.abs), 0);
    here.forEach((value, k) => assert.ok(alike(value, there[k], answer.digits ?? 15, largest), `${path}: ${value} against ${there[k]}`));
  }
});

test("a form refuses by name, at the field, and its address shows the same again", async () => {
  const page = await opened(chromium, address("catalog/mf/fim-stats.html"));
  const done = () => page.$eval("#answer", (answer) => Number(answer.dataset.done ?? 0));
  await page.waitForFunction(() => document.getElementById("answer").dataset.done);
  const before = await done();
  await page.fill("[name=sigma_w2]", "-3");
  await page.waitForFunction((before) => Number(document.getElementById("answer").dataset.done) > before, before);
  assert.equal(await page.getAttribute("[name=sigma_w2]", "aria-invalid"), "true");
  assert.match(await page.textContent("#problem-sigma_w2"), /sigma_w2.*-3/);
  const again = await opened(chromium, page.url());
  await again.waitForFunction(() => document.getElementById("answer").dataset.done);
  assert.equal(await again.textContent("#problem-sigma_w2"), await page.textContent("#problem-sigma_w2"));
  assert.equal(await again.inputValue("#command"), await page.inputValue("#command"));
  assert.deepEqual([...page.problems, ...again.problems], []);
  await page.context().close();
  await again.context().close();
});

test("the search finds predictions, claims and pages by keys alone", async () => {
  const page = await opened(chromium, address("index.html"));
  for (const [words, target] of [["largest eigenvalue", /lambda|fim-stats|mean_field|edge/], ["fim-stats", /catalog\/mf\/fim-stats\.html/], ["two-task", /cl/]]) {
    await page.keyboard.press("Escape");
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("/");
    await page.fill("#find", words);
    await page.waitForSelector("#found [role=option]");
    const first = await page.$eval("#found [role=option]", (option) => option.dataset.address);
    assert.match(first, target, words);
  }
  await page.keyboard.press("ArrowDown");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(page.url(), /catalog|parts/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the picture of judging changes its verdict with its margin, its trials and its rival", async () => {
  const page = await opened(chromium, address("judging.html"));
  const badge = () => page.$eval("main .badge", (badge) => badge.textContent.toLowerCase());
  const slide = (n, share) =>
    page.$$eval(
      "main input[type=range]",
      (all, [n, share]) => {
        const slider = all[n];
        slider.value = Number(slider.min) + share * (Number(slider.max) - Number(slider.min));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      },
      [n, share],
    );
  const sliders = await page.$$eval("main input[type=range]", (all) => all.length);
  const verdicts = new Set();
  for (let n = 0; n < sliders; n++) {
    for (const share of [0, 0.5, 1]) {
      await slide(n, share);
      verdicts.add(await badge());
    }
  }
  for (const share of [0, 0.5, 1]) {
    await slide(2, 1);
    await slide(0, share);
    verdicts.add(await badge());
  }
  assert.ok(verdicts.size >= 3, [...verdicts].join());
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
