import { FailTask, type FileEntry, type TaskContext } from '../../runner/task.ts';
import { compareTimes } from '../files/entry.ts';
import { aboutFile, refusedFile } from '../files/refused_file.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { guardSnapshotAge } from '../inventory/guard/guards.ts';
import { type AwaitedNight, refusal } from './candidates.ts';
import { checkCandidate, checkComplete } from './completeness.ts';
import type { FileSearch, WaitParams } from './find_by_name.ts';
import { type ReadSnapshot, readSnapshot, type SnapshotIn } from './snapshot_in.ts';

/**
 * Finds tonight's file by the snapshot that its rows carry. Reads only files whose mtime allows them to be tonight's,
 * newest first: no snapshot is newer than the file that states it.
 * @throws FailTask for a complete file whose rows contradict each other; waiting does not help
 */
export async function findByContent(
  context: TaskContext<WaitParams>,
  night: AwaitedNight,
  where: SnapshotIn,
): Promise<FileSearch> {
  const { params, files, now, signal } = context;
  const check = { files, now, signal, stableForMs: params.stable_for };
  const seen: string[] = [];
  const entries = (await files.list(params.from)).filter(({ name }) => !name.endsWith('.manifest.json'));
  for (const entry of entries.toSorted((a, b) => compareTimes(b, a))) {
    const { modifiedAt } = entry;
    const stale =
      modifiedAt === null ? null : guardSnapshotAge(modifiedAt, night.scheduledFor, night.maxAgeMs);
    if (stale !== null) {
      seen.push(`${entry.name}: written ${modifiedAt}, before ${stale.bound}, the oldest allowed (max_age)`);
      continue;
    }
    const whole = await checkComplete(entry, check);
    if (whole.entry === null) {
      seen.push(`${entry.name}: ${whole.notYet}`);
      continue;
    }
    const read = await snapshotOf(context, whole.entry, where);
    if ((await files.stat(entry.location)) === null) {
      throw new FailTask(
        aboutFile(
          'removed once it was read. If the server does so with every file, its snapshot must be in its name ' +
            '(name_pattern): with snapshot_in the file is read twice',
          entry.location,
        ),
      );
    }
    const why = refusalOf(read, night);
    if (why !== null) {
      seen.push(`${entry.name}: ${why}`);
      continue;
    }
    const { at: snapshotAt, facilities } = read;
    const checked = await checkCandidate(
      { entry: whole.entry, snapshotAt, saidBy: 'rows', facilities },
      check,
    );
    if (checked.file === null) {
      seen.push(`${entry.name}: ${checked.notYet}`);
      continue;
    }
    const { sha256, bytes, rows } = read;
    await files.recordRead({ location: entry.location, sha256, bytes, rows });
    return { file: checked.file, seen };
  }
  return { file: null, seen };
}

async function snapshotOf(
  { files, run }: TaskContext<WaitParams>,
  entry: FileEntry,
  where: SnapshotIn,
): Promise<ReadSnapshot> {
  try {
    const file = await files.open(entry.location);
    return await readSnapshot(file, { ...where, timezone: where.timezone ?? run.timezone });
  } catch (error) {
    throw error instanceof InvalidFileError ? refusedFile(error, entry.location) : error;
  }
}

/** Returns why the file is not tonight's: its latest snapshot is another night's, or its earliest is too old. */
function refusalOf({ at, earliest }: ReadSnapshot, night: AwaitedNight): string | null {
  return (
    refusal({ snapshotAt: at }, night, null) ??
    guardSnapshotAge(earliest, night.scheduledFor, night.maxAgeMs)?.sentence ??
    null
  );
}
