import { PostgresClient } from '../../connections/postgres/client.ts';
import { LIVE_CHANNEL, topicVersions } from '../../store/live/topic_versions.ts';
import type { FeedSession } from './change_feed.ts';

/** A session that gives no answer for so long is given up. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Opens the session of a process that listens for acts of people and looks for every other change. */
export async function listenToPostgres(databaseUrl: string, onHint: () => void): Promise<FeedSession> {
  const client = new PostgresClient({
    connectionString: databaseUrl,
    application_name: 'stockflow pages',
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    statement_timeout: ANSWER_TIMEOUT_MS - 1_000,
  });
  client.on('notification', onHint);
  // The look that follows fails, and says why.
  client.on('end', onHint);
  const close = async () => {
    client.removeAllListeners('notification');
    client.removeAllListeners('end');
    await client.end();
  };
  await client.connect();
  try {
    await client.query(`listen ${LIVE_CHANNEL}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { versions: (topics) => topicVersions(client, topics), [Symbol.asyncDispose]: close };
}
