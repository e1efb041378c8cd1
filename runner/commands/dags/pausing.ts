/** Pausing and resuming a DAG's schedule, recorded with who did it and why. */
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres.ts';
import { databaseNow } from '../../engine/clock.ts';
import { DagVersions } from '../../engine/dag_versions.ts';
import { nextScheduledFor } from '../../engine/schedule_dag.ts';
import { lockDag, setPaused, setSchedule } from '../../store/dag.ts';
import { recordEvents } from '../../store/event.ts';
import { addScheduleHint } from '../../store/hint.ts';
import { CLI_ACTOR } from '../actor.ts';
import { CommandError, EXIT } from '../exit_code.ts';

export interface PauseChange {
  readonly dagId: string;
  readonly reason: string | null;
}

/** @returns false where it was paused already */
export async function pauseDag(pool: Pool, { dagId, reason }: PauseChange): Promise<boolean> {
  return await withTransaction(pool, async (tx) => {
    await lockDag(tx, dagId);
    if (!(await setPaused(tx, dagId, true))) return false;
    await recordEvents(tx, CLI_ACTOR, [
      { action: 'dag.paused', dagId, ...(reason === null ? {} : { reason }) },
    ]);
    return true;
  });
}

export interface Resumed {
  /** False where it was not paused. */
  readonly isChanged: boolean;
  readonly next: Temporal.Instant | null;
  readonly timezone: string;
}

/**
 * Schedules the DAG again. Under `catchup: none` what was missed meanwhile is settled here; under the other policies
 * the scheduler decides about it, at once.
 */
export async function resumeDag(pool: Pool, { dagId, reason }: PauseChange): Promise<Resumed> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const row = await lockDag(tx, dagId);
    if (row === null || row.dagVersionId === null) {
      throw new CommandError(
        EXIT.invalidDag,
        `the file of ${dagId} was never valid, so there is nothing to resume`,
      );
    }
    const { dag } = await versions.get(row.dagVersionId, tx);
    const now = await databaseNow(tx);
    const next = nextScheduledFor(dag, now);
    if (!(await setPaused(tx, dagId, false))) return { isChanged: false, next, timezone: dag.timezone };
    if (dag.catchup === 'none') await setSchedule(tx, dagId, { cursor: now, next });
    await addScheduleHint(tx, dagId, now);
    await recordEvents(tx, CLI_ACTOR, [
      {
        action: 'dag.resumed',
        dagId,
        ...(reason === null ? {} : { reason }),
        after: { catchup: dag.catchup },
      },
    ]);
    return { isChanged: true, next, timezone: dag.timezone };
  });
}
