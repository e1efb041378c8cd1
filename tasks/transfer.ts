import { defineTask, type FileEntry, type JsonObject, type TaskContext } from '../runner/task.ts';
import { findFiles } from './transfer/listing.ts';
import { movedBefore } from './transfer/moved_before.ts';
import {
  isPlacing,
  type PlacingParams,
  patternsOf,
  type RemovingParams,
  type TransferParams,
  transferParams,
} from './transfer/params.ts';
import { placeFile } from './transfer/place_file.ts';
import { removeFile } from './transfer/remove_file.ts';
import { placementsOf } from './transfer/target.ts';

/** How many files the output names; the others are counted. */
const NAMED_MAX = 200;

/**
 * Copies, moves, archives, deletes or prunes files. Each file is complete at its target or not there, a source is removed only
 * after its target is proven to hold the same content, and a repeat after any interruption completes what is left.
 */
export default defineTask({
  type: 'transfer',
  description:
    'Copies, moves, archives, deletes or prunes files between SFTP servers, local folders and artifacts',
  params: transferParams,
  worksInShadow: true,
  async run(context) {
    const { params } = context;
    if (context.run.mode === 'shadow') return await foretell(context);
    return isPlacing(params) ? await place({ ...context, params }) : await remove({ ...context, params });
  },
});

async function place(context: TaskContext<PlacingParams>): Promise<JsonObject> {
  const { params, run, meter, progress, log, signal } = context;
  const placed = [...(await movedBefore(context))];
  const placements = placementsOf(await chosenFiles(context, 0), params, run.businessDate);
  for (const [index, { source, target }] of placements.entries()) {
    signal.throwIfAborted();
    const one = await placeFile(context, source, target);
    placed.push(one);
    if (one.result === 'copied') meter({ bytesIn: one.bytes, bytesOut: one.bytes });
    progress({ done: index + 1, total: placements.length, unit: 'items' });
    log.info('a file is in its place', { ...one });
  }
  return {
    action: params.action,
    count: placed.length,
    bytes: sumOf(placed),
    files: placed.slice(0, NAMED_MAX).map((one) => ({ ...one })),
  };
}

async function remove(context: TaskContext<RemovingParams>): Promise<JsonObject> {
  const { params, progress, log, signal } = context;
  const keepNewest = params.action === 'prune' ? (params.keep_newest ?? 0) : 0;
  const entries = await chosenFiles(context, keepNewest);
  const removed: FileEntry[] = [];
  for (const entry of entries) {
    signal.throwIfAborted();
    if (await removeFile(context, entry)) removed.push(entry);
    progress({ done: removed.length, total: entries.length, unit: 'items' });
    log.info('a file was removed', { location: entry.location, bytes: entry.bytes });
  }
  return {
    action: params.action,
    count: removed.length,
    bytes: sumOf(removed),
    files: removed.slice(0, NAMED_MAX).map(({ location, bytes }) => ({ from: location, bytes })),
  };
}

/** Lists the files that an applied run would concern, and leaves them where they are. */
async function foretell(context: TaskContext<TransferParams>): Promise<JsonObject> {
  const { params } = context;
  const keepNewest = params.action === 'prune' ? (params.keep_newest ?? 0) : 0;
  const entries = await chosenFiles(context, keepNewest);
  return {
    action: params.action,
    count: 0,
    would_concern: {
      count: entries.length,
      bytes: sumOf(entries),
      files: entries.slice(0, NAMED_MAX).map(({ location, bytes }) => ({ from: location, bytes })),
    },
  };
}

/** Returns the files that the action concerns, and warns of those whose age is not known. */
async function chosenFiles(
  context: TaskContext<TransferParams>,
  keepNewest: number,
): Promise<readonly FileEntry[]> {
  const { params, run, warn } = context;
  const rule = { olderThanMs: params.older_than ?? null, keepNewest, at: run.scheduledFor };
  const { chosen, ageless } = await findFiles(context, patternsOf(params), rule);
  const [first] = ageless;
  if (first !== undefined) {
    const rest = ageless.length > 1 ? ` and ${ageless.length - 1} more` : '';
    await warn(
      `The server gives no mtime of ${first.location}${rest}, so older_than left them where they are`,
      {
        files: ageless.length,
      },
    );
  }
  return chosen;
}

function sumOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
