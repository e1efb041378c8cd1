import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { timed } from '../bench.ts';

/** Returns the milliseconds in which a person has the rows of a query on a terminal. */
export async function psqlMs(databaseUrl: string, query: string): Promise<number> {
  return await timed(() =>
    promisify(execFile)('psql', ['-X', '-q', '-P', 'pager=off', '-c', query, databaseUrl], {
      maxBuffer: 64 * 1024 * 1024,
    }),
  );
}

/** The states of all tasks in a DAG's newest 25 runs. */
export function gridQuery(dagId: string): string {
  return `select r.run_id, r.business_date, r.state as run_state, t.task_id, t.state
            from (select * from stockflow.dag_run where dag_id = '${dagId}' order by run_id desc limit 25) r
            join stockflow.task_instance t using (run_id)`;
}

/** The newest 30 nights of a DAG, with the tasks of the last one. */
export function stripQuery(dagId: string): string {
  return `select d.scheduled_for, d.decision, r.run_id, r.state, t.task_id, t.state, t.error_text
            from (select * from stockflow.due_instant where dag_id = '${dagId}' order by scheduled_for desc limit 30) d
            left join stockflow.dag_run r using (dag_id, scheduled_for)
            left join stockflow.task_instance t
              on t.run_id = r.run_id and r.run_id = (select max(run_id) from stockflow.dag_run where dag_id = '${dagId}')`;
}
