/** Lets the scheduler decide about an instant of the past, as it would have decided then. */
import type { Pool } from 'pg';
import { createPool, withTransaction } from '../../../runner/connections/postgres/connect.ts';
import { DagVersions } from '../../../runner/engine/dags/versions.ts';
import { settleSchedule } from '../../../runner/engine/schedule/schedule_dag.ts';
import { lockDag } from '../../../runner/store/dag/dag.ts';
import type { Lifetime } from '../postgres/database.ts';

/** The decision of the scheduler about a date. */
export type Decision =
  | { readonly kind: 'run'; readonly runId: number }
  | { readonly kind: 'closed'; readonly name: string }
  | { readonly kind: 'none' };

export interface SimulatedSchedule {
  /**
   * Decides about everything between one hour before `at` and a minute after it. The run that is made ignores waits, as
   * one of a past date would otherwise miss its deadlines at once.
   */
  decide(at: Temporal.Instant, date: Temporal.PlainDate): Promise<Decision>;
}

/**
 * The clock of the session that decides: `now()` is found in its own schema before that of Postgres. Other sessions,
 * such as those of the worker that runs the tasks, keep the real one.
 */
const CLOCK = `
  create schema simulated;
  create table simulated.clock (at timestamptz not null);
  insert into simulated.clock values ('-infinity');
  create function simulated.now() returns timestamptz language sql stable as 'select at from simulated.clock';
  create function simulated.collapse() returns trigger language plpgsql as
    $$ begin new.time_edges := 'collapse'; return new; end $$;
  create trigger collapse before insert on stockflow.dag_run for each row
    when (new.run_type = 'scheduled') execute function simulated.collapse()`;

export async function simulatedSchedule(
  lifetime: Lifetime,
  { url, pool, dagId }: { readonly url: string; readonly pool: Pool; readonly dagId: string },
): Promise<SimulatedSchedule> {
  await pool.query(CLOCK);
  const address = new URL(url);
  address.searchParams.set('options', '-c search_path=simulated,pg_catalog,public');
  const then = createPool(address.href, { applicationName: 'simulated schedule', max: 1 });
  lifetime.after(() => then.end());
  const versions = new DagVersions(pool);
  return {
    async decide(at, date) {
      await withTransaction(then, async (tx) => {
        await tx.query('update simulated.clock set at = $1', [at.add({ minutes: 1 }).toString()]);
        await tx.query('update stockflow.dag set is_paused = false, schedule_cursor = $2 where dag_id = $1', [
          dagId,
          at.subtract({ hours: 1 }).toString(),
        ]);
        const row = await lockDag(tx, dagId);
        if (row === null) throw new Error(`there is no DAG ${dagId}`);
        await settleSchedule(tx, versions, row);
        // The schedule stands still again before any worker sees it: for that one the date is long over.
        await tx.query('update stockflow.dag set is_paused = true where dag_id = $1', [dagId]);
      });
      const { rows } = await pool.query<{ runId: number | null; closedAs: string | null }>(
        `select r.run_id as "runId", d.closed_as as "closedAs"
           from stockflow.due_instant d
           left join stockflow.dag_run r using (dag_id, scheduled_for)
          where d.dag_id = $1 and d.business_date = $2 and (r.run_type = 'scheduled' or r.run_id is null)`,
        [dagId, date.toString()],
      );
      const [row] = rows;
      if (row?.closedAs != null) return { kind: 'closed', name: row.closedAs };
      return row?.runId == null ? { kind: 'none' } : { kind: 'run', runId: row.runId };
    },
  };
}
