/** Checks the typed params of a DAG: in its file, and again with the values that a person gives at trigger. */

import type { Json, JsonObject } from '../value/json.ts';
import { didYouMeanOrList } from '../value/suggest.ts';
import type { ParamSpec, ParamType } from './dag.ts';
import { isRunMode, RUN_MODES } from './run_mode.ts';

/** One given param that does not fit. */
export interface ParamProblem {
  readonly param: string;
  readonly message: string;
}

export type ResolvedParams = { readonly values: JsonObject } | { readonly problems: readonly ParamProblem[] };

/**
 * Returns the value of every param of the DAG: the given value checked against its type, else the default. Text, as
 * `--param k=v` gives it, is read strictly as the declared type; instants are converted to UTC.
 */
export function resolveParams(
  specs: Readonly<Record<string, ParamSpec>>,
  given: Readonly<Record<string, Json>>,
): ResolvedParams {
  const problems: ParamProblem[] = [];
  const values = new Map(Object.entries(specs).map(([param, spec]) => [param, spec.default]));
  const names = [...values.keys()];
  for (const [param, value] of Object.entries(given)) {
    const spec = values.has(param) ? specs[param] : undefined;
    if (spec === undefined) {
      problems.push({ param, message: `the DAG has no param ${param}${didYouMeanOrList(param, names)}` });
    } else if (value !== null || spec.default !== null) {
      const read = typeof value === 'string' ? fromText(spec.type, value) : fromJson(spec.type, value);
      if (read === undefined) problems.push({ param, message: wrongParam(spec.type, value) });
      else values.set(param, read);
    }
  }
  return problems.length > 0 ? { problems } : { values: Object.fromEntries(values) };
}

/**
 * Returns what is wrong with a default in the DAG file, or null. Unlike at trigger, text is not accepted as a number.
 * @param scalar the value as written in the file; null for a list or map
 */
export function defaultProblem(type: ParamType, value: Json, scalar: string | null): string | null {
  if (value === null || fromJson(type, value) !== undefined) return null;
  const found = `found ${typeof value === 'string' ? JSON.stringify(value) : (scalar ?? JSON.stringify(value))}`;
  const problem = `${found}, expected ${WANTED[type]}`;
  if (typeof value !== 'string')
    return type === 'string' && scalar !== null ? `${problem}: write "${scalar}"` : problem;
  const unquoted = fromText(type, value);
  return unquoted === undefined ? problem : `${problem}: remove the quotes`;
}

/** Returns the default in its stored form. Call it only if `defaultProblem` found nothing. */
export function normalDefault(type: ParamType, value: Json): Json {
  return fromJson(type, value) ?? value;
}

const WANTED: Readonly<Record<ParamType, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2026-01-31',
  instant: 'an instant with its offset such as 2026-01-31T06:00:00Z',
  run_mode: RUN_MODES.join(' or '),
};

function wrongParam(type: ParamType, value: Json): string {
  return `found ${JSON.stringify(value)}, expected ${WANTED[type]}`;
}

/** Returns the value in its stored form, or undefined if it is of another type. */
function fromJson(type: ParamType, value: Json): Json | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'date':
      return typeof value === 'string' ? dateFrom(value) : undefined;
    case 'instant':
      return typeof value === 'string' ? instantFrom(value) : undefined;
    case 'run_mode':
      return isRunMode(value) ? value : undefined;
  }
}

function fromText(type: ParamType, text: string): Json | undefined {
  switch (type) {
    case 'integer':
      return /^-?\d{1,16}$/.test(text) ? fromJson('integer', Number(text)) : undefined;
    case 'number':
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? fromJson('number', Number(text)) : undefined;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : undefined;
    default:
      return fromJson(type, text);
  }
}

function dateFrom(text: string): string | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text)
    ? orUndefined(() => Temporal.PlainDate.from(text).toString())
    : undefined;
}

function instantFrom(text: string): string | undefined {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
  return shape.test(text) ? orUndefined(() => Temporal.Instant.from(text).toString()) : undefined;
}

function orUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
