/** The `changes` command: shows each count that the sync changed, and the keys it left alone. */

import type { Command } from 'commander';
import type { PoolClient } from 'pg';
import {
  addOutputOption,
  CommandError,
  describe,
  EXIT,
  type OutputFormat,
  openSession,
  parseCount,
  readSettings,
  type Session,
  type Shell,
} from '../../runner/command.ts';
import type { DagRun } from '../../runner/history.ts';
import { batchesOfRun } from '../changes/batches_of_run.ts';
import { RejectsReplaced } from '../changes/filter_rejects.ts';
import { changedKeys, readChangesReport } from '../changes/report.ts';
import { readShadow, ShadowReplaced, type ShadowRun } from '../changes/shadow_run.ts';
import {
  type AppliedBatch,
  findBatches,
  lastNightBatchIds,
  type Scope,
} from '../oms/changes/read_changes.ts';
import { hasLeftOut, noChange, nothingApplied, nothingOfRun, resolveFilters } from './changes/filters.ts';
import { findForetold, foretoldNoChange, nothingForetold } from './changes/foretold.ts';
import { withOmsOf } from './changes/oms_client.ts';
import { printChanges } from './changes/print_changes.ts';

/** Upper bound of the lists in JSON output. */
const LISTED_MAX = 10_000;

export interface ChangesOptions {
  readonly sku?: string;
  readonly facility?: string;
  readonly shadow?: true;
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows what a run changed in the OMS: totals by reason, the largest changes, what went to zero, what was rejected or held out. Without a run, of the night that was applied last. Of a shadow run: what it would have changed.',
    examples: [
      'stockflow changes',
      'stockflow changes 12 --facility STORE_007',
      'stockflow changes pos_inventory_delta --sku 00123',
      'stockflow changes --shadow',
      'stockflow changes -o csv > changes.csv',
    ],
  })
    .argument('[run]', 'the id of a run, or of a DAG for its newest run')
    .option('--sku <sku>', 'only this product')
    .option('--facility <id>', "only this facility, by the OMS's id or the external one")
    .option('--shadow', 'of the newest shadow run; with a run, of that one, which must be a shadow')
    .option('--limit <count>', 'at most so many lines of a list in the table', parseCount, 20);
  addOutputOption(command).action(async (run: string | undefined, options: ChangesOptions) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const foretold = await findForetold(session.pool, run ?? null, options);
    if (foretold !== null) return await showForetold(shell, { session, foretold, options });
    await withOmsOf(shell, session, (client) => show(shell, { session, client, run: run ?? null, options }));
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
  if (own?.batches.length === 0) throw nothingOfRun(own);
  const batches = own?.batches ?? (await findBatches(client, ids ?? []));
  if (batches.length === 0) throw nothingApplied();
  await showBatches(shell, { session, client, batches, run: own?.run ?? null, options });
}

async function showForetold(
  shell: Shell,
  {
    session,
    foretold,
    options,
  }: { readonly session: Session; readonly foretold: ShadowRun; readonly options: ChangesOptions },
): Promise<void> {
  const { run, state } = foretold;
  if (state === null) throw nothingForetold(run);
  await using reading = await readShadow(session.pool, { run, state }).catch(asCommandError);
  const { client, batches } = reading;
  if (batches.length === 0) throw foretoldNoChange(run);
  await showBatches(shell, { session, client, batches, run, options });
}

interface ShownBatches {
  readonly session: Session;
  readonly client: PoolClient;
  readonly batches: readonly AppliedBatch[];
  readonly run: DagRun | null;
  readonly options: ChangesOptions;
}

async function showBatches(
  shell: Shell,
  { session, client, batches, run, options }: ShownBatches,
): Promise<void> {
  const scope: Scope = { batches, ...(await resolveFilters(client, options)) };
  const limits = {
    largest: options.limit,
    zeroed: null,
    listed: options.output === 'table' ? options.limit : LISTED_MAX,
  };
  const report = await readChangesReport({ pool: session.pool, client }, scope, limits).catch(asCommandError);
  if (changedKeys(report) === 0 && !hasLeftOut(report, options)) throw noChange(report, options);
  await printChanges(shell, client, { scope, report, options, run });
}

function asCommandError(error: unknown): never {
  throw error instanceof RejectsReplaced || error instanceof ShadowReplaced
    ? new CommandError(EXIT.problem, error.message)
    : error;
}
