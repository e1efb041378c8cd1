/** The graph of a run and its tasks over time. */
import type { Attempt } from '../../../store/task/attempt.ts';
import { earliest, finishedAt, startedAt, type TaskGroup } from '../../../view/run/task_groups.ts';
import { taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { type GanttTask, ganttPicture } from '../../picture/gantt_picture.ts';
import { graphPicture } from '../../picture/graph_picture.ts';
import type { ShownRun } from './shown.ts';
import { shownGroups } from './tasks.ts';

/** The bars that are drawn at most: a picture of more is read by nobody. */
const BARS = 60;

export function picturesPart(shown: ShownRun): Html {
  const { report, index, groups } = shown;
  const { run, now, timezone } = report;
  const stateOf = new Map(groups.map(({ taskId, state }) => [taskId, state]));
  const graph =
    index === null
      ? NOTHING
      : html`<section aria-labelledby="graph"><h2 id="graph">Graph</h2>${graphPicture(
          index.dag.tasks,
          (taskId) => ({ href: taskHref(run.runId, taskId), state: stateOf.get(taskId) ?? 'none' }),
        )}</section>`;
  const listed = shownGroups(shown);
  const timed = listed.slice(0, BARS).map((group) => ganttTask(run.runId, group));
  const overTime =
    run.startedAt === null
      ? NOTHING
      : html`<section aria-labelledby="time"><h2 id="time">Time</h2>${ganttPicture(
          { startedAt: run.startedAt, finishedAt: run.finishedAt, now },
          timed,
          timezone,
        )}${listed.length > BARS ? html`<p class="soft">The first ${BARS} of ${listed.length} tasks; the table has the times of all.</p>` : NOTHING}</section>`;
  return html`${graph}${overTime}`;
}

function ganttTask(runId: number, group: TaskGroup): GanttTask {
  const { taskId, state, instances } = group;
  const [first] = instances;
  const tasks = instances.map(({ task }) => task);
  return {
    name: instances.length === 1 ? taskId : `${taskId} × ${instances.length}`,
    href: taskHref(runId, taskId),
    state,
    plannedAt: earliest(tasks.map((task) => task.plannedAt)),
    deadlineAt: earliest(tasks.map((task) => task.deadlineAt)),
    wakeAt: earliest(tasks.map((task) => task.wakeAt)),
    startedAt: startedAt(group),
    finishedAt: finishedAt(group),
    attempts:
      instances.length === 1 ? first.attempts : mergedAttempts(instances.flatMap((one) => one.attempts)),
  };
}

type TimedAttempt = Pick<Attempt, 'state' | 'startedAt' | 'finishedAt'>;

/** Joins attempts of one state that overlap or touch, so that a thousand instances are few pieces. */
export function mergedAttempts(attempts: readonly TimedAttempt[]): readonly TimedAttempt[] {
  const merged: { -readonly [Key in keyof TimedAttempt]: TimedAttempt[Key] }[] = [];
  const last = new Map<string, (typeof merged)[number]>();
  for (const attempt of attempts.toSorted((a, b) => Temporal.Instant.compare(a.startedAt, b.startedAt))) {
    const before = last.get(attempt.state);
    if (before !== undefined && !isBefore(before.finishedAt, attempt.startedAt)) {
      if (before.finishedAt !== null && !isBefore(attempt.finishedAt, before.finishedAt))
        before.finishedAt = attempt.finishedAt;
    } else {
      const piece = { state: attempt.state, startedAt: attempt.startedAt, finishedAt: attempt.finishedAt };
      merged.push(piece);
      last.set(attempt.state, piece);
    }
  }
  // Failures lie over successes: a piece of them must not vanish behind a long one.
  return merged.toSorted((a, b) => Number(a.state !== 'success') - Number(b.state !== 'success'));
}

/** @param at null stands for an end that has not come yet */
function isBefore(at: Temporal.Instant | null, other: Temporal.Instant): boolean {
  return at !== null && Temporal.Instant.compare(at, other) < 0;
}
