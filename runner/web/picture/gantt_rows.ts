/** A run over time: the pieces of each task's bar, as shares of the span that the picture shows. */

export interface TimedTask {
  readonly plannedAt: Temporal.Instant | null;
  readonly deadlineAt: Temporal.Instant | null;
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  readonly wakeAt: Temporal.Instant | null;
  readonly attempts: readonly {
    readonly state: string;
    readonly startedAt: Temporal.Instant;
    readonly finishedAt: Temporal.Instant | null;
  }[];
}

export interface TimedRun {
  readonly startedAt: Temporal.Instant | null;
  readonly finishedAt: Temporal.Instant | null;
  readonly now: Temporal.Instant;
}

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A piece of a bar: `from` and `length` are shares of the span, 0 to 1. */
export interface Piece {
  readonly kind: 'waited' | 'worked' | 'failed' | 'running';
  readonly from: number;
  readonly length: number;
}

export interface GanttRow {
  readonly pieces: readonly Piece[];
  /** Shares of the span; null outside of it. */
  readonly plannedAt: number | null;
  readonly deadlineAt: number | null;
}

/** Returns the span from the start of the run to its end; of one that goes on, to now or to the last instant that is planned. */
export function spanOfRun(run: TimedRun, tasks: readonly TimedTask[]): Span | null {
  if (run.startedAt === null) return null;
  const ahead = tasks.flatMap(({ finishedAt, wakeAt, plannedAt }) =>
    run.finishedAt === null && finishedAt === null ? [wakeAt ?? plannedAt] : [],
  );
  const ends = [run.finishedAt ?? run.now, ...ahead].flatMap((at) =>
    at === null ? [] : [at.epochMilliseconds],
  );
  return { fromMs: run.startedAt.epochMilliseconds, untilMs: Math.max(...ends) };
}

/** Returns the bar of a task. Later pieces lie over earlier ones, so that worked time is always visible. */
export function ganttRow(task: TimedTask, { now }: TimedRun, span: Span): GanttRow {
  const lengthMs = Math.max(1, span.untilMs - span.fromMs);
  const shareOf = (at: Temporal.Instant) => (at.epochMilliseconds - span.fromMs) / lengthMs;
  const inside = (at: Temporal.Instant | null) => {
    if (at === null) return null;
    const share = shareOf(at);
    return share >= 0 && share <= 1 ? share : null;
  };
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], from: Temporal.Instant, until: Temporal.Instant) => {
    const [start, end] = [Math.max(0, shareOf(from)), Math.min(1, shareOf(until))];
    if (end >= start) pieces.push({ kind, from: start, length: end - start });
  };
  const { plannedAt, startedAt } = task;
  if (plannedAt !== null && startedAt !== null && Temporal.Instant.compare(plannedAt, startedAt) < 0)
    add('waited', plannedAt, startedAt);
  for (const { state, startedAt: from, finishedAt } of task.attempts)
    add(kindOf(state), from, finishedAt ?? now);
  return { pieces, plannedAt: inside(plannedAt), deadlineAt: inside(task.deadlineAt) };
}

function kindOf(attemptState: string): Piece['kind'] {
  if (attemptState === 'deferred') return 'waited';
  if (attemptState === 'running') return 'running';
  return attemptState === 'failed' || attemptState === 'crashed' || attemptState === 'cancelled'
    ? 'failed'
    : 'worked';
}
