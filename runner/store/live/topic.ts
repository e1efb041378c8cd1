/** Topics of live updates: what a page shows, as far as its changes are told apart. */

/**
 * `home`: the last run of every DAG. `dag:<dag_id>`, `run:<run_id>`, `backfill:<backfill_id>`: that one, with the tasks
 * of its unfinished runs. `backfills`: the list of them. `log:<task_instance_id>:<attempt>`: the log of an attempt.
 * `workers`: workers, pools and the queue. `alerts`: what was told to whom. `audit`: the newest events and seals.
 */
export type LiveTopic =
  | 'home'
  | 'backfills'
  | 'workers'
  | 'alerts'
  | 'audit'
  | `dag:${string}`
  | `run:${number}`
  | `backfill:${number}`
  | `log:${number}:${number}`;

export interface AttemptKey {
  readonly taskInstanceId: number;
  readonly attemptNumber: number;
}

export function logTopic({ taskInstanceId, attemptNumber }: AttemptKey): LiveTopic {
  return `log:${taskInstanceId}:${attemptNumber}`;
}

/** Topics by kind, each once. */
export interface TopicsByKind {
  readonly whole: readonly string[];
  readonly dagIds: readonly string[];
  readonly runIds: readonly number[];
  readonly backfillIds: readonly number[];
  readonly attempts: readonly AttemptKey[];
}

export function topicsByKind(topics: Iterable<LiveTopic>): TopicsByKind {
  const kinds = Map.groupBy(new Set(topics), (topic) => (topic.includes(':') ? topic.split(':', 1)[0] : ''));
  const rest = (kind: string) => (kinds.get(kind) ?? []).map((topic) => topic.slice(kind.length + 1));
  return {
    whole: kinds.get('') ?? [],
    dagIds: rest('dag'),
    runIds: rest('run').map(Number),
    backfillIds: rest('backfill').map(Number),
    attempts: rest('log').map((key) => {
      const [taskInstanceId, attemptNumber] = key.split(':').map(Number);
      return { taskInstanceId: taskInstanceId ?? 0, attemptNumber: attemptNumber ?? 0 };
    }),
  };
}
