import type { PoolClient } from 'pg';
import { CommandError, EXIT } from '../../../runner/command.ts';
import type { DagRun } from '../../../runner/history.ts';
import type { RunBatches } from '../../changes/batches_of_run.ts';
import type { ChangesReport } from '../../changes/report.ts';
import {
  type AppliedBatch,
  findFacilityId,
  findProductId,
  type Scope,
} from '../../oms/changes/read_changes.ts';

interface NameFilters {
  readonly sku?: string;
  readonly facility?: string;
}

/**
 * Resolves --sku and --facility to ids.
 * @throws CommandError (not found) for an unknown one
 */
export async function resolveFilters(
  client: PoolClient,
  { sku, facility }: NameFilters,
): Promise<Pick<Scope, 'productId' | 'facilityId'>> {
  const productId = sku === undefined ? null : await findProductId(client, sku);
  if (sku !== undefined && productId === null) {
    throw new CommandError(EXIT.notFound, `no product of the OMS has or had the id ${sku}`);
  }
  const facilityId = facility === undefined ? null : await findFacilityId(client, facility);
  if (facility !== undefined && facilityId === null) {
    throw new CommandError(
      EXIT.notFound,
      `the OMS has no facility ${facility}, by its own id or by an external one`,
    );
  }
  return { productId, facilityId };
}

/** Returns the error for a run that applied nothing, with what is known about it. */
export function nothingOfRun({ run, repeated }: RunBatches): CommandError {
  return new CommandError(EXIT.notFound, whyNone(run, repeated));
}

function whyNone({ runId, dagId, state }: DagRun, repeated: readonly AppliedBatch[]): string {
  const which = `run ${runId} of ${dagId}`;
  const [first] = repeated;
  if (first !== undefined) {
    return (
      `${which} changed nothing: ${first.batch_id} was applied before, at ${first.applied_at}; ` +
      `stockflow runs list ${dagId} shows the run that did`
    );
  }
  if (state === 'queued' || state === 'running') {
    return `${which} is ${state} and has applied nothing yet; stockflow runs watch ${runId} follows it`;
  }
  return `${which} changed no inventory: it is ${state}, and none of its tasks applied a file; stockflow runs show ${runId} has more`;
}

export function nothingApplied(): CommandError {
  return new CommandError(
    EXIT.notFound,
    'no night was applied to this OMS yet; stockflow runs list shows what ran',
  );
}

/**
 * Returns whether a night that changed no count has rejected, held-out or uncovered rows to show. With --sku or
 * --facility, only the OMS's rows count.
 */
export function hasLeftOut(
  { rejected, filterRejected, held, lostCover }: ChangesReport,
  { sku, facility }: NameFilters,
): boolean {
  if (sku !== undefined || facility !== undefined) return false;
  return rejected.total + filterRejected.total + held.total + lostCover.total > 0;
}

/** Returns the error for a scope without changes, with what is known about it. */
export function noChange({ held, scope }: ChangesReport, { sku, facility }: NameFilters): CommandError {
  const what = [
    sku === undefined ? [] : [`SKU ${sku}`],
    facility === undefined ? [] : [`facility ${facility}`],
  ].flat();
  const of = scope.batches
    .map(({ batch_id }) => batch_id)
    .slice(0, 3)
    .join(', ');
  if (what.length === 0) {
    return new CommandError(EXIT.notFound, `${of} changed no count: every one was right already`);
  }
  const [first] = held.rows;
  const why =
    first === undefined
      ? 'the counts were right already, or the file does not cover them'
      : `held out: ${first.facility_id} ${first.reason}, ${first.detail}`;
  return new CommandError(EXIT.notFound, `${of} changed nothing of ${what.join(' at ')}: ${why}`);
}
