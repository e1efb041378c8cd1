/** `npm run nights -- --count N --seed S [--from N] [--minutes M] [--arithmetic current] [--server openssh] [--shadow] [--calendar us_retail] [-o json]`; exits 1 on any finding. */
import { parseArgs } from 'node:util';
import { runSimulation } from './campaign/campaign.ts';
import { summaryText } from './campaign/summary_text.ts';
import { CALENDAR, YEAR_DAYS } from './plan/closed_dates.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    minutes: { type: 'string' },
    arithmetic: { type: 'string' },
    server: { type: 'string', default: 'demo' },
    shadow: { type: 'boolean', default: false },
    calendar: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
  },
});

const notice = (line: string) => process.stderr.write(`${line}\n`);
const [count, from] = [Number(values.count), Number(values.from)];
const isNumber = (figure: number) => Number.isSafeInteger(figure) && figure >= 0;
if (!isNumber(count) || !isNumber(from) || ![undefined, 'current'].includes(values.arithmetic)) {
  notice('--count and --from are whole numbers; --arithmetic is `current` or left out');
  process.exit(2);
}
if (values.server !== 'demo' && values.server !== 'openssh') {
  notice(`--server is demo or openssh, and not ${values.server}`);
  process.exit(2);
}

if (values.calendar !== undefined && (values.calendar !== CALENDAR || count > YEAR_DAYS)) {
  notice(`--calendar is ${CALENDAR}, with at most ${YEAR_DAYS} nights`);
  process.exit(2);
}

let worked = 0;
const startedMs = performance.now();
const summary = await runSimulation({
  count,
  from,
  seed: values.seed,
  ...(values.minutes === undefined ? {} : { signal: AbortSignal.timeout(Number(values.minutes) * 60_000) }),
  server: values.server === 'openssh' ? 'openssh' : 'in_process',
  ...(values.calendar === undefined ? {} : { calendar: values.calendar }),
  withNaiveBaseline: values.arithmetic === 'current',
  inShadowFirst: values.shadow,
  onNight({ night, date, kind, wrong, unexpected, shadow }) {
    for (const what of [...unexpected, ...wrong, ...(shadow?.differences ?? [])])
      notice(`night ${night}, ${date}, ${kind}: WRONG: ${what}`);
    worked += 1;
    if (worked % 50 === 0) notice(`${worked} nights`);
  },
});
const seconds = Math.round((performance.now() - startedMs) / 1000);
process.stdout.write(
  values.output === 'json'
    ? `${JSON.stringify({ ...summary, seconds }, null, 2)}\n`
    : summaryText(summary, seconds),
);
// The pools of a worker that died may still hold the process.
process.exit(summary.findings.length === 0 ? 0 : 1);
