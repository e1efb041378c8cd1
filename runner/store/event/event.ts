import type { JsonObject } from '../../core/value/json.ts';
import type { Queryable } from '../queryable.ts';

/** The actor of an event and the channel, such as the command or the worker; recorded with every event. */
export interface Actor {
  /** The login name of a person, or `scheduler`, `worker 12@host`. */
  readonly actor: string;
  readonly channel: 'scheduler' | 'worker' | 'cli' | 'files' | 'web';
}

/** One row of the append-only history. */
export interface Event {
  /** The action as noun.verb: `run.created`, `task.crashed`. */
  readonly action: string;
  readonly dagId?: string;
  readonly runId?: number;
  readonly taskId?: string;
  readonly mapIndex?: number;
  readonly reason?: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

export async function recordEvents(db: Queryable, by: Actor, events: readonly Event[]): Promise<void> {
  if (events.length === 0) return;
  await db.query({
    name: 'stockflow.record_events',
    // The transaction must have its number before the first event id is drawn: the seals rely on it (see seal.ts).
    text: `insert into stockflow.event (actor, channel, action, dag_id, run_id, task_id, map_index, reason, before, after)
     select $1, $2, e.action, e.dag_id, e.run_id, e.task_id, e.map_index, e.reason, e.before, e.after
       from pg_current_xact_id(), rows from (jsonb_to_recordset($3::jsonb)
              as (action text, dag_id text, run_id bigint, task_id text, map_index integer, reason text,
                  before jsonb, after jsonb)) with ordinality as e
      order by e.ordinality`,
    values: [by.actor, by.channel, JSON.stringify(events.map(toRow))],
  });
}

function toRow(event: Event) {
  return {
    action: event.action,
    dag_id: event.dagId ?? null,
    run_id: event.runId ?? null,
    task_id: event.taskId ?? null,
    map_index: event.mapIndex ?? null,
    reason: event.reason ?? null,
    before: event.before ?? null,
    after: event.after ?? null,
  };
}
