// The report's page in a browser: filters, findings.

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { browser, opened } from "../browser.mjs";

const report = pathToFileURL(resolve(process.env.REPORT ?? "reports/solvable", "index.html")).href;

let chromium;
before(async () => {
  chromium = await browser();
});
after(() => chromium?.close());

const visible = (page) => page.$$eval("article[data-part]", (all) => all.filter((claim) => !claim.closest("[hidden]")).map((claim) => claim.id));

test("claims are filtered by part, verdict and text, and the address carries it", async () => {
  const page = await opened(chromium, report);
  const all = await visible(page);
  const form = page.locator("#filter");
  await form.locator("[name=part]").selectOption("mf");
  const part = await visible(page);
  assert.ok(part.length > 0 && part.length < all.length && part.every((id) => id.startsWith("claim-mf-")));
  await form.locator("[name=text]").fill("largest eigenvalue");
  const text = await visible(page);
  assert.ok(text.length > 0 && text.length < part.length);
  assert.match(await form.locator("output").textContent(), new RegExp(`^${text.length} of ${all.length} `));

  const again = await opened(chromium, page.url());
  assert.deepEqual(await visible(again), text);
  await again.locator("#filter [type=reset]").click();
  await again.waitForFunction((count) => document.querySelectorAll("article[data-part]:not([hidden])").length === count, all.length);
  await again.locator("#filter [name=verdict]").selectOption("refuted");
  const refuted = await page.$$eval("article[data-verdict=refuted]", (found) => found.length);
  assert.equal((await visible(again)).length, refuted);
  assert.deepEqual([...page.problems, ...again.problems], []);
  await page.context().close();
  await again.context().close();
});

test("findings stand at the top and lead to their parts", async () => {
  const page = await opened(chromium, report);
  const order = await page.$$eval("main > *", (all) => all.map((part) => part.id || part.className));
  assert.ok(order.indexOf("findings") >= 0 && order.indexOf("findings") < order.findIndex((id) => id.startsWith("part-")), `${order}`);
  const broken = await page.$$eval("#findings a[href^='#']", (links) => links.filter((link) => !document.getElementById(link.hash.slice(1))).length);
  assert.equal(broken, 0);
  await page.context().close();
});
