/**
 * `Files` for task tests: `sftp://` and `file:` locations are real files below a folder of the test,
 * artifacts are held in memory. It keeps the promises of the contract that tasks rely on: nothing appears
 * half-written, and reading a file that moves meanwhile throws.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leftOutOf } from '../core/value/left_out.ts';
import { matchesPattern } from '../core/value/location.ts';
import type {
  Content,
  FileEntry,
  FileFacts,
  Files,
  Json,
  LeftOutFile,
  OpenFile,
  PublishOptions,
} from '../task.ts';
import { ConnectionError, FailTask, TaskError } from '../task.ts';

const CHUNK_BYTES = 32 * 1024;

interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly modifiedAt: Temporal.Instant;
}

export class TaskFiles implements Files {
  /** The files that tasks published, in order. */
  readonly published: FileFacts[] = [];
  /** The files that tasks reported as read, in order. */
  readonly reads: FileFacts[] = [];
  /** Answers of `lastGoodOutput`, by task_id. */
  readonly lastGood = new Map<string, Json>();
  /** Whether `stat` and `list` give mtimes, as not every SFTP server does. */
  givesTimes = true;
  readonly #artifacts = new Map<string, Stored>();
  readonly #root: string;
  readonly #now: () => Temporal.Instant;

  constructor(root: string, now: () => Temporal.Instant) {
    this.#root = root;
    this.#now = now;
  }

  /** Returns the path on disk of an `sftp://` or `file:` location. */
  path(location: string): string {
    const sftp = /^sftp:\/\/([^/]+)\/(.+)$/.exec(location);
    if (sftp) return join(this.#root, 'sftp', sftp[1] ?? '', sftp[2] ?? '');
    const file = /^file:(.+)$/.exec(location);
    if (file) return join(this.#root, 'file', file[1] ?? '');
    throw new TaskError(`no file on disk for ${location}`);
  }

  /** Lays a file down as another system would; its mtime is the clock's unless given. */
  async put(location: string, content: string | Uint8Array, modifiedAt = this.#now()): Promise<void> {
    const bytes = copyOf(content);
    if (location.startsWith('artifact:')) {
      this.#artifacts.set(location, { bytes, modifiedAt });
      return;
    }
    const path = this.path(location);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    const seconds = modifiedAt.epochMilliseconds / 1000;
    await utimes(path, seconds, seconds);
  }

  async rename(from: string, to: string): Promise<boolean> {
    const isOnDisk = [from, to].every((location) => !location.startsWith('artifact:'));
    if (!isOnDisk || placeOf(from) !== placeOf(to) || (await this.stat(to)) !== null) return false;
    await mkdir(dirname(this.path(to)), { recursive: true });
    await rename(this.path(from), this.path(to));
    return true;
  }

  async remove(location: string): Promise<boolean> {
    if (location.startsWith('artifact:')) throw new FailTask(`${location}: artifacts are not removed`);
    if ((await this.stat(location)) === null) return false;
    await rm(this.path(location));
    return true;
  }

  async list(pattern: string): Promise<readonly FileEntry[]> {
    if (pattern.startsWith('artifact:')) {
      const names = [...this.#artifacts.keys()].filter((location) =>
        matchesPattern(pattern.slice('artifact:'.length), location.slice('artifact:'.length)),
      );
      const entries = await Promise.all(names.sort().map((location) => this.stat(location)));
      return entries.filter((entry) => entry !== null);
    }
    const slash = pattern.lastIndexOf('/');
    const folder = pattern.slice(0, slash);
    const names = await readdir(this.path(`${folder}/x`).slice(0, -2)).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    const entries = await Promise.all(
      names
        .filter((name) => matchesPattern(pattern.slice(slash + 1), name))
        .sort()
        .map((name) => this.stat(`${folder}/${name}`)),
    );
    return entries.filter((entry) => entry !== null);
  }

  async leftOut(pattern: string): Promise<readonly LeftOutFile[]> {
    const slash = pattern.lastIndexOf('/');
    const folder = this.path(`${pattern.slice(0, slash)}/x`).slice(0, -2);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw error;
    });
    const named = entries.map((entry) => ({
      name: entry.name,
      why: entry.isFile() ? null : 'it is a folder',
    }));
    return leftOutOf(pattern.slice(slash + 1), named);
  }

  async stat(location: string): Promise<FileEntry | null> {
    const name = location.slice(location.search(/[^/:]+$/));
    const artifact = this.#artifacts.get(location);
    if (artifact) return { location, name, bytes: artifact.bytes.length, modifiedAt: artifact.modifiedAt };
    if (location.startsWith('artifact:')) return null;
    try {
      const facts = await stat(this.path(location));
      const mtime = Temporal.Instant.fromEpochMilliseconds(Math.floor(facts.mtimeMs / 1000) * 1000);
      const modifiedAt = this.givesTimes ? mtime : null;
      return facts.isFile() ? { location, name, bytes: facts.size, modifiedAt } : null;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async open(location: string): Promise<OpenFile> {
    const entry = await this.stat(location);
    if (entry === null) throw new TaskError(`${location}: nothing is there`);
    return { ...entry, chunks: () => this.#chunks(entry) };
  }

  async *#chunks(entry: FileEntry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const artifact = this.#artifacts.get(entry.location);
    if (artifact) {
      for (let at = 0; at < artifact.bytes.length; at += CHUNK_BYTES) {
        yield artifact.bytes.slice(at, at + CHUNK_BYTES);
      }
      return;
    }
    await using file = await open(this.path(entry.location));
    let done = 0;
    for (;;) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      done += bytesRead;
      yield chunk.slice(0, bytesRead);
    }
    const after = await this.stat(entry.location);
    if (after === null || done !== entry.bytes || after.bytes !== entry.bytes || !isSameTime(after, entry)) {
      throw new TaskError(`${entry.location}: changed while it was read`);
    }
  }

  async read(location: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = await this.open(location);
    const bytes = await collect(file.chunks());
    this.reads.push({ location, bytes: bytes.length, sha256: sha256(bytes), rows: null });
    return bytes;
  }

  async publish(location: string, content: Content, options: PublishOptions = {}): Promise<FileFacts> {
    const bytes =
      typeof content === 'string' || content instanceof Uint8Array ? copyOf(content) : await collect(content);
    if (options.existing === 'refuse' && (await this.stat(location)) !== null) {
      const there = await collect((await this.open(location)).chunks());
      if (sha256(there) !== sha256(bytes)) {
        throw new ConnectionError('conflict', `${location} exists with other content, which is kept`);
      }
    }
    if (location.startsWith('artifact:')) {
      this.#artifacts.set(location, { bytes, modifiedAt: this.#now() });
    } else {
      const path = this.path(location);
      await this.put(`${location}.part`, bytes);
      await rename(`${path}.part`, path);
    }
    const facts = { location, bytes: bytes.length, sha256: sha256(bytes), rows: options.rows ?? null };
    this.published.push(facts);
    return facts;
  }

  async recordRead(facts: FileFacts): Promise<void> {
    this.reads.push(facts);
  }

  async lastGoodOutput(taskId: string): Promise<Json | null> {
    return this.lastGood.get(taskId) ?? null;
  }

  /** The content of a location, unrecorded: for assertions. */
  async text(location: string): Promise<string> {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      await collect((await this.open(location)).chunks()),
    );
  }
}

function copyOf(content: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(typeof content === 'string' ? new TextEncoder().encode(content) : content);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isSameTime({ modifiedAt: a }: FileEntry, { modifiedAt: b }: FileEntry): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** Returns the connection of a location, or its scheme. */
function placeOf(location: string): string {
  return /^sftp:\/\/[^/]+/.exec(location)?.[0] ?? 'file';
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
