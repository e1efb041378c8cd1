/** A run: what failed first, then what it waits for, its pictures, its tasks, and everything that is kept about it. */
import type { DagIndex } from '../../core/dag/index.ts';
import { isTerminalRunState } from '../../core/run/states.ts';
import { findDag, findVersion } from '../../store/dag/dag.ts';
import { type ListedEvent, listEvents } from '../../store/event/listing.ts';
import { type Artifact, listArtifacts } from '../../store/task/artifact.ts';
import { type Explained, readExplanation } from '../../view/explain/source.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { type RunReport, readRunReport } from '../../view/run/report.ts';
import { type TaskGroup, taskGroups } from '../../view/run/task_groups.ts';
import { msBetween, spanText } from '../../view/time_text.ts';
import type { PageLink } from '../contributed/run_link.ts';
import { dagHref, runHref } from '../html/href.ts';
import { each, type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { dateText, timeTag } from '../html/time.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';
import { failurePart } from './run/failure.ts';
import { artifactsPart, factsPart, historyPart } from './run/kept.ts';
import { picturesPart } from './run/pictures.ts';
import { tasksPart } from './run/tasks.ts';
import { waitingPart } from './run/waiting.ts';
import { warningsPart } from './run/warnings.ts';

/** The newest events that the page shows; all are in the history. */
const EVENTS_SHOWN = 100;

export interface ShownRun {
  readonly report: RunReport;
  /** The DAG version that the run began with; null if an older release wrote it and this one cannot read it. */
  readonly index: DagIndex | null;
  readonly groups: readonly TaskGroup[];
  /** Null once the run has ended. */
  readonly explained: Explained | null;
  readonly artifacts: readonly Artifact[];
  readonly events: readonly ListedEvent[];
  readonly version: { readonly sha256: string; readonly isInForce: boolean } | null;
  readonly query: URLSearchParams;
  /** The pages of task authors that say more about the run. */
  readonly links: readonly PageLink[];
}

export const runPage: Page = {
  path: '/runs/:run',
  async open({ context, params, query }): Promise<OpenPage> {
    const { pool, versions } = context;
    const run = await findNamedRun(pool, params.run ?? '');
    const { runId, dagId, dagVersionId } = run;
    const report = await readRunReport(context, runId);
    const index = await versions.getReadable(dagVersionId);
    const isOver = isTerminalRunState(report.run.state) || index === null;
    const version = await findVersion(pool, dagVersionId);
    const inForce = await findDag(pool, dagId);
    const shown: ShownRun = {
      report,
      index,
      groups: taskGroups(report.tasks),
      explained: isOver ? null : await readExplanation(context, report.run, await context.taskTypes()),
      artifacts: await listArtifacts(pool, runId),
      events: await listEvents(pool, {
        dagId: null,
        runId,
        since: null,
        action: null,
        actor: null,
        limit: EVENTS_SHOWN,
      }),
      version: version && { sha256: version.sha256, isInForce: inForce?.dagVersionId === dagVersionId },
      query,
      links: context.linksOfRun({
        run: report.run,
        tasks: report.tasks.map(({ task }) => task),
      }),
    };
    return {
      title: `Run ${runId} of ${dagId}`,
      topics: [`run:${runId}`],
      body: (reader) => runBody(shown, reader),
    };
  },
};

function runBody(shown: ShownRun, reader: Reader): Html {
  return html`${headPart(shown, reader)}
${failurePart(shown, reader)}
${warningsPart(shown, reader)}
${waitingPart(
  shown.explained,
  shown.report.tasks.map(({ task }) => task),
)}
${picturesPart(shown)}
${tasksPart(shown)}
${artifactsPart(shown)}
${factsPart(shown)}
${historyPart(shown.events, shown.report)}`;
}

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
<div class="head"><h1>${run.dagId}, ${dateText(run.businessDate, today)}, run ${run.runId}</h1><p>${stateMark(run.state)} ${spentText(report)}</p></div>
<p class="lead soft">Scheduled for ${timeTag(run.scheduledFor, timezone)}; ${run.runType}, by ${run.actor}${run.reason === null ? NOTHING : html`: ${run.reason}`}</p>
<div class="ways">${each(links, (link) => html`<a class="button" href="${link.href}">${link.label}</a>`)}${actions}</div>`;
}

function spentText({ run, now }: RunReport): string {
  if (run.startedAt === null) return run.finishedAt === null ? 'not started yet' : 'before it started';
  const spent = spanText(msBetween(run.startedAt, run.finishedAt ?? now));
  return run.finishedAt === null ? `for ${spent}` : `after ${spent}`;
}
