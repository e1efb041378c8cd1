/** A run: what failed first, then what it waits for, its pictures, its tasks, and everything that is kept about it. */
import { isTerminalRunState } from '../../core/run/states.ts';
import type { RunReport } from '../../view/run/report.ts';
import { msBetween, spanText } from '../../view/time_text.ts';
import { dagHref, runHref } from '../html/href.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { dateText, timeTag } from '../html/time.ts';
import type { RenderMemory } from '../live/page.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';
import { failurePart } from './run/failure.ts';
import { artifactsPart, factsPart, historyPart } from './run/kept.ts';
import { picturesPart } from './run/pictures.ts';
import { questionsPart } from './run/questions.ts';
import { readShownRun, type ShownRun } from './run/shown.ts';
import { tasksPart } from './run/tasks.ts';
import { toldPart } from './run/told.ts';
import { waitingPart } from './run/waiting.ts';
import { warningsPart } from './run/warnings.ts';

export const runPage: Page = {
  path: '/runs/:run',
  async open(request): Promise<OpenPage> {
    const shown = await readShownRun(request);
    const { runId, dagId } = shown.report.run;
    return {
      title: `Run ${runId} of ${dagId}`,
      topics: [`run:${runId}`, 'alerts'],
      body: (reader) => runBody(shown, { reader, memory: request.memory ?? null }),
    };
  },
};

function runBody(
  shown: ShownRun,
  { reader, memory }: { readonly reader: Reader; readonly memory: RenderMemory | null },
): Html {
  return html`${headPart(shown, reader)}
${failurePart(shown, reader)}
${questionsPart(shown.report.approvals, () => shown.report.timezone, reader)}
${warningsPart(shown, reader)}
${waitingPart({
  explained: shown.explained,
  instances: shown.report.tasks.map(({ task }) => task),
  memory,
})}
${picturesPart(shown)}
${tasksPart(shown)}
${toldPart(shown)}
${artifactsPart(shown)}
${factsPart(shown)}
${historyPart(shown.events, shown.report)}`;
}

const SHADOW_NOTICE = html`<p class="lead"><strong>Shadow:</strong> every task works, and nothing outside this database is changed.</p>`;

function headPart({ report, index, links }: ShownRun, reader: Reader): Html {
  const { run, timezone, now } = report;
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  const href = runHref(run.runId);
  const isOver = isTerminalRunState(run.state);
  const actions =
    mayOperate(reader) && index !== null
      ? html`<a class="button" href="${href}/clear">Clear…</a>${isOver ? NOTHING : html`<a class="button" href="${href}/cancel">Cancel…</a>`}`
      : NOTHING;
  return html`<p class="crumbs"><a href="${dagHref(run.dagId)}">${run.dagId}</a> › <a href="/runs?dag=${encodeURIComponent(run.dagId)}">runs</a></p>
<div class="head"><h1>${run.dagId}, ${dateText(run.businessDate, today)}, ${run.mode === 'shadow' ? 'shadow run' : 'run'} ${run.runId}</h1><p>${stateMark(run.state)} ${spentText(report)}</p></div>
${run.mode === 'shadow' ? SHADOW_NOTICE : NOTHING}<p class="lead soft">Scheduled for ${timeTag(run.scheduledFor, timezone)}; ${run.runType}, by ${run.actor}${run.reason === null ? NOTHING : html`: ${run.reason}`}</p>
${links.length === 0 && actions === NOTHING ? NOTHING : html`<div class="ways">${each(links, (link) => html`<a class="button" href="${link.href}">${link.label}</a>`)}${actions}</div>`}`;
}

function spentText({ run, now }: RunReport): string {
  if (run.startedAt === null) return run.finishedAt === null ? 'not started yet' : 'before it started';
  const spent = spanText(msBetween(run.startedAt, run.finishedAt ?? now));
  return run.finishedAt === null ? `for ${spent}` : `after ${spent}`;
}
