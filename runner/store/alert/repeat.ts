/** Alerts that are told again while their trouble lasts. */
import type { WaitingAlert } from '../../core/alert/message/group.ts';
import type { Queryable } from '../queryable.ts';
import type { ChannelAt, MessageRows } from './delivery.ts';
import { ALERT_COLUMNS, type AlertRow, waitingAlert } from './waiting.ts';

export interface Repeat {
  readonly alerts: readonly WaitingAlert[];
  readonly messageKey: string;
  readonly repeatCount: number;
  readonly firstSentAt: Temporal.Instant;
}

/**
 * Takes a message whose alerts are open and are due to be told again. It is due no more from then on, so that a repetition
 * is lost with its worker and never sent twice.
 */
export async function takeRepeat(tx: Queryable, { channel, now }: ChannelAt): Promise<Repeat | null> {
  const { rows } = await tx.query<
    AlertRow & { readonly repeatCount: number; readonly firstSentAt: Temporal.Instant }
  >({
    name: 'stockflow.take_repeat',
    text: `with due as (
       select d.message_key from stockflow.alert_delivery d join stockflow.alert a using (alert_id)
        where d.channel = $1 and d.repeat_at <= $2 and a.closed_at is null
        order by d.alert_id limit 1
        for update of d skip locked)
     update stockflow.alert_delivery d set repeat_at = null, repeat_count = d.repeat_count + 1
       from due, stockflow.alert a
      where d.channel = $1 and d.message_key = due.message_key and a.alert_id = d.alert_id and a.closed_at is null
      returning ${ALERT_COLUMNS}, d.message_key as "earlierMessageKey", d.repeat_count as "repeatCount",
                d.sent_at as "firstSentAt"`,
    values: [channel, now.toString()],
  });
  const [first] = rows;
  if (first?.messageKey == null) return null;
  return {
    alerts: rows.map(waitingAlert).toSorted((a, b) => a.alertId - b.alertId),
    messageKey: first.messageKey,
    repeatCount: first.repeatCount,
    firstSentAt: first.firstSentAt,
  };
}

/** Sets when the open alerts of a message are told again. */
export async function setRepeat(
  tx: Queryable,
  { channel, messageKey, alertIds }: MessageRows,
  repeatAt: Temporal.Instant,
): Promise<void> {
  await tx.query({
    name: 'stockflow.set_repeat',
    text: `update stockflow.alert_delivery set repeat_at = $4
      where channel = $1 and message_key = $2 and alert_id = any($3) and state = 'sent'`,
    values: [channel, messageKey, alertIds, repeatAt.toString()],
  });
}
