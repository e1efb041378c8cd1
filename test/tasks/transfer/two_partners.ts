/** Two connections on one SFTP server, and the folders behind them on this machine. */
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestServer } from '../../runner/connections/sftp/suite.ts';

export interface Partners {
  /** `STOCKFLOW_CONN_A` and `STOCKFLOW_CONN_B`. */
  readonly env: Readonly<Record<string, string>>;
  /** Lays a file down, as its sender would have on that day. */
  put(file: string, content: string, modifiedAt?: string): Promise<void>;
  /** The files below both, hidden ones included, with their contents: `a/out/x.csv`. */
  held(): Promise<Readonly<Record<string, string>>>;
}

export async function twoPartners(server: TestServer, folder: string): Promise<Partners> {
  const root = path.join(server.rootDir, folder);
  const urlOf = (id: string) =>
    `sftp://${server.user}@127.0.0.1:${server.port}${server.baseDir}/${folder}/${id}?host_key=${server.fingerprint}&private_key_file=${server.privateKeyFile}`;
  for (const id of ['a', 'b']) await mkdir(path.join(root, id), { recursive: true });
  return {
    env: { STOCKFLOW_CONN_A: urlOf('a'), STOCKFLOW_CONN_B: urlOf('b') },
    async put(file, content, modifiedAt = '2026-03-09T22:00:00Z') {
      const target = path.join(root, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, content);
      const seconds = Temporal.Instant.from(modifiedAt).epochMilliseconds / 1000;
      await utimes(target, seconds, seconds);
    },
    async held() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      const contents = await Promise.all(
        files.map(async ({ parentPath, name }) => {
          const file = path.join(parentPath, name);
          return [path.relative(root, file), await readFile(file, 'utf8')] as const;
        }),
      );
      return Object.fromEntries(contents.sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}
