/** Waiting for a run, and showing how it goes. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isDatabaseUnavailable } from '../../connections/postgres/connect.ts';
import { isTerminalRunState } from '../../core/run/states.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { databaseNow } from '../../engine/clock.ts';
import { type DagRun, findRun } from '../../store/run/dag_run.ts';
import { instancesOfRun } from '../../store/task/instance.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { zonesOfVersions } from '../dag/in_force.ts';
import { createRunView, type RunSnapshot } from './live_view.ts';

const LOOK_EVERY_MS = 300;

/**
 * Shows the run on stderr until it has ended; an outage of the database is waited for.
 *
 * @param timeoutMs null for no limit
 * @throws CommandError: interrupted, or still not ended after the time-out; the run itself goes on
 */
export async function followRun(
  shell: Shell,
  pool: Pool,
  { runId, timeoutMs }: { readonly runId: number; readonly timeoutMs: number | null },
): Promise<DagRun> {
  const startedMs = performance.now();
  const view = createRunView(shell);
  const timezone = await timezoneOf(pool, runId);
  let isAway = false;
  try {
    for (;;) {
      const snapshot = await look(pool, runId, timezone);
      if (snapshot !== null) view.show(snapshot, performance.now());
      else if (!isAway) shell.stderr.write('the database is unavailable; retrying until it answers\n');
      isAway = snapshot === null;
      if (snapshot !== null && isTerminalRunState(snapshot.run.state)) return snapshot.run;
      if (timeoutMs !== null && performance.now() - startedMs > timeoutMs) {
        throw new CommandError(
          EXIT.waitTimedOut,
          `run ${runId} has not ended within ${formatDuration(timeoutMs)}; stockflow runs watch ${runId} goes on waiting`,
        );
      }
      await pause(LOOK_EVERY_MS, undefined, { signal: shell.signal }).catch(() =>
        shell.signal.throwIfAborted(),
      );
    }
  } finally {
    view.end();
  }
}

/** Null while the database does not answer. */
async function look(pool: Pool, runId: number, timezone: string): Promise<RunSnapshot | null> {
  try {
    const run = await existingRun(pool, runId);
    return { run, tasks: await instancesOfRun(pool, runId), timezone, now: await databaseNow(pool) };
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    throw error;
  }
}

async function timezoneOf(pool: Pool, runId: number): Promise<string> {
  const { dagVersionId } = await existingRun(pool, runId);
  return (await zonesOfVersions(pool, [dagVersionId])).get(dagVersionId) ?? 'UTC';
}

async function existingRun(pool: Pool, runId: number): Promise<DagRun> {
  const run = await findRun(pool, runId);
  if (run === null) throw new CommandError(EXIT.notFound, `there is no run ${runId}`);
  return run;
}
