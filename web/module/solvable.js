// The theories of wide neural networks that `solvable` knows, computed in a page, in a worker or in Node by solvable.wasm.
//
// An ES module. As a classic script, for pages opened from disk, it is the same text with its last statement, `export {`,
// written as `globalThis.solvable = {` (and a scope around it); the module then comes as text, through `unpack`.

/** Why a prediction cannot be given: its `kind`, and the `parameter`, its `value` and what is `valid` where one is to blame. */
class TheoryError extends Error {
  name = "TheoryError";

  constructor({ kind, message, parameter = null, value = null, valid = null, index = null }) {
    super(message);
    Object.assign(this, { kind, parameter, value, valid, index });
  }
}

/** A question is no longer of interest: another one has taken its slot, or the worker was closed. */
class Abandoned extends Error {
  name = "Abandoned";
}

/** The theory in this thread: every call holds it up until it ends. */
class Theory {
  #answer;

  constructor(module) {
    this.#answer = engine(module);
  }

  static async load(wasm) {
    return new Theory(await compiled(wasm));
  }

  catalog() {
    return read(this.#answer("catalog", ""));
  }

  predict(id, params, { digits = true } = {}) {
    return read(this.#answer("predict", written({ id, params, digits })));
  }

  explore(figure, at, { columns = null, coarse = false, standAlone = false } = {}) {
    return read(this.#answer("explore", written({ figure, at, columns, coarse, stand_alone: standAlone })));
  }

  curve(id, params, parameter, values, outputs) {
    const at = Float64Array.from(values);
    const question = curveQuestion(id, params, parameter, outputs);
    const answer = this.#answer("curve", written(question), at);
    return drawn(question.outputs, at, [part(answer, every(at))]);
  }
}

/** Milliseconds that a question which nobody waits for any more may keep a worker busy. */
const PATIENCE = 100;

/** The theory in a worker: calls are answered one after the other, and can be abandoned. */
class TheoryWorker {
  #module;
  #spawn;
  #worker = null;
  #queue = [];
  #running = null;
  #slots = new Map();
  #catalog = null;
  #closed = false;

  constructor(module, spawn) {
    this.#module = module;
    this.#spawn = spawn;
  }

  static async start(wasm) {
    const [module, spawn] = await Promise.all([compiled(wasm), spawner()]);
    const worker = new TheoryWorker(module, spawn);
    worker.#restart();
    return worker;
  }

  async catalog() {
    this.#catalog ??= this.#asked("catalog", "", undefined, this.#ticket({})).then(read);
    try {
      return await this.#catalog;
    } catch (problem) {
      this.#catalog = null;
      throw problem;
    }
  }

  async predict(id, params, { digits = true, slot, signal } = {}) {
    const ticket = this.#ticket({ slot, signal });
    try {
      return read(await this.#asked("predict", written({ id, params, digits }), undefined, ticket));
    } finally {
      this.#release(ticket);
    }
  }

  async explore(figure, at, { columns = null, coarse = false, standAlone = false, slot, signal } = {}) {
    const ticket = this.#ticket({ slot, signal });
    try {
      return read(await this.#asked("explore", written({ figure, at, columns, coarse, stand_alone: standAlone }), undefined, ticket));
    } finally {
      this.#release(ticket);
    }
  }

  curve(id, params, parameter, values, outputs, { coarse = 17, slot, signal } = {}) {
    const question = curveQuestion(id, params, parameter, outputs);
    const at = Float64Array.from(values);
    return this.#refined(question.outputs, written(question), at, coarse, this.#ticket({ slot, signal }));
  }

  close() {
    this.#closed = true;
    const reason = new Abandoned("the worker is closed");
    for (const ticket of new Set([...this.#queue, this.#running].map((job) => job?.ticket))) ticket?.abandon(reason);
    for (const ticket of this.#slots.values()) ticket.abandon(reason);
    this.#worker?.terminate();
    this.#worker = null;
  }

  async *#refined(outputs, text, at, coarse, ticket) {
    const parts = [];
    try {
      for (const indices of passes(at.length, coarse)) {
        const values = Float64Array.from(indices, (index) => at[index]);
        parts.push(part(await this.#asked("curve", text, values, ticket), indices));
        yield drawn(outputs, at, parts);
      }
    } finally {
      this.#release(ticket);
    }
  }

  /** What a caller holds on to: whether it still wants answers. The one before it in its slot does no longer. */
  #ticket({ slot, signal }) {
    const ticket = { slot, reason: null, job: null, signal };
    ticket.abandon = (reason) => {
      if (ticket.reason === null) {
        ticket.reason = reason;
        if (ticket.job !== null) this.#drop(ticket.job);
      }
    };
    if (slot !== undefined) {
      this.#slots.get(slot)?.abandon(new Abandoned("a later question has taken the slot"));
      this.#slots.set(slot, ticket);
    }
    if (this.#closed) ticket.abandon(new Abandoned("the worker is closed"));
    if (signal) {
      ticket.aborted = () => ticket.abandon(signal.reason);
      if (signal.aborted) ticket.aborted();
      else signal.addEventListener("abort", ticket.aborted, { once: true });
    }
    return ticket;
  }

  #release(ticket) {
    if (this.#slots.get(ticket.slot) === ticket) this.#slots.delete(ticket.slot);
    ticket.signal?.removeEventListener("abort", ticket.aborted);
  }

  #asked(request, text, values, ticket) {
    return new Promise((resolve, reject) => {
      if (ticket.reason !== null) return reject(ticket.reason);
      const job = { request, text, values, ticket, resolve, reject };
      ticket.job = job;
      this.#queue.push(job);
      this.#next();
    });
  }

  #next() {
    if (this.#running !== null || this.#queue.length === 0) return;
    if (this.#worker === null) this.#restart();
    this.#running = this.#queue.shift();
    const { request, text, values } = this.#running;
    this.#worker.busy(true);
    this.#worker.post({ request, text, values });
  }

  /** Forgets a job; the one that runs is given a moment to end, as a new worker takes longer than most answers. */
  #drop(job) {
    job.reject(job.ticket.reason);
    if (this.#running === job) {
      job.timer = setTimeout(() => {
        this.#restart();
        this.#ended();
      }, PATIENCE);
    } else {
      this.#queue = this.#queue.filter((other) => other !== job);
    }
  }

  #ended() {
    clearTimeout(this.#running?.timer);
    if (this.#running !== null) this.#running.ticket.job = null;
    this.#running = null;
    this.#worker?.busy(false);
    this.#next();
  }

  #restart() {
    this.#worker?.terminate();
    if (this.#closed) return;
    const worker = this.#spawn(
      (answer) => {
        if (worker !== this.#worker) return;
        this.#running?.resolve(answer);
        this.#ended();
      },
      (problem) => {
        if (worker !== this.#worker) return;
        worker.terminate();
        this.#worker = null;
        this.#running?.reject(new TheoryError({ kind: "internal", message: `the worker has failed: ${problem}` }));
        this.#ended();
      },
    );
    this.#worker = worker;
    worker.post({ module: this.#module });
    worker.busy(false);
  }
}

/** The bytes in a text of base64, unzipped where they are zipped. */
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unzipped).arrayBuffer());
}

/** Answers questions by instances of the module. Refers to nothing around it, as its text runs in workers. */
function engine(module) {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  // The memory of an instance never shrinks.
  const LARGE = 1 << 28;
  let instance = null;

  const written = (question, values) => {
    const bytes = encoder.encode(question);
    const place = instance.text(bytes.length);
    new Uint8Array(instance.memory.buffer, place >>> 0, bytes.length).set(bytes);
    if (values) {
      const numbers = instance.numbers(values.length);
      new Float64Array(instance.memory.buffer, numbers >>> 0, values.length).set(values);
    }
  };
  const text = (place, length) => decoder.decode(new Uint8Array(instance.memory.buffer, place >>> 0, length));
  const answered = (length) => text(instance.text_place(), length);

  /** An evaluation ended in a trap: by a panic, which can still be read, or for want of memory or stack. */
  const defect = (trap) => {
    let told = "";
    try {
      told = text(instance.panic_place(), instance.panic_length());
    } catch {
      // The instance is beyond that.
    }
    const message = `the evaluation broke off; this is a defect of the program: ${told || trap.message}`;
    return { text: JSON.stringify({ error: { kind: "internal", message } }) };
  };

  return (request, question, values) => {
    try {
      instance ??= new WebAssembly.Instance(module, {}).exports;
      written(question, values);
      const answer = { text: answered(instance[request]()) };
      if (values) {
        const numbers = new Float64Array(instance.memory.buffer, instance.numbers_place() >>> 0, instance.numbers_count());
        answer.numbers = numbers.slice();
      }
      if (instance.memory.buffer.byteLength > LARGE) instance = null;
      return answer;
    } catch (trap) {
      if (instance === null) throw trap;
      const answer = defect(trap);
      instance = null;
      return answer;
    }
  };
}

/** What a worker does: it is sent the module, then questions. Its text runs there, with that of `engine`. */
function serve(engine) {
  const port = typeof importScripts === "function" ? self : require("node:worker_threads").parentPort;
  let answer = null;
  port.onmessage = ({ data }) => {
    if (data.module) {
      answer = engine(data.module);
    } else {
      port.postMessage(answer(data.request, data.text, data.values));
    }
  };
}

/** How this environment makes workers: `(answered, failed) => { post, busy, terminate }`. */
async function spawner() {
  const text = `(${serve})(${engine})`;
  if (typeof Worker === "function") {
    return (answered, failed) => {
      // From text, as pages opened from disk may not load workers from files.
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => answered(data);
      worker.onerror = (event) => failed(event.message ?? "it cannot be started");
      const terminate = () => {
        worker.terminate();
        URL.revokeObjectURL(url);
      };
      return { post: (message) => worker.postMessage(message), busy: () => {}, terminate };
    };
  }
  const { Worker: Thread } = await import("node:worker_threads");
  return (answered, failed) => {
    const worker = new Thread(text, { eval: true });
    worker.on("message", answered);
    worker.on("error", (problem) => failed(problem.message));
    return {
      post: (message) => worker.postMessage(message),
      // A worker without questions keeps no program from its end.
      busy: (is) => (is ? worker.ref() : worker.unref()),
      terminate: () => worker.terminate(),
    };
  };
}

/** The module from its bytes, its address, or itself. */
async function compiled(wasm) {
  const given = await wasm;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return WebAssembly.compile(given);
  if (given instanceof URL && given.protocol === "file:" && typeof process === "object") {
    const { readFile } = await import("node:fs/promises");
    return WebAssembly.compile(await readFile(given));
  }
  const response = await fetch(given);
  if (!response.ok) throw new Error(`${given} cannot be loaded: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** A question as JSON, in which numbers that JSON has not are words, and arrays of all kinds lists. */
function written(question) {
  return JSON.stringify(question, (_, value) => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      return value > 0 ? "inf" : value < 0 ? "-inf" : "NaN";
    }
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    return ArrayBuffer.isView(value) ? Array.from(value) : value;
  });
}

function curveQuestion(id, params, parameter, outputs) {
  const listed = (places) => (Array.isArray(places) ? places : [places]);
  return { id, params, parameters: listed(parameter), outputs: listed(outputs) };
}

function read({ text }) {
  const answer = JSON.parse(text);
  if (answer.error) throw new TheoryError(answer.error);
  return answer;
}

/** An answered pass: where its values stand among those of the curve, and what was found there. */
function part(answer, indices) {
  const remarks = read(answer);
  for (const remark of [...remarks.errors, ...remarks.words]) remark.index = indices[remark.index];
  return { indices, numbers: answer.numbers, remarks };
}

/** All passes together, in the order of the values. */
function drawn(outputs, at, parts) {
  const known = new Uint8Array(at.length);
  for (const { indices } of parts) for (const index of indices) known[index] = 1;
  const indices = Array.from(at.keys()).filter((index) => known[index]);
  const column = (output) => {
    const all = new Float64Array(at.length).fill(NaN);
    for (const { indices, numbers } of parts) {
      indices.forEach((index, n) => (all[index] = numbers[output * indices.length + n]));
    }
    return Float64Array.from(indices, (index) => all[index]);
  };
  const remarks = (kind) => parts.flatMap((part) => part.remarks[kind]).sort((a, b) => a.index - b.index);
  return {
    at: Float64Array.from(indices, (index) => at[index]),
    values: Object.fromEntries(outputs.map((output, n) => [output, column(n)])),
    errors: remarks("errors").map((error) => new TheoryError(error)),
    words: remarks("words"),
    caveats: [...new Set(parts.flatMap((part) => part.remarks.caveats))],
    complete: indices.length === at.length,
  };
}

/** The indices below `length` in passes: about `coarse` of them over the whole range, ever finer ones after that. */
function* passes(length, coarse) {
  let stride = 1;
  while (length / stride > coarse) stride *= 4;
  const known = new Uint8Array(length);
  do {
    const indices = [];
    for (let index = 0; index < length; index++) {
      if (!known[index] && (index % stride === 0 || index === length - 1)) indices.push(index);
    }
    for (const index of indices) known[index] = 1;
    if (indices.length > 0 || length === 0) yield indices;
    stride /= 4;
  } while (stride >= 1);
}

function every(values) {
  return Array.from(values.keys());
}

export { Abandoned, Theory, TheoryError, TheoryWorker, unpack };
