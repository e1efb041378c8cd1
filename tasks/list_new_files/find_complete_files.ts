/** Decides which of the new files are complete. */
import { setTimeout } from 'node:timers/promises';
import type { FileEntry, Files } from '../../runner/task.ts';
import { ageOf, changedMeanwhile, checkFirstListing } from '../files/stability.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { type DeltaManifest, manifestName, parseDeltaManifest } from '../inventory/file/manifest.ts';

const NEWLINE = 0x0a;
const GZIP = [0x1f, 0x8b] as const;

export interface SearchOptions {
  readonly files: Files;
  /** The pattern of the listing. */
  readonly from: string;
  readonly now: () => Temporal.Instant;
  readonly signal: AbortSignal;
  readonly stableForMs: number;
  readonly giveUpAfterMs: number;
}

export interface FoundFiles {
  readonly complete: readonly ReturnType<typeof listed>[];
  readonly waiting: readonly { readonly name: string; readonly why: string }[];
}

/** Lists all files twice together, so that a hundred files take no longer than one. */
export async function findCompleteFiles(
  entries: readonly FileEntry[],
  options: SearchOptions,
): Promise<FoundFiles> {
  if (entries.length === 0) return { complete: [], waiting: [] };
  const manifests = new Set(
    (await options.files.list(manifestName(options.from))).map(({ location }) => location),
  );
  const hasManifest = ({ location }: FileEntry) => manifests.has(manifestName(location));
  const pauses = entries
    .filter((entry) => !hasManifest(entry))
    .map((entry) => checkFirstListing(entry, options))
    .map((first) => (first.isStable ? first.relistAfterMs : 0));
  await setTimeout(Math.max(0, ...pauses), undefined, { signal: options.signal });
  const second = new Map((await options.files.list(options.from)).map((entry) => [entry.location, entry]));
  const complete: ReturnType<typeof listed>[] = [];
  const waiting: { name: string; why: string }[] = [];
  for (const entry of entries) {
    options.signal.throwIfAborted();
    const completeness = hasManifest(entry)
      ? await byManifest(entry, options)
      : await byStability(entry, second.get(entry.location) ?? null, options);
    const ageMs = ageOf(entry, options.now()) ?? options.giveUpAfterMs;
    if (completeness.why === null) complete.push(listed(entry, completeness.manifest));
    // A file that was removed or is still being written is never given up.
    else if (completeness.isStill && ageMs >= options.giveUpAfterMs)
      complete.push(listed(entry, completeness.manifest));
    else waiting.push({ name: entry.name, why: completeness.why });
  }
  return { complete, waiting };
}

interface Completeness {
  /** Null if the file is complete. */
  readonly why: string | null;
  readonly isStill: boolean;
  readonly manifest: DeltaManifest | null;
}

async function byManifest(entry: FileEntry, { files }: SearchOptions): Promise<Completeness> {
  try {
    const text = new TextDecoder().decode(await files.read(manifestName(entry.location)));
    const manifest = parseDeltaManifest(text);
    const why =
      manifest.bytes === entry.bytes
        ? null
        : `it has ${entry.bytes} bytes, and its manifest says ${manifest.bytes}`;
    return { why, isStill: true, manifest };
  } catch (error) {
    if (error instanceof InvalidFileError) return { why: error.message, isStill: true, manifest: null };
    throw error;
  }
}

async function byStability(
  entry: FileEntry,
  second: FileEntry | null,
  options: SearchOptions,
): Promise<Completeness> {
  const unfinished = (why: string, isStill: boolean): Completeness => ({ why, isStill, manifest: null });
  const moving = changedMeanwhile(entry, second);
  if (moving !== null) return unfinished(moving, false);
  const first = checkFirstListing(entry, options);
  if (!first.isStable) return unfinished(first.why, false);
  if (!(await endsALine(entry, options))) {
    return unfinished('its last line has no end: it was cut or is still being written', true);
  }
  return { why: null, isStill: true, manifest: null };
}

/**
 * Returns whether the last line has its end. Compressed files always pass: damage in them is found when they are
 * read.
 */
async function endsALine(entry: FileEntry, { files }: SearchOptions): Promise<boolean> {
  const file = await files.open(entry.location);
  let first: Uint8Array = new Uint8Array();
  let last: Uint8Array = new Uint8Array();
  for await (const chunk of file.chunks()) {
    if (first.length < GZIP.length) first = Uint8Array.of(...first, ...chunk.subarray(0, GZIP.length));
    last = Uint8Array.of(...last.slice(-1), ...chunk.slice(-2)).slice(-2);
  }
  if (GZIP.every((byte, index) => first[index] === byte)) return true;
  // In UTF-16, the line feed is the second byte from the end.
  return last.at(-1) === NEWLINE || (last.at(-2) === NEWLINE && last.at(-1) === 0);
}

function listed(entry: FileEntry, manifest: DeltaManifest | null) {
  return {
    location: entry.location,
    name: entry.name,
    bytes: entry.bytes,
    modified_at: entry.modifiedAt?.toString() ?? null,
    manifest: manifest && { sha256: manifest.sha256, bytes: manifest.bytes, rows: manifest.rows },
  };
}
