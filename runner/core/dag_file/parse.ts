/** A DAG file's text to a Dag, or to everything that is wrong with it. */

import type { Dag } from '../dag/dag.ts';
import { parseCron } from '../time/cron/parse.ts';
import { cronWarning } from '../time/cron/warning.ts';
import type { Json } from '../value/json.ts';
import { buildDag } from './build.ts';
import { fitFindings } from './consistency.ts';
import { edgeFindings } from './edges.ts';
import type { DagFileFinding } from './finding.ts';
import { formatKeyPath, type KeyPath } from './key_path.ts';
import { outlineOf } from './outline.ts';
import type { Problem } from './problem.ts';
import { referenceFindings } from './references.ts';
import { dagKeys } from './schema/keys.ts';
import { schemaFindings } from './schema/zod_findings.ts';
import { type CheckableType, typeFindings } from './task_types.ts';
import { inFileOrder, type Position, positionOf, problemOf } from './yaml/positions.ts';
import { readYaml, type YamlFile } from './yaml/read.ts';

export interface ParsedDag {
  /** Null exactly when there are problems. */
  readonly dag: Dag | null;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  /** Of a valid file, what its author may not have meant. */
  readonly warnings: readonly Problem[];
  /** Of the value at the key path; of the nearest one around it where there is none. */
  readonly positionOf: (path: KeyPath) => Position;
  readonly yaml: YamlFile;
}

/** What a check of `type` and `with` needs to know of a task type. */
export type CheckableTypes = ReadonlyMap<string, CheckableType>;

/**
 * Every problem of the file at once, but those of task types: `checkTaskTypes` has them.
 * @param file its path, named in problems; a name ending in .yaml or .yml must be the dag_id
 */
export function parseDag(source: string, file: string): ParsedDag {
  const yaml = readYaml(source, file);
  const { root, ranges } = yaml;
  const findings = root === undefined ? [] : allFindings(root, yaml, file);
  const problems = inFileOrder([...yaml.problems, ...findings.map((finding) => problemOf(ranges, finding))]);
  const dag = problems.length === 0 ? buildDag(dagKeys.parse(root)) : null;
  const warnings = dag === null ? [] : scheduleWarnings(dag).map((finding) => problemOf(ranges, finding));
  return { dag, problems, warnings, positionOf: (path) => positionOf(ranges, { path }), yaml };
}

/**
 * Task types that do not exist, and `with` params that their type refuses; also for a file with other problems.
 * A value that holds a template has no type yet, and is left to the render.
 */
export function checkTaskTypes(parsed: ParsedDag, taskTypes: CheckableTypes): readonly Problem[] {
  const { root, ranges, isPlaceholder } = parsed.yaml;
  if (root === undefined) return [];
  const findings = typeFindings(outlineOf(root), taskTypes, scalarReader(parsed.yaml));
  return inFileOrder(
    findings.filter(({ path }) => !isPlaceholder(path)).map((finding) => problemOf(ranges, finding)),
  );
}

/** `parseDag` and `checkTaskTypes` in one: the whole verdict on a file. */
export function loadDag(source: string, file: string, taskTypes: CheckableTypes): ParsedDag {
  const parsed = parseDag(source, file);
  const problems = inFileOrder([...parsed.problems, ...checkTaskTypes(parsed, taskTypes)]);
  return { ...parsed, problems, dag: problems.length === 0 ? parsed.dag : null };
}

function scheduleWarnings({ schedule }: Dag): readonly DagFileFinding[] {
  return schedule.flatMap((text, index) => {
    const message = cronWarning(parseCron(text));
    const path = schedule.length === 1 ? ['schedule'] : ['schedule', index];
    return message === null ? [] : [{ path, message }];
  });
}

function allFindings(root: Json, yaml: YamlFile, file: string): readonly DagFileFinding[] {
  const scalarAt = scalarReader(yaml);
  const outline = outlineOf(root);
  const lineOf = (path: KeyPath) => positionOf(yaml.ranges, { path }).line;
  const bySchema = schemaFindings({
    schema: dagKeys,
    value: root,
    scalarAt,
    isTemplated: yaml.isPlaceholder,
  });
  const refused = new Set(bySchema.map(({ path }) => formatKeyPath(path)));
  const byMeaning = [
    ...fitFindings(outline, file, scalarAt),
    ...edgeFindings(outline, lineOf),
    ...referenceFindings(outline),
  ];
  return [...bySchema, ...byMeaning.filter(({ path }) => !refused.has(formatKeyPath(path)))];
}

function scalarReader({ ranges }: YamlFile): (path: KeyPath) => string | null {
  return (path) => ranges.at(path)?.scalar ?? null;
}
