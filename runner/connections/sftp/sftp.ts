/**
 * Files on an SFTP server, below a connection's base directory: read fast and whole or not at all, published
 * complete or not at all.
 */
import type { SftpConfig } from '../connection_config.ts';
import { connectSftp, type SftpOptions } from './connect/connect.ts';
import { makeDirs } from './list/folders.ts';
import { list, type SftpEntry, type SftpListing, stat } from './list/list.ts';
import {
  nearestFolder,
  type PublishingProbe,
  probeMakingFolders,
  probePublishing,
  probeReading,
} from './list/probe.ts';
import { type PublishOwner, sweepParts } from './publish/parts.ts';
import { publish } from './publish/publish.ts';
import type { SftpContent, WrittenFacts } from './publish/write.ts';
import { openFile, type SftpFile } from './read/read.ts';

export type { SftpEntry } from './list/list.ts';

/**
 * Paths are relative to the base directory, `''` is that directory itself; each part is `[A-Za-z0-9._-]{1,128}`
 * without a leading dot. Links are never followed. Every method throws a ConnectionError that names the path, or the
 * signal's reason once it is aborted.
 */
export interface SftpConnection extends AsyncDisposable {
  /** An absent folder is empty. Links, devices, unsafe names and files of no known size are left out, and named. */
  list(dirPath: string): Promise<SftpListing>;
  /** Null where nothing is there; a link or a device is refused. */
  stat(path: string): Promise<SftpEntry | null>;
  open(path: string): Promise<SftpFile>;
  /** Missing folders are made; the same content again is harmless. */
  publish(path: string, content: SftpContent, owner: PublishOwner): Promise<WrittenFacts>;
  makeDirs(path: string): Promise<void>;
  /**
   * Removes the part files that begin with `.<name>.<run>.`, as an attempt that lost its connection leaves them.
   * @returns the removed names
   */
  sweepParts(dirPath: string, ownPrefix: string): Promise<readonly string[]>;
  /** The folder at or above the path that is there; `''` for the base directory. */
  nearestFolder(path: string): Promise<string>;
  /** Publishes a hidden file in the folder, replaces it and removes it, as publishing does. */
  probePublishing(dirPath: string): Promise<PublishingProbe>;
  /** Makes a hidden folder in the folder, and removes it. */
  probeMakingFolders(dirPath: string): Promise<void>;
  /** Opens the file and reads its beginning, as reading does. */
  probeReading(path: string): Promise<void>;
}

/** Connects; closed, within seconds, by `await using`. @throws ConnectionError, or the signal's reason */
export async function openSftp(config: SftpConfig, options: SftpOptions): Promise<SftpConnection> {
  const session = await connectSftp(config, options);
  return {
    list: (dirPath) => list(session, dirPath),
    stat: (path) => stat(session, path),
    open: (path) => openFile(session, path),
    publish: (path, content, owner) => publish(session, { path, owner }, content),
    makeDirs: (path) => makeDirs(session, path),
    sweepParts: async (dirPath, ownPrefix) => (await sweepParts(session, dirPath, ownPrefix)) ?? [],
    nearestFolder: (path) => nearestFolder(session, path),
    probePublishing: (dirPath) => probePublishing(session, dirPath),
    probeMakingFolders: (dirPath) => probeMakingFolders(session, dirPath),
    probeReading: (path) => probeReading(session, path),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
