import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { openTaskWorld, type TaskWorld } from '../../runner/testing.ts';
import { assertProven } from '../tasks/oms/assert_proven.ts';
import { OmsWorld, type PublishedFile, runOf } from '../tasks/oms/oms_world.ts';
import { type Bench, type Round, timed } from './bench.ts';
import { startDurableDatabase } from './engine/durable_database.ts';

const FACILITIES = 20;
const PRODUCTS = 50_000;
const FIRST_DATE = Temporal.PlainDate.from('2026-03-10');

export const reset: Bench = {
  name: 'reset',
  what: `reset of ${(FACILITIES * PRODUCTS).toLocaleString('en')} rows, all of which change a count`,
  against: 'psql: COPY into a temp table + one INSERT of the differences, whose trigger updates the totals',
  maxRatio: 1.5,
  missing: () => (existsSync('/usr/bin/psql') ? null : 'psql: apt-get install postgresql-client'),
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    const { pool, url } = database;
    await using tasks = await openTaskWorld({ postgres: { oms: pool } });
    const oms = new OmsWorld(pool, tasks);
    await stock(oms);
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const date = FIRST_DATE.add({ days: round });
      const theirs = await countsFile(tasks, date, 2 * round);
      await settle(pool);
      const baselineMs = await timed(() =>
        psql(url, baselineScript(tasks.files.path(theirs.location), date.toString())),
      );

      const ours = await countsFile(tasks, date, 2 * round + 1);
      const overrides = runOf(date.toString());
      await oms.freeze({ snapshot: { snapshot_at: ours.snapshot_at }, overrides });
      await settle(pool);
      const oursMs = await timed(() => oms.reset(ours, { overrides }));
      // The time of a wrong reset is not recorded.
      const verifyMs = await timed(() => assertProven(oms, date.toString()));
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      notice(
        `psql ${seconds(baselineMs)}, ours ${seconds(oursMs)}, and the proof after it ${seconds(verifyMs)}`,
      );
      measured.push({ baselineMs, oursMs });
    }
    return measured;
  },
};

/** Inserts an item with its opening stock for every key. */
async function stock(oms: OmsWorld): Promise<void> {
  await oms.catalogue({ facilities: FACILITIES, products: PRODUCTS });
  const { pool } = oms;
  // As in a real OMS: in the order of creation, with arbitrary ids.
  await pool.query(
    `insert into oms.inventory_item (inventory_item_id, product_id, facility_id)
     select gen_random_uuid(), product_id, facility_id from oms.product cross join oms.facility`,
  );
  await pool.query(
    `insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
            quantity_on_hand_diff, available_to_promise_diff)
     select inventory_item_id, '00001', '2026-01-01T00:00:00Z', 5, 5 from oms.inventory_item`,
  );
}

/** Checkpoints and vacuums, so that neither side pays for earlier writes. */
async function settle(pool: Pool): Promise<void> {
  await pool.query('vacuum analyze');
  await pool.query('checkpoint');
}

async function countsFile(
  tasks: TaskWorld,
  date: Temporal.PlainDate,
  generation: number,
): Promise<PublishedFile & { readonly snapshot_at: string }> {
  const lines = ['facilityId,externalFacilityId,idType,idValue,availableQty,comments'];
  for (let facility = 1; facility <= FACILITIES; facility += 1) {
    for (let product = 1; product <= PRODUCTS; product += 1)
      lines.push(`F${facility},,SKU,SKU-${product},${(product % 50) + 10 + generation},`);
  }
  const content = `${lines.join('\n')}\n`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const location = `sftp://retailpro/reset_${generation}.csv`;
  await tasks.files.put(location, content);
  return { location, sha256, rows: lines.length - 1, snapshot_at: `${date}T03:00:00Z` };
}

function baselineScript(file: string, date: string): string {
  return `begin;
create temporary table counted (facility_id text, external_facility_id text, id_type text, id_value text, quantity integer, comments text) on commit drop;
\\copy counted from '${file}' with (format csv, header)
analyze counted;
insert into oms.inventory_item_detail
       (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff, reason_enum_id)
select i.inventory_item_id, 'PSQL-${date}', '${date}T02:00:00Z', c.quantity - i.quantity_on_hand_total, c.quantity - i.quantity_on_hand_total, 'VAR_EXT_RESET'
  from counted c
  join oms.good_identification g on g.good_identification_type_id = 'SKU' and g.id_value = c.id_value
  join oms.inventory_item i on i.facility_id = c.facility_id and i.product_id = g.product_id
 where c.quantity <> i.quantity_on_hand_total;
commit;
`;
}

async function psql(url: string, script: string): Promise<void> {
  const running = promisify(execFile)('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', url]);
  running.child.stdin?.end(script);
  await running;
}
