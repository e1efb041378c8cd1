/** Reads the calendars of a folder of DAGs: the files in `calendars/` beside them. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type CalendarText, parseCalendar, unreadableCalendar } from '../../core/calendar/file/parse.ts';
import { type CalendarSet, NO_CALENDARS, resolveCalendars } from '../../core/calendar/file/resolve.ts';
import type { Problem } from '../../core/dag_file/problem.ts';
import { readDagSource } from './source.ts';

export interface FolderCalendars {
  readonly set: CalendarSet;
  /** Changes with the text of any of them; empty where there are none. */
  readonly fingerprint: string;
}

const NONE: FolderCalendars = { set: NO_CALENDARS, fingerprint: '' };

/** The name of the folder of calendars within one of DAGs. */
const CALENDARS = 'calendars';

const CALENDAR_FILE = /^[^.].*\.ya?ml$/;

/** The last calendars of each folder, as every DAG that names one asks for them. */
const lastRead = new Map<string, FolderCalendars>();

/** Reads the calendars beside the DAGs of a folder. The same texts are parsed once. */
export async function readCalendars(dagsFolder: string): Promise<FolderCalendars> {
  const texts = await Promise.all((await calendarFilesIn(dagsFolder)).map(readText));
  if (texts.length === 0) return NONE;
  const hash = createHash('sha256');
  for (const { name, source, problem } of texts) hash.update(JSON.stringify([name, source, problem]));
  const fingerprint = hash.digest('hex');
  const last = lastRead.get(dagsFolder);
  if (last?.fingerprint === fingerprint) return last;
  const parsed = texts.map(({ problem, ...text }) =>
    problem === null ? parseCalendar(text) : unreadableCalendar(text, problem),
  );
  const read = { set: resolveCalendars(parsed), fingerprint };
  lastRead.set(dagsFolder, read);
  return read;
}

/** Returns true if the path is that of a calendar, by its folder. */
export function isCalendarFile(file: string): boolean {
  return path.basename(path.dirname(path.resolve(file))) === CALENDARS;
}

/** Returns the problems of a calendar file, also those of the calendars that it names. */
export async function readCalendarFile(
  file: string,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const { set } = await readCalendars(path.dirname(path.dirname(path.resolve(file))));
  const found = set.get(calendarName(file));
  const problems = (found?.problems ?? []).map((problem) => ({ ...problem, file }));
  return { problems, warnings: [] };
}

/** Returns the name of the calendar of a file. */
export function calendarName(file: string): string {
  return path.basename(file).replace(/\.ya?ml$/, '');
}

/** Returns true if a DAG file may name a calendar: the calendars need not be read for any other. */
export function mayNameCalendar(source: string): boolean {
  return /\bcalendar\b/.test(source);
}

/** Returns the files of the calendars beside the DAGs of a folder, by name. */
export async function calendarFilesIn(dagsFolder: string): Promise<readonly string[]> {
  const folder = path.join(dagsFolder, CALENDARS);
  return (await namesIn(folder))
    .filter((name) => CALENDAR_FILE.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const isAbsent =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    if (isAbsent) return [];
    throw error;
  }
}

async function readText(file: string): Promise<CalendarText & { readonly problem: Problem | null }> {
  const { source, problem } = await readDagSource(file);
  return { name: calendarName(file), file, source: source ?? '', problem };
}
