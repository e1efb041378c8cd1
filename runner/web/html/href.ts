/** The addresses of runs, tasks and DAGs. */

export function dagHref(dagId: string): string {
  return `/dags/${encodeURIComponent(dagId)}`;
}

export function runHref(runId: number): string {
  return `/runs/${runId}`;
}

/** @param mapIndex below 0 for a task that is not mapped */
export function taskHref(runId: number, taskId: string, mapIndex = -1): string {
  return `${runHref(runId)}/tasks/${encodeURIComponent(taskId)}${mapIndex < 0 ? '' : `?map=${mapIndex}`}`;
}
