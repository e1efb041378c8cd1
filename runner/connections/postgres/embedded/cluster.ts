import { appendFile, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';
import { type ProgramContext, runProgram } from './program.ts';

/** The superuser of every cluster that is created here. */
export const CLUSTER_USER = 'stockflow';

const START_TIMEOUT_S = 60;

/**
 * Creates a cluster in the folder `data` (absent or empty): UTF-8, Postgres's own C.UTF-8 collation (the same on every
 * system), passwords by scram-sha-256.
 * @param settings written to its postgresql.conf
 * @throws EmbeddedPostgresError with the output of initdb
 */
export async function initCluster(
  context: ProgramContext,
  data: string,
  { password, settings }: { readonly password: string; readonly settings: Readonly<Record<string, string>> },
): Promise<void> {
  const passwordFile = join(context.directory, 'password.tmp');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    await giveToServer(context, passwordFile);
    await runProgram(context, 'initdb', [
      `--pgdata=${data}`,
      `--username=${CLUSTER_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Creates a cluster at `data` with the database `database`, completely or not at all. */
export async function createCluster(
  context: ProgramContext,
  data: string,
  options: {
    readonly password: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly database: string;
  },
): Promise<void> {
  const draft = `${data}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  try {
    await giveToServer(context, draft);
    await initCluster(context, draft, options);
    const statement = `create database ${options.database};\n`;
    await runProgram(
      context,
      'postgres',
      ['--single', '-c', 'exit_on_error=on', '-D', draft, 'postgres'],
      statement,
    );
    await rename(draft, data);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Starts the server as a daemon in a session of its own, so that neither Ctrl-C nor the end of this process stops it.
 * @throws EmbeddedPostgresError with the end of the server's log
 */
export async function startCluster(context: ProgramContext, data: string, port: number): Promise<void> {
  const log = join(context.directory, 'server.log');
  await keepPrevious(log);
  await appendFile(log, '');
  await giveToServer(context, log);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  const timeout = `${START_TIMEOUT_S}`;
  try {
    await runProgram(context, 'pg_ctl', [
      'start',
      '-w',
      '-s',
      '-t',
      timeout,
      '-D',
      data,
      '-l',
      log,
      '-o',
      options,
    ]);
  } catch (cause) {
    const end = (await readFile(log, 'utf8')).slice(-2_000).trim();
    throw new EmbeddedPostgresError(
      `the embedded Postgres did not start on port ${port}: ${end} (log: ${log})`,
      {
        cause,
      },
    );
  }
}

/** Stops the server in `fast` mode: sessions are ended and a checkpoint is written. */
export async function stopCluster(context: ProgramContext, data: string): Promise<void> {
  await runProgram(context, 'pg_ctl', ['stop', '-w', '-s', '-m', 'fast', '-D', data]);
}

export async function giveToServer({ account }: ProgramContext, path: string): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}

async function keepPrevious(log: string): Promise<void> {
  try {
    await rename(log, `${log}.previous`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
