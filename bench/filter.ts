import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { writeRetailproFile } from '../demo/retailpro_file.ts';
import { makeWorld, type World } from '../demo/world.ts';
import { seedOms } from '../demo/world_oms.ts';
import { type Openssh, opensshAvailable, startOpenssh } from '../test/support/openssh.ts';
import { type Bench, type Round, timed } from './bench.ts';
import { startDurableDatabase } from './durable_database.ts';
import { peakRssBytes } from './peak_memory.ts';
import { registerDag, runToEnd } from './runs.ts';

const DAG_ID = 'bench_filter';

export const filter: Bench = {
  name: 'filter',
  what: '293 MB, 7 million rows: SFTP -> filter -> SFTP',
  against: 'sftp get + grep -F -f + sftp put in the shell, same OpenSSH server',
  maxRatio: 1.0,
  maxRssBytes: 150e6,
  missing() {
    if (!opensshAvailable()) return 'sshd: apt-get install openssh-server';
    return existsSync('/usr/bin/sftp') ? null : 'sftp: apt-get install openssh-client';
  },
  async measure(rounds, tell) {
    await using database = await startDurableDatabase();
    await using server = await startOpenssh();
    const world = makeWorld();
    await seedOms(database.pool, world, {});
    const file = await writeRetailproFile(world, path.join(server.rootDir, 'retailpro/outgoing'), {});
    await mkdir(path.join(server.rootDir, 'shell'));
    await registerDag(
      database.pool,
      DAG_ID,
      filterDag(file, { snapshotAt: snapshotOf(world), modifiedAt: modifiedAt(file.path) }),
    );
    const workDir = await mkdtemp(path.join(tmpdir(), 'stockflow-bench-filter-'));
    const measured: Round[] = [];
    try {
      const ids = path.join(workDir, 'ids.txt');
      // As it stands in the file: `,SKU,<id>,`. A bare id would match quantities and other ids as well.
      await writeFile(ids, world.activeProducts.map(({ sku }) => `,SKU,${sku},\n`).join(''));
      for (let round = 0; round <= rounds; round += 1) {
        const baselineMs = await timed(async () => shellFilter(server, file.name, workDir, ids));
        await rm(path.join(server.rootDir, 'hotwax'), { recursive: true, force: true });
        const { oursMs, rssBytes } = await ourFilter(database.url, database.pool, server);
        tell(
          `shell ${(baselineMs / 1000).toFixed(2)} s, ours ${(oursMs / 1000).toFixed(2)} s, RSS ${(rssBytes / 1e6).toFixed(0)} MB`,
        );
        // The first round fills the page cache for both.
        if (round > 0) measured.push({ baselineMs, oursMs, rssBytes });
      }
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
    return measured;
  },
};

function snapshotOf(world: World): string {
  return Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs).toString();
}

/** As SFTP tells it: whole seconds. */
function modifiedAt(file: string): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(statSync(file).mtimeMs / 1000) * 1000).toString();
}

function filterDag(
  file: { readonly name: string; readonly bytes: number },
  { snapshotAt, modifiedAt }: { readonly snapshotAt: string; readonly modifiedAt: string },
): string {
  const location = `sftp://retailpro/retailpro/outgoing/${file.name}`;
  return `dag_id: ${DAG_ID}
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
      file: {location: "${location}", name: ${file.name}, bytes: ${file.bytes}, modified_at: "${modifiedAt}", snapshot_at: "${snapshotAt}", facilities: {}, manifest: null}
      active: "artifact:active.csv"
      to: "sftp://retailpro/hotwax/reset_inventory"
      connection: oms
      external_system_id: RETAIL_PRO
`;
}

/** What a user would type, each step waited for. */
function shellFilter(server: Openssh, name: string, workDir: string, ids: string): void {
  const sftp = (batch: string) =>
    execFileSync('sftp', [...sftpOptions(server), '-b', '-', `${server.user}@127.0.0.1`], {
      input: batch,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  sftp(`get ${path.join(server.rootDir, 'retailpro/outgoing', name)} ${workDir}/in.csv\n`);
  execFileSync('sh', ['-c', `head -n 1 in.csv > out.csv; LC_ALL=C grep -a -F -f ${ids} in.csv >> out.csv`], {
    cwd: workDir,
  });
  sftp(`put ${workDir}/out.csv ${path.join(server.rootDir, 'shell/out.csv')}\n`);
}

function sftpOptions({ port, privateKeyFile }: Openssh): readonly string[] {
  const settings = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  return ['-P', String(port), '-i', privateKeyFile, ...settings.flatMap((setting) => ['-o', setting])];
}

/** The task as it runs every night, in a worker process of its own whose memory is watched. */
async function ourFilter(
  databaseUrl: string,
  pool: Pool,
  server: Openssh,
): Promise<{ oursMs: number; rssBytes: number }> {
  const retailpro = `sftp://${server.user}@127.0.0.1:${server.port}${server.rootDir}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`;
  const worker = spawn('bin/stockflow', ['worker'], {
    cwd: path.join(import.meta.dirname, '..'),
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      STOCKFLOW_CONN_OMS: databaseUrl,
      STOCKFLOW_CONN_RETAILPRO: retailpro,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const run = await runToEnd(pool, DAG_ID);
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
