/** Renders the questions that tasks ask a person, each with the way to answer. */
import type { AskedApproval } from '../../../store/task/approval.ts';
import { approvalTerms } from '../../../view/run/approvals.ts';
import { taskName } from '../../../view/run/report.ts';
import { runHref, taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { capitalized } from '../../html/sentence.ts';
import { mayOperate, type Reader } from '../../page.ts';

/** @param zoneOf the time zone of the DAG that asks */
export function questionsPart(
  asked: readonly AskedApproval[],
  zoneOf: (dagId: string) => string,
  reader: Reader,
): Html {
  return html`${each(
    asked,
    (one) => html`<section class="notice warning" aria-label="${one.taskId} asks">
<p><strong><span class="mono">${taskName(one)}</span> of <a href="${runHref(one.runId)}">${one.dagId}, run ${one.runId}</a> waits for an answer.</strong></p>
<p class="text">${one.question}</p>
<p class="soft">${capitalized(approvalTerms(one, zoneOf(one.dagId)))}.</p>
${mayOperate(reader) ? html`<div class="ways"><a class="button" href="${taskHref(one.runId, one.taskId)}/approval">Answer it…</a></div>` : NOTHING}</section>`,
  )}`;
}
