/** Pages and downloads that read an OMS, and what stands there when it cannot be read. */
import type { PoolClient } from 'pg';
import { ConnectionError, errorCode, isDatabaseUnavailable } from '../../../runner/history.ts';
import { HttpError, html, type OpenPage, type PageRequest } from '../../../runner/page.ts';
import { NoOms, OMS_VARIABLE, type OmsReading, readOms, withOms } from '../../changes/oms_database.ts';

/** A page is not worth a longer wait, and the OMS has other work. */
const PAGE_TIMEOUT = "set local statement_timeout = '20s'";
/** The limit for a reader who takes no more: the transaction would hold back the vacuum of the OMS. */
const READER_TIMEOUT = "set local idle_in_transaction_session_timeout = '60s'";
const QUERY_CANCELED = '57014';

/** Opens a page in one read-only transaction of the OMS; where there is none, a page that says what to set. */
export async function openWithOms(
  { context }: PageRequest,
  open: (client: PoolClient) => Promise<OpenPage>,
): Promise<OpenPage> {
  try {
    return await withOms(context, async (client) => {
      await client.query(PAGE_TIMEOUT);
      return await open(client);
    });
  } catch (error) {
    const { status, title, sentence } = problemOf(error) ?? unexpected(error);
    return {
      title,
      topics: [],
      status,
      body: () => html`<h1>${title}</h1><div class="notice warning"><p>${sentence}</p></div>`,
    };
  }
}

/** Runs `work` for a download before it begins. @throws HttpError where the OMS cannot be read */
export async function beforeDownload<Result>(
  { context }: PageRequest,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return await withOms(context, work).catch((error: unknown) => {
    const problem = problemOf(error);
    throw problem === null ? error : new HttpError(problem.status, problem.sentence, {});
  });
}

/** Begins the transaction of a download, which ends with a reader who takes no more of it. */
export async function readForDownload({ context }: PageRequest): Promise<OmsReading> {
  const reading = await readOms(context);
  await reading.client.query(READER_TIMEOUT);
  return reading;
}

interface Problem {
  readonly status: 404 | 503;
  readonly title: string;
  readonly sentence: string;
}

function problemOf(error: unknown): Problem | null {
  if (error instanceof NoOms) {
    return { status: 404, title: 'There is no OMS to show', sentence: `${whatToSet(error)} ${ANEW}` };
  }
  if (error instanceof ConnectionError) {
    return { status: 503, title: 'The OMS cannot be read', sentence: error.message };
  }
  if (isDatabaseUnavailable(error) && error instanceof Error) {
    const sentence = `${error.message}. This page works again when the database does.`;
    return { status: 503, title: 'The OMS cannot be read', sentence };
  }
  if (errorCode(error) !== QUERY_CANCELED) return null;
  const sentence =
    'The OMS took longer than 20 seconds over the rows of this page. One SKU or one facility takes less.';
  return { status: 503, title: 'This takes too long', sentence };
}

const ANEW = 'The page server reads the variable when it starts.';

function whatToSet({ isSet }: NoOms): string {
  return isSet
    ? `The database that ${OMS_VARIABLE} names has no tables of the sync in this version: the migrations of migrations/oms are not installed there.`
    : `Set ${OMS_VARIABLE}=postgres://user@host/database to the database of the OMS: it is not set, and the runner's own database has no OMS either.`;
}

function unexpected(error: unknown): never {
  throw error;
}
