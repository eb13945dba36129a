// The scripts of the site, without a page: what they judge, read and show is what the program judges, reads and shows.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

import { Theory } from "../module/solvable.js";

const here = (path) => new URL(path, import.meta.url);
const script = (name) => vm.runInThisContext(readFileSync(here(`../page/${name}`), "utf8"), { filename: name });
for (const name of ["judging.js", "try.js", "search.js"]) script(name);
const { judge, studentQuantile } = globalThis.solvableJudging;
const { read, spelt, command, named } = globalThis.solvableTry;

const folder = "../../theory/tests/reference/";
const references = readdirSync(here(folder))
  .map((file) => JSON.parse(readFileSync(here(folder + file), "utf8")))
  .filter(Array.isArray)
  .flat()
  .filter((entry) => entry.id && entry.params);
const program = process.env.SOLVABLE;

test("the picture judges as the program judges", () => {
  const cases = JSON.parse(readFileSync(here("judging.json"), "utf8"));
  const close = (a, b) => assert.ok(Math.abs(a - b) <= 1e-10 * (1 + Math.abs(b)), `${a} is not ${b}`);
  const seen = new Set();
  for (const { measured, predicted, rival, margin, alpha, judged } of cases) {
    const found = judge(measured, predicted, rival, margin, alpha);
    for (const side of ["claim", "rival"]) {
      for (const end of ["value", "low", "high"]) close(found[side][end], judged[side][end]);
      assert.equal(found[side].verdict, judged[side].verdict);
    }
    assert.equal(found.verdict, judged.verdict);
    seen.add(found.verdict);
  }
  assert.equal(seen.size, 4);
});

test("quantiles of Student's law are those of the tables", () => {
  for (const [freedom, alpha, value] of [[1, 0.01, 63.6567], [10, 0.01, 3.1693], [30, 0.05, 2.0423], [1000, 0.01, 2.5808]]) {
    assert.ok(Math.abs(studentQuantile(freedom, alpha) - value) < 1e-4, `${freedom} ${alpha}`);
  }
});

test("fields are read as the command line reads them", () => {
  for (const [text, value] of [
    ["1e3", 1000], ["[1,2]", [1, 2]], ["400,400,1", [400, 400, 1]], ["bn,null", ["bn", null]], ["relu", "relu"],
    ["erf(.5)", "erf(.5)"], ["true", true], [".1", 0.1], ["+0.1", 0.1], ["1.", 1], ["inf", "inf"], ["-Infinity", "-inf"],
    ['{"power": 1.5}', { power: 1.5 }], ["[.5, 1.]", [0.5, 1]], ["[1,2],[3,4]", "[1,2],[3,4]"], ["null", null],
  ]) {
    assert.deepEqual(read(text), value, text);
  }
});

test("what a field shows is read as what it was", () => {
  for (const { params } of references) {
    // JSON has no -0.
    for (const value of Object.values(JSON.parse(JSON.stringify(params)))) assert.deepEqual(read(spelt(value)), value);
  }
  for (const word of ["", "1", "true", "a,b", " a", "[", "@x", "inf", "it's"]) assert.equal(read(spelt(word)), word);
});

test("parts of values have their names", async () => {
  const theory = await Theory.load(readFileSync(here("../module/solvable.wasm")));
  const entries = new Map(theory.catalog().map((entry) => [entry.id, entry]));
  let several = 0;
  for (const { id, params } of references) {
    if (!entries.has(id)) continue;
    let answer;
    try {
      answer = theory.predict(id, params);
    } catch {
      continue;
    }
    const unrounded = named(entries.get(id), { ...answer, shown: answer.value });
    assert.deepEqual(Object.fromEntries(unrounded), answer.parts, id);
    several += unrounded.length > 1;
  }
  assert.ok(several > 100);
});

test("a copied command asks for what the page shows", { skip: program ? false : "SOLVABLE names no program" }, () => {
  const chosen = references.filter((_, place) => place % 12 === 0);
  for (const { id, params } of chosen) {
    const line = command(id, params).replace(/^solvable/, '"$SOLVABLE"');
    const told = execFileSync("sh", ["-c", `${line} --json || true`], { env: { ...process.env, SOLVABLE: program }, stdio: ["ignore", "pipe", "ignore"] });
    assert.deepEqual(JSON.parse(told).params, JSON.parse(JSON.stringify(params)), line);
  }
});

test("the search finds ids, titles and beginnings of words", () => {
  const index = [
    ["Largest eigenvalue", "parts/a.html#x", "claim", "mf/lambda-max"],
    ["Learning rates", "catalog/step-size.html", "prediction", "step-size"],
    ["Rates of learning", "parts/b.html", "section", "A part"],
  ];
  const find = (question) => globalThis.solvableFind(index, question).map((found) => found.address);
  assert.deepEqual(find("mf/lambda-max"), ["parts/a.html#x"]);
  assert.deepEqual(find("learn rat"), ["catalog/step-size.html", "parts/b.html"]);
  assert.deepEqual(find("eigenvalues"), []);
  assert.deepEqual(find(" "), []);
});
