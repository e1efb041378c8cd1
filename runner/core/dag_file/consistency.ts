/** Checks the values of a DAG file against each other: names, times and dates that contradict each other. */

import { PARAM_TYPES, type ParamType, type WallTime } from '../dag/dag.ts';
import { defaultProblem } from '../dag/params.ts';
import { RUN_MODES } from '../dag/run_mode.ts';
import { parseWallTime, WallTimeError } from '../time/wall_time.ts';
import type { Json, JsonObject } from '../value/json.ts';
import type { DagFileFinding } from './finding.ts';
import type { KeyPath } from './key_path.ts';
import type { Outline, OutlineTask } from './outline.ts';
import { dagKeys } from './schema/keys.ts';
import { asMap } from './yaml/values.ts';

/**
 * Returns the contradictions between values that are valid by themselves.
 * @param scalarAt gives the scalar as written in the file, quotes included
 */
export function fitFindings(
  outline: Outline,
  file: string,
  scalarAt: (path: KeyPath) => string | null,
): readonly DagFileFinding[] {
  return [
    ...nameFindings(outline.root, file),
    ...dateFindings(outline.root),
    ...paramFindings(outline.root, scalarAt),
    ...modeFindings(outline.root),
    ...outline.tasks.flatMap((task) => timeFindings(task, scalarAt)),
  ];
}

function nameFindings({ dag_id: dagId }: JsonObject, file: string): readonly DagFileFinding[] {
  const name = /([^/\\]+)\.ya?ml$/.exec(file)?.[1];
  if (name === undefined || name === dagId || !dagKeys.shape.dag_id.safeParse(dagId).success) return [];
  return [
    { path: ['dag_id'], message: `${dagId} is not the file's name: write ${name}, or rename the file` },
  ];
}

function dateFindings(root: JsonObject): readonly DagFileFinding[] {
  const start = dagKeys.shape.start_date.safeParse(root.start_date).data;
  const end = dagKeys.shape.end_date.safeParse(root.end_date).data;
  if (start === undefined || end === undefined || Temporal.PlainDate.compare(start, end) <= 0) return [];
  return [
    { path: ['end_date'], message: `${end} is before the start_date ${start}: no day is left to run on` },
  ];
}

function paramFindings(
  root: JsonObject,
  scalarAt: (path: KeyPath) => string | null,
): readonly DagFileFinding[] {
  return Object.entries(asMap(root.params)).flatMap(([name, spec]): DagFileFinding[] => {
    const { type, default: value = null } = asMap(spec);
    const path = ['params', name, 'default'];
    const message = isParamType(type) ? defaultProblem(type, value, scalarAt(path)) : null;
    return message === null ? [] : [{ path, message }];
  });
}

/** A run without a mode, or with two, could take a shadow for an applied run. */
function modeFindings(root: JsonObject): readonly DagFileFinding[] {
  const modes = Object.entries(asMap(root.params)).filter(([, spec]) => asMap(spec).type === 'run_mode');
  return modes.flatMap(([name, spec], index): DagFileFinding[] => {
    const path = ['params', name];
    const [first] = modes[0] ?? [];
    if (index > 0) {
      return [
        { path: [...path, 'type'], message: `${first} is of type run_mode already: a run has one mode` },
      ];
    }
    const hasDefault = (asMap(spec).default ?? null) !== null;
    return hasDefault
      ? []
      : [{ path, message: `a param of type run_mode needs a default: ${RUN_MODES.join(' or ')}` }];
  });
}

function timeFindings(
  { keys, path }: OutlineTask,
  scalarAt: (path: KeyPath) => string | null,
): readonly DagFileFinding[] {
  const notBefore = wallTimeOf(keys.not_before);
  const deadline = wallTimeOf(keys.deadline);
  const findings: DagFileFinding[] = ['not_before', 'deadline'].flatMap((key) => {
    const written = scalarAt([...path, key]);
    const isBare = wallTimeOf(keys[key]) !== null && written !== null && /^\d/.test(written);
    const message = `found ${written} without quotes, which some YAML readers take for a number: write "${written}"`;
    return isBare ? [{ path: [...path, key], message }] : [];
  });
  if (notBefore !== null && deadline !== null && compareWallTimes(notBefore, deadline) >= 0) {
    const message = `${keys.deadline} is not after not_before ${keys.not_before}: the task could never be in time`;
    findings.push({ path: [...path, 'deadline'], message });
  }
  return findings;
}

function compareWallTimes(a: WallTime, b: WallTime): number {
  return a.plusDays - b.plusDays || Temporal.PlainTime.compare(a.time, b.time);
}

function wallTimeOf(value: Json | undefined): WallTime | null {
  if (typeof value !== 'string') return null;
  try {
    return parseWallTime(value);
  } catch (error) {
    if (error instanceof WallTimeError) return null;
    throw error;
  }
}

function isParamType(value: Json | undefined): value is ParamType {
  return PARAM_TYPES.some((type) => type === value);
}
