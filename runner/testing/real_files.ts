import { createHash } from 'node:crypto';
import {
  type Location,
  type LocationPattern,
  parseLocation,
  parseLocationPattern,
} from '../core/value/location.ts';
import type { FileStore } from '../engine/attempt/files/file_store.ts';
import type { Files } from '../task.ts';
import type { TaskFiles } from './task_files.ts';

type SftpStore = FileStore<
  Extract<Location, { scheme: 'sftp' }>,
  Extract<LocationPattern, { scheme: 'sftp' }>
>;

/**
 * The files of a test world, of which those on real connections are read and published there. What is read and published is noted
 * in `given` either way.
 *
 * @param isReal whether a connection's id is one of a real server
 */
export function filesWithReal(given: TaskFiles, sftp: SftpStore, isReal: (id: string) => boolean): Files {
  const realPlace = (location: string) => {
    const place = parseLocation(location);
    return place.scheme === 'sftp' && isReal(place.connection) ? place : null;
  };
  const realPattern = (location: string) => {
    const pattern = parseLocationPattern(location);
    return pattern.scheme === 'sftp' && isReal(pattern.connection) ? pattern : null;
  };
  return {
    async list(location) {
      const pattern = realPattern(location);
      return pattern === null ? await given.list(location) : await sftp.list(pattern);
    },
    async leftOut(location) {
      const pattern = realPattern(location);
      return pattern === null ? await given.leftOut(location) : await sftp.leftOut(pattern);
    },
    async stat(location) {
      const place = realPlace(location);
      return place === null ? await given.stat(location) : await sftp.stat(place);
    },
    async open(location) {
      const place = realPlace(location);
      return place === null ? await given.open(location) : await sftp.open(place);
    },
    async read(location) {
      const place = realPlace(location);
      if (place === null) return await given.read(location);
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await sftp.open(place)).chunks()) chunks.push(chunk);
      const bytes = Uint8Array.from(Buffer.concat(chunks));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await given.recordRead({ location, bytes: bytes.length, sha256, rows: null });
      return bytes;
    },
    async publish(location, content, options = {}) {
      const place = realPlace(location);
      if (place === null) return await given.publish(location, content, options);
      const { rows = null, existing = 'replace' } = options;
      const facts = { location, ...(await sftp.publish(place, content, { rows, existing })), rows };
      given.published.push(facts);
      return facts;
    },
    async rename(from, to) {
      const [source, target] = [realPlace(from), realPlace(to)];
      if (source !== null && target !== null) return await sftp.rename(source, target);
      return source === null && target === null ? await given.rename(from, to) : false;
    },
    async remove(location) {
      const place = realPlace(location);
      return place === null ? await given.remove(location) : await sftp.remove(place);
    },
    recordRead: (facts) => given.recordRead(facts),
    lastGoodOutput: (taskId) => given.lastGoodOutput(taskId),
  };
}
