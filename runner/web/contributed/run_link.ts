import type { DagRun } from '../../store/run/dag_run.ts';
import type { TaskInstance } from '../../store/task/instance.ts';

/** A run with its tasks, for a page that decides whether it says something about it. */
export interface RunToLink {
  readonly run: DagRun;
  readonly tasks: readonly TaskInstance[];
}

export interface PageLink {
  readonly href: string;
  readonly label: string;
}
