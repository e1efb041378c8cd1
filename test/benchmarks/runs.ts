import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import {
  type DagRun,
  findRun,
  formatProblem,
  instancesOfRun,
  parseDag,
  registerDagFile,
  triggerRun,
} from '../../runner/index.ts';

const BY = { actor: 'bench', channel: 'cli' } as const;
const LOOK_EVERY_MS = 50;

/** Registers a DAG that has no file. */
export async function registerDag(pool: Pool, dagId: string, source: string): Promise<void> {
  const { dag, problems } = parseDag(source, `${dagId}.yaml`);
  if (dag === null) throw new Error(problems.map(formatProblem).join('\n'));
  const sha256 = createHash('sha256').update(source).digest('hex');
  await registerDagFile(
    pool,
    {
      dagId,
      file: `bench/${dagId}.yaml`,
      source,
      sha256,
      fingerprint: sha256,
      calendars: new Map(),
      calendarTexts: [],
      unreadable: null,
      warnings: [],
      relations: null,
      dag,
      problems,
    },
    BY,
  );
}

/**
 * Triggers a run and waits for it.
 * @throws Error unless it succeeds
 */
export async function runToEnd(pool: Pool, dagId: string): Promise<DagRun> {
  const { runId } = await triggerRun(pool, {
    dagId,
    date: null,
    params: {},
    timeEdges: 'collapse',
    by: BY,
    reason: null,
  });
  for (;;) {
    const run = await findRun(pool, runId);
    if (run?.state === 'success') return run;
    if (run !== null && run.finishedAt !== null) {
      const errors = (await instancesOfRun(pool, runId)).map(({ errorText }) => errorText).filter(Boolean);
      throw new Error(`bench run ${runId} of ${dagId}: ${run.state}: ${errors.join('; ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Returns the run's duration by the database's clock, in ms. */
export function durationMs({ startedAt, finishedAt }: DagRun): number {
  if (startedAt === null || finishedAt === null) throw new Error('the run has not ended');
  return finishedAt.since(startedAt).total('milliseconds');
}
