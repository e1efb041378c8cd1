import { FailTask, type Files, type JsonObject } from '../../../../runner/task.ts';
import type { GuardCheck } from '../../../guard/guard_check.ts';
import type { OverriddenGuard } from '../../../guard/overridden_guards.ts';
import { guardRejected, guardSingleChange, guardTotalChange } from '../../../inventory/guard/guards.ts';
import { readSql } from '../../database/sql.ts';
import { revisionKey } from '../../night.ts';
import type { ReadyBatch } from '../apply_batch.ts';
import { changeFigures, itemsAtZeroOrBelow, largestChanges } from '../figures/change_figures.ts';
import { postChanges } from '../post/post_changes.ts';
import { keepRejects, REJECTS_NAME } from '../rejects/keep_rejects.ts';
import { describeRejects } from '../rejects/row_counts.ts';
import { settleSuperseded } from '../variance/settle_superseded.ts';
import { lostCover } from '../warnings/lost_cover.ts';
import { undoneEntries } from '../warnings/undone_entries.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const CREATE_ITEMS = sql('./create_items.sql');
const PLAN_RESET = sql('./plan_reset.sql');
const RECORD_RESET_KEYS = sql('./record_reset_keys.sql');
const RECORD_REJECTS = sql('../rejects/record_rejects.sql');
const RECORD_CONFLICTS = sql('./record_conflicts.sql');

export interface ResetGuards {
  /** Highest share of rejected rows, 0 to 1. */
  readonly maxRejected: number;
  /** Highest change of one key, in units; null for no bound. */
  readonly maxSingleChange: number | null;
  /** Highest sum of all changes, in units; null for no bound. */
  readonly maxTotalChange: number | null;
}

export interface ResetGuarding {
  readonly bounds: ResetGuards;
  readonly guardCheck: GuardCheck;
  /** Guards overridden by the tasks before this one. */
  readonly overriddenBefore: readonly OverriddenGuard[];
  /** The run's files, for keeping the rejects. */
  readonly files: Files;
}

/**
 * Makes the details up to the snapshot sum to the external system's count, for every usable key of the file.
 * @throws FailTask if a guard trips that this run does not override
 */
export async function resetNight(
  { client, night, counts, begin }: ReadyBatch,
  { bounds, guardCheck, overriddenBefore, files }: ResetGuarding,
): Promise<JsonObject> {
  const key = [...revisionKey(night)];
  if (counts.rejected > 0) await keepRejects(client, files);
  const rejected = guardRejected(counts.rejected, counts.rows, bounds.maxRejected);
  await guardCheck.enforce(
    [rejected],
    rejected === null ? {} : { details: `; ${await describeRejects(client)}`, rejects: REJECTS_NAME },
  );
  if (counts.rows === 0) throw new FailTask('the file has a header and no rows; at least 1 row is needed');

  const batchId = await begin();
  const planned = (await client.query(PLAN_RESET, key)).rowCount ?? 0;
  if (planned < counts.usable_keys) {
    await client.query(CREATE_ITEMS);
    await client.query(PLAN_RESET, key);
  }
  if (planned > counts.usable_keys) {
    throw new FailTask(
      `${counts.usable_keys} counts have ${planned} inventory items since the night was frozen: some have several; ` +
        'clear the variance task of that night, which names them',
    );
  }
  const figures = await changeFigures(client);
  await guardCheck.enforce([
    guardSingleChange(figures.largest_change, bounds.maxSingleChange),
    guardTotalChange(figures.units, bounds.maxTotalChange),
  ]);
  const undone = await undoneEntries(client);
  await postChanges(client, { batchId, reason: 'VAR_EXT_RESET', changedKeys: figures.changed_keys });
  await client.query(RECORD_RESET_KEYS, [batchId]);
  await client.query(RECORD_REJECTS, [batchId]);
  if (counts.conflicting_keys + counts.keys_at_several_locations > 0) {
    await client.query(RECORD_CONFLICTS, key);
  }
  const lost = await lostCover(client, night, batchId);
  const zeroOrBelow = figures.zero_or_below === 0 ? [] : await itemsAtZeroOrBelow(client);
  const largest = await largestChanges(client);
  const settled = night.revision === 1 ? null : await settleSuperseded(client, night, batchId);

  return {
    rows: counts.rows,
    keys: figures.keys,
    units: figures.units,
    net_units: figures.net_units,
    changed_keys: figures.changed_keys,
    rejected: counts.rejected,
    collapsed: counts.collapsed,
    conflicting_keys: counts.conflicting_keys,
    keys_at_several_locations: counts.keys_at_several_locations,
    held_out_rows: counts.held_out_rows,
    summed: counts.summed,
    undone_entries: { count: undone.count, first: undone.first.map((entry) => ({ ...entry })) },
    lost_cover: { count: lost.count, first: lost.first.map((lostKey) => ({ ...lostKey })) },
    held_out_keys: counts.held_keys,
    zero_or_below: {
      count: figures.zero_or_below,
      first: zeroOrBelow,
    },
    largest,
    revision: night.revision,
    settled_variance: settled,
    overridden_guards: [...overriddenBefore, ...guardCheck.overridden].map((guard) => ({ ...guard })),
  };
}
