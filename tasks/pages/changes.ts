/** What a run changed in the OMS: totals by reason, the largest changes, what went to zero, and what was left alone. */
import { zoneOf } from '../../runner/history.ts';
import { definePage, HttpError, type OpenPage, type PageRequest } from '../../runner/page.ts';
import { batchIdsOf } from '../changes/batches_of_run.ts';
import { RejectsReplaced } from '../changes/filter_rejects.ts';
import { readChangesReport } from '../changes/report.ts';
import { changesBody } from './changes/body.ts';
import { nothingBody } from './changes/nothing.ts';
import { type AskedChanges, askedChanges, type FoundScope, findScope } from './changes/scope.ts';
import { openWithOms } from './oms/open.ts';

const USUAL_LIMIT = 20;
const MAX_LIMIT = 1_000;

export default definePage({
  path: '/changes/:run?',
  nav: { href: '/changes', label: 'Changes' },
  ofRun: ({ run, tasks }) =>
    batchIdsOf(tasks).length === 0 ? null : { href: `/changes/${run.runId}`, label: 'What it changed' },
  open: async (request) =>
    await openWithOms(request, async (client) => {
      const { pool, versions } = request.context;
      const asked = askedChanges(request.params.run ?? null, request.query);
      const found = await findScope(pool, client, asked);
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
    }),
});

function titleOf({ run: name }: AskedChanges, { run }: FoundScope): string {
  if (name === null || run === null) return 'What the last night changed';
  return `What run ${run.runId} of ${run.dagId} changed`;
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
  throw error instanceof RejectsReplaced ? new HttpError(409, error.message) : error;
}

function limitOf({ query }: PageRequest): number {
  const limit = Number(query.get('limit'));
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : USUAL_LIMIT;
}
