/** The `demo` command: runs a whole night against a reference world, and checks every count afterwards. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Pool } from 'pg';
import {
  applyMigrations,
  CLI_ACTOR,
  CommandError,
  describe,
  EXIT,
  openSession,
  PAGE_ADDRESS,
  parsePort,
  readSettings,
  type Session,
  type Shell,
  taskTypesOf,
  tryPage,
} from '../../runner/command.ts';
import { areSound, type FeedReport, feedsText, runFeeds } from '../feeds/feeds.ts';
import { writeFeedFiles } from '../feeds/files.ts';
import {
  DAG_ID,
  type NightSetting,
  registerPausedDag,
  reportNight,
  runDemoNight,
  startNightWorker,
} from '../night.ts';
import { OtherWorldError } from '../other_world.ts';
import { prepareWorld } from '../prepare.ts';
import { isSound, reportDocument } from '../report/report.ts';
import { StageLines } from '../report/stage_lines.ts';
import { reportText } from '../report/text.ts';
import { USUAL_ROWS } from '../retailpro/file.ts';
import { type SftpSite, startSftpSite } from '../sftp_server/site.ts';
import { makeWorld } from '../world/world.ts';

interface DemoOptions {
  readonly rows: number;
  readonly serve?: true;
  readonly feeds?: true;
  readonly output: 'table' | 'json';
  readonly port: number;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Makes a Retail Pro file, an OMS and an SFTP server, works one night between them, and checks every count.',
    examples: [
      'stockflow demo                    the whole night: 300 MB, 7 million rows',
      'stockflow demo --rows 200000      a small one',
      'stockflow demo -o json            the report as data',
      'stockflow demo --feeds            and then the files of a POS, and the night of an ERP',
      'stockflow demo --serve            all of it, and keep the world running to explore it',
    ],
  })
    .option('--rows <n>', "data rows of Retail Pro's file", parseRows, USUAL_ROWS)
    .option('--feeds', 'work the other DAGs too: pos_inventory_delta and erp_inventory_reset')
    .option('--serve', '--feeds, and keep database, SFTP server and worker up until Ctrl-C')
    .option('--port <port>', 'of the page, with --serve; 0 for any free one', parsePort, PAGE_ADDRESS.port)
    .addOption(
      new Option('-o, --output <format>', 'how the report is printed')
        .choices(['table', 'json'])
        .default('table'),
    )
    .action(async (options: DemoOptions) => {
      await demo(shell, options);
    });
}

async function demo(shell: Shell, { rows, serve, feeds, output, port }: DemoOptions): Promise<void> {
  const settings = readSettings(shell.env);
  refuseWithoutDag(settings.dagsDir);
  using lines = new StageLines(shell.stderr);
  await using session = await openSession(shell, settings, { migrations: 'apply' });
  if (!session.isEmbedded) await refuseScheduled(session.pool);
  await applyMigrations(session, ['oms']);

  const world = makeWorld();
  const siteDir = path.resolve(settings.homeDir, 'demo');
  shell.stderr.write(`Preparing the world (${settings.homeDir})\n`);
  await prepareWorld({ pool: session.pool, world, siteDir, rows, stage: lines, signal: shell.signal }).catch(
    (error: unknown) => {
      if (!(error instanceof OtherWorldError)) throw error;
      const anew =
        settings.databaseUrl === null
          ? `another STOCKFLOW_HOME, or none at ${settings.homeDir}, begins a new world`
          : 'an empty database begins a new world';
      throw new CommandError(EXIT.usage, `${error.message}; ${anew}`, { cause: error });
    },
  );
  await using site = await startSftpSite(siteDir);

  const setting: NightSetting = {
    databaseUrl: session.url,
    pool: session.pool,
    world,
    dagsDir: settings.dagsDir,
    taskTypes: await taskTypesOf(settings),
    env: { ...shell.env, STOCKFLOW_CONN_OMS: session.url, ...siteConnections(site) },
    concurrency: settings.concurrency,
    log: session.log,
    by: CLI_ACTOR,
  };
  await registerPausedDag(setting);
  await using _worker = await startNightWorker(setting);
  shell.stderr.write(`Working the night of ${world.night.businessDate}\n`);
  const night = await runDemoNight(setting, {
    signal: shell.signal,
    onChange: (tasks) => lines.tasks(tasks),
  });
  const report = await reportNight(session.pool, world, night);

  const others = feeds || serve ? await runOtherFeeds(setting, { siteDir, shell, lines }) : null;

  if (output === 'json') {
    const document = { ...reportDocument(report), ...(others === null ? {} : { feeds: others }) };
    shell.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    shell.stdout.write(`\n${reportText(report)}${others === null ? '' : feedsText(others)}`);
  }
  const sound = isSound(report) && areSound(others ?? []);
  shell.exitCode = sound ? EXIT.ok : EXIT.problem;
  if (serve) await serveUntilStopped({ ...shell, env: setting.env }, { settings, session, site, port });
  else printNextSteps(shell, report.run.run_id, sound);
}

function refuseWithoutDag(dagsDir: string): void {
  if (existsSync(path.join(dagsDir, `${DAG_ID}.yaml`))) return;
  throw new CommandError(
    EXIT.usage,
    `there is no ${DAG_ID}.yaml in ${dagsDir}, and the demo works a night of it; ` +
      'stockflow init <folder> --template inventory-sync makes a project that has it',
  );
}

/** The demo pauses its DAG and adds an OMS: neither is for a database whose nights are worked for real. */
async function refuseScheduled(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query('select from stockflow.dag where dag_id = $1 and not is_paused', [
    DAG_ID,
  ]);
  if (rowCount === 0) return;
  throw new CommandError(
    EXIT.usage,
    `${DAG_ID} is scheduled in the database of DATABASE_URL, and the demo would pause it; ` +
      'DATABASE_URL= stockflow demo works in an embedded database',
  );
}

async function runOtherFeeds(
  setting: NightSetting,
  { siteDir, shell, lines }: { readonly siteDir: string; readonly shell: Shell; readonly lines: StageLines },
): Promise<readonly FeedReport[]> {
  shell.stderr.write('Running the files of a POS and the night of an ERP\n');
  await writeFeedFiles(setting.pool, setting.world, siteDir);
  return await runFeeds(setting, { signal: shell.signal, onChange: (tasks) => lines.tasks(tasks) });
}

/** Returns connection URLs on the one demo server, with a folder for each system. */
function siteConnections(site: SftpSite): Readonly<Record<string, string>> {
  return {
    STOCKFLOW_CONN_RETAILPRO: site.url,
    STOCKFLOW_CONN_POS: site.urlOf('pos'),
    STOCKFLOW_CONN_ERP: site.urlOf('erp'),
  };
}

function parseRows(text: string): number {
  const rows = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(rows) && rows >= 3_000 && rows <= USUAL_ROWS) return rows;
  throw new InvalidArgumentError(`Write a whole number from 3000 to ${USUAL_ROWS}.`);
}

interface ServedWorld {
  readonly settings: ReturnType<typeof readSettings>;
  readonly session: Session;
  readonly site: SftpSite;
  /** The page's port. */
  readonly port: number;
}

async function serveUntilStopped(
  shell: Shell,
  { settings, session, site, port }: ServedWorld,
): Promise<void> {
  await using page = await tryPage(shell, { settings, session, ...PAGE_ADDRESS, port });
  const exports = Object.entries(siteConnections(site)).map(([name, url]) => `  export ${name}='${url}'\n`);
  shell.stderr.write(
    `\nThe world is up until Ctrl-C. ${page === null ? '' : `In a browser:\n  ${page.url}\n`}In another terminal:\n  npx stockflow runs list\n  npx stockflow changes\n` +
      `  npx stockflow trigger pos_inventory_delta --wait\n${exports.join('')}`,
  );
  await new Promise<void>((resolve) =>
    shell.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

function printNextSteps(shell: Shell, runId: number, sound: boolean): void {
  const next = sound
    ? `npx stockflow runs show ${runId}      what ran, when and for how long`
    : `npx stockflow runs show ${runId}      what failed, and how to inspect and retry it`;
  shell.stderr.write(`\nNext: ${next}\n      npx stockflow web               the night in a browser\n`);
}
