/** Reads the messages that one channel had of a trouble before. */
import type { Queryable } from '../queryable.ts';
import type { MessageRows } from './delivery.ts';

/** The conversation that a trouble has on a channel. */
export interface Conversation {
  readonly thread: string | null;
  /** The open alerts of other troubles that were told in the same message. */
  readonly stillOpen: number;
}

/** Returns the conversation that the alerts of an incident began on a channel. */
export async function conversationOf(
  db: Queryable,
  { channel, alertIds }: Pick<MessageRows, 'channel' | 'alertIds'>,
): Promise<Conversation> {
  const { rows } = await db.query<Conversation>({
    name: 'stockflow.conversation',
    text: `with told as (select dag_id, incident from stockflow.alert where alert_id = any($2)),
     first as (
       select e.thread, e.message_key
         from told t join stockflow.alert b using (dag_id, incident) join stockflow.alert_delivery e using (alert_id)
        where e.channel = $1 and e.state = 'sent'
        order by b.alert_id limit 1)
     select thread, (
         select count(*)::integer from stockflow.alert_delivery e join stockflow.alert b using (alert_id)
          where e.channel = $1 and e.message_key = first.message_key and b.closed_at is null
            and b.kind in ('failed', 'deadline_missed', 'not_started', 'slow')
            and not exists (select from told t where t.incident = b.incident)) as "stillOpen"
       from first`,
    values: [channel, alertIds],
  });
  return rows[0] ?? { thread: null, stillOpen: 0 };
}
