/** Silent, since the campaign's only output is its report. */
import { createLog, retryWhileDatabaseUnavailable } from '../../../runner/index.ts';
export const silentLog = createLog({ format: 'json', level: 'error', silent: true });

/** Repeats `work` until the database answers, since the campaign itself causes outages. */
export async function retryDuringOutage<T>(work: () => Promise<T>): Promise<T> {
  return await retryWhileDatabaseUnavailable(silentLog, work);
}
