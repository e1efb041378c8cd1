/**
 * The states of runs, task instances and attempts, and every change between them.
 *
 * These tables are the only place where a transition is allowed in code; the database holds the same set in
 * `stockflow.is_run_transition` and `stockflow.is_task_transition` and refuses any other (a test compares both).
 */
export const RUN_STATES = ['queued', 'running', 'success', 'failed', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const TASK_STATES = [
  'none',
  'deferred',
  'queued',
  'running',
  'up_for_retry',
  'success',
  'failed',
  'upstream_failed',
  'skipped',
  'cancelled',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export const ATTEMPT_STATES = [
  'running',
  'deferred',
  'success',
  'failed',
  'skipped',
  'cancelled',
  /** The worker's lease ran out: the worker died, or was frozen for too long. */
  'crashed',
  /** Released unfinished by a worker that was shutting down, or whose claim was never acknowledged. */
  'handed_over',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export const RUN_TRANSITIONS = {
  queued: ['running', 'cancelled'],
  running: ['success', 'failed', 'cancelled'],
  success: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<RunState, readonly RunState[]>;

export const TASK_TRANSITIONS = {
  none: ['deferred', 'queued', 'failed', 'upstream_failed', 'skipped', 'cancelled'],
  deferred: ['running', 'failed', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['queued', 'deferred', 'up_for_retry', 'success', 'failed', 'skipped', 'cancelled'],
  up_for_retry: ['running', 'failed', 'cancelled'],
  success: [],
  failed: [],
  upstream_failed: [],
  skipped: [],
  cancelled: [],
} as const satisfies Record<TaskState, readonly TaskState[]>;

/**
 * Transitions that only a recorded action of a person may make: `tasks clear`, `tasks mark`, and the reopening of their
 * run.
 */
export const OPERATOR_RUN_TRANSITIONS = {
  queued: [],
  running: [],
  success: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
} as const satisfies Record<RunState, readonly RunState[]>;

const MARKS = ['success', 'failed', 'skipped'] as const;

export const OPERATOR_TASK_TRANSITIONS = {
  none: MARKS,
  deferred: ['none', ...MARKS],
  queued: ['none', ...MARKS],
  running: ['none', ...MARKS],
  up_for_retry: ['none', ...MARKS],
  success: ['none', 'failed', 'skipped'],
  failed: ['none', 'success', 'skipped'],
  upstream_failed: ['none', ...MARKS],
  skipped: ['none', 'success', 'failed'],
  cancelled: ['none', ...MARKS],
} as const satisfies Record<TaskState, readonly TaskState[]>;

export const TERMINAL_RUN_STATES = ['success', 'failed', 'cancelled'] as const satisfies readonly RunState[];

export const TERMINAL_TASK_STATES = [
  'success',
  'failed',
  'upstream_failed',
  'skipped',
  'cancelled',
] as const satisfies readonly TaskState[];

export function isTerminalTaskState(state: TaskState): boolean {
  return (TERMINAL_TASK_STATES as readonly TaskState[]).includes(state);
}

export function isTerminalRunState(state: RunState): boolean {
  return (TERMINAL_RUN_STATES as readonly RunState[]).includes(state);
}
