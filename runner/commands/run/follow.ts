/** Follows a run to its end. */
import type { Pool } from 'pg';
import { isTerminalRunState } from '../../core/run/states.ts';
import { databaseNow } from '../../engine/clock.ts';
import { type DagRun, findRun } from '../../store/run/dag_run.ts';
import { instancesOfRun } from '../../store/task/instance.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { zonesOfVersions } from '../dag/in_force.ts';
import { follow } from '../live/follow.ts';
import { RunLiveText } from './live_text.ts';

/**
 * Shows the run on stderr until it has ended; retries while the database is unavailable.
 *
 * @param timeoutMs null for no limit
 * @throws CommandError: interrupted, or still not ended after the time-out; the run itself goes on
 */
export async function followRun(
  shell: Shell,
  pool: Pool,
  { runId, timeoutMs }: { readonly runId: number; readonly timeoutMs: number | null },
): Promise<DagRun> {
  const timezone = await timezoneOf(pool, runId);
  const { run } = await follow(shell, {
    name: `run ${runId}`,
    watchCommand: `stockflow runs watch ${runId}`,
    text: new RunLiveText(),
    timeoutMs,
    read: async () => ({
      run: await existingRun(pool, runId),
      tasks: await instancesOfRun(pool, runId),
      timezone,
      now: await databaseNow(pool),
    }),
    isEnded: (snapshot) => isTerminalRunState(snapshot.run.state),
  });
  return run;
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
