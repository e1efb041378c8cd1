import { createHash } from 'node:crypto';
import {
  formatLocation,
  type Location,
  parseLocation,
  parseLocationPattern,
} from '../../../core/value/location.ts';
import { recordFile } from '../../../store/task/file.ts';
import type { ClaimedTask } from '../../../store/task/instance.ts';
import { lastGoodOutput } from '../../../store/task/output.ts';
import { type FileFacts, type Files, TaskError } from '../../../task.ts';
import type { Engine } from '../../engine.ts';
import { artifactFiles } from './artifact_files.ts';
import type { FileStore, Written } from './file_store.ts';
import { localFiles } from './local_files.ts';
import { type SftpOwner, sftpFiles } from './sftp_files.ts';

/** The largest file that `Files.read` loads into memory, in bytes. */
const MAX_READ_BYTES = 16 << 20;

/** Returns the files of one attempt, by location. The files that it reads and publishes are recorded under its name. */
export function attemptFiles(
  engine: Pick<Engine, 'pool' | 'projectDir'>,
  claimed: ClaimedTask,
  owner: SftpOwner,
): Files & AsyncDisposable {
  const artifact = artifactFiles(engine.pool, claimed);
  const local = localFiles(engine.projectDir, owner);
  const sftp = sftpFiles(owner);

  /** Calls `use` with the store and the parsed location. This is the only dispatch by scheme. */
  function at<T>(location: string, use: <Target>(store: FileStore<Target, never>, target: Target) => T): T {
    const target = parseLocation(location);
    switch (target.scheme) {
      case 'artifact':
        return use(artifact, target);
      case 'file':
        return use(local, target);
      case 'sftp':
        return use(sftp, target);
    }
  }

  const record = (direction: 'read' | 'published', facts: FileFacts) =>
    recordFile(engine.pool, {
      taskInstanceId: claimed.taskInstanceId,
      attemptNumber: claimed.attemptNumber,
      direction,
      ...whereOf(parseLocation(facts.location)),
      bytes: facts.bytes,
      sha256: facts.sha256,
      rows: facts.rows,
    });

  /** Calls `use` with the store and the parsed pattern. */
  function matching<T>(
    location: string,
    use: <Pattern>(store: FileStore<never, Pattern>, pattern: Pattern) => T,
  ): T {
    const pattern = parseLocationPattern(location);
    switch (pattern.scheme) {
      case 'artifact':
        return use(artifact, pattern);
      case 'file':
        return use(local, pattern);
      case 'sftp':
        return use(sftp, pattern);
    }
  }

  return {
    list: (location) => matching(location, (store, pattern) => store.list(pattern)),
    leftOut: (location) => matching(location, (store, pattern) => store.leftOut(pattern)),
    stat: (location) => at(location, (store, target) => store.stat(target)),
    open: (location) => at(location, (store, target) => store.open(target)),
    async read(location) {
      const file = await this.open(location);
      if (file.bytes > MAX_READ_BYTES) {
        throw new TaskError(
          `${location} has ${file.bytes} bytes; at most ${MAX_READ_BYTES} are read at once`,
        );
      }
      const pieces: Uint8Array[] = [];
      for await (const chunk of file.chunks()) pieces.push(chunk);
      const bytes = Uint8Array.from(Buffer.concat(pieces));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await record('read', { location, bytes: bytes.length, sha256, rows: null });
      return bytes;
    },
    async publish(location, content, options) {
      const rows = options?.rows ?? null;
      const written: Written = await at(location, (store, target) =>
        store.publish(target, content, { rows, existing: options?.existing ?? 'replace' }),
      );
      const facts = { location: formatLocation(parseLocation(location)), ...written, rows };
      await record('published', facts);
      return facts;
    },
    async rename(from, to) {
      const [source, target] = [parseLocation(from), parseLocation(to)];
      if (source.scheme === 'sftp' && target.scheme === 'sftp') return await sftp.rename(source, target);
      if (source.scheme === 'file' && target.scheme === 'file') return await local.rename(source, target);
      return false;
    },
    remove: (location) => at(location, (store, target) => store.remove(target)),
    recordRead: (facts) => record('read', facts),
    lastGoodOutput: (taskId) => lastGoodOutput(engine.pool, claimed, taskId),
    [Symbol.asyncDispose]: () => sftp[Symbol.asyncDispose](),
  };
}

function whereOf(location: Location): { readonly connection: string | null; readonly path: string } {
  switch (location.scheme) {
    case 'artifact':
      return { connection: null, path: formatLocation(location) };
    case 'file':
      return { connection: null, path: formatLocation(location) };
    case 'sftp':
      return { connection: location.connection, path: location.path };
  }
}
