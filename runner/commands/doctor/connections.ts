/** Looks at the databases and file servers that tasks use: the log-in, the host key, the folders. */
import {
  type ConnectionConfig,
  connectionFromEnv,
  connectionIdsIn,
  type PostgresConfig,
  type SftpConfig,
} from '../../connections/connection_config.ts';
import { createPool } from '../../connections/postgres.ts';
import { openSftp } from '../../connections/sftp.ts';
import { errorFacts } from '../../core/error_text.ts';
import type { FolderUse, OutsideUse } from '../../core/outside_use.ts';
import type { Log } from '../../log.ts';
import type { Shell } from '../command.ts';
import { spanText } from '../time_text.ts';
import { connectionFix } from './connection_fix.ts';
import { type Finding, looked, ok, problem } from './finding.ts';
import { lookAtFolder } from './folders.ts';
import { usersText } from './users_text.ts';

/** Each that a DAG uses, and each that is set. */
export function connectionIds(env: Shell['env'], use: OutsideUse): readonly string[] {
  return [...new Set([...use.connections.keys(), ...connectionIdsIn(env)])].sort();
}

export async function lookAtConnection(
  { env, signal }: Pick<Shell, 'env' | 'signal'>,
  id: string,
  { use, log }: { readonly use: OutsideUse; readonly log: Log },
): Promise<readonly Finding[]> {
  const check = `connection ${id}`;
  const usedBy = use.connections.get(id);
  const user = usedBy === undefined ? 'no DAG uses it' : `used by ${usersText(usedBy)}`;
  let config: ConnectionConfig;
  try {
    config = connectionFromEnv(id, env);
  } catch (error) {
    return [
      problem(check, `${errorFacts(error).errorText} (${user})`, 'set it in the environment or in .env'),
    ];
  }
  const fix = connectionFix(
    config,
    `check ${config.variable} and the server; then: stockflow connections test ${id}`,
  );
  return await looked(check, fix, () =>
    config.kind === 'postgres'
      ? lookAtPostgres(check, config)
      : lookAtSftp(check, config, {
          signal,
          log,
          folders: use.folders.filter(({ connection }) => connection === id),
        }),
  );
}

async function lookAtPostgres(check: string, config: PostgresConfig): Promise<readonly Finding[]> {
  const pool = createPool(config.url.reveal(), { applicationName: 'stockflow doctor', max: 1 });
  try {
    const begunAt = performance.now();
    const { rows } = await pool.query<{ version: string }>(
      "select current_setting('server_version') as version",
    );
    const took = spanText(performance.now() - begunAt);
    return [ok(check, `${config.display}: Postgres ${rows[0]?.version}, logged in and answered in ${took}`)];
  } finally {
    await pool.end();
  }
}

async function lookAtSftp(
  check: string,
  config: SftpConfig,
  {
    signal,
    log,
    folders,
  }: { readonly signal: AbortSignal; readonly log: Log; readonly folders: readonly FolderUse[] },
): Promise<readonly Finding[]> {
  const begunAt = performance.now();
  await using sftp = await openSftp(config, { signal, log });
  const took = spanText(performance.now() - begunAt);
  const findings = [ok(check, `${config.display}: host key as pinned, logged in within ${took}`)];
  for (const folder of folders) {
    const fix = connectionFix(config, `stockflow connections test ${config.id}`);
    findings.push(...(await looked(check, fix, () => lookAtFolder(check, sftp, folder))));
  }
  return findings;
}
