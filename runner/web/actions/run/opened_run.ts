/** The run that an action is about, with its instances and the DAG version that it began with. */
import type { DagIndex } from '../../../core/dag/index.ts';
import { didYouMeanOrList } from '../../../core/value/suggest.ts';
import type { DagRun } from '../../../store/run/dag_run.ts';
import type { ChangedInstance } from '../../../store/run/operator.ts';
import { instancesOfRun, type TaskInstance } from '../../../store/task/instance.ts';
import { countLiveWorkers } from '../../../store/worker/live_worker.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { taskName } from '../../../view/run/report.ts';
import type { WebContext } from '../../context.ts';
import { dagHref, runHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { stateMark } from '../../html/mark.ts';
import { HttpError } from '../../http_error.ts';
import type { PageRequest } from '../../page.ts';

export interface OpenedRun {
  readonly run: DagRun;
  readonly index: DagIndex;
  readonly instances: readonly TaskInstance[];
}

/** @throws NotFound; HttpError for a run whose version this release cannot read */
export async function openRun({ context, params }: PageRequest): Promise<OpenedRun> {
  const run = await findNamedRun(context.pool, params.run ?? '');
  const index = await context.versions.getReadable(run.dagVersionId);
  if (index === null)
    throw new HttpError(
      409,
      `run ${run.runId} goes by a DAG version of an older release, which this one cannot read; trigger its date anew`,
    );
  return { run, index, instances: await instancesOfRun(context.pool, run.runId) };
}

/** Returns the instances of a task. @throws HttpError (404) */
export function instancesOfTask(
  { run, index, instances }: OpenedRun,
  taskId: string,
): readonly TaskInstance[] {
  if (index.taskById.has(taskId))
    return instances.filter((instance) => instance.taskId === taskId && instance.removedAt === null);
  throw new HttpError(
    404,
    `run ${run.runId} of ${run.dagId} has no task ${taskId}${didYouMeanOrList(taskId, [...index.taskById.keys()])}`,
  );
}

/** Renders where an action stands: the DAG, the run, and the task if it is about one. */
export function crumbs({ run }: Pick<OpenedRun, 'run'>): Html {
  return html`<p class="crumbs"><a href="${dagHref(run.dagId)}">${run.dagId}</a> › <a href="${runHref(run.runId)}">run ${run.runId}, ${run.businessDate.toString()}</a></p>`;
}

/** More instances than this are told of by their number. */
const LISTED = 100;

/** Renders instances, each with its state and the number of its attempts. */
export function instanceList(instances: readonly TaskInstance[]): Html {
  const more = instances.length - LISTED;
  return html`<ul class="plain">${each(
    instances.slice(0, LISTED),
    (instance) =>
      html`<li><span class="mono">${taskName(instance)}</span> ${stateMark(instance.state)}, ${attemptsText(instance)}</li>`,
  )}</ul>${more > 0 ? html`<p class="soft">And ${more} more.</p>` : NOTHING}`;
}

function attemptsText({ attemptNumber }: TaskInstance): string {
  if (attemptNumber === 0) return 'no attempt yet';
  return attemptNumber === 1 ? 'one attempt so far' : `${attemptNumber} attempts so far`;
}

const NAMED = 4;

/** `load_file, send_report and 3 more` */
export function changedText(changed: readonly Pick<ChangedInstance, 'taskId' | 'mapIndex'>[]): string {
  const names = changed.slice(0, NAMED).map(taskName);
  const more = changed.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Returns a sentence to add where nothing starts by itself; empty where a worker runs. */
export async function workerNote({ pool }: WebContext): Promise<string> {
  return (await countLiveWorkers(pool)) === 0 ? ' No worker is running: it starts when one does.' : '';
}
