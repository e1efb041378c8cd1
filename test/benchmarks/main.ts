/**
 * `npm run bench [-- name...] [--rounds N] [-o json]`: measures each claim beside its baseline; exits 1 if a bar is
 * missed.
 */
import { parseArgs } from 'node:util';
import { type Bench, type Result, resultOf } from './bench.ts';
import { command } from './commands/command.ts';
import { help } from './commands/help.ts';
import { due } from './engine/due.ts';
import { history } from './engine/history.ts';
import { hop } from './engine/hop.ts';
import { hopAlerts, hopTraces } from './engine/observed_hop.ts';
import { wide } from './engine/wide.ts';
import { distance } from './filter/distance.ts';
import { filter } from './filter/filter.ts';
import { memory } from './filter/memory.ts';
import { plain } from './filter/plain.ts';
import { nights, page } from './page/page.ts';
import { pages } from './page/pages.ts';
import { reset } from './reset.ts';
import { tableOf } from './table.ts';

/** All claims, in the order in which they are measured and shown. */
const BENCHES: readonly Bench[] = [
  filter,
  distance,
  memory,
  plain,
  reset,
  hop,
  hopAlerts,
  hopTraces,
  wide,
  history,
  due,
  help,
  command,
  page,
  nights,
  pages,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    output: { type: 'string', short: 'o', default: 'table' },
  },
});
/** `hop` names `hop_alerts` too. */
const isNamed = (asked: string, { name }: Bench) => name === asked || name.startsWith(`${asked}_`);
const unknown = positionals.filter((asked) => !BENCHES.some((bench) => isNamed(asked, bench)));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !(rounds >= 1) || !['table', 'json'].includes(values.output)) {
  process.stderr.write(
    `usage: npm run bench -- [${BENCHES.map(({ name }) => name).join('|')}]... [--rounds N] [-o table|json]\n`,
  );
  process.exit(2);
}

const results: Result[] = [];
let isComplete = true;
const chosen = BENCHES.filter(
  (bench) => positionals.length === 0 || positionals.some((asked) => isNamed(asked, bench)),
);
for (const bench of chosen) {
  const missing = bench.missing();
  if (missing !== null) {
    process.stderr.write(`${bench.name}: not measured: ${missing}\n`);
    isComplete = false;
    continue;
  }
  process.stderr.write(`${bench.name}: ${bench.what}\n`);
  try {
    const measured = await bench.measure(rounds, (line) => process.stderr.write(`  ${line}\n`));
    results.push(resultOf(bench, measured));
  } catch (error) {
    // The results of the other benchmarks are still shown.
    process.stderr.write(`${bench.name}: not measured: ${error instanceof Error ? error.stack : error}\n`);
    isComplete = false;
  }
}
process.stdout.write(values.output === 'json' ? `${JSON.stringify(results, null, 2)}\n` : tableOf(results));
process.exitCode = isComplete && results.every(({ met }) => met) ? 0 : 1;
