/**
 * The few stores and products of a scenario, with their opening stock, and the OMS, SFTP server and DAG that serve
 * them.
 */

import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { DAG_ID, type NightSetting, registerPausedDag } from '../../../demo/night.ts';
import { makeFacilities, storesOf } from '../../../demo/world/facility.ts';
import { seedOms } from '../../../demo/world/oms/load.ts';
import { makeProducts } from '../../../demo/world/product.ts';
import type { Random } from '../../../demo/world/random.ts';
import type { StockKey } from '../../../demo/world/stock_key.ts';
import { assembleWorld, type World } from '../../../demo/world/world.ts';
import { createLog, loadTaskTypes } from '../../../runner/index.ts';
import { type SimulatedSchedule, simulatedSchedule } from '../../support/engine/simulated_schedule.ts';
import { type NightServer, type NightSite, startNightSite } from '../../support/night/site.ts';
import { type Lifetime, testDatabase } from '../../support/postgres/database.ts';
import { startProxy, type Proxy as TcpProxy } from '../../support/tcp_proxy.ts';
import { dueAtMs, TIMEZONE } from '../plan/calendar.ts';

const STORES = 4;
const PRODUCTS = 10;
const ACTIVE_PRODUCTS = 6;
/** The share of the stores' keys without an item in the OMS until something happens there. */
const WITHOUT_ITEM_SHARE = 0.15;
const DAY_MS = 86_400_000;
const RECORD_WRITES = readFileSync(path.join(import.meta.dirname, 'record_writes.sql'), 'utf8');
const ROOT = path.resolve(import.meta.dirname, '../../..');

/** How the reset treats a product at several locations of a store. */
export type LocationRule = 'hold_out' | 'sum';

export interface StoreWorld {
  readonly pool: Pool;
  readonly world: World;
  readonly site: NightSite;
  /** The proxies through which the tasks reach the OMS and the SFTP server. */
  readonly omsProxy: TcpProxy;
  readonly sftpProxy: TcpProxy;
  readonly setting: NightSetting;
  readonly locations: LocationRule;
  /** The scheduler, where it decides about the nights; null where each is triggered. */
  readonly schedule: SimulatedSchedule | null;
  /** Every active product at every facility, including the warehouse. */
  readonly keys: readonly StockKey[];
}

/** Opens a seeded OMS in its own database, and registers the shipped DAG, paused. */
export async function openStoreWorld(
  lifetime: Lifetime,
  random: Random,
  {
    date,
    server,
    calendar,
  }: {
    readonly date: Temporal.PlainDate;
    readonly server: NightServer;
    /** The calendar that the shipped DAG is given; null for none. */
    readonly calendar: string | null;
  },
): Promise<StoreWorld> {
  const { url, pool } = await testDatabase(lifetime, { migrations: ['runner', 'oms', 'queue'] });
  const log = createLog({ format: 'json', level: 'error', silent: !process.env.STOCKFLOW_TEST_LOG });
  const facilities = makeFacilities(random, STORES);
  const storeIds = new Set(storesOf(facilities).map(({ facilityId }) => facilityId));
  const range = makeProducts(random, PRODUCTS, ACTIVE_PRODUCTS);
  const active = range.products.filter(({ kind }) => kind === 'active');
  const keys = facilities.flatMap(({ facilityId }) =>
    active.map(({ productId }) => ({ facilityId, productId })),
  );
  const openedAtMs = dueAtMs(date) - 3 * DAY_MS;
  const events = keys
    .filter(({ facilityId }) => !storeIds.has(facilityId) || !random.chance(WITHOUT_ITEM_SHARE))
    .map(
      (key) =>
        ({
          kind: 'moved',
          ...key,
          reason: 'opening',
          atMs: openedAtMs,
          units: random.integer(0, 40),
          recordedAtMs: openedAtMs,
        }) as const,
    );
  const world = assembleWorld({
    seed: 'nights',
    night: { businessDate: date, timezone: TIMEZONE, snapshotAtMs: openedAtMs + DAY_MS },
    facilities,
    range,
    events,
    flaws: { missing: new Set(), badRows: new Map(), repeated: [], contradicted: [], unknownStoreRows: 0 },
  });
  await Promise.all([seedOms(pool, world), pool.query(RECORD_WRITES)]);
  const site = await startNightSite(server);
  lifetime.after(async () => await site[Symbol.asyncDispose]());
  const locations: LocationRule = random.fork('locations').chance(0.5) ? 'sum' : 'hold_out';
  const address = new URL(url);
  const omsProxy = await startProxy({ target: { host: address.hostname, port: Number(address.port) } });
  const sftpProxy = await startProxy({ target: { port: site.port } });
  lifetime.after(async () => {
    await Promise.all([omsProxy[Symbol.asyncDispose](), sftpProxy[Symbol.asyncDispose]()]);
  });
  address.host = `127.0.0.1:${omsProxy.port}`;
  const setting: NightSetting = {
    databaseUrl: url,
    pool,
    world,
    dagsDir:
      locations === 'sum' || calendar !== null
        ? await editedDags(lifetime, { locations, calendar })
        : path.join(ROOT, 'dags'),
    taskTypes: await loadTaskTypes(path.join(ROOT, 'tasks')),
    env: { STOCKFLOW_CONN_OMS: address.href, STOCKFLOW_CONN_RETAILPRO: site.url({ port: sftpProxy.port }) },
    concurrency: 4,
    log,
    by: { actor: 'nights', channel: 'cli' },
  };
  await registerPausedDag(setting);
  const schedule = calendar === null ? null : await simulatedSchedule(lifetime, { url, pool, dagId: DAG_ID });
  return { pool, world, site, omsProxy, sftpProxy, setting, locations, schedule, keys };
}

const SCHEDULE = /^schedule: .*$/m;
const FILE_OF_RESET = 'file: "${{ tasks.filter_reset_file.output }}"';

/** Writes the shipped DAG for a sender that counts by location, or with a calendar, or both. */
async function editedDags(
  lifetime: Lifetime,
  { locations, calendar }: { readonly locations: LocationRule; readonly calendar: string | null },
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-nights-'));
  lifetime.after(() => rm(folder, { recursive: true, force: true }));
  const shipped = await readFile(path.join(ROOT, 'dags', `${DAG_ID}.yaml`), 'utf8');
  const summing =
    locations === 'sum' ? shipped.replace(FILE_OF_RESET, `${FILE_OF_RESET}\n      locations: sum`) : shipped;
  const edited =
    calendar === null ? summing : summing.replace(SCHEDULE, (line) => `${line}\ncalendar: ${calendar}`);
  await cp(path.join(ROOT, 'dags/calendars'), path.join(folder, 'calendars'), { recursive: true });
  await writeFile(path.join(folder, `${DAG_ID}.yaml`), edited);
  return folder;
}
