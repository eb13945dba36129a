// The module's interface: errors, curves, questions that are abandoned, traps, and the ways in which pages load it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";

import { Abandoned, Theory, TheoryError, TheoryWorker, unpack } from "../module/solvable.js";

const bytes = readFileSync(process.env.MODULE ?? new URL("../module/solvable.wasm", import.meta.url));
const wasm = await WebAssembly.compile(bytes);
const theory = await Theory.load(wasm);

const KAPPA = { activation: "relu", sigma_w2: 2, sigma_b2: 0, alphas: [1, 1, 1] };
// Takes hours.
const endless = { id: "ngd/ce-map", params: { p0: 0.2, eta: 1e-14, t: 1e12, cost_limit: 1e18 } };

test("the catalogue says of every prediction what a form needs", () => {
  const all = theory.catalog();
  assert.ok(all.length > 100);
  for (const { id, title, formula, parameters, outputs, sources } of all) {
    assert.ok(id && title && formula && outputs.length && sources.length, id);
    assert.equal(parameters.at(-1).name, "cost_limit");
    assert.ok(parameters.every(({ kind, meaning, domain }) => kind && meaning && domain), id);
  }
});

test("an answer has its parts by name and the digits that survive", () => {
  const answer = theory.predict("mf/kappa", KAPPA);
  const [kappa_1, kappa_2, alpha] = answer.value;
  assert.deepEqual(answer.parts, { kappa_1, kappa_2, alpha });
  assert.ok(answer.digits >= 12);
  assert.deepEqual([answer.vanishing, answer.boundary, answer.caveat], [[], null, null]);
  assert.equal(theory.predict("mf/kappa", KAPPA, { digits: false }).digits, undefined);
});

test("errors say which parameter is wrong and what is valid", () => {
  const refusal = (id, params) => {
    try {
      theory.predict(id, params);
    } catch (error) {
      assert.ok(error instanceof TheoryError && error instanceof Error);
      return error;
    }
    assert.fail(`${id} is answered`);
  };
  const wrong = refusal("mf/kappa", { ...KAPPA, sigma_w2: -1 });
  assert.deepEqual([wrong.kind, wrong.parameter, wrong.value], ["invalid-parameter", "sigma_w2", "-1"]);
  assert.match(wrong.valid, /> 0/);
  const missing = refusal("mf/kappa", { ...KAPPA, sigma_w2: undefined });
  assert.deepEqual([missing.kind, missing.parameter, missing.value], ["missing-parameter", "sigma_w2", null]);
  assert.equal(refusal("mf/kappa", { ...KAPPA, sigma: 1 }).kind, "unknown-parameter");
  assert.match(refusal("mf/kapa", KAPPA).valid, /mf\/kappa/);
  const costly = refusal(endless.id, { ...endless.params, cost_limit: 1e9 });
  assert.deepEqual([costly.kind, costly.parameter], ["too-costly", "cost_limit"]);
  assert.equal(refusal("mf/kappa", [1]).kind, "invalid-entry");
});

test("numbers that JSON has not are refused by their names, not read as null", () => {
  for (const [sigma_w2, value] of [[NaN, "NaN"], [Infinity, "inf"], [-Infinity, "-inf"]]) {
    assert.throws(() => theory.predict("mf/kappa", { ...KAPPA, sigma_w2 }), (error) => error.value.includes(value));
  }
});

test("lists may be typed arrays, and integers of any kind", () => {
  const { value } = theory.predict("mf/kappa", { ...KAPPA, alphas: new Float32Array([1, 1, 1]), sigma_w2: 2n });
  assert.deepEqual(value, theory.predict("mf/kappa", KAPPA).value);
});

test("a curve is the predictions at its values, with the refusals where they are", () => {
  const values = [-1, 0.5, NaN, 1, 2, Infinity, 4];
  const curve = theory.curve("mf/kappa", KAPPA, "sigma_w2", values, ["kappa_2", "kappa_1"]);
  assert.deepEqual([...curve.at], values);
  assert.ok(curve.complete);
  values.forEach((sigma_w2, index) => {
    const refused = curve.errors.find((error) => error.index === index);
    let parts;
    try {
      parts = theory.predict("mf/kappa", { ...KAPPA, sigma_w2 }, { digits: false }).parts;
    } catch (error) {
      assert.deepEqual({ ...refused, index: null, message: refused.message }, { ...error, message: error.message });
      assert.ok(Number.isNaN(curve.values.kappa_1[index]) && Number.isNaN(curve.values.kappa_2[index]));
      return;
    }
    assert.equal(refused, undefined);
    assert.equal(curve.values.kappa_1[index], parts.kappa_1);
    assert.equal(curve.values.kappa_2[index], parts.kappa_2);
  });
  assert.equal(curve.errors.length, 3);
});

test("curves move entries of parameters, several at once, and give entries of outputs", () => {
  const first = theory.curve("mf/kappa", KAPPA, ["alphas[0]", "alphas[2]"], [0.5, 3], "kappa_1");
  const alphas = (x) => [x, 1, x];
  assert.deepEqual(
    [...first.values.kappa_1],
    [0.5, 3].map((x) => theory.predict("mf/kappa", { ...KAPPA, alphas: alphas(x) }).parts.kappa_1),
  );
  const { id, params } = JSON.parse(readFileSync(new URL("../../theory/tests/reference/learning_in_time.json", import.meta.url))).find(
    ({ id, value }) => id === "dyn/flow-curve" && value,
  );
  const series = theory.curve(id, params, "t[0]", [0.5, 3], ["E[0]", "E[99]"]);
  const t = (x) => [x, ...params.t.slice(1)];
  assert.deepEqual(
    [...series.values["E[0]"]],
    [0.5, 3].map((x) => theory.predict(id, { ...params, t: t(x) }).parts.E[0]),
  );
  assert.deepEqual(series.errors.map(({ kind, index }) => [kind, index]), [["absent-output", 0], ["absent-output", 1]]);
});

test("what a curve cannot be made of is refused as a whole, by name", () => {
  const curve = (parameter, output) => () => theory.curve("mf/kappa", KAPPA, parameter, [1], output);
  const refused = (make, kind, about) =>
    assert.throws(make, (error) => error instanceof TheoryError && error.kind === kind && about.test(error.message));
  refused(curve("sigma_w", "kappa_1"), "unknown-parameter", /did you mean `sigma_w2`/);
  refused(curve("alphas[3]", "kappa_1"), "unknown-parameter", /`alphas` is \[1/);
  refused(curve("alphas[", "kappa_1"), "unknown-parameter", /known: /);
  refused(curve("sigma_w2", "kapa_1"), "unknown-output", /did you mean `kappa_1`/);
  assert.equal(curve("sigma_w2", "kappa_1[0]")().errors[0].kind, "absent-output");
});

test("a question that breaks an instance is answered as a defect, and the next one as ever", async () => {
  const small = await Theory.load(withoutRoom(bytes));
  const value = small.predict("mf/kappa", KAPPA).value;
  const long = { ...KAPPA, alphas: new Array(3_000_000).fill(1) };
  for (const round of [0, 1]) {
    assert.throws(
      () => small.predict("mf/kappa", long),
      (error) => error instanceof TheoryError && error.kind === "internal",
      `${round}`,
    );
    assert.deepEqual(small.predict("mf/kappa", KAPPA).value, value);
  }
});

test("what a panic said can be read after it", () => {
  const { exports } = new WebAssembly.Instance(wasm, {});
  exports.catalog();
  assert.throws(() => exports.text(-1), WebAssembly.RuntimeError);
  const told = Buffer.from(exports.memory.buffer, exports.panic_place(), exports.panic_length()).toString();
  assert.match(told, /^panicked at .*:\ncapacity overflow$/);
});

test("the worker gives what the module gives", async (t) => {
  const worker = await TheoryWorker.start(bytes);
  t.after(() => worker.close());
  assert.deepEqual(await worker.catalog(), theory.catalog());
  assert.deepEqual(await worker.predict("mf/kappa", KAPPA), theory.predict("mf/kappa", KAPPA));
  await assert.rejects(worker.predict("mf/kappa", {}), (error) => error instanceof TheoryError && error.kind === "missing-parameter");
});

test("curves of a worker are coarse first and complete in the end", async (t) => {
  const worker = await TheoryWorker.start(wasm);
  t.after(() => worker.close());
  const values = Float64Array.from({ length: 203 }, (_, n) => (n - 3) / 50);
  const whole = theory.curve("mf/kappa", KAPPA, "sigma_w2", values, "kappa_1");
  const seen = [];
  for await (const curve of worker.curve("mf/kappa", KAPPA, "sigma_w2", values, "kappa_1")) {
    seen.push(curve.at.length);
    curve.at.forEach((x, n) => {
      assert.ok(Object.is(curve.values.kappa_1[n], whole.values.kappa_1[values.indexOf(x)]));
    });
    assert.equal(curve.at[0], values[0]);
    assert.equal(curve.at.at(-1), values.at(-1));
    assert.equal(curve.complete, curve.at.length === values.length);
    if (curve.complete) assert.deepEqual(curve, whole);
  }
  assert.ok(seen.length >= 3 && seen[0] <= 18, `${seen}`);
  for (const length of [0, 1, 2]) {
    const short = [];
    for await (const curve of worker.curve("mf/kappa", KAPPA, "sigma_w2", values.slice(9, 9 + length), "kappa_1")) short.push(curve);
    assert.deepEqual([short.length, short[0].at.length, short[0].complete], [1, length, true]);
  }
});

test("a question whose slot is taken is abandoned, though the worker is in the midst of it", async (t) => {
  const worker = await TheoryWorker.start(wasm);
  t.after(() => worker.close());
  const { id, params } = endless;
  const begin = performance.now();
  const abandoned = assert.rejects(worker.predict(id, params, { slot: "figure" }), Abandoned);
  // Not the first question alone: also those that wait behind it.
  const waiting = assert.rejects(worker.predict(id, params, { slot: "figure" }), Abandoned);
  const other = worker.predict("mf/kappa", KAPPA, { slot: "other" });
  const last = await worker.predict("mf/kappa", { ...KAPPA, sigma_w2: 1 }, { slot: "figure" });
  assert.deepEqual(last, theory.predict("mf/kappa", { ...KAPPA, sigma_w2: 1 }));
  assert.deepEqual(await other, theory.predict("mf/kappa", KAPPA));
  await Promise.all([abandoned, waiting]);
  assert.ok(performance.now() - begin < 2000, "the worker was not replaced");
});

test("a curve whose slot is taken ends between its passes", async (t) => {
  const worker = await TheoryWorker.start(wasm);
  t.after(() => worker.close());
  const values = Float64Array.from({ length: 100 }, (_, n) => 1 + n / 50);
  const first = worker.curve("mf/kappa", KAPPA, "sigma_w2", values, "kappa_1", { slot: "figure" });
  assert.equal((await first.next()).value.complete, false);
  const second = worker.curve("mf/kappa", KAPPA, "sigma_w2", values, "kappa_2", { slot: "figure" });
  await assert.rejects(first.next(), Abandoned);
  let last;
  for await (const curve of second) last = curve;
  assert.ok(last.complete);
});

test("a signal abandons a question, and closing the worker all of them", async () => {
  const worker = await TheoryWorker.start(wasm);
  const { id, params } = endless;
  const stop = new AbortController();
  const stopped = assert.rejects(worker.predict(id, params, { signal: stop.signal }), { name: "AbortError" });
  stop.abort();
  await stopped;
  await assert.rejects(worker.predict("mf/kappa", KAPPA, { signal: stop.signal }), { name: "AbortError" });
  assert.ok((await worker.predict("mf/kappa", KAPPA)).digits > 0);
  const running = assert.rejects(worker.predict(id, params), Abandoned);
  const queued = assert.rejects(worker.predict("mf/kappa", KAPPA), Abandoned);
  worker.close();
  await Promise.all([running, queued]);
  await assert.rejects(worker.predict("mf/kappa", KAPPA), Abandoned);
});

test("traps in a worker are defects of one question", async (t) => {
  const worker = await TheoryWorker.start(withoutRoom(bytes));
  t.after(() => worker.close());
  const long = { ...KAPPA, alphas: new Array(3_000_000).fill(1) };
  await assert.rejects(worker.predict("mf/kappa", long), (error) => error.kind === "internal");
  assert.deepEqual(await worker.predict("mf/kappa", KAPPA), theory.predict("mf/kappa", KAPPA));
});

test("the loader is a classic script but for its last statement, and the module a text", async () => {
  const source = readFileSync(new URL("../module/solvable.js", import.meta.url), "utf8");
  assert.equal(source.split("\nexport {").length, 2);
  const script = `{${source.replace("\nexport {", "\nglobalThis.solvable = {")}}`;
  const page = vm.createContext({ WebAssembly, TextEncoder, TextDecoder, ArrayBuffer, Uint8Array, Float64Array });
  vm.runInContext(script, page);
  for (const text of [bytes, gzipSync(bytes)].map((bytes) => bytes.toString("base64"))) {
    assert.deepEqual(Buffer.from(await unpack(text)), bytes);
  }
  const theory = await page.solvable.Theory.load(await unpack(gzipSync(bytes).toString("base64")));
  assert.ok(theory.predict("mf/kappa", KAPPA).digits > 0);
});

test("the module is loaded from its file, its bytes, and what has been compiled", async () => {
  const file = new URL("../module/solvable.wasm", import.meta.url);
  const inBuffer = new Uint8Array(bytes).buffer;
  for (const source of [file, bytes, inBuffer, wasm, Promise.resolve(wasm)]) {
    assert.deepEqual((await Theory.load(source)).predict("mf/kappa", KAPPA), theory.predict("mf/kappa", KAPPA));
  }
  await assert.rejects(Theory.load(new Uint8Array(8)), WebAssembly.CompileError);
  await assert.rejects(Theory.load("data:application/wasm;base64,AA=="), WebAssembly.CompileError);
});

const figures = JSON.parse(readFileSync(new URL("../../snapshots/explorables.json", import.meta.url)));
const start = ({ knobs }) => Object.fromEntries(knobs.map(({ name, start }) => [name, start]));

test("figures follow their knobs, as SVG with numbers and commands", async () => {
  const worker = await TheoryWorker.start(wasm);
  for (const figure of figures) {
    const picture = theory.explore(figure, start(figure));
    assert.match(picture.svg, /^<svg [^]*<\/svg>\n$/);
    assert.deepEqual([picture.problems, picture.measured > 0], [[], true], figure.id);
    assert.ok(picture.readouts.every(({ value, command }) => value !== null && command.startsWith("solvable predict ")), figure.id);
    assert.deepEqual(await worker.explore(figure, start(figure)), picture, figure.id);
    const coarse = theory.explore(figure, start(figure), { coarse: true });
    assert.ok(coarse.readouts.length === 0 && coarse.svg.length <= picture.svg.length, figure.id);
  }
  worker.close();
  const [figure] = figures;
  assert.match(theory.explore(figure, start(figure), { standAlone: true }).svg, /@font-face/);
  const height = (picture) => Number(picture.svg.match(/height="([\d.]+)"/)[1]);
  assert.ok(height(theory.explore(figure, start(figure), { columns: 1 })) > 2 * height(theory.explore(figure, start(figure))));
});

test("a figure tells what the theory refuses and which knob is to blame", () => {
  const figure = figures.find(({ id }) => id === "mf/explore-sharpness");
  const { problems } = theory.explore(figure, { ...start(figure), sigma_w2: -1 });
  assert.deepEqual([problems[0].kind, problems[0].knobs, problems[0].partly], ["invalid-parameter", ["sigma_w2"], false]);
  assert.match(problems[0].message, /-1/);
  assert.throws(() => theory.explore(figure, {}), TheoryError);
  assert.throws(() => theory.explore({}, {}), TheoryError);
});

test("the module is small enough for a page", (t) => {
  const zipped = gzipSync(bytes, { level: 9 }).length;
  t.diagnostic(`${bytes.length} bytes, ${zipped} zipped`);
  // The first page is to stay below a megabyte, with all that it shows.
  assert.ok(zipped <= 850_000);
});

/** The module with no more memory than it begins with and a little. */
function withoutRoom(bytes) {
  let place = 8;
  const leb = () => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = bytes[place++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value >>> 0;
  };
  const inLeb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...inLeb(value >>> 7)]);
  for (;;) {
    const begin = place;
    const id = bytes[place++];
    const end = leb() + place;
    if (id === 5) {
      assert.deepEqual([bytes[place++], bytes[place++]], [1, 0], "one memory without an end");
      const pages = leb();
      const limits = [1, 1, ...inLeb(pages), ...inLeb(pages + 64)];
      return Buffer.concat([bytes.subarray(0, begin), Buffer.from([5, limits.length, ...limits]), bytes.subarray(end)]);
    }
    place = end;
  }
}
