/** An OMS on which a night can be worked in shadow first, under a role that may only select and in read-only transactions. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Pool } from 'pg';
import { createPool } from '../../../../runner/connections/postgres/connect.ts';
import { inScratch } from '../../../../runner/connections/postgres/scratch.ts';
import { openTaskWorld, type TaskWorld } from '../../../../runner/testing.ts';
import { batchIdOf } from '../../../../tasks/oms/apply/batch/batch.ts';
import { type Change, changesOf, findBatches } from '../../../../tasks/oms/changes/read_changes.ts';
import { mirrorOfState, SHADOW_STATES } from '../../../../tasks/oms/shadow/in_shadow.ts';
import { testDatabase } from '../../../support/postgres/database.ts';
import { type CountRow, type NightOptions, OmsWorld, SYSTEM } from '../oms_world.ts';

export class ShadowedOms extends OmsWorld {
  readonly shadow: OmsWorld;
  readonly scratch: Pool;
  /** The connection of the shadow: of a role that may only select. */
  readonly reader: Pool;

  constructor(
    pool: Pool,
    tasks: TaskWorld,
    { shadow, scratch, reader }: { shadow: TaskWorld; scratch: Pool; reader: Pool },
  ) {
    super(pool, tasks);
    this.shadow = new OmsWorld(pool, shadow);
    this.scratch = scratch;
    this.reader = reader;
  }

  /** Works the night in shadow. Fails if that changes a row of the OMS. */
  async foretell(rows: readonly CountRow[], options: NightOptions = {}) {
    const run = { ...options.overrides?.run, mode: 'shadow' as const };
    const overrides = { ...options.overrides, run };
    return await this.unchanged(() => this.shadow.night(rows, { ...options, overrides }));
  }

  /** Fails if the work changes a row of the OMS. */
  async unchanged<T>(work: () => Promise<T>): Promise<T> {
    const before = await this.digest();
    const result = await work();
    assert.equal(await this.digest(), before);
    return result;
  }

  /** Returns the changes that the shadow foretold. */
  async foretold(
    businessDate: string,
    state: keyof typeof SHADOW_STATES = 'applied',
  ): Promise<readonly Change[]> {
    const { chunks } = await this.shadow.tasks.files.open(`artifact:${SHADOW_STATES[state]}`);
    return await inScratch(this.scratch, async (client) =>
      changesOfNight(await mirrorOfState(client, chunks()), businessDate),
    );
  }

  /** Returns the changes that the OMS has taken. */
  async done(businessDate: string): Promise<readonly Change[]> {
    return await inScratch(this.pool, (client) => changesOfNight(client, businessDate));
  }
}

async function changesOfNight(
  client: Parameters<typeof findBatches>[0],
  businessDate: string,
): Promise<readonly Change[]> {
  const night = { externalSystemId: SYSTEM, businessDate, revision: 1 };
  const ids = [batchIdOf('RESET', night), batchIdOf('VARIANCE', night)];
  const scope = { batches: await findBatches(client, ids), productId: null, facilityId: null };
  return (await Array.fromAsync(changesOf(client, scope))).flat();
}

export async function openShadowedOms(t: TestContext): Promise<ShadowedOms> {
  const databases: (() => Promise<void>)[] = [];
  const lifetime = { after: (cleanUp: () => Promise<void>) => void databases.push(cleanUp) };
  const { pool, url } = await testDatabase(lifetime, { migrations: ['oms'] });
  const { pool: scratch } = await testDatabase(lifetime);
  const { reader, dropReader } = await makeReader(pool, url);
  const tasks = await openTaskWorld({ postgres: { oms: pool } });
  const shadow = await openTaskWorld({ postgres: { oms: reader }, scratch });
  t.after(async () => {
    await tasks[Symbol.asyncDispose]();
    await shadow[Symbol.asyncDispose]();
    await dropReader();
    for (const drop of databases) await drop();
  });
  return new ShadowedOms(pool, tasks, { shadow, scratch, reader });
}

/** Makes a role that may select from the OMS's tables, and nothing else: no temporary tables, no writes. */
async function makeReader(pool: Pool, url: string) {
  const name = new URL(url).pathname.slice(1);
  const role = `oms_reader_${name}`;
  await pool.query(`create role ${role} login password 'secret'`);
  await pool.query(`alter role ${role} set default_transaction_read_only = on`);
  await pool.query(`revoke temporary on database "${name}" from public`);
  await pool.query(`grant usage on schema oms to ${role}`);
  await pool.query(`grant select on all tables in schema oms to ${role}`);
  const address = new URL(url);
  address.username = role;
  address.password = 'secret';
  const reader = createPool(address.href, { applicationName: 'stockflow test', max: 4 });
  const dropReader = async () => {
    await reader.end();
    await pool.query(`drop owned by ${role}; drop role ${role}`);
  };
  return { reader, dropReader };
}
