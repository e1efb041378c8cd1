/** Reads the history from the view `audit.event`. */
import type { Json } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

export interface EventFilter {
  readonly dagId: string | null;
  readonly runId: number | null;
  readonly since: Temporal.Instant | null;
  /** An action such as `task.marked`, or a noun alone for all of its actions; null for every action. */
  readonly action: string | null;
  readonly actor: string | null;
  /** Only events of this task; null for all. */
  readonly taskId?: string | null;
  /** Only events with an id below this one. */
  readonly before?: number | null;
  readonly limit: number;
}

export interface ListedEvent {
  readonly eventId: number;
  readonly at: Temporal.Instant;
  readonly actor: string;
  readonly channel: string;
  readonly action: string;
  readonly dagId: string | null;
  readonly runId: number | null;
  readonly taskId: string | null;
  readonly mapIndex: number | null;
  readonly reason: string | null;
  readonly before: Json;
  readonly after: Json;
}

/** Returns the newest events that match the filter, oldest first. */
export async function listEvents(db: Queryable, filter: EventFilter): Promise<readonly ListedEvent[]> {
  const isNoun = filter.action !== null && !filter.action.includes('.');
  const { rows } = await db.query<ListedEvent>(
    `select event_id as "eventId", at, actor, channel, action, dag_id as "dagId", run_id as "runId", task_id as "taskId",
            map_index as "mapIndex", reason, before, after
       from audit.event
      where ($1::text is null or dag_id = $1)
        and ($2::bigint is null or run_id = $2)
        and ($3::timestamptz is null or at >= $3)
        and ($4::text is null or action = $4) and ($9::text is null or action like $9 || '.%')
        and ($5::text is null or actor = $5)
        and ($7::text is null or task_id = $7)
        and ($8::bigint is null or event_id < $8)
      order by event_id desc
      limit $6`,
    [
      filter.dagId,
      filter.runId,
      filter.since,
      isNoun ? null : filter.action,
      filter.actor,
      filter.limit,
      filter.taskId ?? null,
      filter.before ?? null,
      isNoun ? filter.action : null,
    ],
  );
  return rows.toReversed();
}
