import { createLog } from '../../../runner/log.ts';
import { LiveHub } from '../../../runner/web/live/hub.ts';

/** For a test that follows no page: the live updates of a process without a database. */
export const noLive = new LiveHub({
  openSession: () => Promise.reject(new Error('no page of this test is followed')),
  log: createLog({ format: 'pretty', level: 'error', silent: true }),
});
