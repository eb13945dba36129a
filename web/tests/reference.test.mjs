// The reference values of the theory through the module: to their stated digits, and next to what the native program gives.
//
//   SOLVABLE=target/release/solvable node --test web/tests/
//
// MODULE names another build than the one in web/module.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Theory } from "../module/solvable.js";

const references = new URL("../../theory/tests/reference/", import.meta.url);
const entries = readdirSync(references)
  // Kernels of another program, which are no entries.
  .filter((name) => name.endsWith(".json") && name !== "neural_tangents.json")
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, references))).map((entry) => ({ ...entry, file })));
const theory = await Theory.load(readFileSync(process.env.MODULE ?? new URL("../module/solvable.wasm", import.meta.url)));

/** An answer, or the error in its place. */
function answered(entry, options) {
  try {
    return theory.predict(entry.id, entry.params, options);
  } catch (error) {
    if (error.kind === undefined) throw error;
    return { error };
  }
}

const told = (entry) => `${entry.id} ${JSON.stringify(entry.params)}`;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** The numbers of a value in a row; words stay. */
function leaves(value) {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isObject(value) ? Object.keys(value).sort().flatMap((name) => leaves(value[name])) : [value];
}

/** The largest difference of two values of one form, relative to `scale` of the expected numbers and the number itself. */
function difference(expected, found, scale, where) {
  const [all, others] = [leaves(expected), leaves(found)];
  assert.equal(others.length, all.length, where);
  const largest = Math.max(0, ...all.filter((x) => typeof x === "number").map(Math.abs));
  return Math.max(
    0,
    ...all.map((x, n) => {
      if (typeof x !== "number") {
        assert.equal(others[n], x, where);
        return 0;
      }
      const size = scale(Math.abs(x), largest);
      return x === others[n] ? 0 : Math.abs(others[n] - x) / size;
    }),
  );
}

const toLargest = (_, largest) => largest;
// Values that vanish exactly, to 1e-12.
const toEach = (tolerance) => (x) => (x === 0 ? 1e-12 / tolerance : x);

/** The tolerance of an entry and what it is relative to, as in theory/tests/reference.rs. */
function demanded({ id, file, digits }) {
  const [exact, loose] = [10 ** -digits, 10 ** (1 - digits)];
  const begins = (...beginnings) => beginnings.some((beginning) => id.startsWith(beginning));
  switch (file) {
    case "natural_gradient.json":
    case "gradient_regularization.json":
      return [loose, toLargest, isObject];
    case "attention_boltzmann.json":
    case "memories_and_mixing.json":
      return [Math.max(loose, 1e-12), toLargest, isObject];
    case "continual_learning.json":
      return begins("cl/ntk") ? [1e-10, (x) => Math.max(x, 1)] : [10 ** -Math.min(digits, 12), toLargest, isObject];
    case "dynamical_isometry.json":
      return begins("iso/cauchy", "iso/depth") ? [loose, toLargest, isObject] : [loose, toEach(loose)];
    case "pathological_spectra.json":
      return [loose, toEach(loose)];
    case "any_architecture.json":
      return begins("arch/kernels", "arch/spatial-modes") ? [loose, toLargest, isObject] : [loose, toEach(loose)];
    case "self_paced_augmentation.json":
      return begins("spa/flow") ? [exact, () => 1] : [exact, toEach(exact)];
    case "learning_in_time.json": {
      if (begins("dyn/early-stopping", "dyn/schedule", "dyn/batch-steps", "dyn/distill-")) {
        const tolerance = Math.max(id === "dyn/schedule" ? 1e-6 : 1e-8, loose);
        return [tolerance, toEach(tolerance)];
      }
      return [1, (x, largest) => Math.max(1e-10 * x, 1e-12 * largest)];
    }
    default:
      return [exact, toEach(exact)];
  }
}

/** Differences field by field, where fields are quantities of their own. */
function byField(expected, found, scale, apart, where) {
  if (!apart?.(expected) || !isObject(found)) return difference(expected, found, scale, where);
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), where);
  return Math.max(...Object.keys(expected).map((name) => byField(expected[name], found[name], scale, apart, where)));
}

test("every reference value is reproduced to its digits, and what has none is refused", () => {
  assert.ok(entries.length > 500);
  for (const entry of entries) {
    const answer = answered(entry, { digits: false });
    if (entry.error !== undefined) {
      assert.ok(answer.error?.message.length > 10, `${told(entry)} is to be refused: ${entry.error}`);
      continue;
    }
    assert.equal(answer.error, undefined, `${told(entry)}: ${answer.error?.message}`);
    const [tolerance, scale, apart] = demanded(entry);
    const off = byField(entry.value, answer.value, scale, apart, told(entry));
    assert.ok(off <= tolerance, `${told(entry)}: ${JSON.stringify(answer.value)} is off by ${off}`);
  }
});

/** Whether two messages say the same, with numbers in them that may differ in their last digits. */
function same(expected, found, where) {
  const number = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;
  assert.equal(found.replace(number, "#"), expected.replace(number, "#"), where);
  const [these, those] = [found, expected].map((text) => text.match(number) ?? []);
  those.forEach((number, n) => assert.ok(Math.abs(these[n] - number) <= 1e-12 * Math.abs(number), `${where}: ${found}`));
}

/** What nobody should ask. */
const refused = [
  { id: "mf/kapa", params: {} },
  { id: "mf/kappa", params: {} },
  { id: "mf/kappa", params: { activation: "relu", sigma_w2: -1, sigma_b2: 0, alphas: [1, 1, 1] } },
  { id: "mf/kappa", params: { activation: "relu", sigma_w2: "much", sigma_b2: 0, alphas: [1, 1, 1] } },
  { id: "mf/kappa", params: { activation: "rellu", sigma_w2: 2, sigma_b2: 0, alphas: [1, 1, 1] } },
  { id: "mf/kappa", params: { activation: "relu", sigma_w: 2, sigma_b2: 0, alphas: [1, 1, 1] } },
  { id: "mf/kappa", params: { activation: "relu", sigma_w2: 2, sigma_b2: 0, alphas: [1, 1, 1], cost_limit: -3 } },
  { id: "mf/kappa", params: { activation: "relu", sigma_w2: 2, sigma_b2: 1e300, alphas: ["x"] } },
];

// Places of optima, where the errors are stationary: rounding moves them by its square root, as their digits say.
const FEW_DIGITS = 12;

test("the native program gives the same values to 1e-12 and the same refusals", { skip: !process.env.SOLVABLE }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solvable-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const asked = [...entries.map(({ id, params }) => ({ id, params })), ...refused];
  writeFileSync(join(folder, "asked.json"), JSON.stringify(asked));
  const all = ["predict", "--batch", join(folder, "asked.json"), "--json"];
  const answers = JSON.parse(execFileSync(process.env.SOLVABLE, all, { encoding: "utf8", maxBuffer: 1 << 28 }));
  assert.equal(answers.length, asked.length);
  const worst = { many: [0], few: [0] };
  const digitsApart = [];
  answers.forEach((there, n) => {
    const where = told(asked[n]);
    const here = answered(asked[n], { digits: true });
    assert.equal(here.error?.kind, there.error?.kind, where);
    if (there.error) return same(there.error.message, here.error.message, where);
    const off = difference(there.value, here.value, toLargest, where);
    const digits = Math.min(there.digits, here.digits);
    const few = digits < FEW_DIGITS;
    assert.ok(off < (few ? 10 ** -digits : 1e-12), `${where}: ${off}`);
    const kind = few ? "few" : "many";
    if (off > worst[kind][0]) worst[kind] = [off, where.slice(0, 200)];
    assert.equal(here.caveat ?? undefined, there.caveat, where);
    assert.deepEqual(here.vanishing, there.vanishing ?? [], where);
    digitsApart.push(Math.abs(here.digits - there.digits));
  });
  t.diagnostic(`worst difference ${worst.many.join(", of ")}`);
  t.diagnostic(`of values with fewer than ${FEW_DIGITS} digits ${worst.few.join(", of ")}`);
  // Rounding differs, and so does the count of digits that it takes.
  t.diagnostic(`digits differ by at most ${Math.max(...digitsApart)}`);
  assert.ok(Math.max(...digitsApart) <= 1);
});

test("integers beyond those of this machine are answered or refused, and break nothing", () => {
  const seen = new Set();
  for (const { id, params } of entries) {
    for (const path of integers(params)) {
      const key = id + path.filter((step) => typeof step === "string").join(".");
      if (seen.has(key)) continue;
      seen.add(key);
      for (const large of [70_000, 2 ** 32 - 1]) {
        const { error } = answered({ id, params: replaced(params, path, large) }, { digits: false });
        assert.notEqual(error?.kind, "internal", `${key} = ${large}: ${error?.message}`);
      }
    }
  }
  assert.ok(seen.size > 500);
});

/** The paths of integers in a value. */
function integers(value, path = []) {
  if (Number.isInteger(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((entry, n) => integers(entry, [...path, n]));
  return isObject(value) ? Object.keys(value).flatMap((name) => integers(value[name], [...path, name])) : [];
}

/** A copy with another value at the end of the path. */
function replaced(value, [step, ...rest], by) {
  if (step === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}

test("half of all calls take less than 0.3 ms", (t) => {
  const times = [];
  for (const round of [0, 1]) {
    for (const entry of entries) {
      const begin = performance.now();
      answered(entry, { digits: false });
      if (round === 1) times.push([performance.now() - begin, entry.id]);
    }
  }
  times.sort(([a], [b]) => a - b);
  const [median] = times[times.length >> 1];
  const [longest, id] = times.at(-1);
  t.diagnostic(`median ${median.toFixed(3)} ms, longest ${longest.toFixed(0)} ms (${id})`);
  assert.ok(median < 0.3);
});
