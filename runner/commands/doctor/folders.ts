/** Checks the folders of an SFTP server by doing there what the tasks will do. */
import type { SftpConnection, SftpEntry } from '../../connections/sftp/sftp.ts';
import type { FolderUse } from '../../core/dag/outside_use.ts';
import { matchesPattern } from '../../core/value/location.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** @throws ConnectionError where the tasks would fail */
export async function checkFolder(
  check: string,
  sftp: SftpConnection,
  folder: FolderUse,
): Promise<readonly Finding[]> {
  return folder.access === 'write'
    ? await checkTarget(check, sftp, folder)
    : [await checkSource(check, sftp, folder)];
}

async function checkTarget(
  check: string,
  sftp: SftpConnection,
  folder: FolderUse,
): Promise<readonly Finding[]> {
  const there = await sftp.nearestFolder(folder.path);
  const isMissing = there !== folder.path;
  if (isMissing) await sftp.probeMakingFolders(there);
  const { canReplace, leftBehind } = await sftp.probePublishing(there);
  const name = nameOf(folder);
  const made = isMissing ? ', which is not there yet and is made when needed' : '';
  const findings = [ok(check, `${name} can be written by ${usersText(folder.usedBy)}${made}`)];
  if (!canReplace) {
    const fix =
      'give each file a name of its own, as those with a checksum in it; or ask for posix-rename@openssh.com';
    findings.push(warning(check, `${name}: the server cannot replace a file in one step`, fix));
  }
  if (leftBehind !== null) {
    const fix = 'remove it by hand; parts of broken attempts will stay there too';
    findings.push(warning(check, `${leftBehind} was written as a probe and cannot be removed`, fix));
  }
  return findings;
}

async function checkSource(check: string, sftp: SftpConnection, folder: FolderUse): Promise<Finding> {
  const users = usersText(folder.usedBy);
  if (folder.path !== '' && (await sftp.stat(folder.path)) === null) {
    const fix = 'make the folder, or correct the path in the DAG file';
    return problem(check, `${nameOf(folder)}, which ${users} reads, is not there`, fix);
  }
  const { entries } = await sftp.list(folder.path);
  const read = newest(entries, folder.pattern ?? '*');
  if (read !== null) await sftp.probeReading(read.path);
  const what = read === null ? '' : `, ${read.name} too`;
  const count = entries.length === 1 ? '1 entry' : `${entries.length} entries`;
  return ok(check, `${nameOf(folder)} can be read by ${users}, ${count} in it${what}`);
}

function newest(entries: readonly SftpEntry[], pattern: string): SftpEntry | null {
  const files = entries.filter(({ kind, name }) => kind === 'file' && matchesPattern(pattern, name));
  const time = ({ modifiedAt }: SftpEntry) => modifiedAt?.epochMilliseconds ?? 0;
  return files.toSorted((a, b) => time(b) - time(a))[0] ?? null;
}

function nameOf({ path }: FolderUse): string {
  return path === '' ? 'the base directory' : path;
}

/** Returns the tasks that use a connection or folder: `nightly_load.load_file, pos_feed (3 tasks)` */
export function usersText(usedBy: readonly string[]): string {
  const byDag = Map.groupBy(usedBy, (user) => user.slice(0, user.indexOf('.')));
  return [...byDag]
    .map(([dagId, users]) => (users.length === 1 ? users[0] : `${dagId} (${users.length} tasks)`))
    .join(', ');
}
