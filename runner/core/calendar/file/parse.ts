/** Parses the text of a calendar file into its rules, or into the list of all its problems. */
import type { DagFileFinding } from '../../dag_file/finding.ts';
import { formatKeyPath, type KeyPath } from '../../dag_file/key_path.ts';
import type { Problem } from '../../dag_file/problem.ts';
import { schemaFindings } from '../../dag_file/schema/zod_findings.ts';
import { inFileOrder, problemOf, type SourceRanges } from '../../dag_file/yaml/positions.ts';
import { readYaml } from '../../dag_file/yaml/read.ts';
import { asList, asMap } from '../../dag_file/yaml/values.ts';
import type { Json } from '../../value/json.ts';
import type { ClosedRule } from '../calendar.ts';
import { calendarKeys } from './keys.ts';
import { buildRule, ruleFindings } from './rules.ts';

/** A calendar that a file names in `include` or `exclude`. */
export interface CalendarReference {
  readonly name: string;
  readonly path: KeyPath;
}

export interface ParsedCalendar {
  /** The file's name without .yaml. */
  readonly name: string;
  readonly file: string;
  readonly source: string;
  readonly description: string;
  /** Empty if the file has problems. */
  readonly rules: readonly ClosedRule[];
  readonly include: readonly CalendarReference[];
  readonly exclude: readonly CalendarReference[];
  /** The problems of the file alone, in its order; those of its references are found by `resolveCalendars`. */
  readonly problems: readonly Problem[];
  readonly ranges: SourceRanges;
}

/** The text of a calendar file. */
export interface CalendarText {
  readonly name: string;
  readonly file: string;
  readonly source: string;
}

/** Returns a file that cannot be read, as one that has this problem. */
export function unreadableCalendar(text: CalendarText, problem: Problem): ParsedCalendar {
  return { ...parseCalendar(text), problems: [problem] };
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

export function parseCalendar({ name, file, source }: CalendarText): ParsedCalendar {
  const { root, ranges, problems: syntax, isPlaceholder } = readYaml(source, file, 'calendar');
  const bySchema =
    root === undefined
      ? []
      : schemaFindings({
          schema: calendarKeys,
          value: root,
          scalarAt: (path) => ranges.at(path)?.scalar ?? null,
          isTemplated: isPlaceholder,
        });
  const refused = new Set(bySchema.map(({ path }) => formatKeyPath(path)));
  const byMeaning = [...nameFindings(name), ...ruleFindings(asMap(root))].filter(
    ({ path }) => !refused.has(formatKeyPath(path)),
  );
  const findings = [...bySchema, ...byMeaning].map((finding) => problemOf(ranges, finding));
  const problems = inFileOrder([...syntax, ...findings]);
  const keys = problems.length === 0 ? calendarKeys.parse(root) : null;
  return {
    name,
    file,
    source,
    description: keys?.description ?? '',
    rules: (keys?.closed ?? []).map(buildRule),
    include: references(root, 'include'),
    exclude: references(root, 'exclude'),
    problems,
    ranges,
  };
}

function nameFindings(name: string): readonly DagFileFinding[] {
  if (NAME.test(name)) return [];
  const message = `the file's name ${JSON.stringify(name)} is not one of a calendar: begin with a letter a-z, then a-z, 0-9 or _, at most 63 in all`;
  return [{ path: [], message }];
}

function references(root: Json | undefined, key: 'include' | 'exclude'): readonly CalendarReference[] {
  return asList(asMap(root)[key]).flatMap((name, index) =>
    typeof name === 'string' ? [{ name, path: [key, index] }] : [],
  );
}
