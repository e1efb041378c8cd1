/** A blocker in a sentence, and what is late or comes next. */
import type { Blocker, StateCounts } from '../../core/explain/blocker.ts';
import type { Late } from '../../core/explain/explain.ts';
import type { InstanceFacts } from '../../core/explain/facts.ts';
import { edgeSentence } from '../../core/other_dags/words.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { taskName } from '../run/report.ts';
import { inZone, msBetween, spanText } from '../time_text.ts';
import type { Explained } from './source.ts';

export interface WordsContext {
  readonly timezone: string;
  readonly now: Temporal.Instant;
}

const MANY = 5;

export function blockerSentence(blocker: Blocker, context: WordsContext): string {
  switch (blocker.kind) {
    case 'run_ended':
      return `the run has ended: ${blocker.state}`;
    case 'run_queued': {
      const ahead = blocker.ahead.map((run) => `run ${run.runId} (${run.state})`);
      const before = ahead.length === 0 ? 'a worker starts it within seconds' : `before it: ${few(ahead)}`;
      return `the run is queued: max_active_runs is ${blocker.maxActiveRuns}; ${before}`;
    }
    case 'no_worker':
      return 'no worker is running: nothing happens before one does';
    case 'upstream':
      return `waits for ${blocker.taskId}, which is ${statesWords(blocker.states)}`;
    case 'trigger_rule':
      return `its trigger_rule is ${blocker.rule}`;
    case 'not_before':
      return `not before ${when(blocker.at, context)}`;
    case 'delay':
      return blocker.at === null
        ? `${formatDuration(blocker.delayMs)} after the success of ${blocker.taskId}, whenever that is`
        : `${formatDuration(blocker.delayMs)} after the success of ${blocker.taskId}: ${when(blocker.at, context)}`;
    case 'dag_edge':
      return edgeSentence(blocker.edge);
    case 'sensor':
      return `checks again at ${when(blocker.at, context)}${because(blocker.reason)}`;
    case 'retry':
      return `failed ${times(blocker.failureCount)}, of ${blocker.retries} ${blocker.retries === 1 ? 'retry' : 'retries'} the next at ${when(blocker.at, context)}${because(blocker.error)}`;
    case 'pool': {
      const { pool, slots, usedSlots, wantedSlots, holders } = blocker;
      const held = holders.map(
        (holder) =>
          `run ${holder.runId} ${taskName(holder)} (${holder.slots}${holder.isOver ? ', over, its work has not ended yet' : ''})`,
      );
      const by = held.length === 0 ? '' : `, held by ${few(held)}`;
      return `pool ${pool} is full: ${usedSlots} of ${slots} slots used${by}; it wants ${wantedSlots}`;
    }
    case 'workers_busy':
      return `the workers are busy: ${blocker.running} of ${blocker.concurrency} task instances that they can run at once`;
    case 'hint_lost':
      return 'its wake-up job is missing; the next sweep of a worker adds it again, within seconds';
    case 'hint_put_off':
      return `its wake-up job failed, and is retried at ${when(blocker.at, context)}${because(blocker.error)}`;
    case 'restarting':
      return `its worker died (${times(blocker.crashCount)}); it starts again, in a process of its own`;
    case 'type_unusable':
      return `its task type ${blocker.type} cannot be used here: ${blocker.why}`;
    case 'failed':
      return `failed after ${blocker.attempts} ${blocker.attempts === 1 ? 'attempt' : 'attempts'}${because(blocker.error)}`;
    case 'quarantined':
      return `quarantined: its worker died ${times(blocker.crashCount)} while it ran`;
    case 'upstream_failed':
      return `not run because of ${blocker.causes.map(({ taskId, state }) => `${taskId} (${state})`).join(', ') || 'an upstream task'}`;
    case 'skipped':
      return blocker.upstream.length > 0
        ? `skipped, as ${blocker.upstream.join(', ')} was`
        : `skipped${because(blocker.reason)}`;
    case 'cancelled':
      return 'cancelled';
  }
}

/** `2026-01-31 01:30:00 EST, in 12m 04s` */
export function when(at: Temporal.Instant, { timezone, now }: WordsContext): string {
  const inMs = msBetween(now, at);
  return `${inZone(at, timezone, 'second')}, ${inMs >= 0 ? `in ${spanText(inMs)}` : `${spanText(-inMs)} ago`}`;
}

export function nameOf(instance: InstanceFacts): string {
  return taskName(instance);
}

function statesWords(states: StateCounts): string {
  const parts = Object.entries(states);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only[1] === 1) return stateWord(only[0]);
  return parts.map(([state, count]) => `${count} ${stateWord(state)}`).join(', ');
}

/** `none` says nothing to a person. */
function stateWord(state: string): string {
  return state === 'none' ? 'not started' : state;
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function few(names: readonly string[]): string {
  const more = names.length - MANY;
  return more > 0 ? `${names.slice(0, MANY).join(', ')} and ${more} more` : names.join(', ');
}

export function lateWords(late: Late, context: WordsContext): string {
  const name = nameOf(late.instance);
  if (late.kind === 'deadline') return `${name} was to be finished by ${when(late.deadlineAt, context)}`;
  const { p95Ms, runs } = late.usual;
  return `${name} has been running for ${spanText(late.runningMs)}; 95 of 100 runs take at most ${spanText(p95Ms)} (of the last ${runs})`;
}

/**
 * Returns the words for a task that nothing holds but what holds its whole run.
 *
 * @param ofRun the blockers of the run
 */
export function freeWords(ofRun: readonly Blocker[]): string {
  const kinds = new Set(ofRun.map(({ kind }) => kind));
  if (kinds.has('run_ended')) return 'did not run: the run ended before it';
  if (kinds.has('run_queued')) return 'ready: it starts with the run';
  if (kinds.has('no_worker')) return 'ready: it starts when a worker runs';
  return 'ready: it starts at any moment';
}

/** Returns when anything can happen next. */
export function nextSentence({ run, explanation }: Explained, context: WordsContext): string {
  const { next } = explanation;
  if (next.kind === 'at') return `${nameOf(next.instance)} at ${when(next.at, context)}`;
  if (next.kind === 'any_moment') return 'at any moment';
  if (next.kind === 'other_dag') return `${nameOf(next.instance)}, when ${next.dagId} has succeeded`;
  if (explanation.run.some(({ kind }) => kind === 'no_worker')) return 'nothing before a worker runs';
  return run.state === 'success' ? 'nothing, the run is done' : 'nothing by itself';
}
