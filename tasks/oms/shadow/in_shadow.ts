/**
 * Runs a part of a night in a mirror of the OMS: temporary tables of the runner's database, filled by reading the OMS, on which the
 * statements of an applied night then work unchanged. So there is one arithmetic, and the OMS is only read.
 */
import type { Pool, PoolClient } from 'pg';
import { FailTask, type TaskContext } from '../../../runner/task.ts';
import { readSql } from '../database/sql.ts';
import type { FileSnapshot } from '../freeze/stage/facility_snapshots.ts';
import type { Night } from '../night.ts';
import { readOnly } from '../schema/read_only.ts';
import { stageCarry, takeOverFacilities, takeOverItems, takeOverNight, writeCarry } from './carry/carry.ts';
import { mirrorClient } from './mirror/mirror_client.ts';
import { createIndexes, createTables } from './mirror/tables.ts';
import { type Copying, type ReadPurpose, readApplied, readCounts, setScope } from './read/read_oms.ts';
import { scopeOfNight } from './scope.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const TOTALS_TRIGGER = sql('../schema/totals_trigger.sql');
const MARK_BATCHES = sql('./mirror/mark_batches.sql');
const MARK_ITEMS = sql('./mirror/mark_items.sql');
const NAME_PRODUCTS = sql('./mirror/name_products.sql');

/** The states of a shadow night, as artifacts of its run. */
export const SHADOW_STATES = {
  frozen: 'shadow_frozen.sql',
  reset: 'shadow_reset.sql',
  applied: 'shadow_applied.sql',
} as const;
export type ShadowState = keyof typeof SHADOW_STATES;

export interface ShadowWork {
  readonly night: Night;
  readonly purpose: ReadPurpose;
  /** Products to read, besides those that the night was frozen with. */
  readonly productIds: readonly string[];
  /** Null where the night's freeze tells it. */
  readonly snapshot: FileSnapshot | null;
  /** The state from which the work begins; null for the first task. */
  readonly from: ShadowState | null;
  /** The state in which it leaves the night; null if it only looks. */
  readonly to: ShadowState | null;
}

/** Runs `work` on the mirror. Of what it does there, only the state `to` remains. */
export async function inShadow<T>(
  context: TaskContext<unknown>,
  oms: Pool,
  request: ShadowWork,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const { night, from, to } = request;
  const { files, signal } = context;
  return await context.scratch(async (client) => {
    const mirror = mirrorClient(client);
    await mirror.query("set local work_mem = '128MB'");
    await mirror.query(createTables());
    await readOnly(oms, async (session) => {
      const copying: Copying = { oms: session, mirror, signal };
      await setScope(session, { night, productIds: [], since: null });
      await readApplied(copying);
      await mirror.query(MARK_BATCHES);
      if (from !== null) await stageState(context, mirror, from);
      const { productIds, snapshot } = request;
      const snapshots = snapshot === null ? [] : [snapshot.at, ...Object.values(snapshot.facilities)];
      const scope = { night, ...(await scopeOfNight(mirror, { night, productIds, snapshots })) };
      for (const one of [session, mirror]) await setScope(one, scope);
      await readCounts(copying, request.purpose);
    });
    await mirror.query(MARK_ITEMS);
    // The first rows came with their totals; from here on these follow the details, as those of the OMS do.
    await mirror.query(TOTALS_TRIGGER);
    if (from !== null) await takeOverItems(mirror);
    await mirror.query(createIndexes());
    const result = await work(mirror);
    signal.throwIfAborted();
    if (to !== null) await files.publish(`artifact:${SHADOW_STATES[to]}`, writeCarry(mirror));
    return result;
  });
}

/**
 * Makes a mirror of the state that a shadow run has left, for readers without an OMS. `client` is in a transaction that will be
 * rolled back.
 */
export async function mirrorOfState(
  client: PoolClient,
  chunks: AsyncIterable<Uint8Array>,
): Promise<PoolClient> {
  const mirror = mirrorClient(client);
  await mirror.query(createTables());
  await mirror.query(MARK_BATCHES);
  await stageCarry(mirror, chunks);
  await takeOverFacilities(mirror);
  await takeOverNight(mirror);
  await mirror.query(NAME_PRODUCTS);
  await mirror.query(createIndexes());
  return mirror;
}

async function stageState(
  { files, run }: TaskContext<unknown>,
  mirror: PoolClient,
  from: ShadowState,
): Promise<void> {
  const location = `artifact:${SHADOW_STATES[from]}`;
  if ((await files.stat(location)) === null) {
    throw new FailTask(
      `${location}: shadow run ${run.runId} has no such state; the task before this one leaves it`,
    );
  }
  await stageCarry(mirror, (await files.open(location)).chunks());
  await takeOverNight(mirror);
}
