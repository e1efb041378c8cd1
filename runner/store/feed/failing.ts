/** Reads the messages that services outside do not take: the pings of a heartbeat, and what a feed sends of runs. */
import type { Queryable } from '../queryable.ts';
import type { Feed } from './feed.ts';

export interface FailingFeed {
  readonly feed: 'heartbeat' | Feed;
  /** The DAG of a heartbeat; null for a feed of all DAGs. */
  readonly dagId: string | null;
  /** The connection of a heartbeat; null for a feed of all DAGs. */
  readonly connection: string | null;
  /** The number of pings, or of runs. */
  readonly count: number;
  readonly since: Temporal.Instant;
  /** Why the last try failed, without secrets. */
  readonly errorText: string;
  /** The instant of the next try; null if all were given up. */
  readonly nextAttemptAt: Temporal.Instant | null;
}

/**
 * Returns the heartbeats whose newest pings failed, and the feeds with runs that their receiver does not take; what was given
 * up counts for two days. Notes are left out, as some monitors take none.
 */
export async function failingFeeds(db: Queryable): Promise<readonly FailingFeed[]> {
  const { rows } = await db.query<FailingFeed>({
    name: 'stockflow.failing_feeds',
    text: `select 'heartbeat' as feed, p.dag_id as "dagId", p.connection, count(*)::integer as count, min(p.at) as since,
            (array_agg(p.error_text order by p.ping_id desc))[1] as "errorText", min(p.next_attempt_at) as "nextAttemptAt"
       from stockflow.heartbeat_ping p
      where p.error_text is not null and p.kind <> 'log' and p.at > now() - interval '2 days'
        and not exists (select from stockflow.heartbeat_ping s
                         where s.ping_id > p.ping_id and s.dag_id = p.dag_id and s.connection = p.connection
                           and s.state = 'sent' and s.kind <> 'log')
      group by p.dag_id, p.connection
      union all
     select f.feed, null, null, count(*)::integer, min(f.failing_since),
            (array_agg(f.error_text order by f.run_id desc))[1], min(f.next_at) filter (where f.given_up_at is null)
       from stockflow.feed_run f
      where f.failing_since is not null and (f.given_up_at is null or f.given_up_at > now() - interval '2 days')
      group by f.feed
      order by 1, 2`,
  });
  return rows;
}
