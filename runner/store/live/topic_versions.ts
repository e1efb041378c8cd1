/** Reads which topics of open pages have changed, with one statement for all of them. */
import type { Queryable } from '../queryable.ts';
import { type LiveTopic, topicsByKind } from './topic.ts';

/** The channel on which the database tells of what a person did; see migrations/runner/0015_live.sql. */
export const LIVE_CHANNEL = 'stockflow_live';

/**
 * A version is a checksum over the rows that can still change, and over the newest events. It reads unfinished runs and
 * tasks by their partial indexes and the ends of other indexes, so its cost does not grow with the history. Events are
 * not counted by their highest id alone, as a transaction may commit after one that drew a higher id.
 */
const TOPIC_VERSIONS = {
  name: 'stockflow.topic_versions',
  text: `with watched_run as (
       select run_id, dag_id, state, finished_at from stockflow.dag_run where run_id = any($1::bigint[])
       union
       select run_id, dag_id, state, finished_at from stockflow.dag_run
        where dag_id = any($2::text[]) and state in ('queued', 'running')
     ), run_version as (
       select r.run_id, r.dag_id, concat_ws(' ', r.state, r.finished_at,
              (select bit_xor(hashint8extended(event_id, 0))
                 from (select event_id from stockflow.event where run_id = r.run_id order by event_id desc limit 50) newest),
              (select count(*) || ' ' || bit_xor(hashtextextended(concat_ws(' ', t.task_instance_id, t.state, t.attempt_token,
                        t.wake_at, case when t.state = 'running' then
                          (select a.progress from stockflow.task_attempt a
                            where a.task_instance_id = t.task_instance_id and a.attempt_number = t.attempt_number) end), 0))
                 from stockflow.task_instance t
                where t.run_id = r.run_id and t.state in ('none', 'deferred', 'queued', 'running', 'up_for_retry'))) as version
         from watched_run r
     ), newest_events as (
       select bit_xor(hashint8extended(event_id, 0)) as version
         from (select event_id from stockflow.event order by event_id desc limit 100) newest
     ), unfinished_runs as (
       select bit_xor(hashtextextended(concat_ws(' ', run_id, state), 0)) as version
         from stockflow.dag_run where state in ('queued', 'running')
     ), running_tasks as (
       select bit_xor(hashtextextended(concat_ws(' ', task_instance_id, attempt_token), 0)) as version
         from stockflow.task_instance where state = 'running'
     ), workers as (
       select bit_xor(hashtextextended(concat_ws(' ', worker_id, lease_expires_at > now()), 0)) as version
         from stockflow.worker where stopped_at is null and lost_at is null
     )
     select 'run:' || run_id as topic, version from run_version where run_id = any($1::bigint[])
     union all
     select 'dag:' || dag_id, concat_ws(' ', is_paused, current_version_id, next_scheduled_for, invalid_since, retired_at,
            (select bit_xor(hashint8extended(event_id, 0))
               from (select event_id from stockflow.event e where e.dag_id = d.dag_id order by event_id desc limit 50) newest),
            (select bit_xor(hashtextextended(concat_ws(' ', r.run_id, r.version), 0)) from run_version r where r.dag_id = d.dag_id))
       from stockflow.dag d where dag_id = any($2::text[])
     union all
     select 'backfill:' || backfill_id, concat_ws(' ', state, finished_at,
            (select bit_xor(hashtextextended(concat_ws(' ', d.position, d.decision, d.stage, d.run_id,
                      (select r.state from stockflow.dag_run r where r.run_id = d.run_id)), 0))
               from stockflow.backfill_date d where d.backfill_id = b.backfill_id))
       from stockflow.backfill b where backfill_id = any($3::bigint[])
     union all
     select 'log:' || log.task_instance_id || ':' || log.attempt_number, concat_ws(' ',
            (select max(l.task_log_id) from stockflow.task_log l
              where (l.task_instance_id, l.attempt_number) = (log.task_instance_id, log.attempt_number)),
            (select a.finished_at from stockflow.task_attempt a
              where (a.task_instance_id, a.attempt_number) = (log.task_instance_id, log.attempt_number)))
       from unnest($4::bigint[], $5::integer[]) as log(task_instance_id, attempt_number)
     union all
     select 'home', concat_ws(' ', newest_events.version, unfinished_runs.version, running_tasks.version, workers.version,
            (select bit_xor(hashtextextended(concat_ws(' ', dag_id, is_paused, current_version_id, next_scheduled_for,
                      invalid_since, retired_at), 0)) from stockflow.dag))
       from newest_events, unfinished_runs, running_tasks, workers where 'home' = any($6::text[])
     union all
     select 'backfills', concat_ws(' ', unfinished_runs.version,
            (select bit_xor(hashtextextended(concat_ws(' ', backfill_id, state), 0)) from stockflow.backfill),
            (select count(*) from stockflow.backfill_date where stage = 'waiting'))
       from unfinished_runs where 'backfills' = any($6::text[])
     union all
     select 'workers', concat_ws(' ', workers.version, running_tasks.version,
            (select max(worker_id) from stockflow.worker),
            (select count(*) from stockflow.task_instance where state = 'queued'),
            (select bit_xor(hashtextextended(concat_ws(' ', name, slots), 0)) from stockflow.pool))
       from workers, running_tasks where 'workers' = any($6::text[])
     union all
     select 'alerts', concat_ws(' ',
         (select bit_xor(hashtextextended(concat_ws(' ', ping_id, state, attempt_count), 0))
            from stockflow.heartbeat_ping where error_text is not null and at > now() - interval '2 days'),
         (select bit_xor(hashtextextended(concat_ws(' ', feed, run_id, failure_count, given_up_at), 0))
            from stockflow.feed_run where failing_since is not null), (
         select bit_xor(hashtextextended(concat_ws(' ', newest.alert_id, newest.closed_at, (
                  select string_agg(concat_ws(' ', d.channel, d.state, d.attempt_count, d.repeat_count), ',' order by d.channel)
                    from stockflow.alert_delivery d where d.alert_id = newest.alert_id)), 0))::text
           from (select alert_id, closed_at from stockflow.alert order by alert_id desc limit 100) newest))
      where 'alerts' = any($6::text[])
     union all
     select 'audit', concat_ws(' ', newest_events.version, (select max(seal_id) from stockflow.event_seal))
       from newest_events where 'audit' = any($6::text[])`,
};

/**
 * Returns a version of each topic, which changes whenever one of its rows has changed; that of something which does not
 * exist is empty.
 */
export async function topicVersions(
  db: Queryable,
  topics: Iterable<LiveTopic>,
): Promise<ReadonlyMap<LiveTopic, string>> {
  const wanted = new Set(topics);
  const { whole, dagIds, runIds, backfillIds, attempts } = topicsByKind(wanted);
  const { rows } = await db.query<{ topic: string; version: string }>({
    ...TOPIC_VERSIONS,
    values: [
      runIds,
      dagIds,
      backfillIds,
      attempts.map(({ taskInstanceId }) => taskInstanceId),
      attempts.map(({ attemptNumber }) => attemptNumber),
      whole,
    ],
  });
  const found = new Map(rows.map(({ topic, version }) => [topic, version]));
  return new Map(Array.from(wanted, (topic) => [topic, found.get(topic) ?? '']));
}
