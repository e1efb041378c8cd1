/** All figures of one scrape. */
import type { Pool } from 'pg';
import { type EndedTotal, endedTotals } from '../../store/metrics/ended.ts';
import {
  type CountByState,
  type DagFigures,
  dagFigures,
  type OpenTasks,
  openRuns,
  openTasks,
  pendingAlerts,
  type Undelivered,
  type WorkerFigures,
  workerFigures,
} from '../../store/metrics/gauges.ts';
import { type QueueHealth, queueHealth } from '../../store/queue/health.ts';
import { isQueueInstalled } from '../../store/queue/schema.ts';
import { listPools, type PoolRow } from '../../store/worker/pool.ts';

export interface Figures {
  readonly dags: readonly DagFigures[];
  readonly openRuns: readonly CountByState[];
  readonly openTasks: readonly OpenTasks[];
  /** The figures of DAGs that are still there. */
  readonly endedRuns: readonly EndedTotal[];
  readonly endedAttempts: readonly EndedTotal[];
  readonly endedAlerts: readonly EndedTotal[];
  readonly pendingAlerts: readonly Undelivered[];
  readonly endedPings: readonly EndedTotal[];
  readonly workers: WorkerFigures;
  readonly pools: readonly PoolRow[];
  /** Null before a worker installed it. */
  readonly queue: QueueHealth | null;
}

export async function readFigures(pool: Pool): Promise<Figures> {
  const dags = await dagFigures(pool);
  const known = new Set(dags.map(({ dagId }) => dagId));
  const ofKnown = (totals: readonly EndedTotal[]) => totals.filter(({ subject }) => known.has(subject));
  return {
    dags,
    openRuns: await openRuns(pool),
    openTasks: await openTasks(pool),
    endedRuns: ofKnown(await endedTotals(pool, 'run')),
    endedAttempts: ofKnown(await endedTotals(pool, 'attempt')),
    endedAlerts: await endedTotals(pool, 'alert'),
    pendingAlerts: await pendingAlerts(pool),
    endedPings: ofKnown(await endedTotals(pool, 'ping')),
    workers: await workerFigures(pool),
    pools: await listPools(pool),
    queue: (await isQueueInstalled(pool)) ? await queueHealth(pool) : null,
  };
}
