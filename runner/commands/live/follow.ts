/** Follows a run or a backfill to its end. */
import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import { formatDuration } from '../../core/time/duration.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { Live, type LiveText } from './live.ts';

const POLL_MS = 300;

export interface Followed<Snapshot> {
  /** `run 12` */
  readonly name: string;
  /** The command that follows it again. */
  readonly watchCommand: string;
  readonly text: LiveText<Snapshot>;
  /** The longest time to wait; null for no limit. */
  readonly timeoutMs: number | null;
  read(): Promise<Snapshot>;
  isEnded(snapshot: Snapshot): boolean;
}

/**
 * Shows what is followed on stderr until it has ended; retries while the database is unavailable.
 *
 * @returns the last snapshot
 * @throws CommandError: interrupted, or still not ended after the time-out; what is followed goes on
 */
export async function follow<Snapshot>(shell: Shell, followed: Followed<Snapshot>): Promise<Snapshot> {
  const { name, watchCommand, timeoutMs } = followed;
  const startedMs = performance.now();
  const live = new Live(shell, followed.text);
  let isUnavailable = false;
  try {
    for (;;) {
      const snapshot = await readIfAvailable(followed);
      if (snapshot !== null) live.show(snapshot, performance.now());
      else if (!isUnavailable) shell.stderr.write('the database is unavailable; retrying until it answers\n');
      isUnavailable = snapshot === null;
      if (snapshot !== null && followed.isEnded(snapshot)) return snapshot;
      if (timeoutMs !== null && performance.now() - startedMs > timeoutMs) {
        throw new CommandError(
          EXIT.waitTimedOut,
          `${name} has not ended within ${formatDuration(timeoutMs)}; ${watchCommand} goes on waiting`,
        );
      }
      await pauseUnlessAborted(POLL_MS, shell.signal);
    }
  } finally {
    live.end();
  }
}

/** @throws the signal's reason when it aborts */
export async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

async function readIfAvailable<Snapshot>(followed: Followed<Snapshot>): Promise<Snapshot | null> {
  try {
    return await followed.read();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    throw error;
  }
}
