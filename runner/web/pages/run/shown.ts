/** Reads everything that the page of a run shows. */
import type { DagIndex } from '../../../core/dag/index.ts';
import { isTerminalRunState } from '../../../core/run/states.ts';
import { type ListedAlert, listAlerts } from '../../../store/alert/listing.ts';
import { findDag, findVersion } from '../../../store/dag/dag.ts';
import { type ListedEvent, listEvents } from '../../../store/event/listing.ts';
import { type Artifact, listArtifacts } from '../../../store/task/artifact.ts';
import { type Explained, readExplanation } from '../../../view/explain/source.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { type RunReport, readRunReport } from '../../../view/run/report.ts';
import { type TaskGroup, taskGroups } from '../../../view/run/task_groups.ts';
import type { PageLink } from '../../contributed/run_link.ts';
import type { PageRequest } from '../../page.ts';

/** The newest events that the page shows; all are in the history. */
const EVENTS_SHOWN = 100;

/** The newest alerts that the page shows; a run has one of a kind each time that it was queued. */
const ALERTS_SHOWN = 50;

export interface ShownRun {
  readonly report: RunReport;
  /** The DAG version that the run began with; null if an older release wrote it and this one cannot read it. */
  readonly index: DagIndex | null;
  readonly groups: readonly TaskGroup[];
  /** Null once the run has ended. */
  readonly explained: Explained | null;
  readonly artifacts: readonly Artifact[];
  readonly events: readonly ListedEvent[];
  /** The alerts of the run, the newest first. */
  readonly alerts: readonly ListedAlert[];
  readonly version: { readonly sha256: string; readonly isInForce: boolean } | null;
  readonly query: URLSearchParams;
  /** The pages of task authors that say more about the run. */
  readonly links: readonly PageLink[];
}

/** @throws NotFound */
export async function readShownRun({ context, params, query }: PageRequest): Promise<ShownRun> {
  const { pool, versions } = context;
  const run = await findNamedRun(pool, params.run ?? '');
  const { runId, dagId, dagVersionId } = run;
  const report = await readRunReport(context, runId);
  const index = await versions.getReadable(dagVersionId);
  const isOver = isTerminalRunState(report.run.state) || index === null;
  const version = await findVersion(pool, dagVersionId);
  const inForce = await findDag(pool, dagId);
  return {
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
    alerts: await listAlerts(pool, { dagId: null, runId, before: null, limit: ALERTS_SHOWN }),
    version: version && { sha256: version.sha256, isInForce: inForce?.dagVersionId === dagVersionId },
    query,
    links: context.linksOfRun({
      run: report.run,
      tasks: report.tasks.map(({ task }) => task),
    }),
  };
}
