/** The requests about a backfill: cancel it, and let its failed dates go on. */
import { cancelBackfill, failedDates, retryFailed } from '../../engine/backfill/requests.ts';
import { readBackfillReport } from '../../view/backfill/report.ts';
import { refusedRetries } from '../../view/backfill/retry.ts';
import type { Action } from '../action.ts';
import { precheckRunnerOf } from '../context.ts';
import { reasonField } from '../html/form.ts';
import { each, html, NOTHING } from '../html/html.ts';
import { idOf } from '../html/path_id.ts';
import { HttpError } from '../http_error.ts';

export const cancelBackfillAction: Action = {
  path: '/backfills/:backfill{[0-9]+}/cancel',
  role: 'operator',
  async open({ context, params, query }) {
    const { backfill } = await readBackfillReport(context, idOf(params.backfill));
    const { backfillId, dagId, from, to } = backfill;
    return {
      title: `Cancel backfill ${backfillId}`,
      body: html`<p class="crumbs"><a href="/backfills/${backfillId}">Backfill ${backfillId}</a></p>
<h1>Cancel the backfill of ${dagId}, ${String(from)} to ${String(to)}</h1>
<p class="lead">No further date begins, and a run that is queued is cancelled. One that runs goes on to its end: half of a run's work can be worse than none.</p>
<form method="post">${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Cancel backfill ${backfillId}</button> <a href="/backfills/${backfillId}">Leave it</a></div></form>`,
    };
  },
  async act({ context, params, query }, by) {
    const backfillId = idOf(params.backfill);
    const { dropped, cancelledRuns, runningRuns } = await cancelBackfill(context.pool, backfillId, {
      by,
      reason: query.get('reason') || null,
    });
    const waiting = dropped + cancelledRuns.length;
    const running =
      runningRuns.length === 0
        ? ''
        : `; ${runsText(runningRuns)} to ${runningRuns.length === 1 ? 'its' : 'their'} end`;
    return {
      location: `/backfills/${backfillId}`,
      sentence: `Cancelled: ${waiting} ${waiting === 1 ? 'date' : 'dates'} will not be worked${running}.`,
    };
  },
};

function runsText(runIds: readonly number[]): string {
  return runIds.length === 1 ? `run ${runIds[0]} goes on` : `runs ${runIds.join(', ')} go on`;
}

export const retryBackfillAction: Action = {
  path: '/backfills/:backfill{[0-9]+}/retry_failed',
  role: 'operator',
  async open({ context, params, query }) {
    const { backfill, dates } = await readBackfillReport(context, idOf(params.backfill));
    const { backfillId } = backfill;
    const failed = failedDates(dates);
    const refusals = await refusedRetries(context, await precheckRunnerOf(context), { backfill, failed });
    const refused = new Set(refusals.map(({ date }) => date.position));
    const count = failed.filter(({ position }) => !refused.has(position)).length;
    return {
      title: `Retry backfill ${backfillId}`,
      body: html`<p class="crumbs"><a href="/backfills/${backfillId}">Backfill ${backfillId}</a></p>
<h1>Retry ${count} failed ${count === 1 ? 'date' : 'dates'}</h1>
<p class="lead">Each goes on where it failed, in the order of the backfill: only its failed tasks run again.</p>
${
  refusals.length === 0
    ? NOTHING
    : html`<div class="notice warning"><p>These are not retried, as their tasks would refuse them now:</p><ul>${each(
        refusals,
        ({ date, because, detail }) => html`<li>${String(date.businessDate)}: ${because}: ${detail}</li>`,
      )}</ul></div>`
}
<form method="post">${reasonField(query.get('reason') ?? '', 'optional')}
<div class="ways"><button class="primary">Retry ${count} ${count === 1 ? 'date' : 'dates'}</button> <a href="/backfills/${backfillId}">Leave it</a></div></form>`,
    };
  },
  async act({ context, params, query }, by) {
    const { backfill, dates } = await readBackfillReport(context, idOf(params.backfill));
    const { backfillId } = backfill;
    const refusals = await refusedRetries(context, await precheckRunnerOf(context), {
      backfill,
      failed: failedDates(dates),
    });
    const retried = await retryFailed(context.pool, backfillId, {
      by,
      reason: query.get('reason') || null,
      refused: new Set(refusals.map(({ date }) => date.position)),
    });
    if (retried.length === 0) throw new HttpError(409, `backfill ${backfillId} has no date to retry`);
    return {
      location: `/backfills/${backfillId}`,
      sentence: `Retrying ${retried.map(({ businessDate }) => businessDate.toString()).join(', ')}.`,
    };
  },
};
