import type { Pool } from 'pg';
import type { AlertSender } from '../../../runner/engine/alerts/sender.ts';

/**
 * Returns a sender whose receiver is a table of the same database: what arrives and that it was sent are one
 * transaction, so that a second arrival would be the outbox's fault.
 * @param table has alert_id, channel and pid
 */
export function recordingSender(pool: Pool, table: string): AlertSender {
  return {
    async sendDue(channel) {
      await pool.query(
        `with due as (
           select alert_id from stockflow.alert_delivery
            where channel = $1 and state = 'pending' and next_attempt_at <= now()
              for update skip locked
         ), sent as (
           update stockflow.alert_delivery d
              set state = 'sent', sent_at = now(), next_attempt_at = null, attempt_count = attempt_count + 1
             from due where d.alert_id = due.alert_id and d.channel = $1
           returning d.alert_id
         )
         insert into ${table} (alert_id, channel, pid) select alert_id, $1, $2 from sent`,
        [channel, process.pid],
      );
    },
  };
}
