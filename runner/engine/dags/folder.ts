/**
 * Loads the DAG files of a folder into the database: a valid text becomes the version in force, an invalid one is
 * stored with its problems.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { CalendarText } from '../../core/calendar/file/parse.ts';
import { type CalendarSet, NO_CALENDARS } from '../../core/calendar/file/resolve.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { loadDag } from '../../core/dag_file/parse.ts';
import type { Problem } from '../../core/dag_file/problem.ts';
import { type DagRelations, relationProblems, relationsOf } from '../../core/dag_file/relations.ts';
import { inFileOrder } from '../../core/dag_file/yaml/positions.ts';
import {
  ensureDag,
  findDag,
  lockDag,
  saveVersion,
  setCurrentVersion,
  setPaused,
  setProblems,
} from '../../store/dag/dag.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { ensurePools } from '../../store/worker/pool.ts';
import { databaseNow } from '../clock.ts';
import { initialCursor, settleSchedule } from '../schedule/schedule_dag.ts';
import { type FolderCalendars, mayNameCalendar, readCalendars } from './calendars.ts';
import { readDagSource } from './source.ts';
import { checkableTypes, type TaskTypes } from './task_types.ts';
import { DagVersions } from './versions.ts';

/** A file as read, not yet parsed. */
export interface DagText {
  readonly dagId: string;
  /** The name for messages: relative to the working folder. */
  readonly file: string;
  readonly source: string;
  /** Changes with the text, and with the calendars if the text may name one. */
  readonly fingerprint: string;
  /** The calendars that the file may name. */
  readonly calendars: CalendarSet;
  /** The problem if the name is not a readable text file; null if it is. */
  readonly unreadable: Problem | null;
}

export interface CheckedDagFile extends DagText {
  /** The DAG; null if the file has problems. */
  readonly dag: Dag | null;
  /** The hash of the version: of the text and of the texts of its calendar. */
  readonly sha256: string;
  /** The texts that its calendar is made of, by name; empty if it has none. */
  readonly calendarTexts: readonly CalendarText[];
  readonly problems: readonly Problem[];
  /** Warnings about a valid file: values that its author may not have meant. */
  readonly warnings: readonly Problem[];
  /** The ids and edges by which other files of the folder are checked; null for an unreadable file. */
  readonly relations: DagRelations | null;
}

/** Reads every `*.yaml` and `*.yml` directly in the folder, by name. */
export async function readDagTexts(folder: string): Promise<readonly DagText[]> {
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  let shared: Promise<FolderCalendars> | undefined;
  // A thousand DAGs may name a calendar, and the folder is read every two seconds.
  const calendars = () => {
    shared ??= readCalendars(folder);
    return shared;
  };
  return await Promise.all(names.map((name) => readDagText(path.join(folder, name), calendars)));
}

/** The last text of each file that was checked against task types, as a page asks for the same files again and again. */
const lastChecked = new WeakMap<TaskTypes, Map<string, CheckedDagFile>>();

/**
 * Reads and checks a DAG file; one that waits for other DAGs is checked against the files beside it. The same text is
 * parsed once against the same task types.
 */
export async function readDagFile(file: string, taskTypes: TaskTypes): Promise<CheckedDagFile> {
  const checked = checkOnce(await readDagText(file, () => readCalendars(path.dirname(file))), taskTypes);
  if (checked.relations === null || checked.relations.links.length === 0) return checked;
  const beside = await readDagTexts(path.dirname(file));
  const relations = beside.flatMap((text) =>
    text.dagId === checked.dagId ? [] : (checkOnce(text, taskTypes).relations ?? []),
  );
  return withRelationProblems(checked, relationProblems([...relations, checked.relations]));
}

function checkOnce(text: DagText, taskTypes: TaskTypes): CheckedDagFile {
  const byFile = lastChecked.get(taskTypes) ?? new Map<string, CheckedDagFile>();
  lastChecked.set(taskTypes, byFile);
  const last = byFile.get(text.file);
  if (last?.fingerprint === text.fingerprint) return last;
  const checked = checkDagText(text, taskTypes);
  byFile.set(text.file, checked);
  return checked;
}

/** Checks a text by itself, without the other files of its folder. */
export function checkDagText(text: DagText, taskTypes: TaskTypes): CheckedDagFile {
  const { source, file, calendars, fingerprint, unreadable } = text;
  if (unreadable !== null) {
    return {
      ...text,
      dag: null,
      sha256: fingerprint,
      calendarTexts: [],
      problems: [unreadable],
      warnings: [],
      relations: null,
    };
  }
  const loaded = loadDag(source, file, { taskTypes: checkableTypes(taskTypes), calendars });
  const { dag, problems, warnings, calendarTexts } = loaded;
  const relations = relationsOf(loaded, text.dagId);
  const sha256 = versionSha256(source, calendarTexts);
  return { ...text, sha256, calendarTexts, dag, problems, warnings, relations };
}

/** Returns the file with the problems that it has with the others of its folder. */
export function withRelationProblems(
  file: CheckedDagFile,
  byDag: ReadonlyMap<string, readonly Problem[]>,
): CheckedDagFile {
  const found = byDag.get(file.dagId);
  if (found === undefined) return file;
  return { ...file, dag: null, problems: inFileOrder([...file.problems, ...found]) };
}

/** @param calendarsOfFolder reads the calendars beside the file; called only if the text may name one */
async function readDagText(
  file: string,
  calendarsOfFolder: () => Promise<FolderCalendars>,
): Promise<DagText> {
  const { source, problem: unreadable } = await readDagSource(file);
  const isPlain = source === null || !mayNameCalendar(source);
  const calendars = isPlain ? null : await calendarsOfFolder();
  const fingerprint = createHash('sha256')
    .update(source ?? unreadable.message)
    .update(calendars?.fingerprint ?? '')
    .digest('hex');
  return {
    dagId: path.basename(file).replace(/\.ya?ml$/, ''),
    file,
    source: source ?? '',
    fingerprint,
    calendars: calendars?.set ?? NO_CALENDARS,
    unreadable,
  };
}

/**
 * Returns the hash of the text; for a DAG with a calendar that of the hashes of all its files, each on a line, as
 * `sha256sum dag.yaml calendars/*.yaml | cut -c1-64 | sha256sum` gives it.
 */
function versionSha256(source: string, calendarTexts: readonly CalendarText[]): string {
  if (calendarTexts.length === 0) return sha256Of(source);
  const hashes = [source, ...calendarTexts.map((text) => text.source)].map(sha256Of);
  return sha256Of(hashes.map((hash) => `${hash}\n`).join(''));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Puts a file in force: its version if it is valid, else its problems beside the last valid version.
 * @returns true if anything changed
 */
export async function registerDagFile(db: Pool, dagFile: CheckedDagFile, by: Actor): Promise<boolean> {
  const { dagId, file, source, sha256, calendarTexts, dag, problems } = dagFile;
  const known = await findDag(db, dagId);
  if (dag !== null && known?.sha256 === sha256 && known.problems === null && known.retiredAt === null)
    return false;
  if (dag === null && JSON.stringify(known?.problems) === JSON.stringify(problems)) return false;
  return await withTransaction(db, async (tx) => {
    await ensureDag(tx, { dagId, file, cursor: dag && initialCursor(dag) });
    const before = await lockDag(tx, dagId);
    if (dag === null) {
      await setProblems(tx, dagId, problems);
      await recordEvents(tx, by, [
        {
          action: 'dag.invalid',
          dagId,
          reason: problems[0]?.message ?? '',
          after: { file, problems: problems.length, sha256 },
        },
      ]);
      return true;
    }
    // The runs that the previous version still owes are made first. The new schedule begins now, so that moving a time
    // to later today does not run the day twice.
    if (before !== null) await settleSchedule(tx, new DagVersions(db), before);
    const versionId = await saveVersion(tx, { dagId, sha256, source, file, calendars: calendarTexts });
    await setCurrentVersion(tx, dagId, { versionId, file, after: dag.after });
    // This includes a file that was invalid at first: its schedule has never begun.
    const isFirst = before?.sha256 == null;
    const beginsPaused = isFirst && dag.isPausedUponCreation;
    if (beginsPaused) await setPaused(tx, dagId, true);
    await ensurePools(tx, [...new Set(dag.tasks.map(({ pool }) => pool))]);
    await recordEvents(tx, by, [
      {
        action: isFirst ? 'dag.added' : 'dag.changed',
        dagId,
        before: { sha256: before?.sha256 ?? null },
        after: { sha256, file, ...(beginsPaused ? { is_paused: true } : {}) },
      },
    ]);
    // The schedule may have changed, so it is planned at once.
    await addScheduleJob(tx, dagId, await databaseNow(tx));
    return true;
  });
}
