/** Runs `oms check` as a user does, and a whole night under a role with the rights that it prints. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { createPool } from '../../../../runner/connections/postgres/connect.ts';
import { checkSchema } from '../../../../tasks/oms/schema/check_schema.ts';
import { readOnly } from '../../../../tasks/oms/schema/read_only.ts';
import { cliProject } from '../../../runner/commands/cli_project.ts';
import { REPOSITORY, testNight } from '../../../support/night/night.ts';
import { testServerUrl } from '../../../support/postgres/database.ts';

const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5'] as const;
const ROLE = `stockflow_oms_${process.pid}`;

test('a role with exactly the printed rights works a night, and the lack of any one is named', async (t) => {
  const night = await testNight(t);
  const asRole = new URL(night.url);
  asRole.username = ROLE;
  asRole.password = 'secret';
  const project = await cliProject(t, {
    DATABASE_URL: night.url,
    STOCKFLOW_TASKS: path.join(REPOSITORY, 'tasks'),
  });
  const check = (...args: readonly string[]) =>
    project.run(['oms', 'check', ...args], { STOCKFLOW_CONN_OMS: asRole.href });
  await night.pool.query(`create role ${ROLE} login password 'secret'`);
  // Hooks run in their order: by then the database is gone, and with it all that the role was granted.
  t.after(async () => {
    const admin = createPool(await testServerUrl(), { applicationName: 'stockflow test', max: 1 });
    await admin.query(`drop role ${ROLE}`);
    await admin.end();
  });
  await night.pool.query(
    'revoke temporary on database "'.concat(new URL(night.url).pathname.slice(1), '" from public'),
  );

  const printed = await project.run(['oms', 'check', '--grants', ROLE]);
  assert.equal(printed.code, 0, printed.stderr);
  await night.pool.query(printed.stdout);

  await t.test('the check is clean under the role', async () => {
    const { code, stdout, stderr } = await check();
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`^role +${ROLE}$`, 'm'));
    assert.match(stderr, /clean: nights can work on this OMS/);
  });

  await t.test('a whole night sets every count right', async () => {
    await night.startWorker({ STOCKFLOW_CONN_OMS: asRole.href });
    const ended = await night.run();
    assert.equal(ended.run.state, 'success', JSON.stringify(ended.tasks.map(({ errorText }) => errorText)));
    const { invariants } = await night.report(ended);
    for (const invariant of INVARIANTS) {
      const { checked, violations } = invariants?.[invariant] ?? assert.fail('not checked');
      assert.ok(checked > 0, invariant);
      assert.equal(violations, 0, invariant);
    }
  });

  await t.test('the check names each right that is taken away, and its SQL gives it back', async () => {
    const grants = printed.stdout.split('\n').filter((line) => line.startsWith('grant '));
    assert.equal(grants.length, 22);
    const pool = createPool(asRole.href, { applicationName: 'stockflow test', max: 1 });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => pool.end());
    const request = { at: night.snapshotAt, idType: 'SKU' };
    for (const grant of grants) {
      const [, rights = '', on = ''] = /^grant (.+) on (.+) to \S+;$/.exec(grant) ?? [];
      for (const right of rights.split(/, (?![^(]*\))/)) {
        await night.pool.query(`revoke ${right} on ${on} from ${ROLE}`);
        const { findings } = await readOnly(pool, (client) => checkSchema(client, request));
        const [lacking] = findings.filter(({ sql }) => sql === `grant ${right} on ${on} to ${ROLE};`);
        assert.ok(lacking?.severity === 'blocks', `${right} on ${on}: ${JSON.stringify(findings)}`);
        await night.pool.query(lacking.sql ?? '');
      }
    }
    assert.equal((await check()).code, 0);
  });

  await t.test('the report is one JSON document', async () => {
    const { stdout } = await check('-o', 'json');
    const { findings, rows, ...rest } = JSON.parse(stdout);
    const [zone] = (await night.pool.query<{ TimeZone: string }>('show time zone')).rows;
    assert.deepEqual(findings, []);
    assert.deepEqual(rows.facility, { count: 6, is_estimate: false });
    const { rows: products } = await night.pool.query('select count(*)::integer as count from oms.product');
    assert.equal(rows.product.count, products[0].count);
    assert.deepEqual(rest, {
      connection: 'oms',
      database: new URL(night.url).pathname.slice(1),
      role: ROLE,
      server_version: rest.server_version,
      time_zone: zone?.TimeZone,
      totals_kept: 'by trigger inserted_details_add on oms.inventory_item_detail',
      active_products: rest.active_products,
      active_products_with_id: 100,
      shared_keys: 0,
      is_clean: true,
    });
  });

  await t.test("without the connection it checks the OMS in the runner's own database", async () => {
    const { code, stdout } = await project.run(['oms', 'check']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^role +(?!stockflow_oms)/m);
  });

  await t.test(
    'a view that asks for the rights of its reader is named with the table that refuses',
    async () => {
      await night.pool.query(
        `alter table oms.facility rename to place;
       create view oms.facility with (security_invoker) as select facility_id, external_id from oms.place;
       revoke select on oms.place from ${ROLE}; grant select on oms.facility to ${ROLE}`,
      );
      const { code, stdout } = await check();
      assert.equal(code, 1);
      assert.match(stdout, /^blocks +facility: .* permission denied for table place$/m);
      await night.pool.query(`grant select on oms.place to ${ROLE}`);
      assert.equal((await check()).code, 0);
    },
  );

  const trusted =
    (await night.pool.query("select from pg_hba_file_rules where auth_method = 'trust'")).rowCount !== 0;
  const skip = trusted && 'this server asks nobody for a password';
  await t.test('a password that is refused ends it with 5', { skip }, async () => {
    const barred = new URL(asRole);
    barred.password = 'wrong';
    assert.equal((await project.run(['oms', 'check'], { STOCKFLOW_CONN_OMS: barred.href })).code, 5);
  });

  await t.test('an OMS that cannot be reached ends it with 5', async () => {
    const away = new URL(night.url);
    away.port = '1';
    const { code, stderr } = await project.run(['oms', 'check'], { STOCKFLOW_CONN_OMS: away.href });
    assert.equal(code, 5, stderr);
  });
});
