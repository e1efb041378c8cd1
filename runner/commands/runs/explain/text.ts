/** An explanation as people read it: what is late and what holds the run, then task by task, then what comes next. */
import type { Blocker } from '../../../core/explain/blocker.ts';
import type { Late, TaskExplanation } from '../../../core/explain/explain.ts';
import { isTerminalRunState } from '../../../core/run/states.ts';
import { inZone, msBetween, spanText } from '../../../view/time_text.ts';
import { oneLine, type Paint, styleOfState } from '../../output/terminal_text.ts';
import type { Explained } from './json.ts';
import { blockerWords, nameOf, type WordsContext, when } from './words.ts';

/** The most instances of a mapped task that are listed where all wait for the same. */
const ALIKE_SHOWN = 1;

export function explainText(explained: Explained, paint: Paint): string {
  const { run, now, timezone, isPaused, explanation } = explained;
  const context = { timezone, now, runId: run.runId };
  const head = `run ${run.runId} of ${run.dagId}: ${paint(styleOfState(run.state), run.state)}, at ${inZone(now, timezone, 'second')}\n`;
  const lines = [
    ...explanation.late.map((late) => paint('red', `late: ${lateWords(late, context)}`)),
    ...explanation.run.map((blocker) => blockerWords(blocker, context)),
    ...(isPaused ? [pausedWords(run)] : []),
  ];
  const free = freeWords(explanation.run);
  const tasks = groupsOf(explanation.tasks, context).map(({ first, sentences, alike }) => {
    const { instance } = first;
    const more = alike > ALIKE_SHOWN ? ` and ${alike - ALIKE_SHOWN} more like it` : '';
    const name = `${nameOf(instance)}${more}`;
    const state = instance.state === 'none' ? 'not started' : instance.state;
    const body = sentences.length === 0 ? [free] : sentences;
    return [
      `${name}  ${paint(styleOfState(instance.state), state)}`,
      ...body.map((line) => `  ${oneLine(line)}`),
    ].join('\n');
  });
  const running = explanation.running.map((instance) => {
    const since = instance.startedAt === null ? '' : ` for ${spanText(msBetween(instance.startedAt, now))}`;
    const until = instance.timeoutAt === null ? '' : `, at most until ${when(instance.timeoutAt, context)}`;
    return `${nameOf(instance)}  ${paint(styleOfState('running'), 'running')}${since}${until}`;
  });
  const done = explanation.done.length === 0 ? [] : [`done: ${explanation.done.map(nameOf).join(', ')}`];
  return [
    head,
    ...[...lines, ...running, ...tasks, ...done].map((line) => `${line}\n`),
    `\nnext: ${nextWords(explained, context)}\n`,
  ].join('');
}

function pausedWords({ dagId, state }: Explained['run']): string {
  return `${dagId} is paused: no new runs are made${isTerminalRunState(state) ? '' : ', this one goes on'}`;
}

/** Returns the words for a task that nothing holds but what holds its whole run. */
function freeWords(ofRun: readonly Blocker[]): string {
  const kinds = new Set(ofRun.map(({ kind }) => kind));
  if (kinds.has('run_ended')) return 'did not run: the run ended before it';
  if (kinds.has('run_queued')) return 'ready: it starts with the run';
  if (kinds.has('no_worker')) return 'ready: it starts when a worker runs';
  return 'ready: it starts at any moment';
}

export function nextWords({ run, explanation }: Explained, context: WordsContext): string {
  const { next } = explanation;
  if (next.kind === 'at') return `${nameOf(next.instance)} at ${when(next.at, context)}`;
  if (next.kind === 'any_moment') return 'at any moment';
  const isNoWorker = explanation.run.some(({ kind }) => kind === 'no_worker');
  if (isNoWorker) return 'nothing before a worker runs: stockflow up';
  if (run.state === 'success') return 'nothing, the run is done';
  return `nothing by itself; stockflow runs show ${run.runId} says how to go on`;
}

export function lateWords(late: Late, context: WordsContext): string {
  const name = nameOf(late.instance);
  if (late.kind === 'deadline') return `${name} was to be finished by ${when(late.deadlineAt, context)}`;
  const { p95Ms, runs } = late.usual;
  return `${name} has been running for ${spanText(late.runningMs)}; 95 of 100 runs take at most ${spanText(p95Ms)} (of the last ${runs})`;
}

interface Group {
  readonly first: TaskExplanation;
  readonly sentences: readonly string[];
  readonly alike: number;
}

/** Groups the instances of one task that are blocked alike, which are printed once. */
function groupsOf(tasks: readonly TaskExplanation[], context: WordsContext): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const task of tasks) {
    const sentences = task.blockers.map((blocker) => blockerWords(blocker, context));
    const key = JSON.stringify([task.instance.taskId, task.instance.state, sentences]);
    const group = groups.get(key);
    groups.set(
      key,
      group === undefined ? { first: task, sentences, alike: 1 } : { ...group, alike: group.alike + 1 },
    );
  }
  return [...groups.values()];
}
