import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { lockDag, setPaused, setSchedule } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { databaseNow } from '../clock.ts';
import { pingNote } from '../heartbeats/outbox.ts';
import { OperatorError, type OperatorRequest } from '../operator/operator.ts';
import { nextScheduledFor } from '../schedule/schedule_dag.ts';
import { DagVersions } from './versions.ts';

/**
 * Pauses a DAG's schedule. Existing runs continue, and manual runs can be made.
 * @returns false if it was paused already
 */
export async function pauseDag(pool: Pool, dagId: string, request: OperatorRequest): Promise<boolean> {
  return await withTransaction(pool, async (tx) => {
    const dag = await lockDag(tx, dagId);
    if (dag === null) throw new OperatorError('not_found', `there is no DAG ${dagId}`);
    if (!(await setPaused(tx, dagId, true))) return false;
    await setSchedule(tx, dagId, { cursor: dag.scheduleCursor, next: null });
    await recordEvents(tx, request.by, [{ action: 'dag.paused', dagId, ...reasonOf(request) }]);
    if (dag.dagVersionId !== null) {
      const index = await new DagVersions(pool).getReadable(dag.dagVersionId, tx);
      if (index !== null) await pingNote(tx, index.dag, noteOf('paused', request));
    }
    return true;
  });
}

export interface Resumed {
  /** False if it was not paused. */
  readonly isChanged: boolean;
  readonly next: Temporal.Instant | null;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * Resumes the schedule. The catch-up policy decides about instants missed during the pause; under `none` they count as
 * settled, so that nothing runs before the next instant.
 */
export async function resumeDag(pool: Pool, dagId: string, request: OperatorRequest): Promise<Resumed> {
  return await withTransaction(pool, async (tx) => {
    const row = await lockDag(tx, dagId);
    if (row === null) throw new OperatorError('not_found', `there is no DAG ${dagId}`);
    if (row.dagVersionId === null) {
      throw new OperatorError(
        'refused',
        `the file of ${dagId} was never valid, so there is nothing to resume`,
      );
    }
    const { dag } = await new DagVersions(pool).get(row.dagVersionId, tx);
    const now = await databaseNow(tx);
    const next = nextScheduledFor(dag, now);
    if (!(await setPaused(tx, dagId, false))) return { isChanged: false, next, timezone: dag.timezone };
    const cursor = dag.catchup === 'none' ? now : row.scheduleCursor;
    await setSchedule(tx, dagId, { cursor, next: nextScheduledFor(dag, cursor) });
    await addScheduleJob(tx, dagId, now);
    await recordEvents(tx, request.by, [
      { action: 'dag.resumed', dagId, ...reasonOf(request), after: { catchup: dag.catchup } },
    ]);
    await pingNote(tx, dag, noteOf('resumed', request));
    return { isChanged: true, next, timezone: dag.timezone };
  });
}

function reasonOf({ reason }: OperatorRequest): { readonly reason?: string } {
  return reason === null ? {} : { reason };
}

function noteOf(what: 'paused' | 'resumed', { by, reason }: OperatorRequest): string {
  return `its schedule was ${what} by ${by.actor}${reason === null ? '' : `: ${reason}`}`;
}
