/** The OMS, the SFTP server and the external system's file for measuring the filter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeRetailproFile } from '../../../demo/retailpro/file.ts';
import { seedOms } from '../../../demo/world/oms/load.ts';
import { makeWorld } from '../../../demo/world/world.ts';
import { type Openssh, startOpenssh } from '../../support/sftp/openssh.ts';
import { type DurableDatabase, startDurableDatabase } from '../engine/durable_database.ts';
import { registerDag, runToEnd } from '../runs.ts';
import { peakRssBytes } from './peak_memory.ts';

export interface FilterSite extends AsyncDisposable {
  readonly database: DurableDatabase;
  readonly server: Openssh;
  /** The external system's file. */
  readonly file: { readonly name: string; readonly path: string; readonly bytes: number };
  /** The working directory of the shell commands. */
  readonly workDir: string;
  /** The SKUs of the active products. */
  readonly skus: readonly string[];
  /** A file with one active product a line, for `grep -F -f`. */
  readonly idsFile: string;
  /** Runs the task as every night, in a worker process of its own whose memory is measured. */
  filter(options?: FilterOptions): Promise<{ readonly oursMs: number; readonly rssBytes: number }>;
}

export interface FilterOptions {
  /** A proxy's port, if the server is not reached directly. */
  readonly port?: number;
  /** How often the file's rows are repeated; 1 by default. */
  readonly copies?: number;
}

export interface FilterSiteOptions {
  /** The number of rows of the external system's file; 7 million by default. */
  readonly rows?: number;
}

export async function openFilterSite(options: FilterSiteOptions = {}): Promise<FilterSite> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await startDurableDatabase());
  const server = stack.use(await startOpenssh());
  const workDir = await mkdtemp(path.join(tmpdir(), 'stockflow-bench-filter-'));
  stack.defer(() => rm(workDir, { recursive: true, force: true }));
  const world = makeWorld();
  await seedOms(database.pool, world, {});
  const folder = path.join(server.rootDir, 'retailpro/outgoing');
  const file = await writeRetailproFile(world, folder, options);
  await mkdir(path.join(server.rootDir, 'shell'));
  const idsFile = path.join(workDir, 'ids.txt');
  // As it stands in the file: `,SKU,<id>,`. A bare id would match quantities and other ids as well.
  const skus = world.activeProducts.map(({ sku }) => sku);
  await writeFile(idsFile, skus.map((sku) => `,SKU,${sku},\n`).join(''));
  const snapshotAt = Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs).toString();
  const open = stack.move();
  return {
    database,
    server,
    file,
    workDir,
    skus,
    idsFile,
    async filter({ port = server.port, copies = 1 } = {}) {
      const source = copies === 1 ? file.path : await repeated(file.path, copies);
      const dagId = `bench_filter_${copies}`;
      await registerDag(database.pool, dagId, await filterDag(dagId, source, snapshotAt));
      await rm(path.join(server.rootDir, 'hotwax'), { recursive: true, force: true });
      try {
        return await runInWorker(database, server, { port, dagId });
      } finally {
        if (source !== file.path) await rm(source);
      }
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

/** Writes a file beside the given one with its header once and its rows `copies` times. */
async function repeated(source: string, copies: number): Promise<string> {
  const target = source.replace(/\.csv$/, `-${copies}.csv`);
  const header = await firstLineBytes(source);
  for (let copy = 0; copy < copies; copy += 1) {
    const rows = createReadStream(source, { start: copy === 0 ? 0 : header });
    await pipeline(rows, createWriteStream(target, { flags: copy === 0 ? 'w' : 'a' }));
  }
  const { mtime } = await stat(source);
  await utimes(target, mtime, mtime);
  return target;
}

async function firstLineBytes(file: string): Promise<number> {
  for await (const chunk of createReadStream(file, { end: 4095 })) return Buffer.from(chunk).indexOf(10) + 1;
  throw new Error(`${file} is empty`);
}

async function filterDag(dagId: string, file: string, snapshotAt: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const name = path.basename(file);
  // SFTP has whole seconds.
  const modifiedAt = Temporal.Instant.fromEpochMilliseconds(Math.floor(mtimeMs / 1000) * 1000);
  return `dag_id: ${dagId}
timezone: America/New_York
schedule: null
tasks:
  - task_id: export
    type: export
    with: {connection: oms, query: active_products, to: "artifact:active.csv"}
  - task_id: filter
    type: filter
    depends_on: [export]
    with:
      file: {location: "sftp://retailpro/retailpro/outgoing/${name}", name: ${name}, bytes: ${size}, modified_at: "${modifiedAt}", snapshot_at: "${snapshotAt}", facilities: {}, manifest: null}
      active: "artifact:active.csv"
      to: "sftp://retailpro/hotwax/reset_inventory"
      connection: oms
      external_system_id: RETAIL_PRO
`;
}

async function runInWorker(
  { url, pool }: DurableDatabase,
  server: Openssh,
  { port, dagId }: { readonly port: number; readonly dagId: string },
): Promise<{ oursMs: number; rssBytes: number }> {
  const worker = spawn('bin/stockflow', ['worker'], {
    cwd: path.join(import.meta.dirname, '../../..'),
    env: {
      ...process.env,
      DATABASE_URL: url,
      STOCKFLOW_CONN_OMS: url,
      STOCKFLOW_CONN_RETAILPRO: `sftp://${server.user}@127.0.0.1:${port}${server.rootDir}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`,
    },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  try {
    const run = await runToEnd(pool, dagId);
    const { rows } = await pool.query<{ ms: number }>(
      `select extract(epoch from finished_at - started_at)::float8 * 1000 as ms
         from stockflow.task_instance where run_id = $1 and task_id = 'filter'`,
      [run.runId],
    );
    return { oursMs: rows[0]?.ms ?? Number.NaN, rssBytes: peakRssBytes(worker.pid) };
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
}
