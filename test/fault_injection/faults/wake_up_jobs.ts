import { TICK } from '../campaign/shapes.ts';
import type { Fault } from '../campaign/world.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';

/**
 * Deletes rows of the queue, or delays them as after many failures: all of them, or each with probability one half.
 * The fault's name is a value of `--fault`, and so keeps the older word.
 */
export const lostJobs: Fault = {
  name: 'lost_jobs',
  weight: 8,
  async inject({ pool }, random) {
    const share = random.pick([0.5, 1]);
    const how = random.pick(['deleted', 'put off']);
    const { rowCount } = await retryDuringOutage(() =>
      how === 'deleted'
        ? pool.query('delete from graphile_worker._private_jobs where random() < $1', [share])
        : pool.query(
            `update graphile_worker._private_jobs set run_at = now() + interval '1 hour', attempts = 9
              where locked_at is null and random() < $1`,
            [share],
          ),
    );
    return `${rowCount} ${how}, of ${share * 100} %`;
  },
};

/**
 * Adds two jobs for every unfinished task and the latest finished ones, one with their fence and one with a wrong
 * one, and jobs with invalid payloads. The fault's name is a value of `--fault`, and so keeps the older word.
 */
export const forgedJobs: Fault = {
  name: 'forged_jobs',
  weight: 8,
  async inject({ pool, load }, random) {
    const offset = random.integer(-1, 1);
    const { rowCount } = await retryDuringOutage(() =>
      pool.query(
        `select graphile_worker.add_job('stockflow.work', json_build_object('id', task_instance_id, 'token', attempt_token + extra))
           from (select task_instance_id, attempt_token from stockflow.task_instance
                  where state in ('none', 'queued', 'running', 'deferred', 'up_for_retry')
                  union all
                 (select task_instance_id, attempt_token from stockflow.task_instance
                   where finished_at is not null order by task_instance_id desc limit 20)) as t
          cross join (values (0), ($1::integer)) as e(extra)`,
        [offset],
      ),
    );
    await retryDuringOutage(() =>
      pool.query(
        `select graphile_worker.add_job(task, payload::json) from (values
           ('stockflow.work', '{"id": -1, "token": 0}'), ('stockflow.work', '{"id": "1 or 1=1"}'), ('stockflow.work', '[]'),
           ('stockflow.work', 'null'), ('stockflow.schedule', '{"dag_id": "no_such_dag"}'), ('stockflow.schedule', '7'))
         as forged(task, payload)`,
      ),
    );
    await load.pushSchedule(TICK, 4);
    return `${rowCount} jobs, with the fence off by ${offset}`;
  },
};
