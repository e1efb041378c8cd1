import { rowObject } from '../../../view/listing.ts';
import type { StatusRemedy } from '../../../view/status/remedy.ts';
import { readStatus, STATUS_COLUMNS } from '../../../view/status/status.ts';
import { NO_PARAMS, NO_QUERY, ok, reading } from '../endpoint.ts';
import { status } from '../schema/status.ts';

export const getStatus = reading({
  path: '/status',
  id: 'getStatus',
  tag: 'status',
  summary: 'How the last run that was due went, for every DAG; also that it did not run.',
  params: NO_PARAMS,
  query: NO_QUERY,
  schema: status,
  returns: 'Every DAG, by its id.',
  async handle({ context }) {
    const { dags, now } = await readStatus(context, context.dagsDir);
    return ok({
      at: now.toString(),
      dags: dags.map((dag) => ({
        ...rowObject(STATUS_COLUMNS, dag),
        sentence: dag.sentence,
        next: dag.next?.toString() ?? null,
        advice: adviceJson(dag.remedy),
      })),
    });
  },
});

function adviceJson(remedy: StatusRemedy | null) {
  if (remedy === null) return null;
  return {
    action: remedy.action,
    ...('dagId' in remedy ? { dag_id: remedy.dagId } : {}),
    ...('runId' in remedy ? { run_id: remedy.runId } : {}),
    ...('date' in remedy ? { date: remedy.date.toString() } : {}),
  };
}
