/** The `changes` command: shows each count that the sync changed, and the keys it left alone. */

import type { Command } from 'commander';
import type { PoolClient } from 'pg';
import {
  addOutputOption,
  describe,
  type OutputFormat,
  openSession,
  parseCount,
  readSettings,
  type Session,
  type Shell,
} from '../../runner/command.ts';
import { findBatches, lastNightBatchIds, type Scope } from '../oms/changes/read_changes.ts';
import { batchesOfRun } from './changes/batches_of_run.ts';
import { hasLeftOut, noChange, nothingApplied, resolveFilters } from './changes/filters.ts';
import { withOms } from './changes/oms_client.ts';
import { printChanges } from './changes/print_changes.ts';
import { readChangesReport } from './changes/report.ts';

export interface ChangesOptions {
  readonly sku?: string;
  readonly facility?: string;
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows what a run changed in the OMS: totals by reason, the largest changes, what went to zero, what was rejected or held out. Without a run, of the night that was applied last.',
    examples: [
      'stockflow changes',
      'stockflow changes 12 --facility STORE_007',
      'stockflow changes pos_inventory_delta --sku 00123',
      'stockflow changes -o csv > changes.csv',
    ],
  })
    .argument('[run]', 'the id of a run, or of a DAG for its newest run')
    .option('--sku <sku>', 'only this product')
    .option('--facility <id>', "only this facility, by the OMS's id or the external one")
    .option('--limit <count>', 'at most so many lines of a list in the table', parseCount, 20);
  addOutputOption(command).action(async (run: string | undefined, options: ChangesOptions) => {
    await using session = await openSession(shell, readSettings(shell.env));
    await withOms(shell, session, (client) => show(shell, { session, client, run: run ?? null, options }));
  });
}

interface ShowRequest {
  readonly session: Session;
  readonly client: PoolClient;
  readonly run: string | null;
  readonly options: ChangesOptions;
}

async function show(shell: Shell, { session, client, run, options }: ShowRequest): Promise<void> {
  const ids = run === null ? await lastNightBatchIds(client) : null;
  const own = run === null ? null : await batchesOfRun(session.pool, client, run);
  const batches = own?.batches ?? (await findBatches(client, ids ?? []));
  if (batches.length === 0) throw nothingApplied();
  const scope: Scope = { batches, ...(await resolveFilters(client, options)) };
  const report = await readChangesReport({ pool: session.pool, client }, scope, options);
  const changed = report.totals.find(({ reason }) => reason === 'all')?.keys ?? 0;
  if (changed === 0 && !hasLeftOut(report, options)) throw noChange(report, options);
  await printChanges(shell, client, { scope, report, options, runId: own?.runId ?? null });
}
