/** Nights of long ago of the DAGs whose pages are measured. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Pool } from 'pg';
import { parseDag } from '../../../runner/index.ts';
import { fillHistory, mixedNights, numberedTasks } from '../../support/engine/history.ts';
import { registerDag } from '../runs.ts';

export const FLAGSHIP = 'inventory_sync';
export const WIDE = 'bench_wide_nightly';
export const BUSY = 'bench_busy';

const ZONE = 'America/New_York';
const WIDE_TASKS = Array.from({ length: 900 }, (_, index) => `load_store_${String(index).padStart(3, '0')}`);
const WIDE_LAYER = 30;

/** Inserts the flagship's nights of a year. */
export async function addFlagship(pool: Pool): Promise<void> {
  const file = path.join(import.meta.dirname, `../../../dags/${FLAGSHIP}.yaml`);
  const source = readFileSync(file, 'utf8');
  await registerDag(pool, FLAGSHIP, source);
  const { dag } = parseDag(source, file);
  const tasks = (dag?.tasks ?? []).map(({ taskId }) => taskId);
  await fillHistory(pool, { dagId: FLAGSHIP, tasks, nights: mixedNights(365), ...everyNight() });
}

/** Inserts 25 runs of a DAG of 900 tasks, 30 of which may run at once. */
export async function addWide(pool: Pool): Promise<void> {
  const lines = WIDE_TASKS.map((taskId, index) => {
    const upstream = WIDE_TASKS[index - WIDE_LAYER];
    return `  - {task_id: ${taskId}, type: noop${upstream === undefined ? '' : `, depends_on: [${upstream}]`}}`;
  });
  await registerDag(
    pool,
    WIDE,
    `dag_id: ${WIDE}\ntimezone: ${ZONE}\nschedule: "0 1 * * *"\ntasks:\n${lines.join('\n')}\n`,
  );
  // One night of these was missed, and has no run.
  await fillHistory(pool, { dagId: WIDE, tasks: WIDE_TASKS, nights: mixedNights(26), ...everyNight() });
}

/** Inserts a million finished task instances, of a time before all other nights: they are to be inserted first, as they happened. */
export async function addMillion(pool: Pool): Promise<void> {
  const tasks = numberedTasks(20);
  const lines = tasks.map((taskId) => `  - {task_id: ${taskId}, type: noop}`);
  await registerDag(
    pool,
    BUSY,
    `dag_id: ${BUSY}\ntimezone: UTC\nschedule: null\ntasks:\n${lines.join('\n')}\n`,
  );
  const newest = Temporal.Now.instant().subtract({ hours: 400 * 24 });
  await fillHistory(pool, { dagId: BUSY, tasks, nights: mixedNights(51_000), newest });
}

function everyNight() {
  const newest = Temporal.Now.zonedDateTimeISO(ZONE)
    .startOfDay()
    .add({ hours: 1 })
    .subtract({ days: 1 })
    .toInstant();
  return { newest, every: '24 hours', timezone: ZONE };
}
