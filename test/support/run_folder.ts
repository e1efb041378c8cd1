/** The folder for temporary files of a whole test run, in memory where the system has room for it. */
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface RunFolder extends AsyncDisposable {
  readonly directory: string;
}

/** Linux keeps it in memory; a container often gives it 64 MB only. */
const MEMORY_FOLDER = '/dev/shm';
/** Three times as much as a run has ever held at once. */
const ROOM_BYTES = 6 * 1024 ** 3;

/** Makes the folder; open to every account, as the server of a run started by root has one of its own. */
export async function makeRunFolder(): Promise<RunFolder> {
  const parent = (await hasRoom(MEMORY_FOLDER)) ? MEMORY_FOLDER : tmpdir();
  const directory = await mkdtemp(path.join(parent, 'stockflow-test-run-'));
  await chmod(directory, 0o1777);
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
