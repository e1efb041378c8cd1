/** The SFTP server on which Retail Pro and Stockflow meet, with direct sight of what lies on it. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SERVERS, type TestServer } from '../../runner/connections/sftp/suite.ts';

export const NIGHT_SERVERS = [
  { kind: 'in_process', name: SERVERS[0].name, skip: SERVERS[0].skip },
  { kind: 'openssh', name: SERVERS[1].name, skip: SERVERS[1].skip },
] as const;
export type NightServer = (typeof NIGHT_SERVERS)[number]['kind'];

export interface Reach {
  /** The port of a proxy in between. */
  readonly port?: number;
  /** The fingerprint to pin, where it is not the server's. */
  readonly hostKey?: string;
}

export interface ResetFile {
  readonly snapshotAt: Temporal.Instant;
  readonly content: string | Uint8Array;
  /** Figures that differ from the content's; null for no manifest, and then the file is an hour old. */
  readonly manifest?: Readonly<Record<string, unknown>> | null;
}

export interface NightSite extends AsyncDisposable {
  readonly port: number;
  readonly fingerprint: string;
  /** The folder on this machine into which Retail Pro writes. */
  readonly outgoingDir: string;
  /** Returns the value of `STOCKFLOW_CONN_RETAILPRO`. */
  url(reach?: Reach): string;
  /** Empties Retail Pro's folder. */
  clearOutgoing(): Promise<void>;
  /** Puts Retail Pro's file, and a manifest that agrees with it, into its folder. @returns the file's path here */
  putReset(file: ResetFile): Promise<string>;
  /** Every file below a folder of the server, by its path from there, sorted. */
  filesIn(folder: string): Promise<readonly string[]>;
  /** `folder/name`, as a path here. */
  place(file: string): string;
}

export async function startNightSite(kind: NightServer): Promise<NightSite> {
  const server = await startServer(kind);
  const place = (file: string) => path.join(server.rootDir, file);
  const outgoingDir = place('retailpro/outgoing');
  await mkdir(outgoingDir, { recursive: true });
  return {
    port: server.port,
    fingerprint: server.fingerprint,
    outgoingDir,
    place,
    url({ port = server.port, hostKey = server.fingerprint } = {}) {
      const query = `host_key=${hostKey}&private_key_file=${encodeURIComponent(server.privateKeyFile)}`;
      return `sftp://${server.user}@127.0.0.1:${port}${server.baseDir}?${query}`;
    },
    async clearOutgoing() {
      for (const name of await readdir(outgoingDir)) await rm(path.join(outgoingDir, name));
    },
    async putReset(file) {
      const filePath = path.join(outgoingDir, resetFileName(file.snapshotAt));
      await writeFile(filePath, file.content);
      if (file.manifest === null) await utimes(filePath, anHourAgo(), anHourAgo());
      else await writeFile(`${filePath}.manifest.json`, manifestOf(file));
      return filePath;
    },
    async filesIn(folder) {
      const entries = await readdir(place(folder), { recursive: true, withFileTypes: true }).catch(
        noneIfAbsent,
      );
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(place(folder), path.join(entry.parentPath, entry.name)))
        .sort();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** `reset_inventory_20260618T034500Z.csv` */
export function resetFileName(snapshotAt: Temporal.Instant): string {
  return `reset_inventory_${snapshotAt.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}.csv`;
}

/** Returns the figures of a file that its manifest would state. */
export async function contentOf(filePath: string): Promise<{ sha256: string; bytes: number; rows: number }> {
  const content = await readFile(filePath);
  return figuresOf(content);
}

function manifestOf({ content, snapshotAt, manifest }: ResetFile): string {
  const figures = figuresOf(Buffer.from(content));
  return JSON.stringify({ ...figures, snapshot_at: snapshotAt.toString(), ...manifest });
}

/** Rows are the newlines after the header's: no test has a line break in a field. */
function figuresOf(content: Buffer): { sha256: string; bytes: number; rows: number } {
  const lines = content.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { sha256, bytes: content.length, rows: Math.max(0, lines - 1) };
}

function startServer(kind: NightServer): Promise<TestServer> {
  return kind === 'openssh' ? SERVERS[1].start() : SERVERS[0].start();
}

/** Returns the instant of an hour ago in seconds since 1970, the unit of `utimes`. */
function anHourAgo(): number {
  return Temporal.Now.instant().epochMilliseconds / 1000 - 3600;
}

function noneIfAbsent(cause: unknown): [] {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
  throw cause;
}
