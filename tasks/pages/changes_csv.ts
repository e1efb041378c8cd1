/** Every change of a run as CSV, largest first. */
import { defineDownload, HttpError } from '../../runner/page.ts';
import { CHANGE_COLUMNS, changesCsv } from '../changes/columns.ts';
import type { OmsReading } from '../changes/oms_database.ts';
import { changesOf, type Scope } from '../oms/changes/read_changes.ts';
import { askedChanges, findScope } from './changes/scope.ts';
import { beforeDownload, readForDownload } from './oms/open.ts';

export default defineDownload({
  path: '/changes.csv',
  open: async (request) => {
    const asked = askedChanges(null, request.query);
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

async function* csvOf(read: () => Promise<OmsReading>, scope: Scope): AsyncGenerator<string> {
  await using reading = await read();
  let isEmpty = true;
  for await (const text of changesCsv(changesOf(reading.client, scope))) {
    isEmpty = false;
    yield text;
  }
  if (isEmpty) yield `${CHANGE_COLUMNS.map(({ key }) => key).join(',')}\n`;
  await reading.commit();
}
