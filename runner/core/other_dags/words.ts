/** An edge to another DAG in words. */
import type { DagEdge } from '../dag/dag.ts';
import { inZone } from '../time/time_text.ts';
import type { EdgeState } from './awaited_run.ts';

/** An edge of a task with what was found for the date of its run. */
export interface FoundEdge extends DagEdge {
  /** The awaited business date; null if the other DAG has none before. */
  readonly awaitedDate: Temporal.PlainDate | null;
  readonly state: EdgeState;
  /** IANA name of the zone of the other DAG. */
  readonly timezone: string;
  readonly isPaused: boolean;
}

/** Returns `load_file of nightly_load`, or `nightly_load` for the whole run. */
export function edgeName({ dagId, taskId }: Pick<DagEdge, 'dagId' | 'taskId'>): string {
  return taskId === null ? dagId : `${taskId} of ${dagId}`;
}

/** Returns `load_file of nightly_load on its previous date`. */
export function edgeText(edge: DagEdge): string {
  return `${edgeName(edge)}${edge.date === 'previous' ? ' on its previous date' : ''}`;
}

/** Returns `waits for nightly_load, 2026-11-28: run 12 is running`. */
export function edgeSentence(found: FoundEdge): string {
  const date = found.awaitedDate === null ? '' : `, ${found.awaitedDate}`;
  return `waits for ${edgeName(found)}${date}: ${stateWords(found)}`;
}

function stateWords({ dagId, taskId, state, timezone, isPaused }: FoundEdge): string {
  const paused = isPaused ? `; ${dagId} is paused` : '';
  switch (state.kind) {
    case 'met':
      return 'it has succeeded';
    case 'no_dag':
      return `there is no DAG ${dagId} any more`;
    case 'not_due':
      return `due ${inZone(state.at, timezone)}${paused}`;
    case 'no_run':
      return `${state.isScheduled ? 'it has no run' : 'it has no run, and its schedule has none on that date'}${paused}`;
    case 'no_task':
      return `run ${state.runId} has no task ${taskId}`;
    case 'unfinished':
      return taskId === null
        ? `run ${state.runId} is ${state.state}`
        : `${taskState(state)} in run ${state.runId}`;
    case 'unsuccessful':
      return `${
        taskId === null
          ? `run ${state.runId} ended as ${state.state}`
          : `${state.state} in run ${state.runId}`
      }, and waited for until it succeeds`;
  }
}

/** Returns a task's state; `none` says nothing to a person. */
function taskState({ state }: { readonly state: string }): string {
  return state === 'none' ? 'not started' : state;
}
