import { readFileSync, writeFileSync } from 'node:fs';

/** Returns the kernel's high-water mark of a process's resident memory. */
export function peakRssBytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/**
 * Returns the result of `work`, and the highest resident memory of this process meanwhile; undefined except on Linux.
 */
export async function withPeakRss<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly rssBytes: number | undefined }> {
  const isKept = process.platform === 'linux';
  // 5 sets the high-water mark back to what is resident now.
  if (isKept) writeFileSync('/proc/self/clear_refs', '5');
  const result = await work();
  return { result, rssBytes: isKept ? peakRssBytes(process.pid) : undefined };
}
