/** Parses the text of a DAG file into a Dag, or into the list of all its problems. */

import type { CalendarText } from '../calendar/file/parse.ts';
import { type CalendarSet, NO_CALENDARS } from '../calendar/file/resolve.ts';
import type { Dag } from '../dag/dag.ts';
import { parseCron } from '../time/cron/parse.ts';
import { cronWarning } from '../time/cron/warning.ts';
import { nextInstant, scheduleOf } from '../time/schedule.ts';
import type { Json } from '../value/json.ts';
import { buildDag } from './build.ts';
import { calendarFindings, calendarOf } from './calendar_reference.ts';
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
  /** The texts that its calendar is made of; empty if it names none, or one that does not exist. */
  readonly calendarTexts: readonly CalendarText[];
  /** Returns the position of the value at the key path, or of the nearest enclosing value if it is absent. */
  readonly positionOf: (path: KeyPath) => Position;
  readonly yaml: YamlFile;
}

/** The task types that `type` and `with` are checked against, by name. */
export type CheckableTypes = ReadonlyMap<string, CheckableType>;

/**
 * Parses a file and returns all of its problems at once, except those of task types: see `checkTaskTypes`.
 * @param file the file's path, named in problems; a name that ends in .yaml or .yml must be the dag_id
 * @param calendars the calendars that the file may name
 */
export function parseDag(source: string, file: string, calendars: CalendarSet = NO_CALENDARS): ParsedDag {
  const yaml = readYaml(source, file);
  const { root, ranges } = yaml;
  const findings = root === undefined ? [] : allFindings(root, yaml, { file, calendars });
  const problems = inFileOrder([...yaml.problems, ...findings.map((finding) => problemOf(ranges, finding))]);
  const calendar = calendarOf(root, calendars);
  const dag = problems.length === 0 ? buildDag(dagKeys.parse(root), calendar?.calendar ?? null) : null;
  const warnings = dag === null ? [] : scheduleWarnings(dag).map((finding) => problemOf(ranges, finding));
  const calendarTexts = calendar?.texts ?? [];
  return { dag, problems, warnings, calendarTexts, positionOf: (path) => positionOf(ranges, { path }), yaml };
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
export function loadDag(
  source: string,
  file: string,
  {
    taskTypes,
    calendars = NO_CALENDARS,
  }: { readonly taskTypes: CheckableTypes; readonly calendars?: CalendarSet },
): ParsedDag {
  const parsed = parseDag(source, file, calendars);
  const problems = inFileOrder([...parsed.problems, ...checkTaskTypes(parsed, taskTypes)]);
  return { ...parsed, problems, dag: problems.length === 0 ? parsed.dag : null };
}

function scheduleWarnings(dag: Dag): readonly DagFileFinding[] {
  const { schedule, calendar } = dag;
  const ofCrons = schedule.flatMap((text, index): readonly DagFileFinding[] => {
    const message = cronWarning(parseCron(text));
    const path = schedule.length === 1 ? ['schedule'] : ['schedule', index];
    return message === null ? [] : [{ path, message }];
  });
  if (calendar === null || !isNeverOpen(dag)) return ofCrons;
  const message = `${calendar.name} closes every date of this schedule: it is never due`;
  return [...ofCrons, { path: ['calendar'], message }];
}

/** Any date does to begin with: weekdays and months repeat. */
const SOME_DATE = Temporal.Instant.from('2026-01-01T00:00:00Z');

function isNeverOpen(dag: Dag): boolean {
  const schedule = scheduleOf({ ...dag, startDate: null, endDate: null });
  return schedule.crons.length > 0 && nextInstant(schedule, SOME_DATE) === null;
}

function allFindings(
  root: Json,
  yaml: YamlFile,
  { file, calendars }: { readonly file: string; readonly calendars: CalendarSet },
): readonly DagFileFinding[] {
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
    ...calendarFindings(outline.root, calendars),
  ];
  return [...bySchema, ...byMeaning.filter(({ path }) => !refused.has(formatKeyPath(path)))];
}

function scalarReader({ ranges }: YamlFile): (path: KeyPath) => string | null {
  return (path) => ranges.at(path)?.scalar ?? null;
}
