/** Services outside that do not take what they are sent. */
import type { JsonObject } from '../../core/value/json.ts';
import type { FailingFeed } from '../../store/feed/failing.ts';
import { jsonOf } from '../listing.ts';
import { inZone } from '../time_text.ts';

/** Returns `heartbeat of nightly (oncall_ping)`, or `lineage`. */
export function feedName({ feed, dagId, connection }: FailingFeed): string {
  return dagId === null ? feed : `${feed} of ${dagId} (${connection})`;
}

/** Returns `2 pings`, or `1 run`. */
export function feedCount({ feed, count }: FailingFeed): string {
  const unit = feed === 'heartbeat' ? 'ping' : 'run';
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Returns `lineage: 3 runs not sent, since 2026-03-10 02:10 EDT: answered 503; the next try is at ...`. */
export function failingText(failing: FailingFeed, timezone: string): string {
  const { since, errorText, nextAttemptAt } = failing;
  const next = nextAttemptAt === null ? 'given up' : `the next try is at ${inZone(nextAttemptAt, timezone)}`;
  return `${feedName(failing)}: ${feedCount(failing)} not sent, since ${inZone(since, timezone)}: ${errorText}; ${next}`;
}

export function failingJson({
  feed,
  dagId,
  connection,
  count,
  since,
  errorText,
  nextAttemptAt,
}: FailingFeed): JsonObject {
  return {
    feed,
    dag_id: dagId,
    connection,
    count,
    since: jsonOf(since),
    error: errorText,
    next_attempt_at: jsonOf(nextAttemptAt),
  };
}
