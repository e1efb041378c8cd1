/** The deliveries of a channel: which are due, and what became of each try. */
import type { WaitingAlert } from '../../core/alert/message/group.ts';
import type { Queryable } from '../queryable.ts';
import { ALERT_COLUMNS, type AlertRow, waitingAlert } from './waiting.ts';

/** A channel at an instant of the database's clock. */
export interface ChannelAt {
  readonly channel: string;
  readonly now: Temporal.Instant;
}

/** The deliveries that are sent in one message. */
export interface MessageRows {
  readonly channel: string;
  readonly messageKey: string;
  readonly alertIds: readonly number[];
}

/** At most so many alerts are looked at to make a message. */
const MAX_WAITING = 500;

/**
 * Locks the due deliveries of a channel, the oldest first, without those that another worker holds. One that follows an
 * unsent alert of its trouble waits for that, so that nobody reads of a recovery first.
 */
export async function lockDue(tx: Queryable, { channel, now }: ChannelAt): Promise<readonly WaitingAlert[]> {
  const { rows } = await tx.query<AlertRow>({
    name: 'stockflow.lock_due_deliveries',
    text: `select ${ALERT_COLUMNS},
            (select e.message_key from stockflow.alert b join stockflow.alert_delivery e using (alert_id)
              where b.dag_id = a.dag_id and b.incident = a.incident and e.channel = d.channel and e.state = 'sent'
              order by b.alert_id limit 1) as "earlierMessageKey"
       from stockflow.alert_delivery d join stockflow.alert a using (alert_id)
      where d.channel = $1 and d.state = 'pending' and d.next_attempt_at <= $2
        and not exists (
          select from stockflow.alert_delivery e join stockflow.alert b using (alert_id)
           where e.channel = d.channel and e.state = 'pending' and b.incident = a.incident and b.alert_id < a.alert_id)
      order by d.alert_id limit ${MAX_WAITING}
      for update of d skip locked`,
    values: [channel, now.toString()],
  });
  return rows.map(waitingAlert);
}

export interface Claim {
  /** The number of tries, this one included. It also fences: who holds an older claim can mark nothing. */
  readonly attempt: number;
  readonly firstAttemptAt: Temporal.Instant;
}

/** Takes deliveries for a try: until `until` nobody else sends them. */
export async function claimMessage(
  tx: Queryable,
  { channel, messageKey, alertIds }: MessageRows,
  { now, until }: { readonly now: Temporal.Instant; readonly until: Temporal.Instant },
): Promise<Claim> {
  const { rows } = await tx.query<Claim>({
    name: 'stockflow.claim_message',
    text: `update stockflow.alert_delivery
        set message_key = $3, attempt_count = attempt_count + 1, next_attempt_at = $5,
            first_attempt_at = coalesce(first_attempt_at, $4)
      where channel = $1 and alert_id = any($2) and state = 'pending'
      returning attempt_count as attempt, first_attempt_at as "firstAttemptAt"`,
    values: [channel, alertIds, messageKey, now.toString(), until.toString()],
  });
  const [claim] = rows;
  if (claim === undefined) throw new Error(`no delivery of ${messageKey} to ${channel} is there`);
  return claim;
}

/** Marks deliveries sent. Of those whose alert is open and is to be repeated, `repeatAt` is when. */
export async function markSent(
  db: Queryable,
  { channel, messageKey }: MessageRows,
  sent: {
    readonly attempt: number;
    readonly at: Temporal.Instant;
    readonly thread: string | null;
    readonly repeatAt: Temporal.Instant | null;
  },
): Promise<void> {
  await db.query({
    name: 'stockflow.mark_delivered',
    text: `update stockflow.alert_delivery d
        set state = 'sent', sent_at = $4, next_attempt_at = null, error_text = null, thread = $5,
            repeat_at = case when a.closed_at is null and a.kind in ('failed', 'deadline_missed', 'not_started', 'slow')
                             then $6::timestamptz end
       from stockflow.alert a
      where a.alert_id = d.alert_id and d.channel = $1 and d.message_key = $2 and d.attempt_count = $3 and d.state = 'pending'`,
    values: [
      channel,
      messageKey,
      sent.attempt,
      sent.at.toString(),
      sent.thread,
      sent.repeatAt?.toString() ?? null,
    ],
  });
}

/** Records a try that failed. @param nextAt null to give up */
export async function markUnsent(
  db: Queryable,
  { channel, messageKey }: MessageRows,
  failure: {
    readonly attempt: number;
    readonly errorText: string;
    readonly nextAt: Temporal.Instant | null;
  },
): Promise<void> {
  await db.query({
    name: 'stockflow.mark_undelivered',
    text: `update stockflow.alert_delivery
        set state = case when $5::timestamptz is null then 'failed' else 'pending' end, next_attempt_at = $5, error_text = $4
      where channel = $1 and message_key = $2 and attempt_count = $3 and state = 'pending'`,
    values: [channel, messageKey, failure.attempt, failure.errorText, failure.nextAt?.toString() ?? null],
  });
}

/** Lets everything that is due on a channel wait until an instant: its receiver is down, or its hours are quiet. */
export async function postponeDue(
  db: Queryable,
  { channel, now }: ChannelAt,
  until: Temporal.Instant,
): Promise<void> {
  await db.query({
    name: 'stockflow.postpone_deliveries',
    text: `update stockflow.alert_delivery
        set next_attempt_at = case when state = 'pending' then $3::timestamptz end,
            repeat_at = case when state = 'sent' then $3::timestamptz end
      where channel = $1 and (state = 'pending' and next_attempt_at <= $2 or state = 'sent' and repeat_at <= $2)`,
    values: [channel, now.toString(), until.toString()],
  });
}

/** Returns the next instant at which a channel has something to send; null if nothing waits. */
export async function nextDue(db: Queryable, channel: string): Promise<Temporal.Instant | null> {
  const { rows } = await db.query<{ nextAt: Temporal.Instant | null }>({
    name: 'stockflow.next_delivery',
    text: `select least(
              (select min(greatest(d.next_attempt_at, (
                        select max(e.next_attempt_at)
                          from stockflow.alert_delivery e join stockflow.alert b using (alert_id)
                         where e.channel = d.channel and e.state = 'pending' and b.incident = a.incident
                           and b.alert_id < a.alert_id)))
                 from stockflow.alert_delivery d join stockflow.alert a using (alert_id)
                where d.channel = $1 and d.state = 'pending'),
              (select min(d.repeat_at) from stockflow.alert_delivery d join stockflow.alert a using (alert_id)
                where d.channel = $1 and d.repeat_at is not null and a.closed_at is null)) as "nextAt"`,
    values: [channel],
  });
  return rows[0]?.nextAt ?? null;
}
