/** The module: its address, its bytes, or compiled. In Node a `URL` may be a file. */
export type Wasm = string | URL | BufferSource | WebAssembly.Module;

/** Parameters by name. Infinities and lists of all kinds, typed arrays too, may be given as they are. */
export type Params = Record<string, unknown>;

/** A value as `solvable predict --json` writes it; infinities are the words `"inf"` and `"-inf"`. */
export type Value = number | string | Value[] | { [name: string]: Value };

export interface Parameter {
  name: string;
  kind: "number" | "integer" | "flag" | "word" | "numbers" | "integers" | "words" | "rows" | "json";
  /** What it is, with its symbol. */
  meaning: string;
  /** The valid values, in words. */
  domain: string;
  required: boolean;
  /** `null` where it has to be given, or where nothing is the default. */
  default: unknown;
}

export interface Output {
  name: string;
  holds: "number" | "word" | "series" | "table" | "record";
  /** Whether every value has it; otherwise it hangs on the parameters. */
  always: boolean;
}

/** A prediction of the catalogue. */
export interface Prediction {
  id: string;
  title: string;
  /** LaTeX without delimiters. */
  formula: string;
  /** What the value is, in its order. */
  value: string;
  validity: string;
  parameters: Parameter[];
  outputs: Output[];
  /** Whether the value is its one output, and no list or object of outputs. */
  single: boolean;
  sources: string[];
}

export interface Answer {
  value: Value;
  /** The value by the names of its outputs. */
  parts: { [output: string]: Value };
  /** What a reader should know: the parameters lie outside of what the formula is valid for. */
  caveat: string | null;
}

/** An answer whose digits were asked for. */
export interface AnswerWithDigits extends Answer {
  /** The value, rounded to the digits that survive. */
  shown: Value;
  /** The fewest significant digits that survive the rounding of the parameters: from 3 to 15. */
  digits: number;
  /** Where the value is zero to rounding. */
  vanishing: string[];
  /** What jumps when the parameters move in their last place. */
  boundary: string | null;
}

export type ErrorKind =
  | "invalid-parameter"
  | "missing-parameter"
  | "unknown-parameter"
  | "unknown-prediction"
  | "no-fixed-point"
  | "undefined"
  | "not-converged"
  | "non-smooth-activation"
  | "loss-of-precision"
  | "too-costly"
  | "too-large"
  /** The question is none: its parameters are no object. */
  | "invalid-entry"
  /** A curve of something that the prediction does not give. */
  | "unknown-output"
  /** A curve of what is no number here. */
  | "absent-output"
  /** A defect of the program, or no memory. */
  | "internal";

/** Why a prediction cannot be given. */
export class TheoryError extends Error {
  readonly name: "TheoryError";
  readonly kind: ErrorKind;
  /** The parameter that is to blame, as it was given. */
  readonly parameter: string | null;
  readonly value: string | null;
  /** What is valid, or known, or what the missing parameter means. */
  readonly valid: string | null;
  /** In curves: at which of the values. */
  readonly index: number | null;
}

/** Nobody wants the answer any more: a later question has taken the slot, or the worker is closed. */
export class Abandoned extends Error {
  readonly name: "Abandoned";
}

/** Outputs over the values of a parameter, without a look at the digits that survive. */
export interface Curve {
  /** The values done so far, in the order in which they were given. */
  at: Float64Array;
  /** For each output a number at each of them; NaN where there is none. */
  values: { [output: string]: Float64Array };
  /** Why there is none, by the index among all values that were given. */
  errors: TheoryError[];
  /** Words in the place of numbers, such as `"marginal"`. */
  words: { index: number; output: string; word: string }[];
  caveats: string[];
  /** Whether all values are done. */
  complete: boolean;
}

/** A parameter, or an entry of one: `"sigma_w2"`, `"widths[1]"`, `"spectrum.power"`; several move together. */
export type Moved = string | string[];

/** Outputs, or entries of them: `"kappa_1"`, `"E[3]"`. */
export type Drawn = string | string[];

/** A figure at a setting of its knobs. */
export interface Picture {
  svg: string;
  /** The numbers beside it, as the command prints them; none where the figure is coarse. */
  readouts: { label: string; value: Value | null; command: string }[];
  /** What could not be computed: of which curve, whether at some of its values only, and the knobs to blame. */
  problems: { of: string; partly: boolean; knobs: string[]; kind: ErrorKind; message: string; parameter?: string; value?: string; valid?: string }[];
  caveats: string[];
  /** How many series of measurements belong to this setting. */
  measured: number;
  /** Claims that the program can judge here, as commands. */
  checks: string[];
}

export interface Look {
  /** Panels in a row; by their number where it is left out. */
  columns?: number | null;
  /** With a quarter of the values of each curve, and without readouts. */
  coarse?: boolean;
  /** With its font, for files that leave the page. */
  standAlone?: boolean;
}

/** The theory in this thread. */
export class Theory {
  private constructor();
  static load(wasm: Wasm | Promise<Wasm>): Promise<Theory>;
  catalog(): Prediction[];
  /** @throws {TheoryError} */
  predict(id: string, params: Params, options: { digits: false }): Answer;
  predict(id: string, params: Params, options?: { digits?: true }): AnswerWithDigits;
  /** A figure that follows knobs, as JSON holds it, with its knobs at a setting. @throws {TheoryError} where the setting is none */
  explore(figure: object, at: Params, options?: Look): Picture;
  /** @throws {TheoryError} where the question as a whole is refused */
  curve(id: string, params: Params, parameter: Moved, values: Iterable<number>, outputs: Drawn): Curve;
}

export interface Asking {
  /** A later question in the same slot abandons this one, with `Abandoned`. */
  slot?: string;
  /** Abandons the question, with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The theory in a worker, which answers questions one after the other. Where an abandoned one keeps it busy, a new worker
 * takes its place.
 */
export class TheoryWorker {
  private constructor();
  static start(wasm: Wasm | Promise<Wasm>): Promise<TheoryWorker>;
  catalog(): Promise<Prediction[]>;
  /** Rejects with a `TheoryError`, with `Abandoned`, or with the reason of the signal. */
  predict(id: string, params: Params, options: { digits: false } & Asking): Promise<Answer>;
  predict(id: string, params: Params, options?: { digits?: true } & Asking): Promise<AnswerWithDigits>;
  /** The curve at about `coarse` values (17), then at ever more of them, until it is complete. */
  curve(
    id: string,
    params: Params,
    parameter: Moved,
    values: Iterable<number>,
    outputs: Drawn,
    options?: { coarse?: number } & Asking,
  ): AsyncGenerator<Curve, void, void>;
  /** Ends the worker; what it was asked is abandoned. */
  close(): void;
}

/** The bytes in a text of base64, zipped by gzip or not: how a page holds the module. */
export function unpack(text: string): Promise<Uint8Array>;
