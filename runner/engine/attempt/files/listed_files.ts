import type { Environment } from '../../../connections/connection_config.ts';
import { parseLocationPattern } from '../../../core/value/location.ts';
import type { Log } from '../../../log.ts';
import { type FileEntry, type Files, TaskError } from '../../../task.ts';
import { localFiles } from './local_files.ts';
import { sftpFiles } from './sftp_files.ts';

/** Lists files outside of any run. Each folder is read only once. */
export function listedFiles(reader: {
  readonly env: Environment;
  readonly projectDir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Pick<Files, 'list'> & AsyncDisposable {
  const { env, projectDir, log, signal } = reader;
  const owner = { env, runId: 0, token: 'listing', signal, log };
  const local = localFiles(projectDir, owner);
  const sftp = sftpFiles(owner);
  const listed = new Map<string, Promise<readonly FileEntry[]>>();

  function readListing(location: string): Promise<readonly FileEntry[]> {
    const pattern = parseLocationPattern(location);
    if (pattern.scheme === 'artifact') throw new TaskError(`${location}: artifacts belong to a run`);
    return pattern.scheme === 'file' ? local.list(pattern) : sftp.list(pattern);
  }

  return {
    async list(location) {
      const known = listed.get(location) ?? readListing(location);
      listed.set(location, known);
      return await known;
    },
    [Symbol.asyncDispose]: () => sftp[Symbol.asyncDispose](),
  };
}
