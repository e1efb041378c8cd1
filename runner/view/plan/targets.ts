/** The DAGs that are named to be planned: files, folders, ids, and files that are gone. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Pool } from 'pg';
import { calendarName, isCalendarFile } from '../../engine/dags/calendars.ts';
import { readParsedDag } from '../../engine/dags/parsed.ts';
import { type DagRow, listDags } from '../../store/dag/dag.ts';
import { dagFileOf, dagFilesIn, dagIdOfFile, unknownDag } from '../dag/files.ts';
import { NotFound } from '../errors.ts';

export interface PlanTarget {
  readonly dagId: string;
  /** The file as people name it. */
  readonly file: string;
  /** False for a DAG in force whose file is no more: its removal is what is planned. */
  readonly hasFile: boolean;
  readonly row: DagRow | null;
}

/** @throws NotFound for a path or an id behind which there is neither a file nor a DAG in force */
export async function planTargets(
  pool: Pool,
  dagsDir: string,
  paths: readonly string[],
): Promise<readonly PlanTarget[]> {
  const rows = await listDags(pool);
  const named = paths.length === 0 ? [dagsDir] : paths;
  const found = await Promise.all(named.map((name) => targetsOf(dagsDir, rows, name)));
  const byFile = new Map(found.flat().map((target) => [target.file, target]));
  if (byFile.size === 0)
    throw new NotFound(
      { noun: 'file', name: named.join(', ') },
      `there is no DAG file in ${named.join(', ')}, and no DAG in force`,
    );
  return [...byFile.values()].toSorted((a, b) => (a.dagId < b.dagId ? -1 : 1));
}

async function targetsOf(
  dagsDir: string,
  rows: readonly DagRow[],
  name: string,
): Promise<readonly PlanTarget[]> {
  const rowOf = (dagId: string) => rows.find((row) => row.dagId === dagId) ?? null;
  const isPath = /[/\\]|\.ya?ml$/.test(name) || name === dagsDir;
  if (isPath && (await isFolder(name))) {
    const files = await dagFilesIn(name);
    const present = new Set(files.map(dagIdOfFile));
    const gone = rows.filter(
      ({ dagId, file, retiredAt, dagVersionId }) =>
        retiredAt === null &&
        dagVersionId !== null &&
        !present.has(dagId) &&
        resolve(dirname(file)) === resolve(name),
    );
    return [
      ...files.map((file) => ({
        dagId: dagIdOfFile(file),
        file,
        hasFile: true,
        row: rowOf(dagIdOfFile(file)),
      })),
      ...gone.map((row) => ({ dagId: row.dagId, file: row.file, hasFile: false, row })),
    ];
  }
  if (isCalendarFile(name) && (await isFile(name))) {
    const files = await filesWithCalendar(name);
    return files.map((file) => ({
      dagId: dagIdOfFile(file),
      file,
      hasFile: true,
      row: rowOf(dagIdOfFile(file)),
    }));
  }
  const dagId = dagIdOfFile(name);
  const row = rowOf(dagId);
  const isInForce = row !== null && row.retiredAt === null && row.dagVersionId !== null;
  if (isPath && (await isFile(name))) return [{ dagId, file: name, hasFile: true, row }];
  if (isPath && isInForce) return [{ dagId, file: name, hasFile: false, row }];
  if (isPath)
    throw new NotFound(
      { noun: 'file', name },
      `there is no file ${name}, and no DAG ${dagId} in force either`,
    );
  const file = await dagFileOf(dagsDir, name);
  if (file !== null) return [{ dagId, file, hasFile: true, row }];
  if (isInForce) return [{ dagId, file: row.file, hasFile: false, row }];
  throw await unknownDag(
    dagsDir,
    name,
    rows.map((known) => known.dagId),
  );
}

/** Returns the files of the DAGs that a calendar is part of. @throws NotFound where there is none */
async function filesWithCalendar(calendarFile: string): Promise<readonly string[]> {
  const name = calendarName(calendarFile);
  const folder = dirname(dirname(calendarFile));
  const files = await dagFilesIn(folder);
  const uses = await Promise.all(
    files.map(async (file) => (await readParsedDag(file)).calendarTexts.some((text) => text.name === name)),
  );
  const found = files.filter((_, index) => uses[index]);
  if (found.length > 0) return found;
  throw new NotFound({ noun: 'file', name: calendarFile }, `no DAG in ${folder} uses the calendar ${name}`);
}

async function isFolder(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'folder';
}

async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'file';
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'nothing';
    throw error;
  }
}
