/** All DAGs: when each is due, and how its last run went. */
import { databaseNow } from '../../engine/clock.ts';
import { type ListedDag, readDagList, stateOfDag } from '../../view/dag/list.ts';
import { scheduleWords } from '../../view/dag/schedule_words.ts';
import { spanText } from '../../view/time_text.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { dateText, timeTag } from '../html/time.ts';
import type { OpenPage, Page } from '../page.ts';

export const dagsPage: Page = {
  path: '/dags',
  async open({ context }): Promise<OpenPage> {
    const now = await databaseNow(context.pool);
    const dags = await readDagList(context, { dagsDir: context.dagsDir, now });
    return { title: 'DAGs', topics: ['home'], body: () => dagsBody(dags, now) };
  },
};

function dagsBody(dags: readonly ListedDag[], now: Temporal.Instant): Html {
  return html`<h1>DAGs</h1>
${
  dags.length === 0
    ? html`<p class="empty">There is no DAG yet. A DAG is a YAML file in the dags folder; a worker reads it within seconds.</p>`
    : html`<div class="scroll"><table class="stack">
<caption class="visually-hidden">All DAGs by their ids</caption>
<thead><tr><th scope="col">DAG</th><th scope="col">state</th><th scope="col">schedule</th><th scope="col">next</th><th scope="col">last run</th></tr></thead>
<tbody>${each(dags, (dag) => dagRow(dag, now))}</tbody></table></div>`
}`;
}

function dagRow(listed: ListedDag, now: Temporal.Instant): Html {
  const { dagId, dag, next, lastRun, problemCount } = listed;
  const timezone = dag?.timezone ?? 'UTC';
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  return html`<tr id="dag-${dagId}"><th scope="row"><a class="mono" href="/dags/${dagId}">${dagId}</a>${
    dag === null || dag.description === '' ? NOTHING : html`<div class="soft small">${dag.description}</div>`
  }</th>
<td data-label="state">${stateMark(stateOfDag(listed))}${
    problemCount === 0
      ? NOTHING
      : html` <a class="small" href="/dags/${dagId}#file">${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}</a>`
  }</td>
<td data-label="schedule">${dag === null ? '' : scheduleWords(dag)}</td>
<td data-label="next">${
    next === null
      ? NOTHING
      : html`${timeTag(next, timezone)} <span class="soft small nowrap">in ${spanText(next.epochMilliseconds - now.epochMilliseconds)}</span>`
  }</td>
<td data-label="last run">${
    lastRun === null
      ? NOTHING
      : html`<a class="plain" href="/runs/${lastRun.runId}">${stateMark(lastRun.state)}</a> <span class="nowrap">${dateText(lastRun.businessDate, today)}</span>`
  }</td></tr>`;
}
