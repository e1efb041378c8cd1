/** The page of the pictures' world, in a process of its own, behind a log-in proxy that names `night_shift`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../pages.ts';

const HEADER = 'X-Forwarded-User';

/** To be sent with every request of the person; without them the page asks to log in. */
export const PERSON_HEADERS = { [HEADER]: 'night_shift' };

export interface SiteOptions {
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets the users file. */
  readonly folder: string;
}

/** @returns the page's address, without a slash at its end */
export async function startSite(
  own: AsyncDisposableStack,
  { databaseUrl, env, folder }: SiteOptions,
): Promise<string> {
  const usersFile = path.join(folder, 'users.txt');
  await writeFile(usersFile, 'night_shift:operator:-\n', { mode: 0o600 });
  const server = spawn(path.join(ROOT, 'bin/stockflow'), ['web', '--port', '0'], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...env,
      DATABASE_URL: databaseUrl,
      STOCKFLOW_WEB_USERS_FILE: usersFile,
      STOCKFLOW_WEB_PROXY_HEADER: HEADER,
      STOCKFLOW_WEB_PROXY_ADDRESSES: '127.0.0.1',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  own.defer(async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    const [, address] = /^the page is at (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (address !== undefined) {
      server.stderr.resume();
      return address;
    }
    said.push(line);
  }
  throw new Error(`stockflow web ended: ${said.join('\n')}`);
}
