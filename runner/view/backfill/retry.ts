import type { DateRefusal } from '../../core/backfill/refusal.ts';
import { type PrecheckRunner, runPrechecks } from '../../engine/backfill/prechecks.ts';
import { databaseNow } from '../../engine/clock.ts';
import { paramsToRun } from '../../engine/operator/dag_to_run.ts';
import type { Backfill } from '../../store/backfill/backfill.ts';
import type { BackfillDate } from '../../store/backfill/report.ts';
import type { ViewSource } from '../source.ts';

/** A failed date of a backfill that would be refused again. */
export interface RefusedRetry extends DateRefusal {
  readonly date: BackfillDate;
}

/** Returns the failed dates that their task types would refuse as things stand now. */
export async function refusedRetries(
  { pool, versions }: ViewSource,
  runner: PrecheckRunner,
  { backfill, failed }: { readonly backfill: Backfill; readonly failed: readonly BackfillDate[] },
): Promise<readonly RefusedRetry[]> {
  if (failed.length === 0) return [];
  const index = await versions.get(backfill.dagVersionId);
  const refusals = await runPrechecks(runner, {
    index,
    params: paramsToRun(index.dag, backfill.params, null),
    dates: failed,
    now: await databaseNow(pool),
  });
  return failed.flatMap((date) => {
    const refusal = refusals.find(
      ({ scheduledFor, kind }) => kind === 'refused' && date.scheduledFor?.equals(scheduledFor),
    );
    return refusal === undefined ? [] : [{ ...refusal, date }];
  });
}
