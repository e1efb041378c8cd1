import path from 'node:path';
import { type CalendarSet, NO_CALENDARS } from '../../core/calendar/file/resolve.ts';
import { type ParsedDag, parseDag } from '../../core/dag_file/parse.ts';
import { mayNameCalendar, readCalendars } from './calendars.ts';
import { readDagSource } from './source.ts';

type Parsed = Pick<ParsedDag, 'dag' | 'problems' | 'calendarTexts'>;

interface LastParsed {
  readonly source: string;
  readonly calendars: CalendarSet;
  readonly parsed: Parsed;
}

/** The last text of each file that was parsed, as a page asks for the same files again and again. */
const lastParsed = new Map<string, LastParsed>();

/** Reads and parses a DAG file, without checking its task types. The same text is parsed once. */
export async function readParsedDag(file: string): Promise<Parsed> {
  const { source, problem } = await readDagSource(file);
  if (source === null) {
    lastParsed.delete(file);
    return { dag: null, problems: [problem], calendarTexts: [] };
  }
  const calendars = mayNameCalendar(source) ? (await readCalendars(path.dirname(file))).set : NO_CALENDARS;
  const last = lastParsed.get(file);
  if (last?.source === source && last.calendars === calendars) return last.parsed;
  const parsed = parseDag(source, file, calendars);
  lastParsed.set(file, { source, calendars, parsed });
  return parsed;
}
