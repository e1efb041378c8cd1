/** The outbox: alerts, and the copy of each for every channel that is told. */
import type { AlertFacts } from '../../core/alert/facts.ts';
import type { AlertKind } from '../../core/alert/kind.ts';
import type { Queryable } from '../queryable.ts';

export interface NewAlert {
  readonly dagId: string;
  /** Null for a due instant whose run was never made. */
  readonly runId: number | null;
  readonly scheduledFor: Temporal.Instant;
  readonly kind: AlertKind;
  /** Names run, kind and round: an alert whose key is taken is not inserted. */
  readonly dedupKey: string;
  /** Shared by all alerts of one trouble. */
  readonly incident: string;
  readonly sentence: string;
  readonly facts: AlertFacts;
  /** Shared by all alerts with one root cause; null for an alert of its own. */
  readonly cause: string | null;
}

/** The time in ms that an alert waits for others of its cause, so that they are told in one message. */
export const GATHER_MS = 3_000;

/**
 * Inserts an alert with a delivery for each channel, due when its cause had time to gather.
 * @returns the instant from which the deliveries are due; null if the alert was there already
 */
export async function insertAlert(
  db: Queryable,
  alert: NewAlert,
  channels: readonly string[],
): Promise<Temporal.Instant | null> {
  const { rows } = await db.query<{ dueAt: Temporal.Instant }>({
    name: 'stockflow.insert_alert',
    text: `with alert as (
       insert into stockflow.alert (dag_id, run_id, scheduled_for, kind, dedup_key, incident, sentence, facts, cause)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (dedup_key) do nothing
       returning alert_id
     )
     insert into stockflow.alert_delivery (alert_id, channel, next_attempt_at)
     select alert_id, channel, clock_timestamp() + $11 * interval '1 ms'
       from alert cross join unnest($10::text[]) as channel
     returning next_attempt_at as "dueAt"`,
    values: [
      alert.dagId,
      alert.runId,
      alert.scheduledFor.toString(),
      alert.kind,
      alert.dedupKey,
      alert.incident,
      alert.sentence,
      JSON.stringify(alert.facts),
      alert.cause,
      channels,
      GATHER_MS,
    ],
  });
  return (
    rows
      .map(({ dueAt }) => dueAt)
      .toSorted(Temporal.Instant.compare)
      .at(-1) ?? null
  );
}
