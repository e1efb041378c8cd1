/** Alerts with what became of them on each channel. */
import { z } from 'zod';
import type { AlertKind } from '../../core/alert/kind.ts';
import type { Queryable } from '../queryable.ts';

export const DELIVERY_STATES = ['pending', 'sent', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface ListedDelivery {
  readonly channel: string;
  readonly state: DeliveryState;
  readonly tries: number;
  /** The instant of the next try; null if there is none. */
  readonly nextAttemptAt: Temporal.Instant | null;
  readonly sentAt: Temporal.Instant | null;
  /** How often it was told again while it was open. */
  readonly repeatCount: number;
  /** Why the last try failed. */
  readonly errorText: string | null;
}

export interface ListedAlert {
  readonly alertId: number;
  readonly at: Temporal.Instant;
  readonly kind: AlertKind;
  readonly dagId: string;
  readonly runId: number | null;
  readonly scheduledFor: Temporal.Instant;
  readonly timezone: string;
  readonly sentence: string;
  /** When a success ended the trouble. */
  readonly closedAt: Temporal.Instant | null;
  /** By channel. */
  readonly deliveries: readonly ListedDelivery[];
}

export interface AlertFilter {
  readonly dagId: string | null;
  readonly runId: number | null;
  /** Only alerts with an id below this one. */
  readonly before: number | null;
  readonly limit: number;
}

const instant = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : Temporal.Instant.from(text)));

const deliveries = z.array(
  z.object({
    channel: z.string(),
    state: z.enum(DELIVERY_STATES),
    tries: z.number(),
    nextAttemptAt: instant,
    sentAt: instant,
    repeatCount: z.number(),
    errorText: z.string().nullable(),
  }),
);

/** Returns the newest alerts that match, newest first. */
export async function listAlerts(db: Queryable, filter: AlertFilter): Promise<readonly ListedAlert[]> {
  const { rows } = await db.query<Omit<ListedAlert, 'deliveries'> & { readonly deliveries: unknown }>(
    `select a.alert_id as "alertId", a.at, a.kind, a.dag_id as "dagId", a.run_id as "runId",
            a.scheduled_for as "scheduledFor", coalesce(a.facts ->> 'timezone', 'UTC') as timezone, a.sentence,
            a.closed_at as "closedAt",
            coalesce((
              select jsonb_agg(jsonb_build_object(
                       'channel', d.channel, 'state', d.state, 'tries', d.attempt_count, 'nextAttemptAt', d.next_attempt_at,
                       'sentAt', d.sent_at, 'repeatCount', d.repeat_count, 'errorText', d.error_text) order by d.channel)
                from stockflow.alert_delivery d where d.alert_id = a.alert_id), '[]') as deliveries
       from stockflow.alert a
      where ($1::text is null or a.dag_id = $1) and ($2::bigint is null or a.run_id = $2)
        and ($3::bigint is null or a.alert_id < $3)
      order by a.alert_id desc
      limit $4`,
    [filter.dagId, filter.runId, filter.before, filter.limit],
  );
  return rows.map((row) => ({ ...row, deliveries: deliveries.parse(row.deliveries) }));
}

/** A channel that does not take what it is to be told. */
export interface UnsentChannel {
  readonly channel: string;
  readonly count: number;
  /** When the oldest of them was tried first. */
  readonly since: Temporal.Instant;
  /** Why the last try failed. */
  readonly errorText: string;
  /** The instant of the next try; null if all were given up. */
  readonly nextAttemptAt: Temporal.Instant | null;
}

/**
 * Returns the channels with alerts that were tried and not sent: those that wait for another try, and those that were
 * given up lately.
 */
export async function unsentChannels(db: Queryable): Promise<readonly UnsentChannel[]> {
  const { rows } = await db.query<UnsentChannel>({
    name: 'stockflow.unsent_channels',
    text: `select d.channel, count(*)::integer as count, min(d.first_attempt_at) as since,
            (array_agg(d.error_text order by d.alert_id desc))[1] as "errorText", min(d.next_attempt_at) as "nextAttemptAt"
       from stockflow.alert_delivery d
      where d.state in ('pending', 'failed') and d.error_text is not null
        and (d.state = 'pending' or d.first_attempt_at > now() - interval '2 days')
      group by d.channel
      order by d.channel`,
  });
  return rows;
}
