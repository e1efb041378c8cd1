/** Follows a run to its end. */
import type { Pool } from 'pg';
import { isTerminalRunState } from '../../core/run/states.ts';
import { databaseNow } from '../../engine/clock.ts';
import type { DagRun } from '../../store/run/dag_run.ts';
import { instancesOfRun } from '../../store/task/instance.ts';
import { zoneOf } from '../../view/dag/zones.ts';
import { existingRun } from '../../view/run/find.ts';
import { viewSource } from '../../view/source.ts';
import type { Shell } from '../cli/command.ts';
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
  const { dagVersionId } = await existingRun(pool, runId);
  const timezone = await zoneOf(viewSource(pool).versions, dagVersionId);
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
