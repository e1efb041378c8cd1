/** Prepares the reference world: the OMS in the database, Retail Pro's file on the SFTP site. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Progress } from '../runner/task.ts';
import { OtherWorldError } from './other_world.ts';
import { type RetailproFileFacts, retailproFileName, writeRetailproFile } from './retailpro/file.ts';
import { outgoingDir } from './sftp_server/site.ts';
import { isSeeded, seedOms } from './world/oms/load.ts';
import type { World } from './world/world.ts';

/** Receives each step of the preparation: its title, its progress, and its result. */
export interface Stage {
  begin(title: string): void;
  progress(progress: Progress): void;
  done(result: string): void;
}

export interface PrepareOptions {
  readonly pool: Pool;
  readonly world: World;
  readonly siteDir: string;
  /** The number of data rows of Retail Pro's file. */
  readonly rows: number;
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

/**
 * Prepares the world.
 * @throws OtherWorldError if the database's OMS holds anything but this world, or a night of it that was run from
 * another file: the demo never changes other data
 */
export async function prepareWorld(options: PrepareOptions): Promise<RetailproFileFacts> {
  const { pool, world, siteDir, rows, stage, signal } = options;
  stage.begin('OMS');
  if (await isSeeded(pool, world)) {
    stage.done(`${count(world.products.length)} products, seeded before`);
  } else {
    await seedOms(pool, world, { progress: (progress) => stage.progress(progress), signal });
    stage.done(
      `${count(world.products.length)} products, ${world.activeProducts.length} of them sold online, ${world.facilities.length} facilities`,
    );
  }
  await refuseOtherFile(options);
  stage.begin("Retail Pro's file");
  const file = await writeRetailproFile(world, outgoingDir(siteDir), {
    rows,
    progress: (progress) => stage.progress(progress),
    signal,
  });
  stage.done(
    `${count(rows)} rows, ${(file.bytes / 1e6).toFixed(1)} MB${file.written ? '' : ', written before'}`,
  );
  return file;
}

/** Refuses a file with other rows under the name of an applied one, which the night itself would refuse midway. */
async function refuseOtherFile({ pool, world, siteDir, rows }: PrepareOptions): Promise<void> {
  const there = await manifestRows(join(outgoingDir(siteDir), `${retailproFileName(world)}.manifest.json`));
  if (there === null || there === rows) return;
  const { rowCount } = await pool.query(
    `select from oms.inventory_sync_batch
      where external_system_id = 'RETAIL_PRO' and kind = 'RESET' and business_date = $1`,
    [world.night.businessDate.toString()],
  );
  if (rowCount === 0) return;
  throw new OtherWorldError(
    `the night was worked from a file of ${count(there)} rows, and not of ${count(rows)}; --rows ${there} works it again`,
  );
}

/** Returns the manifest's number of rows; null if there is no manifest. */
async function manifestRows(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : z.object({ rows: z.number() }).parse(JSON.parse(text)).rows;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
