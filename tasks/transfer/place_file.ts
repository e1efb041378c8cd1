/** Copies or moves one file so that a repeat after any interruption completes it, and nothing is lost on the way. */
import { FailTask, type FileEntry, type TaskContext, TaskError } from '../../runner/task.ts';
import { factsOf, hashed } from './content.ts';
import type { PlacingParams } from './params.ts';
import { removeFile } from './remove_file.ts';

export interface Placed {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Null for a file that was renamed, whose content was not read. */
  readonly sha256: string | null;
  readonly result: 'copied' | 'renamed' | 'already_there';
}

type Context = Pick<TaskContext<PlacingParams>, 'params' | 'files' | 'record'>;

/**
 * Puts a file under its target name. A move removes the source last, once the target is proven to hold the same content, or
 * renames it where both are in one place.
 */
export async function placeFile(context: Context, source: FileEntry, target: string): Promise<Placed> {
  const { params, files, record } = context;
  const isMove = params.action !== 'copy';
  const there = await files.stat(target);
  if (isMove && there === null) {
    // Before: an attempt that was superseded may not record, and so does not move anything either.
    await record({
      action: 'file.moved',
      before: { location: source.location },
      after: { location: target },
    });
    if (await files.rename(source.location, target)) {
      return { from: source.location, to: target, bytes: source.bytes, sha256: null, result: 'renamed' };
    }
  }
  const placed =
    (there && (await alreadyThere(context, source, there))) ?? (await copy(context, source, target));
  if (isMove) await removeFile(context, source);
  return placed;
}

/** Returns the file at the target if it has the same content; null if it has other content, which may be replaced. */
async function alreadyThere(
  { params, files }: Context,
  source: FileEntry,
  there: FileEntry,
): Promise<Placed | null> {
  if (there.bytes === source.bytes) {
    const [wanted, found] = [await factsOf(files, source.location), await factsOf(files, there.location)];
    if (wanted.sha256 === found.sha256) {
      const { bytes, sha256 } = wanted;
      return { from: source.location, to: there.location, bytes, sha256, result: 'already_there' };
    }
  }
  if (params.overwrite) return null;
  throw new FailTask(
    `${there.location} exists with other content (${there.bytes} bytes; ${source.location} has ${source.bytes}), which is kept: write another to or name, or overwrite: true`,
  );
}

async function copy({ params, files }: Context, source: FileEntry, target: string): Promise<Placed> {
  const file = await files.open(source.location);
  const content = hashed(file.chunks());
  const existing = params.overwrite ? 'replace' : 'refuse';
  const published = await files.publish(target, content.chunks, { existing });
  const sha256 = content.sha256();
  // On SFTP publishing has read the file back.
  const held = target.startsWith('sftp://') ? published : await factsOf(files, target);
  if (held.sha256 !== sha256) {
    throw new TaskError(
      `${target} holds other content (sha256 ${held.sha256}) than ${source.location} (${sha256})`,
    );
  }
  await files.recordRead({ location: source.location, bytes: file.bytes, sha256, rows: null });
  return { from: source.location, to: target, bytes: file.bytes, sha256, result: 'copied' };
}
