/** Reads everything that the page of a task shows. */
import type { DagIndex } from '../../../core/dag/index.ts';
import { isTerminalRunState, isTerminalTaskState } from '../../../core/run/states.ts';
import { instancesOfRun, type TaskInstance } from '../../../store/task/instance.ts';
import { type Explained, onlyTask, readExplanation } from '../../../view/explain/source.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { type LogPage, readTaskLog } from '../../../view/task/log.ts';
import { type RenderedWith, renderWith } from '../../../view/task/rendered_with.ts';
import { readTask, type TaskReport } from '../../../view/task/task.ts';
import { idOf } from '../../html/path_id.ts';
import { HttpError } from '../../http_error.ts';
import type { PageRequest } from '../../page.ts';

/** The lines of the log that are shown at once. */
export const LINES_SHOWN = 500;

export interface ShownTask {
  readonly report: TaskReport;
  /** The DAG version that the run began with; null if an older release wrote it and this one cannot read it. */
  readonly index: DagIndex | null;
  /** Every instance of the run. */
  readonly ofRun: readonly TaskInstance[];
  /** The one instance that the page is about; null for a mapped task as a whole. */
  readonly only: TaskInstance | null;
  readonly explained: Explained | null;
  /** The attempt whose log is shown; null before the first. */
  readonly attemptNumber: number | null;
  readonly log: LogPage | null;
  readonly rendered: RenderedWith | null;
  readonly query: URLSearchParams;
}

/** @throws NotFound; HttpError */
export async function readShownTask({ context, params, query }: PageRequest): Promise<ShownTask> {
  const { pool } = context;
  const run = await findNamedRun(pool, params.run ?? '');
  const { runId } = run;
  const taskId = params.task ?? '';
  const map = query.get('map');
  const mapIndex = map === null ? null : idOf(map);
  const report = await readTask(context, { runId, taskId, mapIndex });
  const [first, second] = report.instances;
  const only = first === undefined || second !== undefined ? null : first;
  const chosen = query.get('try');
  const newest = only === null || only.attemptNumber === 0 ? null : only.attemptNumber;
  const attemptNumber = chosen === null || newest === null ? newest : idOf(chosen);
  if (chosen !== null && report.attempts.every((attempt) => attempt.attemptNumber !== attemptNumber))
    throw new HttpError(404, `${taskId} of run ${runId} has no attempt ${attemptNumber}`);
  const before = query.get('before');
  const isOver =
    isTerminalRunState(run.state) ||
    report.declared === null ||
    report.instances.every(({ state }) => isTerminalTaskState(state));
  return {
    report,
    index: await context.versions.getReadable(run.dagVersionId),
    ofRun: await instancesOfRun(pool, runId),
    only,
    attemptNumber,
    query,
    explained: isOver
      ? null
      : onlyTask(await readExplanation(context, run, await context.taskTypes()), taskId),
    log:
      only === null || attemptNumber === null
        ? null
        : await readTaskLog(pool, {
            runId,
            taskId,
            mapIndex: only.mapIndex,
            attemptNumber,
            side: before === null ? { kind: 'newest' } : { kind: 'before', taskLogId: idOf(before) },
            limit: LINES_SHOWN,
          }),
    rendered:
      only === null || report.declared === null
        ? null
        : await renderWith(pool, report, { task: report.declared, instance: only }),
  };
}
