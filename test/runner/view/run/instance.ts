import type { TaskInstance } from '../../../../runner/store/task/instance.ts';

/** An instance of a run in which nothing has happened, but for what is given. */
export function instance(
  given: Pick<TaskInstance, 'taskId' | 'state'> & Partial<TaskInstance>,
): TaskInstance {
  return {
    taskInstanceId: 1,
    runId: 1,
    mapIndex: -1,
    removedAt: null,
    attemptNumber: 0,
    failureCount: 0,
    crashCount: 0,
    plannedAt: null,
    deadlineAt: null,
    deadlineMissedAt: null,
    wakeAt: null,
    wakeReason: null,
    startedAt: null,
    finishedAt: null,
    output: null,
    errorClass: null,
    errorText: null,
    remedy: null,
    progress: null,
    ...given,
  };
}
