/** Checks the databases and file servers that tasks use: the log-in, the host key, the folders. */
import { isChannel } from '../../connections/channel/config.ts';
import {
  type ConnectionConfig,
  connectionFromEnv,
  connectionIdsIn,
  type HttpConfig,
  type PostgresConfig,
  type SftpConfig,
} from '../../connections/connection_config.ts';
import { httpConnection } from '../../connections/http/http.ts';
import { readServer } from '../../connections/postgres/server.ts';
import { openSftp } from '../../connections/sftp/sftp.ts';
import type { FolderUse, OutsideUse } from '../../core/dag/outside_use.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { spanText } from '../../view/time_text.ts';
import type { Shell } from '../cli/command.ts';
import { connectionFix } from './connection_fix.ts';
import { type Finding, ok, problem, runCheck } from './finding.ts';
import { checkFolder, usersText } from './folders.ts';

const HTTP_ANSWER_MS = 10_000;

/** Returns each connection that a task uses and each that is set, without channels, which are checked as such. */
export function connectionIds(env: Shell['env'], use: OutsideUse): readonly string[] {
  const set = connectionIdsIn(env).filter((id) => !isChannel(id, env));
  return [...new Set([...use.connections.keys(), ...set])].sort();
}

export async function checkConnection(
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
  return await runCheck(check, fix, () => {
    switch (config.kind) {
      case 'postgres':
        return checkPostgres(check, config);
      case 'http':
        return checkHttp(check, config, signal);
      case 'sftp': {
        const folders = use.folders.filter(({ connection }) => connection === id);
        return checkSftp(check, config, { signal, log, folders });
      }
    }
  });
}

/** Sends a HEAD request to the connection's URL, which changes nothing; any answer shows that the server is there. */
async function checkHttp(
  check: string,
  config: HttpConfig,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const begunAt = performance.now();
  const { status } = await httpConnection(config).request({
    method: 'HEAD',
    path: '/',
    timeoutMs: HTTP_ANSWER_MS,
    maxResponseBytes: 0,
    signal,
  });
  const took = spanText(performance.now() - begunAt);
  if (status === 401 || status === 403) {
    return [
      problem(
        check,
        `${config.display} refused the log-in: it answered ${status} to HEAD /`,
        `check the secret of ${config.variable}, or whether this user may ask for /`,
      ),
    ];
  }
  return [ok(check, `${config.display}: answered ${status} to HEAD / in ${took}`)];
}

/** Checks a database of tasks. They work in transactions alone, so a pooler that keeps those is no problem. */
async function checkPostgres(check: string, config: PostgresConfig): Promise<readonly Finding[]> {
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

async function checkSftp(
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
    findings.push(...(await runCheck(check, fix, () => checkFolder(check, sftp, folder))));
  }
  return findings;
}
