/** Task types whose behaviour a test decides while the DAG runs. */
import { z } from 'zod';
import {
  type AttemptFacts,
  defineTask,
  type Json,
  type TaskContext,
  type TaskType,
} from '../../../runner/task.ts';

export type Behaviour = (
  context: TaskContext<{ readonly [key: string]: Json }>,
) => Promise<Json | undefined> | Json | undefined;

/** A type `step` that does what the test says for its task_id, and counts every start. */
export interface Steps {
  readonly type: TaskType;
  /** Attempts that began, in order. */
  readonly started: AttemptFacts[];
  on(taskId: string, behaviour: Behaviour): void;
  startsOf(taskId: string): number;
}

export function steps(): Steps {
  const behaviours = new Map<string, Behaviour>();
  const started: AttemptFacts[] = [];
  const type = defineTask({
    type: 'step',
    description: 'does what the test says',
    params: z.record(z.string(), z.json()),
    async run(context) {
      started.push(context.attempt);
      return await behaviours.get(context.attempt.taskId)?.(context);
    },
  });
  return {
    type,
    started,
    on: (taskId, behaviour) => behaviours.set(taskId, behaviour),
    startsOf: (taskId) => started.filter((attempt) => attempt.taskId === taskId).length,
  };
}

/** A DAG file in which every task is a `step`; each line is a task in YAML's flow style without its type. */
export function stepDag(dagId: string, tasks: readonly string[], extra: readonly string[] = []): string {
  return [
    `dag_id: ${dagId}`,
    'timezone: UTC',
    ...(extra.some((line) => line.startsWith('schedule:')) ? [] : ['schedule: null']),
    ...extra,
    'tasks:',
    ...tasks.map((task) => `  - {type: step, ${task}}`),
    '',
  ].join('\n');
}

/** A promise and the means to settle it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Ends when the signal fires, with its reason: what a well-behaved task does while it waits. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
