import { connectionFromEnv, type Environment } from '../../../connections/connection_config.ts';
import { ConnectionError } from '../../../connections/connection_error.ts';
import { openSftp, type SftpConnection, type SftpEntry } from '../../../connections/sftp/sftp.ts';
import { leftOutOf } from '../../../core/value/left_out.ts';
import {
  formatLocation,
  type Location,
  type LocationPattern,
  matchesPattern,
} from '../../../core/value/location.ts';
import type { FileEntry, TaskLog } from '../../../task.ts';
import { type FileStore, piecesOf } from './file_store.ts';

type SftpLocation = Extract<Location, { scheme: 'sftp' }>;
type SftpPattern = Extract<LocationPattern, { scheme: 'sftp' }>;

export interface SftpOwner {
  readonly env: Environment;
  readonly runId: number;
  /** The token in the names of this attempt's part files. */
  readonly token: string;
  readonly signal: AbortSignal;
  readonly log: TaskLog;
}

/** Stores `sftp:` locations. Each connection is opened at first use and closed with the attempt. */
export function sftpFiles(owner: SftpOwner): FileStore<SftpLocation, SftpPattern> & AsyncDisposable {
  const open = new Map<string, Promise<SftpConnection>>();

  function connect(id: string): Promise<SftpConnection> {
    const opened = open.get(id);
    if (opened !== undefined) return opened;
    const opening = openConnection(id);
    open.set(id, opening);
    // A failed connection is not cached, so the next call tries again.
    opening.catch(() => open.delete(id));
    return opening;
  }

  async function openConnection(id: string): Promise<SftpConnection> {
    const config = connectionFromEnv(id, owner.env);
    if (config.kind !== 'sftp') {
      throw new ConnectionError('invalid', `connection "${id}": ${config.variable} is not an sftp:// URL`);
    }
    return await openSftp(config, { signal: owner.signal, log: owner.log });
  }

  return {
    async list({ connection, folder, pattern }) {
      const { entries } = await (await connect(connection)).list(folder);
      return entries
        .filter((entry) => entry.kind === 'file' && matchesPattern(pattern, entry.name))
        .map((entry) => entryOf(connection, entry));
    },
    async leftOut({ connection, folder, pattern }) {
      const { entries, leftOut } = await (await connect(connection)).list(folder);
      const named = entries.map(({ name, kind }) => ({
        name,
        why: kind === 'file' ? null : 'it is a folder',
      }));
      return leftOutOf(pattern, [...named, ...leftOut]);
    },
    async stat({ connection, path }) {
      const entry = await (await connect(connection)).stat(path);
      return entry?.kind === 'file' ? entryOf(connection, entry) : null;
    },
    async open({ connection, path }) {
      const file = await (await connect(connection)).open(path);
      return { ...entryOf(connection, file), chunks: () => file.chunks() };
    },
    async publish({ connection, path }, content, { existing }) {
      const sftp = await connect(connection);
      const bytes = content instanceof Uint8Array ? content : piecesOf(content);
      return await sftp.publish(path, bytes, { runId: String(owner.runId), token: owner.token, existing });
    },
    async rename(from, to) {
      if (from.connection !== to.connection) return false;
      return await (await connect(from.connection)).rename(from.path, to.path);
    },
    async remove({ connection, path }) {
      return await (await connect(connection)).remove(path);
    },
    async [Symbol.asyncDispose]() {
      const opened = await Promise.allSettled(open.values());
      for (const result of opened)
        if (result.status === 'fulfilled') await result.value[Symbol.asyncDispose]();
    },
  };
}

function entryOf(
  connection: string,
  { path, name, bytes, modifiedAt }: Pick<SftpEntry, 'path' | 'name' | 'bytes' | 'modifiedAt'>,
): FileEntry {
  return { location: formatLocation({ scheme: 'sftp', connection, path }), name, bytes, modifiedAt };
}
