import { z } from 'zod';
import { connectionId, defineTask, duration, location } from '../runner/task.ts';
import { compareTimes } from './files/entry.ts';
import { leftOutTexts } from './files/left_out.ts';
import { findCompleteFiles } from './list_new_files/find_complete_files.ts';
import { processedFiles } from './oms/delta/files/processed_files.ts';

const NAMED_MAX = 20;

/**
 * Lists the complete files that were not yet applied or refused, oldest first: the list over which `apply_delta` is
 * mapped. A file that is still being written waits for the next run. A single bad file never fails the task.
 */
export default defineTask({
  type: 'list_new_files',
  description: 'Lists the complete files of a folder that nothing was done with yet',
  params: z.strictObject({
    /** The location to list; its last segment may hold `*`. */
    from: location({ access: 'read', of: 'pattern' }),
    connection: connectionId(),
    external_system_id: z.string().min(1),
    /** How long size and mtime of a file without a manifest must be unchanged. */
    stable_for: duration().prefault('30s'),
    /**
     * A file that stays incomplete for this long is listed anyway, so that it fails visibly instead of waiting
     * unnoticed.
     */
    give_up_after: duration().prefault('1h'),
    /** Upper bound in one run; the rest is left for the next. */
    max_files: z.int().min(1).max(1000).default(500),
  }),
  async run({ params, connections, files, log, now, signal }) {
    const pool = await connections.postgres(params.connection);
    const entries = (await files.list(params.from)).filter(({ name }) => !name.endsWith('.manifest.json'));
    const processed = await processedFiles(pool, params.external_system_id, entries);
    const processedLocations = new Set(processed.map(({ location }) => location));
    const fresh = entries.filter(({ location }) => !processedLocations.has(location));
    const oldestFirst = fresh.toSorted((a, b) => compareTimes(a, b) || (a.name < b.name ? -1 : 1));
    const { complete, waiting } = await findCompleteFiles(oldestFirst.slice(0, params.max_files), {
      files,
      from: params.from,
      now,
      signal,
      stableForMs: params.stable_for,
      giveUpAfterMs: params.give_up_after,
    });
    const leftOut = await leftOutTexts(files, params.from);
    if (leftOut.length > 0) log.warn('names like those meant, left out', { leftOut });
    const refused = processed.filter(({ outcome }) => outcome === 'refused');
    if (refused.length > 0) {
      log.warn('refused files are still in the folder', {
        count: refused.length,
        first: refused[0]?.location ?? '',
      });
    }
    return {
      files: complete,
      count: complete.length,
      /** Files that are not complete yet. */
      waiting: waiting.slice(0, NAMED_MAX),
      waiting_count: waiting.length,
      set_aside: refused.slice(0, NAMED_MAX).map(({ location, reason }) => ({ location, reason })),
      set_aside_count: refused.length,
      /** `name: why` for names that resemble the pattern. */
      left_out: leftOut,
      done_count: processed.length - refused.length,
      left_count: Math.max(0, fresh.length - params.max_files),
    };
  },
});
