/**
 * Counts the movements that the OMS recorded while each task of some runs was running, and between freeze, reset and
 * apply.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { CountByName } from '../campaign/counts.ts';

const rowsSchema = z.array(z.object({ place: z.string(), writes: z.number() }));

export async function countBesideTasks(pool: Pool, runIds: readonly number[]): Promise<CountByName> {
  const { rows } = await pool.query(
    `with attempt as (
       select i.run_id, i.task_id, min(a.started_at) as started_at, max(a.finished_at) as finished_at
         from stockflow.task_attempt a join stockflow.task_instance i using (task_instance_id)
        where i.run_id = any($1)
        group by i.run_id, i.task_id
     ), span as (
       select 'while ' || task_id || ' ran' as place, started_at as from_at, finished_at as to_at from attempt
       union all
       select 'between ' || f.task_id || ' and ' || t.task_id, f.finished_at, t.started_at
         from attempt f join attempt t using (run_id)
        where (f.task_id, t.task_id) in (('create_variance_file', 'reset_inventory'), ('reset_inventory', 'apply_variance'))
     )
     select place, count(*)::integer as writes
       from span
       join oms.inventory_item_detail d on d.created_at > from_at and d.created_at <= to_at and d.reason_enum_id is null
      group by place`,
    [runIds],
  );
  return Object.fromEntries(rowsSchema.parse(rows).map(({ place, writes }) => [place, writes]));
}
