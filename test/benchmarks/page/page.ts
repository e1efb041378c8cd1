import { existsSync } from 'node:fs';
import { type Bench, median, type Round } from '../bench.ts';
import { type DurableDatabase, startDurableDatabase } from '../engine/durable_database.ts';
import { addFlagship, addWide, FLAGSHIP, WIDE } from './nights.ts';
import { gridQuery, psqlMs, stripQuery } from './psql.ts';
import { type Opened, type Site, startSite } from './site.ts';

const CALLS_A_ROUND = 9;
const MAX_BYTES = 150_000;

const SHARED = {
  against: 'psql -c, one select of the same rows',
  maxRatio: 2,
  maxBytes: MAX_BYTES,
  missing: () => (existsSync('/usr/bin/psql') ? null : 'psql: apt-get install postgresql-client'),
} as const;

export const page: Bench = {
  ...SHARED,
  name: 'page',
  what: 'first byte of the page of a DAG with 900 tasks in 25 runs',
  measure: async (rounds, notice) =>
    await besidePsql([{ at: `/dags/${WIDE}`, query: gridQuery(WIDE) }], { fill: addWide, rounds, notice }),
};

export const nights: Bench = {
  ...SHARED,
  name: 'nights',
  what: "first byte of the first page and of the flagship's, with 365 nights (mean of both)",
  measure: async (rounds, notice) =>
    await besidePsql(
      [
        { at: '/', query: stripQuery(FLAGSHIP) },
        { at: `/dags/${FLAGSHIP}`, query: gridQuery(FLAGSHIP) },
      ],
      { fill: addFlagship, rounds, notice },
    ),
};

interface Case {
  readonly at: string;
  readonly query: string;
}

interface Measuring {
  readonly fill: (pool: DurableDatabase['pool']) => Promise<void>;
  readonly rounds: number;
  readonly notice: (line: string) => void;
}

async function besidePsql(
  cases: readonly Case[],
  { fill, rounds, notice }: Measuring,
): Promise<readonly Round[]> {
  await using database = await startDurableDatabase();
  await fill(database.pool);
  await using site = await startSite(database.url);
  const measured: Round[] = [];
  // In the first round the server compiles, and both sides find the rows in the cache from then on.
  for (let round = 0; round <= rounds; round += 1) {
    const found = [];
    for (const { at, query } of cases) {
      const psql = await times(() => psqlMs(database.url, query));
      found.push({ at, psqlMs: median(psql), opened: await opened(site, at) });
    }
    if (round === 0) continue;
    for (const { at, psqlMs, opened } of found)
      notice(
        `${at}: psql ${psqlMs.toFixed(1)} ms, first byte ${opened.firstByteMs.toFixed(1)}, whole ${opened.wholeMs.toFixed(1)}, ${(opened.bytes / 1000).toFixed(0)} kB compressed`,
      );
    measured.push({
      baselineMs: mean(found.map(({ psqlMs }) => psqlMs)),
      oursMs: mean(found.map(({ opened }) => opened.firstByteMs)),
      bytes: Math.max(...found.map(({ opened }) => opened.bytes)),
    });
  }
  return measured;
}

/** Returns the medians of some visits. */
export async function opened(site: Site, at: string): Promise<Omit<Opened, 'body'>> {
  const visits = await times(() => site.open(at));
  return {
    firstByteMs: median(visits.map(({ firstByteMs }) => firstByteMs)),
    wholeMs: median(visits.map(({ wholeMs }) => wholeMs)),
    bytes: Math.max(...visits.map(({ bytes }) => bytes)),
  };
}

async function times<Result>(work: () => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let call = 0; call < CALLS_A_ROUND; call += 1) results.push(await work());
  return results;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
