/** An explanation as people read it: what is late and what holds the run, then task by task, then what comes next. */
import type { Blocker } from '../../../core/explain/blocker.ts';
import { isTerminalRunState } from '../../../core/run/states.ts';
import { groupsOf } from '../../../view/explain/groups.ts';
import type { Explained } from '../../../view/explain/source.ts';
import { freeWords, lateWords, nameOf, nextSentence, when } from '../../../view/explain/words.ts';
import { inZone, msBetween, spanText } from '../../../view/time_text.ts';
import { oneLine, type Paint, styleOfState } from '../../output/terminal_text.ts';
import { blockerWords, type CommandContext } from './words.ts';

/** The most instances of a mapped task that are listed where all wait for the same. */
const ALIKE_SHOWN = 1;

export function explainText(explained: Explained, paint: Paint): string {
  const { run, now, timezone, isPaused, explanation } = explained;
  const context = { timezone, now, runId: run.runId };
  const sentenceOf = (blocker: Blocker) => blockerWords(blocker, context);
  const head = `run ${run.runId} of ${run.dagId}: ${paint(styleOfState(run.state), run.state)}, at ${inZone(now, timezone, 'second')}\n`;
  const lines = [
    ...explanation.late.map((late) => paint('red', `late: ${lateWords(late, context)}`)),
    ...explanation.run.map(sentenceOf),
    ...(isPaused ? [pausedWords(run)] : []),
  ];
  const free = freeWords(explanation.run);
  const tasks = groupsOf(explanation.tasks, sentenceOf).map(({ first, sentences, alike }) => {
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

function nextWords(explained: Explained, context: CommandContext): string {
  const { run, explanation } = explained;
  const sentence = nextSentence(explained, context);
  if (explanation.next.kind !== 'never') return sentence;
  if (explanation.run.some(({ kind }) => kind === 'no_worker')) return `${sentence}: stockflow up`;
  return run.state === 'success'
    ? sentence
    : `${sentence}; stockflow runs show ${run.runId} says how to go on`;
}
