/** How well a model fits, from best to worst; *unknown* where this browser tells too little. */
export type Outcome = "likely" | "may" | "unlikely" | "no" | "unsupported" | "unknown" | (string & {});

/** Bytes: the least, the likeliest and the most. */
export interface Bytes { low: number; likely: number; high: number }

/** One check that may decide: its chance from 0 to 1, null where nothing is known. */
export interface Reason { check: string; title: string; chance: number | null; failed: boolean }

/** One way to run a model here. */
export interface Way {
  outcome: Outcome;
  /** The outcome in words, such as "Likely fits". */
  words: string;
  /** The chance that it runs, from 0 to 1; null where the outcome is "unknown". */
  probability: number | null;
  /** The name of the check that decides. */
  because: string;
  runtime: string;
  precision: string;
  /** The context that was judged: the next one surveyed that holds what was asked for. */
  context: number;
  /** What the model brings, without the runtime's own code. */
  download: Bytes;
}

export interface Answer extends Way {
  model: string;
  /** The checks that were made, the deciding one first. */
  reasons: Reason[];
  /** Other ways that come out better on this device, the best first. */
  alternatives: Way[];
}

/** A device as the page and the command line take it (docs/schema/device.json). */
export type Device = Record<string, unknown>;

export interface Options {
  /** A runtime's name, such as "webllm"; the model's usual one unless given. */
  runtime?: string;
  /** A precision's name, such as "q4f16_1"; the runtime's usual one unless given. */
  precision?: string;
  /** Tokens of the longest conversation; the model's usual context unless given. */
  context?: number;
  /** A device to judge instead of this one. */
  device?: Device;
  /** Where the data lies: a site's "…/api/v1/"; beside this file unless given. */
  base?: string;
}

/**
 * Say whether a model of the catalogue is likely to run in this browser, before anything of it is
 * fetched. Rejects with a RangeError that says what is accepted, or an Error where data is missing.
 */
export function canRun(model: string, options?: Options): Promise<Answer>;

/** What this browser says of the device, without a permission or a tap. */
export function deviceSignals(options?: Pick<Options, "base">): Promise<Device>;
