/** A new backfill: the form, the plan date by date, and then the deed. */
import {
  BACKFILL_ORDERS,
  type BackfillOrder,
  isWorked,
  REPROCESS_MODES,
  type Reprocess,
} from '../../core/backfill/plan.ts';
import { YIELDS_TO, type YieldsTo } from '../../core/backfill/room.ts';
import { createBackfill } from '../../engine/backfill/requests.ts';
import { databaseNow } from '../../engine/clock.ts';
import { listDags } from '../../store/dag/dag.ts';
import type { TimeEdges } from '../../store/run/dag_run.ts';
import { holdSentence } from '../../view/backfill/hold.ts';
import { type PlanRequest, planBackfill, planCountsText } from '../../view/backfill/plan.ts';
import { readKnownDag } from '../../view/dag/find.ts';
import { registerNamedDag } from '../../view/dag/register.ts';
import type { Action } from '../action.ts';
import { precheckRunnerOf, type WebContext } from '../context.ts';
import { hiddenField, reasonField, selectField, textField } from '../html/form.ts';
import { choiceSent, countSent, dateSent } from '../html/form_value.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { capitalized } from '../html/sentence.ts';
import { HttpError, refusalOf } from '../http_error.ts';
import { datesTable } from '../pages/backfill/dates.ts';
import { paramFields, paramsSent } from './param_fields.ts';

export const newBackfillAction: Action = {
  path: '/backfills/new',
  role: 'operator',
  async open({ context, query }) {
    const dagIds = (await listDags(context.pool))
      .filter(({ retiredAt }) => retiredAt === null)
      .map(({ dagId }) => dagId);
    const isComplete = query.has('dag') && query.has('from') && query.has('to');
    return {
      title: 'Plan a backfill',
      body: html`<p class="crumbs"><a href="/backfills">Backfills</a></p>
<h1>Plan a backfill</h1>
<p class="lead">The plan shows what would be done with each date. Nothing is done before you say so below it.</p>
${rangeForm(query, dagIds, await fieldsOf(context, query))}
${isComplete ? await planPart(context, query) : NOTHING}`,
    };
  },
  async act({ context, query }, by) {
    const request = await requestOf(context, query);
    const runner = await precheckRunnerOf(context);
    const { dagsDir } = context;
    const plan = await planBackfill(context, runner, { ...request, dagsDir });
    await registerNamedDag(context.pool, { dagId: request.dagId, dagsDir, by, taskTypes: context.taskTypes });
    const backfill = await createBackfill(context.pool, {
      ...request,
      taskTypes: runner.taskTypes,
      refusals: plan.refusals,
      by,
      reason: query.get('reason') || null,
    });
    if (backfill === null) throw new HttpError(409, `there is nothing to do: ${planCountsText(plan.dates)}`);
    const count = plan.dates.filter(isWorked).length;
    return {
      location: `/backfills/${backfill.backfillId}`,
      sentence: `Backfill ${backfill.backfillId} works ${count} ${count === 1 ? 'date' : 'dates'} of ${request.dagId}.`,
    };
  },
};

function rangeForm(query: URLSearchParams, dagIds: readonly string[], fields: readonly Html[]): Html {
  const value = (name: string, otherwise = '') => query.get(name) ?? otherwise;
  return html`<form method="get" action="/backfills/new#plan" class="fields">
${selectField(
  { name: 'dag', label: 'DAG', value: value('dag') },
  dagIds.map((dagId) => ({ value: dagId, label: dagId })),
)}
${textField({ name: 'from', label: 'First business date', type: 'date', value: value('from'), isRequired: true })}
${textField({ name: 'to', label: 'Last business date', type: 'date', value: value('to'), isRequired: true })}
${selectField({ name: 'reprocess', label: 'Runs that have ended', value: value('reprocess', 'none') }, [
  { value: 'none', label: 'leave as they are' },
  { value: 'failed', label: 'work again where they failed' },
  { value: 'completed', label: 'work again' },
])}
${selectField({ name: 'order', label: 'Order', value: value('order', BACKFILL_ORDERS[0]) }, [
  { value: BACKFILL_ORDERS[0], label: 'the oldest date first' },
  { value: BACKFILL_ORDERS[1], label: 'the newest date first' },
])}
${textField({ name: 'max_active_runs', label: 'Dates at once', type: 'number', value: value('max_active_runs', '1') })}
${selectField(
  { name: 'time_edges', label: 'Times and delays between tasks', value: value('time_edges', 'collapse') },
  [
    { value: 'collapse', label: 'do not wait for them' },
    { value: 'keep', label: 'wait for them' },
  ],
)}
${selectField(
  { name: 'yields_to', label: 'When a run of the schedule is due', value: value('yields_to', 'nothing') },
  [
    { value: 'nothing', label: 'it waits for older dates of the backfill' },
    { value: YIELDS_TO[0], label: 'it goes first: no date begins that could be in its way' },
  ],
)}
${fields}
<div class="ways"><button class="primary">Show the plan</button></div></form>`;
}

/** Returns the fields of the chosen DAG's params. */
async function fieldsOf(context: WebContext, query: URLSearchParams): Promise<readonly Html[]> {
  const dagId = query.get('dag');
  if (dagId === null) return [];
  const { file, inForce } = await readKnownDag(context, context.dagsDir, dagId);
  return paramFields((file?.dag ?? inForce)?.params ?? {}, query);
}

async function planPart(context: WebContext, query: URLSearchParams): Promise<Html> {
  try {
    const request = await requestOf(context, query);
    const plan = await planBackfill(context, await precheckRunnerOf(context), {
      ...request,
      dagsDir: context.dagsDir,
    });
    const { dag, dates, hold, refusals } = plan;
    const count = dates.filter(isWorked).length;
    const unknown = refusals.filter(({ kind }) => kind === 'unknown');
    return html`<section aria-labelledby="plan"><h2 id="plan">${planCountsText(dates)}</h2>
${hold === null ? NOTHING : html`<div class="notice warning"><p>${capitalized(holdSentence(hold, dag))}</p></div>`}
${
  unknown.length === 0
    ? NOTHING
    : html`<div class="notice warning"><p>${unknown.length} of these dates could not be checked: ${unknown[0]?.detail}. A date that must be refused is then refused by its own run, which fails and changes nothing.</p></div>`
}
${datesTable(dates, { timezone: dag.timezone, now: await databaseNow(context.pool), caption: 'The dates in the order of work' })}
${
  count === 0
    ? html`<p class="empty">There is nothing to do.</p>`
    : html`<form method="post">${each(
        [...query].filter(([name]) => name !== 'reason'),
        ([name, value]) => hiddenField(name, value),
      )}
${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Work ${count} ${count === 1 ? 'date' : 'dates'} of ${dag.dagId}</button></div></form>`
}</section>`;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return html`<div class="notice failed" role="alert"><h2>There is no plan</h2><p>${refusal.sentence}</p></div>`;
  }
}

function yieldsSent(query: URLSearchParams): YieldsTo | null {
  const sent = choiceSent<YieldsTo | 'nothing'>(query, 'yields_to', ['nothing', ...YIELDS_TO]);
  return sent === 'nothing' ? null : sent;
}

/**
 * Reads the request. The DAG is looked up by its id, so that no path from outside reaches the files of this host.
 * @throws HttpError that names the field; NotFound
 */
async function requestOf(context: WebContext, query: URLSearchParams): Promise<PlanRequest> {
  const { dagId } = await readKnownDag(context, context.dagsDir, query.get('dag') ?? '');
  const [from, to] = [dateSent(query, 'from'), dateSent(query, 'to')];
  if (Temporal.PlainDate.compare(from, to) > 0)
    throw new HttpError(422, `the first date ${from} lies after the last, ${to}`);
  return {
    dagId,
    from,
    to,
    reprocess: choiceSent<Reprocess>(query, 'reprocess', REPROCESS_MODES),
    order: choiceSent<BackfillOrder>(query, 'order', BACKFILL_ORDERS),
    timeEdges: choiceSent<TimeEdges>(query, 'time_edges', ['collapse', 'keep']),
    maxActiveRuns: countSent(query, 'max_active_runs'),
    yieldsTo: yieldsSent(query),
    params: paramsSent(query),
  };
}
