/**
 * Whether a run acts or only shows what it would have done. A DAG offers the choice by one param of the type `run_mode`; a DAG
 * without such a param always applies.
 */
import type { JsonObject } from '../value/json.ts';
import type { ParamSpec } from './dag.ts';

/** `shadow`: every task works, and none changes anything outside the runner's database. */
export const RUN_MODES = ['apply', 'shadow'] as const;
export type RunMode = (typeof RUN_MODES)[number];

export function isRunMode(value: unknown): value is RunMode {
  return RUN_MODES.some((mode) => mode === value);
}

/** Returns the names of the params that choose the mode: one at most in a valid DAG. */
export function modeParams(params: Readonly<Record<string, Pick<ParamSpec, 'type'>>>): readonly string[] {
  return Object.entries(params).flatMap(([name, { type }]) => (type === 'run_mode' ? [name] : []));
}

/** Returns the mode of a run with these values of the DAG's params. */
export function runModeOf(specs: Readonly<Record<string, ParamSpec>>, values: JsonObject): RunMode {
  const [name] = modeParams(specs);
  const value = name === undefined ? null : values[name];
  return isRunMode(value) ? value : 'apply';
}
