/** Looks at the databases and file servers that tasks use: the log-in, the host key, the folders. */
import {
  type ConnectionConfig,
  connectionFromEnv,
  connectionIdsIn,
  type PostgresConfig,
  type SftpConfig,
} from '../../connections/connection_config.ts';
import { readServer } from '../../connections/postgres_server.ts';
import { openSftp, type SftpConnection } from '../../connections/sftp.ts';
import { errorFacts } from '../../core/error_text.ts';
import type { FolderUse, OutsideUse } from '../../core/outside_use.ts';
import type { Log } from '../../log.ts';
import type { Shell } from '../command.ts';
import { spanText } from '../time_text.ts';
import { type Finding, looked, ok, problem } from './finding.ts';

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
  const fix = `mend ${config.variable} or the server; stockflow connections test ${id} looks again`;
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

/** All that tasks do on a database of theirs is transactions, so a pooler that keeps those is no hindrance. */
async function lookAtPostgres(check: string, config: PostgresConfig): Promise<readonly Finding[]> {
  const begunAt = performance.now();
  const { version, poolMode } = await readServer(config.url.reveal(), 'stockflow doctor');
  const took = spanText(performance.now() - begunAt);
  if (poolMode === 'statement') {
    return [
      problem(
        check,
        `${config.display}: the pooler in between is in statement mode and refuses transactions, without which no task works on it`,
        `set pool_mode = transaction or session for this database in the pooler, or let ${config.variable} lead straight to Postgres`,
      ),
    ];
  }
  const through = poolMode === 'direct' ? '' : `, through a pooler in ${poolMode} mode`;
  return [ok(check, `${config.display}: Postgres ${version}, logged in and answered in ${took}${through}`)];
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
    const fix = `give ${config.user} the right to it on ${config.host}, or correct the path in the DAG file`;
    findings.push(...(await looked(check, fix, async () => [await lookAtFolder(check, sftp, folder)])));
  }
  return findings;
}

async function lookAtFolder(check: string, sftp: SftpConnection, folder: FolderUse): Promise<Finding> {
  const there = await sftp.nearestFolder(folder.path);
  const name = folder.path === '' ? 'the base directory' : folder.path;
  const users = usersText(folder.usedBy);
  if (folder.access === 'write') {
    await sftp.probeWriting(there);
    const made = there === folder.path ? '' : `, which is not there yet and is made when needed`;
    return ok(check, `${name} can be written by ${users}${made}`);
  }
  if (there !== folder.path && (await sftp.stat(folder.path)) === null) {
    const fix = 'make the folder, or correct the path in the DAG file';
    return problem(check, `${name}, which ${users} reads, is not there`, fix);
  }
  const entries = await sftp.list(there);
  return ok(check, `${name} can be read by ${users}, ${entries.length} entries in it`);
}

/** `inventory_sync.filter_reset_file, pos_feed (3 tasks)` */
function usersText(usedBy: readonly string[]): string {
  const byDag = Map.groupBy(usedBy, (user) => user.slice(0, user.indexOf('.')));
  return [...byDag]
    .map(([dagId, users]) => (users.length === 1 ? users[0] : `${dagId} (${users.length} tasks)`))
    .join(', ');
}
