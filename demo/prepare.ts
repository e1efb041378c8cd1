/** Prepares the reference world: the OMS in the database, Retail Pro's file on the SFTP site. */
import type { Pool } from 'pg';
import type { Progress } from '../runner/task.ts';
import { type RetailproFileFacts, writeRetailproFile } from './retailpro/file.ts';
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
 * @throws Error if the database's OMS holds anything but this world: the demo never changes other data
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

function count(value: number): string {
  return value.toLocaleString('en-US');
}
