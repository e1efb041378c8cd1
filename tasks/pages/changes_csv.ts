/** Every change of a run as CSV, largest first. */
import type { Pool, PoolClient } from 'pg';
import { defineDownload, HttpError, type OpenDownload, type PageRequest } from '../../runner/page.ts';
import { CHANGE_COLUMNS, changesCsv } from '../changes/columns.ts';
import type { OmsReading } from '../changes/oms_database.ts';
import { namedShadowRun, readShadow, type ShadowRun } from '../changes/shadow_run.ts';
import { changesOf, type Scope } from '../oms/changes/read_changes.ts';
import { type AskedChanges, askedChanges, filterScope, findScope } from './changes/scope.ts';
import { beforeDownload, readForDownload } from './oms/open.ts';

export default defineDownload({
  path: '/changes.csv',
  open: async (request) => {
    const asked = askedChanges(null, request.query);
    const shadow = asked.run === null ? null : await namedShadowRun(request.context.pool, asked.run);
    if (shadow !== null) return await openForetold(request, asked, shadow);
    const { scope, run, unknown } = await beforeDownload(request, (client) =>
      findScope(request.context.pool, client, asked),
    );
    if (unknown.length > 0) throw new HttpError(404, `the OMS does not know this ${unknown.join(' and ')}`);
    if (scope.batches.length === 0) throw new HttpError(404, 'nothing was applied, and nothing changed');
    return {
      fileName: run === null ? 'changes.csv' : `changes_of_run_${run.runId}.csv`,
      contentType: 'text/csv; charset=utf-8',
      chunks: csvOf(() => readForDownload(request), scope),
    };
  },
});

/** Reads the filters first, so that a refusal comes before the download begins. */
async function openForetold(
  request: PageRequest,
  asked: AskedChanges,
  { run, state }: ShadowRun,
): Promise<OpenDownload> {
  if (state === null)
    throw new HttpError(404, `shadow run ${run.runId} keeps nothing that it would have changed`);
  const { pool } = request.context;
  await using reading = await readShadow(pool, { run, state });
  const { scope, unknown } = await filterScope(reading.client, asked, { ...reading, run, repeated: [] });
  if (unknown.length > 0) throw new HttpError(404, `the night does not know this ${unknown.join(' and ')}`);
  return {
    fileName: `changes_of_shadow_run_${run.runId}.csv`,
    contentType: 'text/csv; charset=utf-8',
    chunks: foretoldCsv(pool, { run, state }, scope),
  };
}

async function* foretoldCsv(
  pool: Pool,
  kept: Parameters<typeof readShadow>[1],
  scope: Scope,
): AsyncGenerator<string> {
  await using reading = await readShadow(pool, kept);
  yield* csvOrHeader(reading.client, scope);
}

async function* csvOf(read: () => Promise<OmsReading>, scope: Scope): AsyncGenerator<string> {
  await using reading = await read();
  yield* csvOrHeader(reading.client, scope);
  await reading.commit();
}

async function* csvOrHeader(client: PoolClient, scope: Scope): AsyncGenerator<string> {
  let isEmpty = true;
  for await (const text of changesCsv(changesOf(client, scope))) {
    isEmpty = false;
    yield text;
  }
  if (isEmpty) yield `${CHANGE_COLUMNS.map(({ key }) => key).join(',')}\n`;
}
