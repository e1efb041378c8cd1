/** Runs a whole night in a world of its own, and proves the counts right */
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CLI_ACTOR } from '../../runner/commands/actor.ts';
import { describe, type Shell } from '../../runner/commands/command.ts';
import { EXIT } from '../../runner/commands/exit_code.ts';
import { applyMigrations, openSession } from '../../runner/commands/session.ts';
import { readSettings } from '../../runner/commands/settings.ts';
import { taskTypesOf } from '../../runner/commands/task_types.ts';
import { type NightSetting, putDagInForce, reportNight, startNightWorker, workNight } from '../night.ts';
import { prepareWorld } from '../prepare.ts';
import { isSound, reportDocument } from '../report.ts';
import { reportText } from '../report_text.ts';
import { USUAL_ROWS } from '../retailpro_file.ts';
import { startSftpSite } from '../sftp_site.ts';
import { StageLines } from '../stage_lines.ts';
import { makeWorld } from '../world.ts';

interface DemoOptions {
  readonly rows: number;
  readonly serve?: true;
  readonly output: 'table' | 'json';
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Makes a Retail Pro file, an OMS and an SFTP server, works one night between them, and checks every count.',
    examples: [
      'stockflow demo                    the whole night: 300 MB, 7 million rows',
      'stockflow demo --rows 200000      a small one',
      'stockflow demo -o json            the report as data',
      'stockflow demo --serve            keep the world up to look around in',
    ],
  })
    .option('--rows <n>', "data rows of Retail Pro's file", parseRows, USUAL_ROWS)
    .option('--serve', 'keep database, SFTP server and worker up until Ctrl-C')
    .addOption(
      new Option('-o, --output <format>', 'how the report is printed')
        .choices(['table', 'json'])
        .default('table'),
    )
    .action(async (options: DemoOptions) => {
      await demo(shell, options);
    });
}

async function demo(shell: Shell, { rows, serve, output }: DemoOptions): Promise<void> {
  const settings = readSettings(shell.env);
  const lines = new StageLines(shell.stderr);
  await using session = await openSession(shell, settings, { migrations: 'apply' });
  await applyMigrations(session, ['oms']);

  const world = makeWorld();
  const siteDir = path.resolve(settings.homeDir, 'demo');
  shell.stderr.write(`Preparing the world (${settings.homeDir})\n`);
  await prepareWorld({ pool: session.pool, world, siteDir, rows, stage: lines, signal: shell.signal });
  await using site = await startSftpSite(siteDir);

  const setting: NightSetting = {
    databaseUrl: session.url,
    pool: session.pool,
    world,
    dagsDir: settings.dagsDir,
    taskTypes: await taskTypesOf(settings),
    env: { ...shell.env, STOCKFLOW_CONN_OMS: session.url, STOCKFLOW_CONN_RETAILPRO: site.url },
    concurrency: settings.concurrency,
    log: session.log,
    by: CLI_ACTOR,
  };
  await putDagInForce(setting);
  await using _worker = await startNightWorker(setting);
  shell.stderr.write(`Working the night of ${world.night.businessDate}\n`);
  const night = await workNight(setting, { signal: shell.signal, onChange: (tasks) => lines.tasks(tasks) });
  const report = await reportNight(session.pool, world, night);

  if (output === 'json') shell.stdout.write(`${JSON.stringify(reportDocument(report), null, 2)}\n`);
  else shell.stdout.write(`\n${reportText(report)}`);
  shell.exitCode = isSound(report) ? EXIT.ok : EXIT.problem;
  if (serve) await serveUntilStopped(shell, site.url);
  else tellNext(shell, report.run.run_id, isSound(report));
}

function parseRows(text: string): number {
  const rows = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(rows) && rows >= 3_000 && rows <= USUAL_ROWS) return rows;
  throw new InvalidArgumentError(`Write a whole number from 3000 to ${USUAL_ROWS}.`);
}

async function serveUntilStopped(shell: Shell, sftpUrl: string): Promise<void> {
  shell.stderr.write(
    `\nThe world is up until Ctrl-C. In another terminal:\n  npx stockflow runs list\n  export STOCKFLOW_CONN_RETAILPRO='${sftpUrl}'\n`,
  );
  await new Promise<void>((resolve) =>
    shell.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

function tellNext(shell: Shell, runId: number, sound: boolean): void {
  const next = sound
    ? `npx stockflow runs show ${runId}      what ran, when and for how long`
    : `npx stockflow runs show ${runId}      what failed, and how to look at it and retry`;
  shell.stderr.write(`\nNext: ${next}\n`);
}
