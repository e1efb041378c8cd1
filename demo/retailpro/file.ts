/**
 * The Reset Inventory File that Retail Pro puts on the SFTP server on the evening of the world's night, and its
 * manifest.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../runner/task.ts';
import type { World } from '../world/world.ts';
import { layOutFile, type RowAccounting } from './layout.ts';
import { resetFileChunks } from './reset_bytes.ts';

export const USUAL_ROWS = 7_000_000;

export interface RetailproFileFacts {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly accounting: RowAccounting;
  /** False if the same file was already there. */
  readonly written: boolean;
}

interface FileOptions {
  /** The number of data rows, without the header. */
  readonly rows?: number;
}

/**
 * Yields the file's bytes; the same world and rows give the same bytes.
 * @throws RangeError if the world cannot fill `rows`
 */
export async function* retailproFile(
  world: World,
  { rows = USUAL_ROWS }: FileOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  for (const { bytes } of resetFileChunks(world, layOutFile(world, rows))) yield bytes;
}

/** Returns the outcomes of the rows of `retailproFile` with the same options. */
export function rowAccounting(world: World, { rows = USUAL_ROWS }: FileOptions = {}): RowAccounting {
  return layOutFile(world, rows).accounting;
}

/** Returns the file name: `reset_inventory_20260618T034500Z.csv`. */
export function retailproFileName(world: World): string {
  const snapshotAt = Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs);
  return `reset_inventory_${snapshotAt.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')}.csv`;
}

export interface WriteOptions extends FileOptions {
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes the file and then its manifest into `directory`, each atomically; leaves an identical file unchanged.
 * @throws the signal's reason when aborted; nothing is left behind then
 */
export async function writeRetailproFile(
  world: World,
  directory: string,
  options: WriteOptions = {},
): Promise<RetailproFileFacts> {
  const rows = options.rows ?? USUAL_ROWS;
  const name = retailproFileName(world);
  const path = join(directory, name);
  const manifestPath = `${path}.manifest.json`;
  const { accounting } = layOutFile(world, rows);
  await mkdir(directory, { recursive: true });

  const present = await compareWith(path, world, { ...options, rows });
  if (present !== null) {
    const manifest = manifestText(world, { ...present, rows });
    const written = (await textOf(manifestPath)) !== manifest;
    if (written) await writeWhole(manifestPath, manifest);
    return { name, path, ...present, accounting, written };
  }
  // The old manifest would be taken for the new file until the new one is written.
  await rm(manifestPath, { force: true });
  const content = await writeContent(path, world, { ...options, rows });
  await writeWhole(manifestPath, manifestText(world, { ...content, rows }));
  return { name, path, ...content, accounting, written: true };
}

interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

function manifestText(world: World, { sha256, bytes, rows }: Content & { readonly rows: number }): string {
  const snapshotAt = Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs).toString();
  return `${JSON.stringify({ sha256, bytes, rows, snapshot_at: snapshotAt })}\n`;
}

async function writeContent(path: string, world: World, options: WriteOptions): Promise<Content> {
  const temporaryPath = `${path}.part`;
  try {
    await using file = await open(temporaryPath, 'w', 0o640);
    const content = await digest(world, options, async (chunk) => {
      await file.writeFile(chunk);
      return true;
    });
    if (content === null) throw new Error(`writing ${temporaryPath} ended before its last chunk`);
    await rename(temporaryPath, path);
    return content;
  } catch (cause) {
    await rm(temporaryPath, { force: true });
    throw cause;
  }
}

/** Returns the content if the file at `path` already is the one to write; null if it differs or is missing. */
async function compareWith(path: string, world: World, options: WriteOptions): Promise<Content | null> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  });
  if (handle === null) return null;
  await using file = handle;
  const content = await digest(world, options, async (chunk, position) => {
    const there = Buffer.allocUnsafe(chunk.length);
    const { bytesRead } = await file.read(there, 0, chunk.length, position);
    return bytesRead === chunk.length && there.equals(chunk);
  });
  return content !== null && (await file.stat()).size === content.bytes ? content : null;
}

/** Passes each chunk to `consume` and hashes it; null as soon as `consume` returns false. */
async function digest(
  world: World,
  { rows = USUAL_ROWS, progress, signal }: WriteOptions,
  consume: (chunk: Uint8Array, position: number) => Promise<boolean>,
): Promise<Content | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  let done = 0;
  for (const chunk of resetFileChunks(world, layOutFile(world, rows))) {
    signal?.throwIfAborted();
    if (!(await consume(chunk.bytes, bytes))) return null;
    hash.update(chunk.bytes);
    bytes += chunk.bytes.length;
    done += chunk.rows;
    progress?.({ done, total: rows, unit: 'rows' });
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  });
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o640 });
  await rename(`${path}.part`, path);
}
