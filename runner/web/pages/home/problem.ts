/** A DAG's problem on the first page: the sentence, and the ways on from it. */
import type { DagStatus } from '../../../view/status/status.ts';
import { hiddenField } from '../../html/form.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { markOf } from '../../html/mark.ts';
import { dateText, timeTag } from '../../html/time.ts';
import { mayOperate, type Reader } from '../../page.ts';
import { remedyLinks } from '../run/remedy.ts';

export function problemNotice(dag: DagStatus, now: Temporal.Instant, reader: Reader): Html {
  const { dagId, verdict, businessDate, timezone, scheduledFor } = dag;
  const { shape, className } = markOf(verdict);
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const night = businessDate === null ? NOTHING : html` · ${dateText(businessDate, today)}`;
  return html`<section class="notice failed" aria-labelledby="problem-${dagId}">
<div class="head"><h2 id="problem-${dagId}"><span class="mark ${className}" aria-hidden="true">${shape}</span> <a href="/dags/${dagId}">${dagId}</a> ${VERB[verdict] ?? verdict}${night}</h2>${scheduledFor === null ? NOTHING : timeTag(scheduledFor, timezone)}</div>
<p>${dag.detail === '' ? dag.sentence : dag.detail}</p>
<div class="ways">${waysOn(dag, reader)}</div></section>`;
}

/** The verdict as it continues the DAG's name. */
const VERB: Readonly<Record<string, string>> = {
  failed: 'failed',
  cancelled: 'was cancelled',
  'did not run': 'did not run',
  invalid: 'has an invalid file',
  success: 'succeeded late',
  running: 'is late',
  queued: 'is late',
};

function waysOn({ dagId, remedy, run, businessDate }: DagStatus, reader: Reader): Html {
  if (run !== null && run.failedTaskId !== null) {
    const { runId, failedTaskId: taskId, failedMapIndex } = run;
    const mayRetry = mayOperate(reader) && run.state === 'failed';
    return html`${mayRetry ? retryForm(runId, taskId) : NOTHING}${remedyLinks(run.remedy, { runId, taskId, mapIndex: failedMapIndex ?? -1 }, reader)}
<a class="button" href="/runs/${runId}/tasks/${taskId}#log-end">Read the log of ${taskId}</a>
<a class="button" href="/runs/${runId}">Look at run ${runId}</a>`;
  }
  if (run !== null) return html`<a class="button" href="/runs/${run.runId}">Look at run ${run.runId}</a>`;
  if (remedy?.action === 'validate_dag')
    return html`<a class="button" href="/dags/${dagId}#file">See what is wrong in the file</a>`;
  if (remedy?.action === 'trigger_date' && mayOperate(reader))
    return html`<a class="button" href="/dags/${dagId}/trigger?date=${String(businessDate)}">Run ${String(businessDate)} now…</a>`;
  return html`<a class="button" href="/dags/${dagId}">Look at ${dagId}</a>`;
}

/** Runs what failed in a run again, and what was given up because of it. */
export function retryForm(runId: number, taskId: string): Html {
  return html`<form method="post" action="/runs/${runId}/clear">${hiddenField('only_failed', 'on')}<button class="primary">Retry ${taskId} and what waits for it</button></form>`;
}
