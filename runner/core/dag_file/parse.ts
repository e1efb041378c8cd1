/** Parses the text of a DAG file into a Dag, or into the list of all its problems. */

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
  /** The problems in the order of the file. */
  readonly problems: readonly Problem[];
  /** Warnings about a valid file: values that its author may not have meant. */
  readonly warnings: readonly Problem[];
  /** Returns the position of the value at the key path, or of the nearest enclosing value if it is absent. */
  readonly positionOf: (path: KeyPath) => Position;
  readonly yaml: YamlFile;
}

/** The task types that `type` and `with` are checked against, by name. */
export type CheckableTypes = ReadonlyMap<string, CheckableType>;

/**
 * Parses a file and returns all of its problems at once, except those of task types: see `checkTaskTypes`.
 * @param file the file's path, named in problems; a name that ends in .yaml or .yml must be the dag_id
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
 * Returns the problems of task types: types that do not exist, and `with` params that a type refuses. It also works for
 * a file with other problems. A value that holds a template is checked only when it is rendered.
 */
export function checkTaskTypes(parsed: ParsedDag, taskTypes: CheckableTypes): readonly Problem[] {
  const { root, ranges, isPlaceholder } = parsed.yaml;
  if (root === undefined) return [];
  const findings = typeFindings(outlineOf(root), taskTypes, scalarReader(parsed.yaml));
  return inFileOrder(
    findings.filter(({ path }) => !isPlaceholder(path)).map((finding) => problemOf(ranges, finding)),
  );
}

/** Runs `parseDag` and `checkTaskTypes`: the complete check of a file. */
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
