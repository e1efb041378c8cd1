/** Tells of runs that were due and have not started. Any process may do it: each instant is told of once. */
import type { Pool, PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { dedupKeyOfInstant, incidentOfInstant } from '../../core/alert/key.ts';
import { START_WITHIN_MS } from '../../core/alert/kind.ts';
import { causeOfReason, notStartedReason } from '../../core/alert/not_started.ts';
import { notStartedSentence } from '../../core/alert/sentence.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { spanText } from '../../core/time/time_text.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import { holdUpOf, type LateStart, lateStarts } from '../../store/alert/late_start.ts';
import { lockDag } from '../../store/dag/dag.ts';
import type { DagVersions } from '../dags/versions.ts';
import { factsOf, post } from './outbox.ts';

/** A run that is late by less than this is not looked at: its DAG is being planned, or its tasks are being queued. */
const LEAST_MS = 1_000;

export interface LateStartWatch {
  readonly pool: Pool;
  readonly versions: DagVersions;
}

export async function tellLateStarts({ pool, versions }: LateStartWatch): Promise<void> {
  const told = new Set<string>();
  for (const late of await lateStarts(pool, { leastMs: LEAST_MS, dagId: null })) {
    if (told.has(late.dagId) || !(await isTold(versions, late))) continue;
    told.add(late.dagId);
    await withTransaction(pool, (tx) => tellOfDag(tx, versions, late.dagId));
  }
}

/** Tells under the DAG's lock, so that no run starts meanwhile whose start would be told of as missing. */
async function tellOfDag(tx: PoolClient, versions: DagVersions, dagId: string): Promise<void> {
  await lockDag(tx, dagId);
  for (const late of await lateStarts(tx, { leastMs: LEAST_MS, dagId })) {
    if (await isTold(versions, late, tx)) await tell(tx, versions, late);
  }
}

async function isTold(versions: DagVersions, late: LateStart, db?: PoolClient): Promise<boolean> {
  const index = await versions.getReadable(late.dagVersionId, db);
  if (index === null) return false;
  const { dag, recipients } = index;
  return recipients.has('not_started') && late.lateMs >= (dag.startWithinMs ?? START_WITHIN_MS);
}

async function tell(tx: PoolClient, versions: DagVersions, late: LateStart): Promise<void> {
  const { dagId, scheduledFor, runId, lateMs } = late;
  const { dag, recipients } = await versions.get(late.dagVersionId, tx);
  const { timezone } = dag;
  const reason = notStartedReason(await holdUpOf(tx, dagId));
  await post(
    tx,
    {
      dagId,
      runId,
      scheduledFor,
      kind: 'not_started',
      dedupKey: dedupKeyOfInstant(dagId, scheduledFor),
      incident: incidentOfInstant(dagId, scheduledFor),
      sentence: notStartedSentence({ dagId, scheduledFor, timezone, lateMs, reason }),
      cause: causeOfReason(reason),
      facts: {
        ...factsOf(timezone, businessDateOf(scheduledFor, timezone).toString()),
        figure: {
          name: 'start_within',
          value: spanText(lateMs),
          bound: formatDuration(dag.startWithinMs ?? START_WITHIN_MS),
        },
      },
    },
    recipients.get('not_started') ?? [],
  );
}
