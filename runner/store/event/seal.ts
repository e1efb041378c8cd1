/**
 * Seals events: they are hash-chained in batches after they were committed, so that recording an event never waits for
 * another. A seal lists its events with the sha256 of each, and its own hash covers that list and the hash of the
 * previous seal.
 */
import type { PoolClient } from 'pg';

/** The largest number of events in one seal; hashing them takes about a tenth of a second. */
export const EVENTS_PER_SEAL = 10_000;

/** The hash that the first seal has as that of its predecessor. */
export const NO_HASH = '0'.repeat(64);

const UTC_MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** SQL for the sha256 of an event `e` of audit.event: all columns as a JSON array in this order. */
export const EVENT_SHA256 = `sha256(convert_to(json_build_array(
  e.event_id, to_char(e.at at time zone 'UTC', ${UTC_MICROSECONDS}), e.actor, e.channel, e.action, e.dag_id, e.run_id,
  e.task_id, e.map_index, e.reason, e.before, e.after, e.transaction_id::text)::text, 'UTF8'))`;

/**
 * SQL for the hash of a seal `s`: a JSON array of all columns but the hash, followed by the sha256 of each of its
 * events.
 */
export const SEAL_HASH = `encode(sha256(convert_to(json_build_array(
  s.seal_id, to_char(s.sealed_at at time zone 'UTC', ${UTC_MICROSECONDS}), s.transaction_id::text, s.highest_event_id,
  s.closed_event_id, s.previous_hash, s.event_ids)::text, 'UTF8')
  || (select string_agg(of_event, ''::bytea order by place)
        from unnest(s.event_sha256) with ordinality as listed(of_event, place))), 'hex')`;

export interface Sealed {
  readonly sealId: number;
  readonly eventCount: number;
  readonly hash: string;
}

/**
 * Seals the committed events that no seal has yet, at most `EVENTS_PER_SEAL`, lowest ids first.
 *
 * All ids that a seal could see were drawn by transactions older than its own. Once all of those have ended, no new
 * event with such an id can appear: the next seal takes what was committed late, and the range is closed and not
 * searched again.
 *
 * @returns null if there is nothing to seal, or if another worker is sealing
 */
export async function sealEvents(tx: PoolClient): Promise<Sealed | null> {
  const { rows: locked } = await tx.query<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('stockflow.event_seal', 0)) as mine`,
  );
  if (locked[0]?.mine !== true) return null;
  const { rows } = await tx.query<Sealed>(
    `with last as materialized (
       select seal_id, hash, highest_event_id, closed_event_id from stockflow.event_seal order by seal_id desc limit 1
     ), decided as materialized (
       select highest_event_id as event_id from stockflow.event_seal
        where transaction_id <= pg_snapshot_xmin(pg_current_snapshot())
        order by seal_id desc limit 1
     ), recent as materialized (
       select unnest(s.event_ids) as event_id from stockflow.event_seal s
        where s.highest_event_id > (select closed_event_id from last)
     ), batch as materialized (
       select e.event_id, ${EVENT_SHA256} as sha256
         from (select event_id, at, actor, channel, action, dag_id, run_id, task_id, nullif(map_index, -1) as map_index,
                      reason, before, after, transaction_id
                 from stockflow.event v
                where v.event_id > coalesce((select closed_event_id from last), 0)
                  and not exists (select from recent where recent.event_id = v.event_id)
                order by v.event_id
                limit $1) e
     ), s as (
       select coalesce(l.seal_id, 0) + 1 as seal_id, clock_timestamp() as sealed_at,
              pg_current_xact_id() as transaction_id, b.event_ids, b.event_sha256,
              greatest(l.highest_event_id, b.last_event_id) as highest_event_id,
              -- A full batch ends before what it had no room for.
              greatest(l.closed_event_id, least(coalesce((select event_id from decided), 0),
                                                case when cardinality(b.event_ids) = $1 then b.last_event_id end), 0)
                as closed_event_id,
              coalesce(l.hash, $2) as previous_hash
         from (select array_agg(event_id order by event_id) as event_ids,
                      array_agg(sha256 order by event_id) as event_sha256, max(event_id) as last_event_id
                 from batch having count(*) > 0) b
         left join last l on true
       offset 0
     )
     insert into stockflow.event_seal
            (seal_id, sealed_at, transaction_id, event_ids, event_sha256, highest_event_id, closed_event_id, previous_hash, hash)
     select s.seal_id, s.sealed_at, s.transaction_id, s.event_ids, s.event_sha256, s.highest_event_id, s.closed_event_id,
            s.previous_hash, ${SEAL_HASH}
       from s
     returning seal_id as "sealId", event_count as "eventCount", hash`,
    [EVENTS_PER_SEAL, NO_HASH],
  );
  return rows[0] ?? null;
}
