/** Renders what a run that goes on waits for: what is late, what holds it, then task by task, and what comes next. */
import type { InstanceFacts } from '../../../core/explain/facts.ts';
import { readProgress } from '../../../core/run/progress_rate.ts';
import { isTerminalTaskState } from '../../../core/run/states.ts';
import type { TaskInstance } from '../../../store/task/instance.ts';
import { groupsOf } from '../../../view/explain/groups.ts';
import type { Explained } from '../../../view/explain/source.ts';
import { blockerSentence, freeWords, lateWords, nameOf, nextSentence } from '../../../view/explain/words.ts';
import { taskName } from '../../../view/run/report.ts';
import { msBetween, spanText } from '../../../view/time_text.ts';
import { taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { shapeMark } from '../../html/mark.ts';
import { progressPart } from '../../html/progress.ts';
import type { RenderMemory } from '../../live/page.ts';

/** More waiting tasks than this are left to the table. */
const SHOWN = 25;

export interface WaitingFacts {
  readonly explained: Explained | null;
  /** Those of the run or the task, for the progress of those that run. */
  readonly instances: readonly TaskInstance[];
  /** The memory of earlier renderings, for the rate of the progress. */
  readonly memory: RenderMemory | null;
}

export function waitingPart({ explained, instances, memory }: WaitingFacts): Html {
  if (explained === null) return NOTHING;
  const { explanation, timezone, now, isPaused, run } = explained;
  const { runId } = run;
  const progressOf = new Map(instances.map((one) => [taskName(one), progressText(one, memory)]));
  const context = { timezone, now };
  const ofRun = [
    ...explanation.late.map((late) => `Late: ${lateWords(late, context)}`),
    ...explanation.run.map((blocker) => blockerSentence(blocker, context)),
    ...(isPaused ? [`${run.dagId} is paused: no new runs are made, this one goes on`] : []),
  ];
  const waiting = explanation.tasks.filter(({ instance }) => !isTerminalTaskState(instance.state));
  const groups = groupsOf(waiting, (blocker) => blockerSentence(blocker, context));
  const free = freeWords(explanation.run);
  const more = groups.length - SHOWN;
  return html`<section aria-labelledby="waiting"><h2 id="waiting">Now, and what it waits for</h2>
${ofRun.length === 0 ? NOTHING : html`<div class="notice warning">${each(ofRun, (sentence) => html`<p>${sentence}</p>`)}</div>`}
<ul class="plain">${each(
    explanation.running,
    (instance) =>
      html`<li>${taskPart(runId, instance)} ${runningText(instance, now)}${progressOf.get(nameOf(instance)) ?? NOTHING}</li>`,
  )}${each(
    groups.slice(0, SHOWN),
    ({ first, sentences, alike }) =>
      html`<li>${taskPart(runId, first.instance)}${alike > 1 ? ` and ${alike - 1} more like it` : ''}: ${(sentences.length === 0 ? [free] : sentences).join('; ')}</li>`,
  )}</ul>
<p>Next: ${nextSentence(explained, context)}.</p>
${more > 0 ? html`<p class="soft">And ${more} more, in the table below.</p>` : NOTHING}</section>`;
}

function taskPart(runId: number, instance: InstanceFacts): Html {
  const { taskId, mapIndex, state } = instance;
  return html`${shapeMark(state)} <a class="mono" href="${taskHref(runId, taskId, mapIndex)}">${nameOf(instance)}</a>`;
}

function runningText({ startedAt }: InstanceFacts, now: Temporal.Instant): string {
  return startedAt === null ? 'is running' : `has been running for ${spanText(msBetween(startedAt, now))}`;
}

function progressText(
  { taskInstanceId, attemptNumber, progress: stored }: TaskInstance,
  memory: RenderMemory | null,
): Html {
  const progress = readProgress(stored);
  if (progress === null) return NOTHING;
  const forecast = memory?.rates.observe(`${taskInstanceId} ${attemptNumber}`, progress, memory.atMs);
  return html`: ${progressPart(progress, forecast?.perSecond ?? null)}`;
}
