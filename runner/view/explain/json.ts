/** An explanation as machines read it. */
import type { Blocker } from '../../core/explain/blocker.ts';
import type { Late } from '../../core/explain/explain.ts';
import type { InstanceFacts } from '../../core/explain/facts.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Column } from '../listing.ts';
import type { Explained } from './source.ts';
import { blockerSentence } from './words.ts';

/** Returns the sentence of a blocker; the command line adds the command that helps. */
export type SentenceOf = (blocker: Blocker, explained: Explained) => string;

export interface ExplainRow {
  /** The task; null for what holds the run. */
  readonly instance: InstanceFacts | null;
  readonly blocker: Blocker | null;
  readonly sentence: string;
}

export const EXPLAIN_COLUMNS: readonly Column<ExplainRow>[] = [
  { key: 'task_id', value: ({ instance }) => instance?.taskId ?? null },
  {
    key: 'map_index',
    value: ({ instance }) => (instance === null || instance.mapIndex < 0 ? null : instance.mapIndex),
  },
  { key: 'state', value: ({ instance }) => instance?.state ?? null },
  { key: 'blocker', value: ({ blocker }) => blocker?.kind ?? null },
  { key: 'at', value: ({ blocker }) => (blocker !== null && 'at' in blocker ? blocker.at : null) },
  { key: 'sentence', value: ({ sentence }) => sentence },
];

export function explainRows(
  explained: Explained,
  sentenceOf: SentenceOf = blockerSentence,
): readonly ExplainRow[] {
  const { explanation } = explained;
  const row = (instance: InstanceFacts | null, blocker: Blocker): ExplainRow => ({
    instance,
    blocker,
    sentence: sentenceOf(blocker, explained),
  });
  return [
    ...explanation.run.map((blocker) => row(null, blocker)),
    ...explanation.tasks.flatMap(({ instance, blockers }) =>
      blockers.map((blocker) => row(instance, blocker)),
    ),
  ];
}

export function explainJson(explained: Explained, sentenceOf: SentenceOf = blockerSentence): Json {
  const blockerJson = (blocker: Blocker) => ({
    ...blockerFacts(blocker),
    sentence: sentenceOf(blocker, explained),
  });
  const { run, now, isPaused, explanation } = explained;
  const { next } = explanation;
  return {
    run_id: run.runId,
    dag_id: run.dagId,
    state: run.state,
    at: now.toString(),
    dag_is_paused: isPaused,
    blockers: explanation.run.map(blockerJson),
    next: {
      kind: next.kind,
      at: next.kind === 'at' ? next.at.toString() : null,
      task_id: 'instance' in next ? next.instance.taskId : null,
    },
    late: explanation.late.map(lateJson),
    running: explanation.running.map(instanceJson),
    tasks: explanation.tasks.map(({ instance, blockers, notBeforeAt }) => ({
      ...instanceJson(instance),
      not_before_at: notBeforeAt?.toString() ?? null,
      blockers: blockers.map(blockerJson),
    })),
  };
}

function instanceJson({ taskId, mapIndex, state, startedAt, deadlineAt, wakeAt }: InstanceFacts): {
  [key: string]: Json;
} {
  return {
    task_id: taskId,
    map_index: mapIndex < 0 ? null : mapIndex,
    state,
    started_at: startedAt?.toString() ?? null,
    deadline_at: deadlineAt?.toString() ?? null,
    wake_at: wakeAt?.toString() ?? null,
  };
}

/** Returns the facts of a blocker in snake_case. */
function blockerFacts(blocker: Blocker): JsonObject {
  if (blocker.kind === 'dag_edge') return dagEdgeFacts(blocker);
  return Object.fromEntries(
    Object.entries(blocker).map(([key, value]): [string, Json] => [snakeCase(key), jsonValue(value)]),
  );
}

function dagEdgeFacts({ kind, edge, at }: Extract<Blocker, { kind: 'dag_edge' }>): JsonObject {
  const { dagId, taskId, awaitedDate, state, isPaused } = edge;
  return {
    kind,
    dag_id: dagId,
    task_id: taskId,
    business_date: awaitedDate?.toString() ?? null,
    found: state.kind,
    run_id: 'runId' in state ? state.runId : null,
    dag_is_paused: isPaused,
    at: at?.toString() ?? null,
  };
}

function jsonValue(value: unknown): Json {
  if (value instanceof Temporal.Instant) return value.toString();
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [snakeCase(key), jsonValue(part)]));
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function lateJson(late: Late): Json {
  const { taskId } = late.instance;
  if (late.kind === 'deadline')
    return { kind: late.kind, task_id: taskId, deadline_at: late.deadlineAt.toString() };
  return { kind: late.kind, task_id: taskId, running_ms: late.runningMs, p95_ms: late.usual.p95Ms };
}
