/** The page of what a run changed in the OMS: totals by reason, the largest changes, what went to zero, and what was left alone. */

import type { PoolClient } from 'pg';
import { zoneOf } from '../../runner/history.ts';
import { definePage, HttpError, type OpenPage, type PageRequest } from '../../runner/page.ts';
import { batchIdsOf } from '../changes/batches_of_run.ts';
import { RejectsReplaced } from '../changes/filter_rejects.ts';
import { readChangesReport } from '../changes/report.ts';
import { namedShadowRun, readShadow, ShadowReplaced, type ShadowRun } from '../changes/shadow_run.ts';
import type { Scope } from '../oms/changes/read_changes.ts';
import { changesBody } from './changes/body.ts';
import { nothingBody } from './changes/nothing.ts';
import { type AskedChanges, askedChanges, type FoundScope, filterScope, findScope } from './changes/scope.ts';
import { openWithOms } from './oms/open.ts';

const USUAL_LIMIT = 20;
const MAX_LIMIT = 1_000;

export default definePage({
  path: '/changes/:run?',
  nav: { href: '/changes', label: 'Changes' },
  ofRun: ({ run, tasks }) =>
    batchIdsOf(tasks).length === 0
      ? null
      : {
          href: `/changes/${run.runId}`,
          label: run.mode === 'shadow' ? 'What it would have changed' : 'What it changed',
        },
  open: async (request) => {
    const { pool } = request.context;
    const asked = askedChanges(request.params.run ?? null, request.query);
    const shadow = asked.run === null ? null : await namedShadowRun(pool, asked.run);
    if (shadow !== null) return await openShadow(request, asked, shadow);
    return await openWithOms(request, async (client) =>
      openChanges(request, { client, asked, found: await findScope(pool, client, asked) }),
    );
  },
});

interface OpenedChanges {
  readonly client: PoolClient;
  readonly asked: AskedChanges;
  readonly found: FoundScope;
}

async function openShadow(
  request: PageRequest,
  asked: AskedChanges,
  { run, state }: ShadowRun,
): Promise<OpenPage> {
  const { pool } = request.context;
  if (state === null) {
    const found = { scope: NOTHING_FOUND, run, repeated: [], unknown: [] };
    return nothing(titleOf(asked, found), asked, found);
  }
  await using reading = await readShadow(pool, { run, state }).catch(asReplaced);
  const { client, batches } = reading;
  const found = await filterScope(client, asked, { batches, run, repeated: [] });
  return await openChanges(request, { client, asked, found });
}

const NOTHING_FOUND: Scope = { batches: [], productId: null, facilityId: null };

async function openChanges(request: PageRequest, { client, asked, found }: OpenedChanges): Promise<OpenPage> {
  const { pool, versions } = request.context;
  const title = titleOf(asked, found);
  if (found.scope.batches.length === 0 || found.unknown.length > 0) return nothing(title, asked, found);
  const limit = limitOf(request);
  const report = await readChangesReport({ pool, client }, found.scope, {
    largest: limit,
    zeroed: limit,
    listed: limit,
  }).catch(asReplaced);
  const timezone = found.run === null ? 'UTC' : await zoneOf(versions, found.run.dagVersionId);
  return {
    title,
    topics: [],
    body: () => changesBody({ title, asked, run: found.run, report, limit, timezone }),
  };
}

function titleOf({ run: name }: AskedChanges, { run }: FoundScope): string {
  if (name === null || run === null) return 'What the last night changed';
  return run.mode === 'shadow'
    ? `What shadow run ${run.runId} of ${run.dagId} would have changed`
    : `What run ${run.runId} of ${run.dagId} changed`;
}

function nothing(title: string, asked: AskedChanges, found: FoundScope): OpenPage {
  const { run } = found;
  const isOver = run === null || run.finishedAt !== null;
  return {
    title,
    // A run that has applied nothing yet may do so.
    topics: isOver ? [] : [`run:${run.runId}`],
    status: isOver || found.unknown.length > 0 ? 404 : 200,
    body: () => nothingBody(title, asked, found),
  };
}

function asReplaced(error: unknown): never {
  throw error instanceof RejectsReplaced || error instanceof ShadowReplaced
    ? new HttpError(409, error.message)
    : error;
}

function limitOf({ query }: PageRequest): number {
  const limit = Number(query.get('limit'));
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : USUAL_LIMIT;
}
