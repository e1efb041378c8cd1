/** Reads what a shadow run foretold: the same report as that of an applied night, from the state that the run has kept. */
import type { Pool, PoolClient } from 'pg';
import {
  artifactChunks,
  type DagRun,
  findArtifact,
  findNamedRun,
  listRuns,
  NotFound,
  openScratch,
} from '../../runner/history.ts';
import { type AppliedBatch, findBatches } from '../oms/changes/read_changes.ts';
import { mirrorOfState, SHADOW_STATES } from '../oms/shadow/in_shadow.ts';

/** The artifact of a run, as the runner stores it. */
type Artifact = NonNullable<Awaited<ReturnType<typeof findArtifact>>>;

export interface ShadowRun {
  readonly run: DagRun;
  /** The newest state that its tasks left; null if it has none yet, or it was pruned. */
  readonly state: Artifact | null;
}

/** The state was replaced while it was read, as its run was worked again. */
export class ShadowReplaced extends Error {
  override name = 'ShadowReplaced';
  constructor(runId: number) {
    super(`what shadow run ${runId} keeps was replaced while it was read; ask again`);
  }
}

/** The newest runs that are searched for one that worked a night. */
const NEWEST_RUNS = 100;

/**
 * Returns the shadow run of that name; null if that run is none, or there is none of that name.
 * @param name the id of a run, or of a DAG for its newest run
 */
export async function namedShadowRun(pool: Pool, name: string): Promise<ShadowRun | null> {
  const run = await findNamedRun(pool, name).catch(asNone);
  return run?.mode === 'shadow' ? { run, state: await newestState(pool, run) } : null;
}

function asNone(error: unknown): null {
  if (error instanceof NotFound) return null;
  throw error;
}

/** Returns the newest shadow runs that have foretold something, one for each business date of a DAG, the newest first. */
export async function newestShadowRuns(
  pool: Pool,
  { dagId, count }: { readonly dagId: string | null; readonly count: number },
): Promise<readonly ShadowRun[]> {
  const filter = { mode: 'shadow', limit: NEWEST_RUNS, ...(dagId === null ? {} : { dagId }) } as const;
  const found = new Map<string, ShadowRun>();
  for (const run of await listRuns(pool, filter)) {
    const night = `${run.dagId} ${run.businessDate}`;
    const state = found.has(night) ? null : await newestState(pool, run);
    if (state !== null) found.set(night, { run, state });
    if (found.size === count) break;
  }
  return [...found.values()];
}

async function newestState(pool: Pool, { runId }: DagRun): Promise<Artifact | null> {
  const states = [SHADOW_STATES.applied, SHADOW_STATES.reset].map((name) => findArtifact(pool, runId, name));
  const found = (await Promise.all(states)).filter((state) => state !== null);
  // A run that is worked again leaves its old last state until the task behind it has run too.
  return found.toSorted((a, b) => Temporal.Instant.compare(b.createdAt, a.createdAt))[0] ?? null;
}

export interface ShadowReading extends AsyncDisposable {
  /** Has the tables of an OMS as the night would have left them, as far as the night is concerned. */
  readonly client: PoolClient;
  readonly batches: readonly AppliedBatch[];
}

/** @throws ShadowReplaced, also while the reading is used */
export async function readShadow(
  pool: Pool,
  { run, state }: { readonly run: DagRun; readonly state: Artifact },
): Promise<ShadowReading> {
  const scratch = await openScratch(pool);
  try {
    const chunks = artifactChunks(pool, state, () => new ShadowReplaced(run.runId));
    const client = await mirrorOfState(scratch.client, chunks);
    const { rows } = await client.query<{ batch_id: string }>(
      'select batch_id from oms.inventory_sync_batch',
    );
    const ids = rows.map(({ batch_id }) => batch_id);
    return {
      client,
      batches: await findBatches(client, ids),
      [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}
