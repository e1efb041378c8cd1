import type { Queryable } from '../queryable.ts';

/** Returns the channels with deliveries, or repetitions of open alerts, that have been due for `olderThanMs`. */
export async function overdueChannels(db: Queryable, olderThanMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ channel: string }>(
    `select distinct channel from stockflow.alert_delivery
      where state = 'pending' and next_attempt_at < now() - $1 * interval '1 ms'
     union
     select d.channel from stockflow.alert_delivery d join stockflow.alert a using (alert_id)
      where d.repeat_at < now() - $1 * interval '1 ms' and a.closed_at is null
      order by channel`,
    [olderThanMs],
  );
  return rows.map(({ channel }) => channel);
}
