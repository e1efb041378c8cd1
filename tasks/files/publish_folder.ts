import type { RunMode } from '../../runner/task.ts';
import { RUN_FOLDER } from '../inventory/file/location.ts';

/**
 * Returns the folder in which a run publishes its files. Those of a shadow run stay with it: whoever watches the folder would take
 * them for the night's own.
 */
export function publishFolder(to: string, mode: RunMode): string {
  return mode === 'shadow' ? RUN_FOLDER : to;
}
