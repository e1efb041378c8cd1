/** The campaign's own log is its report. */
import { createLog, untilDatabaseAnswers } from '../../../runner/index.ts';
export const silentLog = createLog({ format: 'json', level: 'error', silent: true });

/** The campaign outlasts the outages that it makes. */
export async function retryDuringOutage<T>(work: () => Promise<T>): Promise<T> {
  return await untilDatabaseAnswers(silentLog, work);
}
