/** Runs, newest first, each with the zone in which its instants are shown. */
import { listRuns, type RunFilter } from '../../store/run/dag_run.ts';
import { zonesOfVersions } from '../dag/zones.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import type { ViewSource } from '../source.ts';
import type { RunRow } from './columns.ts';

export async function readRuns(
  { pool, versions }: ViewSource,
  request: PageRequest & Pick<RunFilter, 'dagId' | 'state' | 'runType'>,
): Promise<Page<RunRow>> {
  const found = await listRuns(pool, { ...request, limit: request.limit + 1 });
  const { rows, next } = pageOf(found, request.limit, ({ runId }) => runId);
  const zones = await zonesOfVersions(
    versions,
    rows.map(({ dagVersionId }) => dagVersionId),
  );
  return { rows: rows.map((run) => ({ run, timezone: zones.get(run.dagVersionId) ?? 'UTC' })), next };
}
