// Explorable figures in a browser: they draw, follow their knobs, say what the program says, and refuse what is none.
//
//   SOLVABLE=target/release/solvable SITE=folder node --test web/tests/pages/

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import AxeBuilder from "@axe-core/playwright";

import { browser, opened } from "../browser.mjs";

const program = resolve(process.env.SOLVABLE ?? "target/release/solvable");
const site = resolve(process.env.SITE ?? "site");
const pages = readdirSync(join(site, "parts")).filter((name) => name !== "index.html").map((name) => pathToFileURL(join(site, "parts", name)).href);
/** Seeds the moves, so that a failure can be seen again. */
const SEED = Number(process.env.SEED ?? 0);

let chromium;
before(async () => {
  chromium = await browser();
});
after(() => chromium?.close());

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function* random(seed) {
  for (let a = seed >>> 0; ; ) {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Every figure with its page, which has to come through without a problem. */
async function* figures(options = {}) {
  let count = 0;
  for (const address of pages) {
    const page = await opened(chromium, address, options);
    for (const id of await ids(page)) {
      yield [page, id];
      count += 1;
    }
    assert.deepEqual(page.problems, [], address);
    await page.context().close();
  }
  assert.ok(count >= pages.length, `${count} figures on ${pages.length} pages`);
}

const settled = (page, id) => page.waitForFunction((id) => !document.getElementById(id).hasAttribute("aria-busy"), id, { timeout: 30_000 });
const ids = (page) => page.$$eval(".explorable", (all) => all.map((figure) => figure.id));
const spec = (page, id) => page.evaluate((id) => JSON.parse(document.getElementById(id).querySelector("script").textContent), id);
const picture = (page, id) => page.$eval(`#${id} .card`, (card) => card.innerHTML);

/** Moves a slider or a choice to a share of its range, as a hand would. */
const move = (page, id, knob, share) =>
  page.evaluate(
    ([id, knob, share]) => {
      const box = document.getElementById(id).querySelector(`[data-knob="${knob}"]`);
      const slider = box.querySelector("input[type=range]");
      if (slider) {
        slider.value = Math.round(share * Number(slider.max));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      } else {
        const select = box.querySelector("select");
        select.selectedIndex = Math.min(select.options.length - 1, Math.floor(share * select.options.length));
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
    },
    [id, knob, share],
  );

/** The numbers that a figure shows, and the commands that it offers. */
const shown = (page, id) =>
  page.evaluate((id) => {
    const figure = document.getElementById(id);
    return {
      values: [...figure.querySelectorAll(".readouts dd")].map((value) => value.textContent),
      commands: figure.querySelector(".commands code").textContent.split("\n"),
      problems: [...figure.querySelectorAll(".problems p")].map((line) => line.textContent),
      address: location.hash,
    };
  }, id);

/** What a command of a page prints, run by a shell. */
function answer(command) {
  const path = `${dirname(program)}:${process.env.PATH}`;
  return JSON.parse(execFileSync("sh", ["-c", `${command} --json`], { env: { ...process.env, PATH: path }, encoding: "utf8" })).value;
}

/** What in a value a readout may show: the part of that name, in the forms that values have; where it has none of them, any. */
function parts(value, prediction, output) {
  const [name, ...steps] = output.split(/[[\].]+/).filter(Boolean);
  const position = prediction.outputs.findIndex((known) => known.name === name);
  const wholes = [];
  if (value !== null && typeof value === "object" && !Array.isArray(value) && name in value) wholes.push(value[name]);
  if (Array.isArray(value) && position >= 0) {
    if (value.length === prediction.outputs.length) wholes.push(value[position]);
    // A table: a row for each entry.
    if (value.every((row) => row?.length === prediction.outputs.length)) wholes.push(value.map((row) => row[position]));
  }
  const step = (within, key) => within?.[key === "last" ? within.length - 1 : key];
  const found = wholes.map((whole) => steps.reduce(step, whole)).filter((found) => found !== undefined);
  return found.length > 0 ? found : leaves(value);
}

const leaves = (value) => (value !== null && typeof value === "object" ? Object.values(value).flatMap(leaves) : [value]);

async function agrees(page, id) {
  const { readouts } = await spec(page, id);
  const { values, commands } = await shown(page, id);
  const catalog = await page.evaluate(async () => (await theory()).catalog());
  let compared = 0;
  for (const [n, { ask, output }] of readouts.entries()) {
    if (values[n] === "–") continue;
    const prediction = catalog.find((known) => known.id === ask.id);
    // Several readouts may share a command.
    const candidates = commands.filter((command) => command.startsWith(`solvable predict ${ask.id} `)).map(answer);
    const told = candidates.flatMap((value) => parts(value, prediction, output)).map((found) => (typeof found === "string" ? found : JSON.stringify(found)));
    const near = told.some((text) => text === values[n] || alike(text, values[n]));
    assert.ok(near, `${id}: shows ${values[n]}, the command says ${told}`);
    compared += 1;
  }
  return compared;
}

/** Equal to the digits that another machine's rounding leaves. */
function alike(a, b) {
  const [x, y] = [Number(a), Number(b)];
  return Number.isFinite(x) && Number.isFinite(y) && Math.abs(x - y) <= 1e-11 * Math.max(Math.abs(x), Math.abs(y));
}

test("every figure draws, follows each knob, and says at three settings what the program says", async () => {
  const chance = random(SEED);
  for await (const [page, id] of figures()) {
    const { knobs } = await spec(page, id);
    assert.match(await picture(page, id), /<path /);
    let compared = await agrees(page, id);
    for (const { name } of knobs) {
      const before = await shown(page, id);
      const drawn = await picture(page, id);
      for (const share of [0.23, 0.71, 0.97]) {
        await move(page, id, name, share);
        await settled(page, id);
        if ((await picture(page, id)) !== drawn || String((await shown(page, id)).values) !== String(before.values)) break;
      }
      assert.ok(
        (await picture(page, id)) !== drawn || String((await shown(page, id)).values) !== String(before.values),
        `${id} does not follow ${name}`,
      );
      await page.locator(`#${id} [data-do=reset]`).click();
      await settled(page, id);
    }
    for (let n = 0; n < 2; n++) {
      for (const { name } of knobs) await move(page, id, name, 0.15 + 0.7 * chance.next().value);
      await settled(page, id);
      compared += await agrees(page, id);
    }
    assert.ok(compared > 0, `${id}: nothing to compare`);
  }
});

test("the address of a page carries the setting, and a link shows it again", async () => {
  for await (const [page, id] of figures()) {
    const { knobs } = await spec(page, id);
    for (const { name } of knobs) await move(page, id, name, 0.4);
    await settled(page, id);
    await page.waitForFunction((id) => location.hash.startsWith(`#${id}`), id);
    await page.waitForTimeout(300);
    const before = await shown(page, id);
    const link = page.url();
    const again = await opened(chromium, link);
    await again.waitForFunction((id) => document.getElementById(id).querySelector(".commands"), id);
    await again.waitForTimeout(100);
    await settled(again, id);
    const after = await shown(again, id);
    assert.deepEqual(after.commands, before.commands, link);
    assert.deepEqual(after.values, before.values, link);
    await again.context().close();
  }
});

test("what is typed and no number, or none that is valid, is refused by name, and the field is marked", async () => {
  for await (const [page, id] of figures()) {
    const { knobs } = await spec(page, id);
    let refused = 0;
    for (const { name, range } of knobs) {
      if (range.Words) continue;
      for (const text of ["many", "-1e300"]) {
        const field = page.locator(`#${id} [data-knob="${name}"] input.value`);
        await field.fill(text);
        await settled(page, id);
        const { problems } = await shown(page, id);
        const marked = await field.getAttribute("aria-invalid");
        assert.ok(!problems.some((line) => /defect of the program|\[object/.test(line)), `${id}, ${name} = ${text}: ${problems}`);
        if (problems.length > 0) refused += 1;
        if (text === "many") {
          assert.ok(problems.length > 0, `${id}: ${name} = ${text} is taken`);
          assert.equal(marked, "true", `${id}: ${name} = ${text} is not marked: ${problems}`);
        }
      }
      await page.locator(`#${id} [data-do=reset]`).click();
      await settled(page, id);
      assert.deepEqual((await shown(page, id)).problems, []);
    }
    assert.ok(refused > 0, `${id} refuses nothing`);
  }
});

test("two hundred random moves neither break a figure nor freeze a frame, and the typical one redraws within 50 ms", async () => {
  const chance = random(SEED + 1);
  const medians = [];
  for await (const [page, id] of figures()) {
    const { knobs } = await spec(page, id);
    const moves = Array.from({ length: 200 }, () => [knobs[Math.floor(chance.next().value * knobs.length)].name, chance.next().value]);
    await page.evaluate(() => theory());
    const { frozen, times } = await page.evaluate(
      async ([id, moves]) => {
        const figure = document.getElementById(id);
        const frozen = [];
        const observer = new PerformanceObserver((list) => frozen.push(...list.getEntries().map((entry) => entry.duration)));
        observer.observe({ type: "longtask" });
        const times = [];
        for (const [knob, share] of moves) {
          const box = figure.querySelector(`[data-knob="${knob}"]`);
          const [slider, select] = [box.querySelector("input[type=range]"), box.querySelector("select")];
          const drawn = new Promise((resolve) => {
            const watch = new MutationObserver(() => {
              watch.disconnect();
              resolve();
            });
            watch.observe(figure.querySelector(".card"), { childList: true });
            setTimeout(resolve, 300);
          });
          const before = performance.now();
          if (slider) {
            slider.value = Math.round(share * Number(slider.max));
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          } else {
            select.selectedIndex = Math.floor(share * select.options.length);
            select.dispatchEvent(new Event("change", { bubbles: true }));
          }
          // Some moves come before the figure has followed the last one.
          if (times.length % 3 !== 2) await drawn;
          times.push(times.length % 3 !== 2 ? performance.now() - before : NaN);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        observer.disconnect();
        return { frozen, times };
      },
      [id, moves],
    );
    await settled(page, id);
    assert.ok(Math.max(0, ...frozen) < 200, `${id} freezes for ${Math.max(...frozen)} ms`);
    const sorted = times.filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
    medians.push([id, sorted[Math.floor(sorted.length / 2)]]);
    await page.locator(`#${id} [data-do=reset]`).click();
    await settled(page, id);
    assert.deepEqual((await shown(page, id)).problems, [], `${id} does not recover`);
  }
  console.log(medians.map(([id, time]) => `${id.replace("explore-", "")} ${time.toFixed(0)} ms`).join(", "));
  const typical = medians.map(([, time]) => time).sort((a, b) => a - b)[Math.floor(medians.length / 2)];
  assert.ok(typical < 50, `the typical figure takes ${typical} ms`);
});

test("figures go to a file, with their font, and commands to the clipboard", async () => {
  const page = await opened(chromium, pages[0], { permissions: ["clipboard-read", "clipboard-write"] });
  const [id] = await ids(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`#${id} [data-do=download]`).click()]);
  const stream = await download.createReadStream();
  let svg = "";
  for await (const piece of stream) svg += piece;
  assert.match(svg, /^<svg[^>]*>[\s\S]*@font-face[\s\S]*<\/svg>\s*$/);
  await page.locator(`#${id} [data-do=command]`).click();
  const { commands } = await shown(page, id);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), commands.join("\n"));
  await page.context().close();
});

test("a figure can be moved by keys alone, and is told to those who cannot see it", async () => {
  for await (const [page, id] of figures()) {
    const slider = page.locator(`#${id} input[type=range]`).first();
    await slider.focus();
    const before = await slider.getAttribute("aria-valuetext");
    await page.keyboard.press("End");
    await settled(page, id);
    assert.notEqual(await slider.getAttribute("aria-valuetext"), before, id);
    await page.locator(`#${id} [data-do=reset]`).click();
    await settled(page, id);
    const { violations } = await new AxeBuilder({ page }).options({ preload: false }).include(`#${id}`).analyze();
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes[0].html]), [], id);
  }
});

test("without JavaScript a figure stands as it is, with its numbers", async () => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pages[0]);
  const figure = page.locator(".explorable").first();
  assert.ok(await figure.locator("svg").isVisible());
  assert.ok(!(await figure.locator("form").isVisible()));
  assert.match(await figure.locator(".readouts dd").first().textContent(), /\d/);
  await context.close();
});

test("on a phone panels stand below one another and nothing is wider than the page", async () => {
  for await (const [page, id] of figures({ viewport: { width: 390, height: 844 } })) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await page.waitForTimeout(150);
    await settled(page, id);
    const wide = await page.$eval(`#${id} .card`, (card) => card.scrollWidth - card.clientWidth);
    assert.ok(wide <= 1, `${id} is ${wide} px too wide`);
  }
});
