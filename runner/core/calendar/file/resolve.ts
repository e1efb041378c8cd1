/** Connects the calendars of a folder with those that they include and exclude. */
import { formatProblem, type Problem } from '../../dag_file/problem.ts';
import { inFileOrder, problemOf } from '../../dag_file/yaml/positions.ts';
import { didYouMeanOrList } from '../../value/suggest.ts';
import type { Calendar } from '../calendar.ts';
import { type CalendarReference, type CalendarText, type ParsedCalendar, parseCalendar } from './parse.ts';

export interface ResolvedCalendar {
  readonly name: string;
  readonly file: string;
  /** Null exactly when there are problems. */
  readonly calendar: Calendar | null;
  readonly problems: readonly Problem[];
  /** The texts that it is made of: its own and those of the calendars that it refers to, by name. */
  readonly texts: readonly CalendarText[];
}

/** The calendars of a folder, by name. */
export type CalendarSet = ReadonlyMap<string, ResolvedCalendar>;

export const NO_CALENDARS: CalendarSet = new Map();

export function resolveCalendars(parsed: readonly ParsedCalendar[]): CalendarSet {
  const byName = new Map(parsed.map((file) => [file.name, file]));
  const cycles = cyclesByName(parsed);
  const resolved = new Map<string, ResolvedCalendar>();

  function resolve(file: ParsedCalendar): ResolvedCalendar {
    const known = resolved.get(file.name);
    if (known !== undefined) return known;
    const cycle = cycles.get(file.name);
    const made = cycle === undefined ? resolveFile(file) : cyclic(file, cycle);
    resolved.set(file.name, made);
    return made;
  }

  function resolveFile(file: ParsedCalendar): ResolvedCalendar {
    const include = file.include.map((reference) => resolveReference(file, reference));
    const exclude = file.exclude.map((reference) => resolveReference(file, reference));
    const used = [...include, ...exclude];
    const problems = inFileOrder([...file.problems, ...used.flatMap(({ problem }) => problem ?? [])]);
    const calendarOf = ({ found }: (typeof used)[number]) => found?.calendar ?? [];
    const { name, description, rules } = file;
    return {
      name,
      file: file.file,
      problems,
      calendar:
        problems.length > 0
          ? null
          : {
              name,
              description,
              rules,
              include: include.flatMap(calendarOf),
              exclude: exclude.flatMap(calendarOf),
            },
      texts: textsOf(
        file,
        used.flatMap(({ found }) => found?.texts ?? []),
      ),
    };
  }

  function resolveReference(
    file: ParsedCalendar,
    { name, path }: CalendarReference,
  ): { readonly found: ResolvedCalendar | null; readonly problem: Problem | null } {
    const other = byName.get(name);
    if (other === undefined) {
      const message = `no calendar is called ${name}${didYouMeanOrList(
        name,
        [...byName.keys()].filter((known) => known !== file.name),
      )}`;
      return { found: null, problem: problemOf(file.ranges, { path, message }) };
    }
    const found = resolve(other);
    const [first] = found.problems;
    const message = first && `${name} has a problem of its own, correct that first: ${formatProblem(first)}`;
    return { found, problem: message === undefined ? null : problemOf(file.ranges, { path, message }) };
  }

  return new Map(parsed.map((file) => [file.name, resolve(file)]));
}

/** Returns the calendars of the texts of a folder, or of those that a version of a DAG is made of. */
export function calendarsOf(texts: readonly CalendarText[]): CalendarSet {
  return resolveCalendars(texts.map(parseCalendar));
}

function cyclic(file: ParsedCalendar, cycle: readonly string[]): ResolvedCalendar {
  const next = cycle[cycle.indexOf(file.name) + 1];
  const closing = [...file.include, ...file.exclude].find(({ name }) => name === next);
  const message = `the calendars form a cycle: ${cycle.join(' -> ')}; take one of these out`;
  const problem = problemOf(file.ranges, { path: closing?.path ?? [], message });
  return {
    name: file.name,
    file: file.file,
    calendar: null,
    problems: inFileOrder([...file.problems, problem]),
    texts: textsOf(file, []),
  };
}

/** Returns the shortest path of references from each calendar back to itself, for those that have one. */
function cyclesByName(parsed: readonly ParsedCalendar[]): ReadonlyMap<string, readonly string[]> {
  const namedBy = new Map(
    parsed.map(({ name, include, exclude }) => [name, [...include, ...exclude].map((to) => to.name)]),
  );
  return new Map(
    parsed.flatMap(({ name }) => {
      const cycle = pathBack(name, namedBy);
      return cycle === null ? [] : [[name, cycle] as const];
    }),
  );
}

function pathBack(start: string, namedBy: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const seen = new Set<string>();
  const paths: (readonly string[])[] = [[start]];
  for (const path of paths) {
    for (const next of namedBy.get(path.at(-1) ?? start) ?? []) {
      if (next === start) return [...path, start];
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return null;
}

function textsOf(
  { name, file, source }: CalendarText,
  others: readonly CalendarText[],
): readonly CalendarText[] {
  const byName = new Map([...others, { name, file, source }].map((text) => [text.name, text]));
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
