/** The first page: how last night went, in words, problems first; then every DAG with its last nights and what is next. */

import { type UnsentChannel, unsentChannels } from '../../store/alert/listing.ts';
import { lastPauses, type Pause } from '../../store/event/pause.ts';
import { sealState } from '../../store/event/seal_state.ts';
import { type FailingFeed, failingFeeds } from '../../store/feed/failing.ts';
import { queueHealth } from '../../store/queue/health.ts';
import { liveAndLostWorkers } from '../../store/worker/live_worker.ts';
import { type DagStatus, readStatus } from '../../view/status/status.ts';
import { readStrips, type StripCell } from '../../view/status/strip.ts';
import { spanText } from '../../view/time_text.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { strip } from '../html/strip.ts';
import { dateText, timeTag } from '../html/time.ts';
import type { OpenPage, Page, Reader } from '../page.ts';
import { failingNotice, unsentNotice } from './alerts.ts';
import { foot, type Machinery } from './home/foot.ts';
import { problemNotice } from './home/problem.ts';
import { questionsPart } from './run/questions.ts';

/** The time during which a worker that gave up is told of. */
const LOST_WITHIN_MS = 24 * 3_600_000;

export const homePage: Page = {
  path: '/',
  async open({ context }): Promise<OpenPage> {
    const { pool } = context;
    const { dags, now } = await readStatus(context, context.dagsDir);
    const strips = await readStrips(
      pool,
      dags.map(({ facts }) => facts),
      now,
    );
    const workers = await liveAndLostWorkers(pool, LOST_WITHIN_MS);
    const queue = await queueHealth(pool);
    const unsent = await unsentChannels(pool);
    const failing = await failingFeeds(pool);
    const paused = dags.filter(({ facts }) => facts.isPaused).map(({ dagId }) => dagId);
    const pauses = new Map((await lastPauses(pool, paused)).map((pause) => [pause.dagId, pause]));
    const { seal } = await sealState(pool);
    const timezone = zoneOf(dags);
    return {
      title: 'Last night',
      topics: ['home', 'alerts'],
      body: (reader) =>
        homeBody({ dags, now, strips, workers, queue, pauses, seal, timezone, unsent, failing }, reader),
    };
  },
};

interface Home extends Machinery {
  readonly dags: readonly DagStatus[];
  readonly now: Temporal.Instant;
  readonly strips: ReadonlyMap<string, readonly StripCell[]>;
  readonly unsent: readonly UnsentChannel[];
  readonly failing: readonly FailingFeed[];
  /** By dag_id; of paused DAGs. */
  readonly pauses: ReadonlyMap<string, Pause>;
}

function homeBody(home: Home, reader: Reader): Html {
  const { dags, now, timezone } = home;
  const problems = dags.filter(({ isProblem }) => isProblem);
  return html`<div class="head"><h1>${headline(dags)}</h1><span class="soft small">as of ${timeTag(now, timezone)}</span></div>
${each(problems, (dag) => problemNotice(dag, now, reader))}
${questionsPart(
  dags.flatMap(({ approvals }) => approvals),
  (dagId) => dags.find((dag) => dag.dagId === dagId)?.timezone ?? timezone,
  reader,
)}
${unsentNotice(home.unsent, timezone)}
${failingNotice(home.failing, timezone)}
${workersNotice(home)}
${dags.length === 0 ? noDag() : dagTable(home)}
${foot(home)}`;
}

function headline(dags: readonly DagStatus[]): string {
  const problems = dags.filter(({ isProblem }) => isProblem).length;
  if (dags.length === 0) return 'There is no DAG yet';
  if (problems > 0)
    return `${problems} of ${dags.length} ${dags.length === 1 ? 'DAG' : 'DAGs'} ${problems === 1 ? 'has' : 'have'} a problem`;
  const asked = dags.flatMap(({ approvals }) => approvals).length;
  if (asked > 0) return `No problem; ${asked} ${asked === 1 ? 'task waits' : 'tasks wait'} for an answer`;
  const running = dags.filter(({ verdict }) => verdict === 'running').length;
  if (running > 0) return `No problem; ${running} ${running === 1 ? 'run is' : 'runs are'} going on`;
  const warned = dags.some(({ warnings }) => warnings.length > 0);
  return warned ? 'No problem, but there are warnings' : 'No problem';
}

/** Returns the zone of the first DAG with a problem, or else that of most DAGs: the one that its reader thinks in. */
function zoneOf(dags: readonly DagStatus[]): string {
  const problem = dags.find(({ isProblem }) => isProblem);
  if (problem !== undefined) return problem.timezone;
  const byZone = [...Map.groupBy(dags, ({ timezone }) => timezone)];
  const [most] = byZone.toSorted(([, a], [, b]) => b.length - a.length);
  return most?.[0] ?? 'UTC';
}

function noDag(): Html {
  return html`<p class="empty">A DAG is a YAML file in the dags folder. A worker reads it within seconds, and it stands here from then on.</p>`;
}

function workersNotice({ workers }: Home): Html {
  const gaveUp = workers.filter(({ lostReason }) => lostReason !== null);
  const none = workers.every(({ isLive }) => !isLive);
  if (gaveUp.length === 0 && !none) return NOTHING;
  return html`<section class="notice warning">${
    none ? html`<p><strong>No worker is running.</strong> Nothing starts before one does.</p>` : NOTHING
  }${each(
    gaveUp,
    ({ workerId, host, pid, silentMs, lostReason }) =>
      html`<p>Worker ${workerId} (${host}, pid ${pid}) gave up ${spanText(silentMs)} ago: ${lostReason}</p>`,
  )}</section>`;
}

function dagTable({ dags, strips, pauses, now }: Home): Html {
  const sorted = dags.toSorted((a, b) => Number(b.isProblem) - Number(a.isProblem));
  return html`<div class="scroll"><table class="stack">
<caption class="visually-hidden">Every DAG: its last run, its last nights, and what is next</caption>
<thead><tr><th scope="col">DAG</th><th scope="col">state</th><th scope="col">date</th><th scope="col">last run</th><th scope="col">last nights, the newest at the right</th><th scope="col">next</th></tr></thead>
<tbody>${each(sorted, (dag) => dagRow(dag, strips.get(dag.dagId) ?? [], now, pauses.get(dag.dagId) ?? null))}</tbody></table></div>`;
}

function dagRow(
  dag: DagStatus,
  cells: readonly StripCell[],
  now: Temporal.Instant,
  pause: Pause | null,
): Html {
  const { dagId, verdict, businessDate, timezone, warnings, run } = dag;
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const state =
    run === null
      ? stateMark(verdict)
      : html`<a class="plain" href="/runs/${run.runId}">${stateMark(verdict)}</a>`;
  return html`<tr><th scope="row"><a class="mono" href="/dags/${dagId}">${dagId}</a></th>
<td data-label="state">${state}</td>
<td class="nowrap" data-label="date">${businessDate === null ? '' : dateText(businessDate, today)}</td>
<td data-label="last run">${dag.isProblem ? html`<span class="soft">as said above</span>` : dag.sentence}${
    warnings.length === 0 || run === null
      ? NOTHING
      : html` · <a href="/runs/${run.runId}#warnings">${warnings.length === 1 ? 'the warning' : 'the warnings'}</a>`
  }</td>
<td data-label="last nights">${strip(cells, dagId, timezone)}</td>
<td data-label="next">${nextPart(dag, now, pause)}</td></tr>`;
}

/** Renders when the DAG runs next, or why it does not. */
function nextPart({ next, timezone, facts }: DagStatus, now: Temporal.Instant, pause: Pause | null): Html {
  if (next !== null)
    return html`${timeTag(next, timezone)} <span class="soft small nowrap">in ${spanText(next.epochMilliseconds - now.epochMilliseconds)}</span>`;
  if (!facts.isPaused) return html`<span class="soft">when triggered</span>`;
  if (pause === null) return html`<span class="soft">paused since it was created</span>`;
  const why = pause.reason === null ? '' : `: ${pause.reason}`;
  return html`paused by ${pause.actor}${why} <span class="soft small">${timeTag(pause.at, timezone)}</span>`;
}
