import type { Queryable } from '../queryable.ts';

/** Returns the channels with deliveries that have been due for `olderThanMs` and were not sent. */
export async function overdueChannels(db: Queryable, olderThanMs: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ channel: string }>(
    `select distinct channel from stockflow.alert_delivery
      where state = 'pending' and next_attempt_at < now() - $1 * interval '1 ms' order by channel`,
    [olderThanMs],
  );
  return rows.map(({ channel }) => channel);
}
