import { FailTask, type JsonObject } from '../../../../runner/task.ts';
import { readSql } from '../../database/sql.ts';
import { revisionKey } from '../../night.ts';
import type { ReadyBatch } from '../apply_batch.ts';
import { batchIdOf, findBatch } from '../batch/batch.ts';
import { changeFigures } from '../figures/change_figures.ts';
import { postChanges } from '../post/post_changes.ts';
import { describeRejects } from '../rejects/row_counts.ts';

const sql = (file: string) => readSql(import.meta.url, file);
const PLAN_VARIANCE = sql('./plan_variance.sql');
const DIFFERING_VARIANCE = sql('./differing_variance.sql');
const SELECT_UNCOVERED = sql('./select_uncovered.sql');
const NAMED_MAX = 20;

type UncoveredKey = Readonly<Record<'facility_id' | 'product_id', string> & Record<'quantity', number>>;

/**
 * Corrects the counts that the night's reset took over unchanged, for the keys it covered.
 * @throws FailTask if that reset is not applied, or the file differs from what was frozen with it
 */
export async function applyVariance({ client, night, counts, begin }: ReadyBatch): Promise<JsonObject> {
  const reset = await findBatch(client, 'RESET', night);
  if (reset === null) {
    throw new FailTask(
      `the reset of ${night.businessDate} (${batchIdOf('RESET', night)}) is not applied; its variance comes after it`,
    );
  }
  // We wrote this file ourselves: a row that cannot be read means that it is another file.
  if (counts.rejected > 0) {
    throw new FailTask(
      `${counts.rejected} of ${counts.rows} rows rejected; ${await describeRejects(client)}`,
    );
  }
  if (counts.conflicting_keys + counts.keys_at_several_locations > 0)
    throw new FailTask(`${counts.conflicting_keys} keys occur twice with different values`);

  const batchId = await begin();
  const planned = (await client.query(PLAN_VARIANCE, [reset.batchId])).rowCount ?? 0;
  if (planned > counts.usable_keys) {
    throw new FailTask(
      `${counts.usable_keys} corrections have ${planned} inventory items: some counts have several; merge the items of each`,
    );
  }
  const differing = await client.query<Record<'facility_id' | 'product_id' | 'frozen' | 'filed', string>>(
    DIFFERING_VARIANCE,
    [...revisionKey(night), reset.batchId],
  );
  const [first] = differing.rows;
  if (first !== undefined) {
    throw new FailTask(
      `the file is not of the freeze that was applied: it has ${first.filed} for ${first.product_id} at ` +
        `${first.facility_id}, and ${first.frozen} was frozen`,
    );
  }
  const figures = await changeFigures(client);
  await postChanges(client, { batchId, reason: 'VAR_INTEGR', changedKeys: figures.changed_keys });

  const uncovered = await client.query<UncoveredKey>(SELECT_UNCOVERED, [reset.batchId]);
  return {
    rows: counts.rows,
    keys: figures.keys,
    units: figures.units,
    net_units: figures.net_units,
    skipped_uncovered: uncovered.rows.length,
    uncovered: uncovered.rows.slice(0, NAMED_MAX),
  };
}
