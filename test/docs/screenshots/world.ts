/** The world of the pictures: a month of history, a night that went well, and one that a guard refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { writeFeedFiles } from '../../../demo/feeds/files.ts';
import {
  DAG_ID,
  type FinishedRun,
  type NightSetting,
  startNightWorker,
  workRun,
} from '../../../demo/night.ts';
import { writeRetailproFile } from '../../../demo/retailpro/file.ts';
import { outgoingDir, startSftpSite } from '../../../demo/sftp_server/site.ts';
import { seedOms } from '../../../demo/world/oms/load.ts';
import { makeWorld, type World, type WorldOptions } from '../../../demo/world/world.ts';
import { readDagFile, registerDagFile } from '../../../runner/engine/dags/folder.ts';
import { pauseDag, resumeDag } from '../../../runner/engine/dags/pause.ts';
import { loadTaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { testLog } from '../../support/engine/engine.ts';
import { fillHistory, type Night } from '../../support/engine/history.ts';
import { testDatabase } from '../../support/postgres/database.ts';
import { ROOT } from '../pages.ts';
import { moveToSchedule } from './schedule.ts';

const POS = 'pos_inventory_delta';
const ERP = 'erp_inventory_reset';
const NEW_YORK = 'America/New_York';
const BERLIN = 'Europe/Berlin';
const BY = { actor: 'night_shift', channel: 'cli' } as const;

/** Few enough to be made within seconds, and enough for every list to be one. */
const SIZE: WorldOptions = { products: 3_000, facilities: 12, activeProducts: 60 };
const ROWS = 5_000;
/** Fewer by more than a fifth, which the guard of the filter does not let pass. */
const TOO_FEW_ROWS = 3_600;

/** The nights before, the newest first. */
const NIGHTS: readonly Night[] = Array.from({ length: 28 }, (_, index) =>
  index === 4 ? 'retried' : index === 11 ? 'failed' : index === 19 ? 'missed' : 'success',
);

export interface PictureWorld {
  readonly databaseUrl: string;
  /** For the page: the connections. */
  readonly env: Readonly<Record<string, string>>;
  readonly goodRunId: number;
  readonly failedRunId: number;
  /** The date of the night that failed. */
  readonly date: Temporal.PlainDate;
  /** A product whose count the good night has changed. */
  readonly sku: string;
}

interface Scene extends NightSetting {
  readonly siteDir: string;
}

/** Makes the world; it is gone with `own`. */
export async function makePictureWorld(
  own: AsyncDisposableStack,
  now: Temporal.Instant,
): Promise<PictureWorld> {
  const { url, pool } = await testDatabase(
    { after: (cleanUp) => own.defer(cleanUp) },
    { migrations: ['runner', 'oms', 'queue'] },
  );
  const siteDir = await mkdtemp(path.join(tmpdir(), 'stockflow-pictures-'));
  own.defer(() => rm(siteDir, { recursive: true, force: true }));
  const site = own.use(await startSftpSite(siteDir));
  const env = {
    STOCKFLOW_CONN_OMS: url,
    STOCKFLOW_CONN_RETAILPRO: site.url,
    STOCKFLOW_CONN_POS: site.urlOf('pos'),
    STOCKFLOW_CONN_ERP: site.urlOf('erp'),
  };
  const date = lastNight(now);
  const world = makeWorld({ ...SIZE, businessDate: date.subtract({ days: 1 }) });
  await seedOms(pool, world);
  const scene: Scene = {
    databaseUrl: url,
    pool,
    world,
    siteDir,
    dagsDir: path.join(ROOT, 'dags'),
    taskTypes: await loadTaskTypes(path.join(ROOT, 'tasks')),
    env,
    concurrency: 4,
    log: testLog,
    by: BY,
  };
  await registerDags(scene);
  await fillHistories(pool, date, now);
  const worker = await startNightWorker(scene);
  own.defer(() => worker.stop(1_000));
  const good = await workNight(scene, world, ROWS);
  await workFeeds(scene);
  const refused = makeWorld({ ...SIZE, businessDate: date });
  const failed = await workNight(scene, refused, TOO_FEW_ROWS);
  return {
    databaseUrl: url,
    env,
    goodRunId: good.run.runId,
    failedRunId: failed.run.runId,
    date,
    sku: await changedSku(pool),
  };
}

/** Returns the newest date whose night is an hour old, so that all of it lies in the past. */
function lastNight(now: Temporal.Instant): Temporal.PlainDate {
  return now.toZonedDateTimeISO(NEW_YORK).subtract({ hours: 2 }).toPlainDate();
}

async function registerDags({ pool, dagsDir, taskTypes }: Scene): Promise<void> {
  for (const dagId of [DAG_ID, POS, ERP]) {
    await registerDagFile(pool, await readDagFile(path.join(dagsDir, `${dagId}.yaml`), taskTypes), BY);
    await resumeDag(pool, dagId, { by: BY, reason: null });
  }
  await pauseDag(pool, ERP, { by: BY, reason: 'stock-taking in the warehouse until Monday' });
}

async function fillHistories(pool: Pool, date: Temporal.PlainDate, now: Temporal.Instant): Promise<void> {
  await fillHistory(pool, {
    dagId: DAG_ID,
    tasks: [
      ...['export_active_products', 'wait_for_reset_file', 'create_variance_file', 'filter_reset_file'],
      ...['reset_inventory', 'apply_variance', 'verify_night'],
    ],
    nights: NIGHTS,
    newest: nightOf(date.subtract({ days: 2 })),
    every: '1 day',
    timezone: NEW_YORK,
  });
  // A night waits for its times and delays, which the history does not know.
  await pool.query(
    `update stockflow.dag_run set finished_at = finished_at + case state when 'failed' then interval '25 minutes' else interval '80 minutes' end
      where dag_id = $1`,
    [DAG_ID],
  );
  await fillHistory(pool, {
    dagId: ERP,
    tasks: ['export_active_products', 'wait_for_stock_file', 'filter_stock_file', 'reset_inventory'],
    nights: NIGHTS.map(() => 'success' as const),
    newest: date.subtract({ days: 2 }).toZonedDateTime({ timeZone: BERLIN, plainTime: '00:30' }).toInstant(),
    every: '1 day',
    timezone: BERLIN,
  });
  await fillHistory(pool, {
    dagId: POS,
    tasks: ['list_delta_files'],
    nights: NIGHTS.map(() => 'success' as const),
    newest: now.round({ smallestUnit: 'minute', roundingIncrement: 15, roundingMode: 'floor' }),
    every: '15 minutes',
    timezone: NEW_YORK,
  });
}

/** 01:00 in New York. */
function nightOf(date: Temporal.PlainDate): Temporal.Instant {
  return date.toZonedDateTime({ timeZone: NEW_YORK, plainTime: '01:00' }).toInstant();
}

async function workNight(scene: Scene, world: World, rows: number): Promise<FinishedRun> {
  await writeRetailproFile(world, outgoingDir(scene.siteDir), { rows });
  const night = await workRun({ ...scene, world }, DAG_ID, FOLLOW);
  await moveToSchedule(scene.pool, night.run.runId, nightOf(world.night.businessDate));
  return night;
}

async function workFeeds(scene: Scene): Promise<void> {
  await writeFeedFiles(scene.pool, scene.world, scene.siteDir);
  for (const dagId of [POS, ERP]) await workRun(scene, dagId, FOLLOW);
}

const FOLLOW = { signal: new AbortController().signal, onChange: () => {} };

/** Returns the product that most facilities have another count of. */
async function changedSku(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ sku: string }>(
    `select id_value as sku
       from audit.inventory_change join oms.good_identification using (product_id)
      where quantity_diff <> 0 and external_system_id = 'RETAIL_PRO'
      group by id_value order by count(*) desc, id_value limit 1`,
  );
  const [first] = rows;
  if (first === undefined) throw new Error('no item has changed');
  return first.sku;
}
