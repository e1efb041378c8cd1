import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { ConnectionError } from '../../../connections/connection_error.ts';
import { withTransaction } from '../../../connections/postgres/connect.ts';
import { type Location, type LocationPattern, matchesPattern } from '../../../core/value/location.ts';
import {
  ARTIFACT_CHUNK_BYTES,
  type Artifact,
  appendArtifactChunk,
  artifactChunks,
  beginArtifact,
  findArtifact,
  finishArtifact,
  listArtifacts,
} from '../../../store/task/artifact.ts';
import type { ClaimedTask } from '../../../store/task/instance.ts';
import { FailTask, type FileEntry, TaskError } from '../../../task.ts';
import { type FileStore, piecesOf } from './file_store.ts';

type ArtifactLocation = Extract<Location, { scheme: 'artifact' }>;
type ArtifactPattern = Extract<LocationPattern, { scheme: 'artifact' }>;

/** Stores `artifact:` locations: files of one run in the runner's own database, readable by any worker. */
export function artifactFiles(
  pool: Pool,
  claimed: ClaimedTask,
): FileStore<ArtifactLocation, ArtifactPattern> {
  async function* chunks(artifact: Artifact): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const replaced = () => new TaskError(`artifact:${artifact.name} was replaced while it was read`);
    for await (const data of artifactChunks(pool, artifact, replaced)) yield Uint8Array.from(data);
  }

  return {
    async list({ pattern }) {
      return (await listArtifacts(pool, claimed.runId))
        .filter(({ name }) => matchesPattern(pattern, name))
        .map(entryOf);
    },
    leftOut: async () => [], // nobody but tasks of this run names an artifact
    async stat({ name }) {
      const artifact = await findArtifact(pool, claimed.runId, name);
      return artifact && entryOf(artifact);
    },
    async open({ name }) {
      const artifact = await findArtifact(pool, claimed.runId, name);
      if (artifact === null) {
        const names =
          (await listArtifacts(pool, claimed.runId)).map((other) => other.name).join(', ') || 'none yet';
        throw new TaskError(`artifact:${name}: run ${claimed.runId} has no such artifact (it has: ${names})`);
      }
      return { ...entryOf(artifact), chunks: () => chunks(artifact) };
    },
    // The artifacts of a run are part of its history, and pruned with it.
    rename: async () => false,
    remove: async ({ name }) => {
      throw new FailTask(
        `artifact:${name}: artifacts are part of the history of their run and are not removed`,
      );
    },
    publish({ name }, content, { rows, existing }) {
      return withTransaction(pool, async (tx) => {
        const before = existing === 'refuse' ? await findArtifact(tx, claimed.runId, name) : null;
        const artifactId = await beginArtifact(tx, claimed, name);
        if (artifactId === null)
          throw new TaskError(`artifact:${name}: this attempt was superseded and may not write`);
        const hash = createHash('sha256');
        let bytes = 0;
        let seq = 0;
        for await (const chunk of blocksOf(piecesOf(content))) {
          hash.update(chunk);
          bytes += chunk.length;
          await appendArtifactChunk(tx, artifactId, seq, chunk);
          seq += 1;
        }
        const written = { bytes, sha256: hash.digest('hex') };
        if (before !== null && before.sha256 !== written.sha256) {
          throw new ConnectionError('conflict', `artifact:${name}: the run has one with other content`);
        }
        await finishArtifact(tx, artifactId, { ...written, rows });
        return written;
      });
    },
  };
}

function entryOf({ name, bytes, createdAt }: Artifact): FileEntry {
  return { location: `artifact:${name}`, name, bytes, modifiedAt: createdAt };
}

/** Yields the same bytes in blocks of ARTIFACT_CHUNK_BYTES; the last may be shorter. */
async function* blocksOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + ARTIFACT_CHUNK_BYTES - waitingBytes);
      waiting.push(part);
      waitingBytes += part.length;
      at += part.length;
      if (waitingBytes < ARTIFACT_CHUNK_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      waitingBytes = 0;
    }
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}
