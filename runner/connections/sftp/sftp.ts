/**
 * Reads and publishes files on an SFTP server, below a connection's base directory. Files are read completely or not at
 * all, and published completely or not at all.
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
import { removeFile, renameFile } from './publish/existing.ts';
import { sweepParts } from './publish/parts.ts';
import { type PublishOptions, publish } from './publish/publish.ts';
import type { SftpContent, WrittenFacts } from './publish/write.ts';
import { openFile, type SftpFile } from './read/read.ts';

export type { SftpEntry } from './list/list.ts';

/**
 * A connection to an SFTP server. Paths are relative to the base directory, `''` is that directory itself; each part is
 * `[A-Za-z0-9._-]{1,128}` without a leading dot. Links are never followed. Every method throws a ConnectionError that
 * names the path, or the signal's reason once it is aborted.
 */
export interface SftpConnection extends AsyncDisposable {
  /**
   * Lists a folder; an absent one is empty. Links, devices, unsafe names and files of unknown size are left out of the
   * entries and named separately.
   */
  list(dirPath: string): Promise<SftpListing>;
  /** Returns the entry, null if there is none. A link or a device is refused. */
  stat(path: string): Promise<SftpEntry | null>;
  open(path: string): Promise<SftpFile>;
  /** Publishes a file. Missing folders are created; publishing the same content again changes nothing. */
  publish(path: string, content: SftpContent, options: PublishOptions): Promise<WrittenFacts>;
  /**
   * Moves a file to a free name in one step. Missing folders are created.
   * @returns false, with nothing changed, if the name is taken or the server refuses
   */
  rename(fromPath: string, toPath: string): Promise<boolean>;
  /** Removes a file; a folder, a link or a device is refused. @returns false if there is none */
  remove(path: string): Promise<boolean>;
  makeDirs(path: string): Promise<void>;
  /**
   * Removes the part files that begin with `.<name>.<run>.`, which an attempt that lost its connection leaves.
   * @returns the removed names
   */
  sweepParts(dirPath: string, ownPrefix: string): Promise<readonly string[]>;
  /** Returns the nearest existing folder at or above the path; `''` for the base directory. */
  nearestFolder(path: string): Promise<string>;
  /** Tests publishing: publishes a hidden file in the folder, replaces it and removes it. */
  probePublishing(dirPath: string): Promise<PublishingProbe>;
  /** Tests the creation of folders: creates a hidden folder in the folder, and removes it. */
  probeMakingFolders(dirPath: string): Promise<void>;
  /** Tests reading: opens the file and reads its beginning. */
  probeReading(path: string): Promise<void>;
}

/**
 * Connects to the server. `await using` closes the connection within seconds.
 * @throws ConnectionError, or the signal's reason
 */
export async function openSftp(config: SftpConfig, options: SftpOptions): Promise<SftpConnection> {
  const session = await connectSftp(config, options);
  return {
    list: (dirPath) => list(session, dirPath),
    stat: (path) => stat(session, path),
    open: (path) => openFile(session, path),
    publish: (path, content, options) => publish(session, { path, options }, content),
    rename: (fromPath, toPath) => renameFile(session, fromPath, toPath),
    remove: (path) => removeFile(session, path),
    makeDirs: (path) => makeDirs(session, path),
    sweepParts: async (dirPath, ownPrefix) => (await sweepParts(session, dirPath, ownPrefix)) ?? [],
    nearestFolder: (path) => nearestFolder(session, path),
    probePublishing: (dirPath) => probePublishing(session, dirPath),
    probeMakingFolders: (dirPath) => probeMakingFolders(session, dirPath),
    probeReading: (path) => probeReading(session, path),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
