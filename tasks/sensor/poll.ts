/** Lets a sensor look again, and give up in the end. */
import { z } from 'zod';
import {
  DeferTask,
  duration,
  FailTask,
  SkipTask,
  type TaskContext,
  type TaskError,
} from '../../runner/task.ts';

export const pollParams = {
  /** Counted from the start of the attempt; the task's `deadline` ends the wait as well. */
  timeout: duration({ description: 'how long it waits at most; without it, until the deadline' }).nullish(),
  on_timeout: z
    .enum(['fail', 'skip'])
    .default('fail')
    .describe('how the task ends when it has waited long enough'),
};

interface PollParams {
  readonly poll_interval: number;
  readonly timeout?: number | null | undefined;
  readonly on_timeout: 'fail' | 'skip';
}

/**
 * Returns the error with which a look ends that has not found what it waits for: a deferral to the next look, or the end
 * of the wait. The last look is at the end itself.
 */
export function pollAgain(
  { params, attempt, now }: Pick<TaskContext<PollParams>, 'params' | 'attempt' | 'now'>,
  why: string,
): TaskError {
  const timeoutAt = params.timeout == null ? null : attempt.startedAt.add({ milliseconds: params.timeout });
  const endAt = earliest([timeoutAt, attempt.deadlineAt]);
  const next = now().add({ milliseconds: params.poll_interval });
  if (endAt === null) return new DeferTask(next, why);
  if (Temporal.Instant.compare(now(), endAt) < 0) return new DeferTask(earliest([next, endAt]) ?? next, why);
  const end = `${why}; it has waited until ${endAt}`;
  return params.on_timeout === 'skip' ? new SkipTask(end) : new FailTask(end);
}

function earliest(instants: readonly (Temporal.Instant | null)[]): Temporal.Instant | null {
  return instants.filter((at) => at !== null).toSorted(Temporal.Instant.compare)[0] ?? null;
}
