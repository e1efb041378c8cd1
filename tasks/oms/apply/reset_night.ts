import { FailTask, type JsonObject } from '../../../runner/task.ts';
import { guardRejected } from '../../inventory/guards.ts';
import { readSql } from '../sql.ts';
import type { ReadyBatch } from './apply_batch.ts';
import { type ChangeFigures, changeFigures, itemsAtZeroOrBelow, largestChanges } from './change_figures.ts';
import { postChanges } from './post_changes.ts';
import { countRows, describeRejects } from './row_counts.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const CREATE_ITEMS = sql('./create_items.sql');
const PLAN_RESET = sql('./plan_reset.sql');
const RECORD_RESET_KEYS = sql('./record_reset_keys.sql');
const RECORD_REJECTS = sql('./record_rejects.sql');
const RECORD_CONFLICTS = sql('./record_conflicts.sql');

export interface ResetGuards {
  /** Share of the rows. */
  readonly maxRejected: number;
  /** Units by which one key may change; null for no bound. */
  readonly maxSingleChange: number | null;
  /** Units of all changes together; null for no bound. */
  readonly maxTotalChange: number | null;
}

/**
 * Makes the details up to the snapshot sum to the external system's count, for every usable key of the file.
 * @throws FailTask when a guard trips
 */
export async function resetNight(
  { client, night, snapshot, begin }: ReadyBatch,
  guards: ResetGuards,
): Promise<JsonObject> {
  const key = [night.externalSystemId, night.businessDate];
  const counts = await countRows(client);
  const rejected = guardRejected(counts.rejected, counts.rows, guards.maxRejected);
  if (rejected !== null) throw new FailTask(`${rejected.sentence}; ${await describeRejects(client)}`);
  if (counts.rows === 0) throw new FailTask('the file has a header and no rows; at least 1 row is needed');

  const batchId = await begin();
  await client.query(CREATE_ITEMS);
  await client.query(PLAN_RESET, [...key, snapshot.at]);
  await client.query('analyze sync_change');
  const figures = await changeFigures(client);
  refuseLargeChange(figures, guards);
  await postChanges(client, batchId, 'VAR_EXT_RESET');
  await client.query(RECORD_RESET_KEYS, [batchId]);
  await client.query(RECORD_REJECTS, [batchId]);
  await client.query(RECORD_CONFLICTS, key);

  return {
    rows: counts.rows,
    keys: figures.keys,
    units: figures.units,
    net_units: figures.net_units,
    changed_keys: figures.changed_keys,
    rejected: counts.rejected,
    collapsed: counts.collapsed,
    conflicting_keys: counts.conflicting_keys,
    conflicting_rows: counts.conflicting_rows,
    held_out_keys: counts.held_keys,
    zero_or_below: { count: figures.zero_or_below, first: await itemsAtZeroOrBelow(client, night) },
    largest: await largestChanges(client, night),
  };
}

function refuseLargeChange(
  { largest_change, units }: ChangeFigures,
  { maxSingleChange, maxTotalChange }: ResetGuards,
): void {
  if (maxSingleChange !== null && largest_change > maxSingleChange) {
    throw new FailTask(
      `one key would change by ${largest_change} units; at most ${maxSingleChange} are allowed (guards.max_single_change)`,
    );
  }
  if (maxTotalChange !== null && units > maxTotalChange) {
    throw new FailTask(
      `counts would change by ${units} units in all; at most ${maxTotalChange} are allowed (guards.max_total_change)`,
    );
  }
}
