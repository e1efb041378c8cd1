/** All backfills, newest first. */
import type { ListedBackfill } from '../../store/backfill/report.ts';
import { readBackfills } from '../../view/backfill/list.ts';
import type { Page as Rows } from '../../view/page.ts';
import { cursorOf, olderLink } from '../html/cursor.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { timeTag } from '../html/time.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';

const SHOWN = 50;

export const backfillsPage: Page = {
  path: '/backfills',
  async open({ context, query }): Promise<OpenPage> {
    const dagId = query.get('dag') || null;
    const page = await readBackfills(context.pool, { limit: SHOWN, before: cursorOf(query), dagId });
    return {
      title: 'Backfills',
      topics: ['backfills'],
      body: (reader) => backfillsBody(page, { query, reader }),
    };
  },
};

function backfillsBody(
  { rows, next }: Rows<ListedBackfill>,
  { query, reader }: { readonly query: URLSearchParams; readonly reader: Reader },
): Html {
  const dagId = query.get('dag');
  return html`<div class="head"><h1>Backfills${dagId === null ? '' : ` of ${dagId}`}</h1>${
    mayOperate(reader)
      ? html`<a class="button" href="/backfills/new${dagId === null ? '' : `?dag=${encodeURIComponent(dagId)}`}">Plan a backfill…</a>`
      : NOTHING
  }</div>
${
  rows.length === 0
    ? html`<p class="empty">There is no backfill${dagId === null ? '' : ' of this DAG'}. A backfill works a range of past dates, oldest first and one at a time; the plan shows what it would do with each date before anything is done.</p>`
    : html`<div class="scroll"><table class="stack">
<caption class="visually-hidden">Backfills, newest first</caption>
<thead><tr><th scope="col">backfill</th><th scope="col">DAG</th><th scope="col">dates</th><th scope="col">state</th><th scope="col" class="num">ended</th><th scope="col" class="num">succeeded</th><th scope="col" class="num">refused</th><th scope="col">created</th><th scope="col">by</th></tr></thead>
<tbody>${each(rows, backfillRow)}</tbody></table></div>${olderLink(query, next)}`
}`;
}

function backfillRow(row: ListedBackfill): Html {
  const { backfillId, dagId, from, to, state, worked, ended, succeeded, refused, createdAt, actor, reason } =
    row;
  return html`<tr id="backfill-${backfillId}"><th scope="row"><a href="/backfills/${backfillId}">${backfillId}</a></th>
<td data-label="DAG"><a class="mono" href="/dags/${dagId}">${dagId}</a></td>
<td data-label="dates" class="nowrap">${String(from)} to ${String(to)}</td>
<td data-label="state">${stateMark(state)}</td>
<td data-label="ended" class="num">${ended} of ${worked}</td>
<td data-label="succeeded" class="num">${succeeded}</td>
<td data-label="refused" class="num">${refused}</td>
<td data-label="created">${timeTag(createdAt, 'UTC')}</td>
<td data-label="by">${actor}${reason === null ? NOTHING : html`<div class="soft small">${reason}</div>`}</td></tr>`;
}
