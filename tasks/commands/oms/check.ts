/** Tells what an OMS lacks for the nightly sync, each with its fix. */
import { type Command, Option } from 'commander';
import type { Pool, PoolClient } from 'pg';
import {
  CommandError,
  describe,
  EXIT,
  openSession,
  readSettings,
  type Shell,
} from '../../../runner/command.ts';
import { ConnectionPools, connectionVariable } from '../../../runner/history.ts';
import { checkSchema, leastRights, type OmsReport } from '../../oms/schema/check_schema.ts';
import { readOnly } from '../../oms/schema/read_only.ts';
import { reportData, reportText, verdictOf } from './check/report_text.ts';

const CONNECTION = 'oms';

interface CheckOptions {
  readonly connection: string;
  readonly idType: string;
  readonly grants?: string;
  readonly output: 'table' | 'json';
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: "Checks whether the nightly sync can work on an OMS: tables or views, columns and their types, keys, indexes, rights, the trigger that keeps totals, time zones, several items of one product and facility. Each finding comes with its fix, as SQL where SQL does it. Reads alone; exits 1 when something blocks a night or puts it at risk. The OMS is that of STOCKFLOW_CONN_OMS, or the runner's own database where there is one in it.",
    examples: [
      'stockflow oms check',
      'stockflow oms check -o json',
      'stockflow oms check --connection oms_copy',
      'stockflow oms check --grants stockflow_oms > grants.sql',
    ],
  })
    .option('--connection <id>', 'the connection to the OMS', CONNECTION)
    .option('--id-type <type>', 'the type of id by which files name products', 'SKU')
    .option(
      '--grants <role>',
      'print the least rights with which a role works the nights, as SQL, and check nothing',
    )
    .addOption(
      new Option('-o, --output <format>', 'how the report is printed')
        .choices(['table', 'json'])
        .default('table'),
    )
    .action(async (options: CheckOptions) => {
      const { connection, idType, grants } = options;
      await withOms(shell, connection, async (client) => {
        if (grants !== undefined) shell.stdout.write(await leastRights(client, grants));
        else print(shell, options, await checkSchema(client, { at: Temporal.Now.instant(), idType }));
      });
    });
}

function print(shell: Shell, { connection, output }: CheckOptions, report: OmsReport): void {
  if (report.findings.some(({ severity }) => severity !== 'note')) shell.exitCode = EXIT.problem;
  if (output === 'json') {
    shell.stdout.write(`${JSON.stringify(reportData(connection, report), null, 2)}\n`);
    return;
  }
  shell.stdout.write(reportText(shell, connection, report));
  shell.stderr.write(`${verdictOf(report)}\n`);
}

/** Runs `work` in a read-only transaction. @throws CommandError where there is no OMS; ConnectionError */
async function withOms(
  shell: Shell,
  connection: string,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const settings = readSettings(shell.env);
  // A connection that is set is checked by itself: the runner's own database need not be there.
  if (shell.env[connectionVariable(connection)] || connection !== CONNECTION) {
    await using connections = new ConnectionPools(shell.env, { warn() {} });
    return await readOnly(connections.postgres(connection), work);
  }
  await using session = await openSession(shell, settings, { migrations: 'leave' });
  await refuseWithoutOms(session.pool);
  await readOnly(session.pool, work);
}

async function refuseWithoutOms(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ has_oms: boolean }>(
    "select to_regnamespace('oms') is not null as has_oms",
  );
  if (rows[0]?.has_oms) return;
  throw new CommandError(
    EXIT.notFound,
    `${connectionVariable(CONNECTION)} is not set, and this database has no OMS; set it to the postgres:// URL of yours, or make one with stockflow migrate --oms`,
  );
}
