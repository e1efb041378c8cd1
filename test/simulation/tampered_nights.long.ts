/** Tests the comparison itself: it must find counts that are corrupted on purpose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { runSimulation } from './campaign/campaign.ts';

const TWO_NIGHTS = { count: 2, seed: 'spoilt', kinds: ['ordinary', 'ordinary'] } as const;

async function findingsOf(spoil: (pool: Pool) => Promise<unknown>, when: 'before the run' | 'after the run') {
  const { findings } = await runSimulation({
    ...TWO_NIGHTS,
    async tamper(pool, moment) {
      if (moment.night === 1 && moment.when === when) await spoil(pool);
    },
  });
  return findings;
}

/** Returns the statements of a trigger on further inserts into the ledger. */
const triggerOnDetails = (body: string) => `
  create function oms.spoil() returns trigger language plpgsql as $$ begin ${body} end $$;
  create trigger spoil before insert on oms.inventory_item_detail for each row execute function oms.spoil()`;

test('a unit put into the OMS behind its back is found on its key, and nothing else is', {
  timeout: 60_000,
}, async () => {
  let before: { readonly key: string; readonly on_hand: number; readonly available: number } | undefined;
  const findings = await findingsOf(async (pool) => {
    const { rows } = await pool.query<{ item: string; key: string; on_hand: number; available: number }>(
      `select inventory_item_id as item, facility_id || '/' || product_id as key,
              quantity_on_hand_total::integer as on_hand, available_to_promise_total::integer as available
         from oms.inventory_item order by inventory_item_id limit 1`,
    );
    before = rows[0];
    await pool.query(
      `insert into oms.inventory_item_detail
              (inventory_item_id, inventory_item_detail_seq_id, effective_date, quantity_on_hand_diff, available_to_promise_diff)
       values ($1, 'SPOILT', now(), 1, 1)`,
      [rows[0]?.item],
    );
  }, 'after the run');
  assert.ok(before !== undefined);
  const { key, on_hand, available } = before;
  assert.deepEqual(
    findings.map(({ night, what }) => [night, what.replace(/ \((not )?covered\)/, '')]),
    [
      [1, `${key}: onHandUnits ${on_hand + 1}, not ${on_hand}`],
      [1, `${key}: availableUnits ${available + 1}, not ${available}`],
    ],
  );
});

test('a reset that posts a unit too many is found by the night itself and by the model', {
  timeout: 60_000,
}, async () => {
  const findings = await findingsOf(
    (pool) =>
      pool.query(
        triggerOnDetails(`
          if new.reason_enum_id = 'VAR_EXT_RESET' then new.quantity_on_hand_diff := new.quantity_on_hand_diff + 1; end if;
          return new;`),
      ),
    'before the run',
  );
  const said = findings.map(({ what }) => what);
  assert.match(said[0] ?? '', /^the run was to be success and is failed; verify_night: I1 /);
  assert.ok(
    said.some((what) => /\(covered\): onHandUnits -?\d+, not -?\d+$/.test(what)),
    said.join('\n'),
  );
  assert.ok(findings.every(({ night }) => night === 1));
});

test('a reset whose postings are lost is found, although nothing failed on the way', {
  timeout: 60_000,
}, async () => {
  const findings = await findingsOf(
    (pool) =>
      pool.query(
        triggerOnDetails(`if new.reason_enum_id = 'VAR_EXT_RESET' then return null; end if; return new;`),
      ),
    'before the run',
  );
  assert.ok(findings.some(({ what }) => /\(covered\): atSnapshotUnits -?\d+, not -?\d+$/.test(what)));
});

test('a batch that nobody asked for is found', { timeout: 60_000 }, async () => {
  const findings = await findingsOf(
    (pool) =>
      pool.query(
        `insert into oms.inventory_sync_batch (batch_id, kind, external_system_id, business_date)
         values ('STRAY', 'RESET', 'RETAIL_PRO', '2001-01-01')`,
      ),
    'after the run',
  );
  assert.deepEqual(findings, [{ night: 1, what: '2 more RESET batches for 1 nights' }]);
});
