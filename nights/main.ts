/** `npm run nights -- --count N --seed S [--from N] [--minutes M] [--arithmetic current] [-o json]`; exits 1 on any wrong count. */
import { parseArgs } from 'node:util';
import { type CampaignSummary, runCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    minutes: { type: 'string' },
    arithmetic: { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
  },
});

const tell = (line: string) => process.stderr.write(`${line}\n`);
const [count, from] = [Number(values.count), Number(values.from)];
const isNumber = (figure: number) => Number.isSafeInteger(figure) && figure >= 0;
if (!isNumber(count) || !isNumber(from) || ![undefined, 'current'].includes(values.arithmetic)) {
  tell('--count and --from are whole numbers; --arithmetic is `current` or left out');
  process.exit(2);
}

const startedMs = performance.now();
const summary = await runCampaign({
  count,
  from,
  seed: values.seed,
  ...(values.minutes === undefined ? {} : { signal: AbortSignal.timeout(Number(values.minutes) * 60_000) }),
  withPlainPractice: values.arithmetic === 'current',
  onNight({ night, date, kind, wrong }) {
    for (const what of wrong) tell(`night ${night}, ${date}, ${kind}: WRONG: ${what}`);
    if ((night + 1) % 50 === 0) tell(`${night + 1} of ${count} nights`);
  },
});
const seconds = Math.round((performance.now() - startedMs) / 1000);
process.stdout.write(
  values.output === 'json' ? `${JSON.stringify({ ...summary, seconds }, null, 2)}\n` : text(summary, seconds),
);
// The pools of a worker that died may still hold the process.
process.exit(summary.wrong_counts === 0 ? 0 : 1);

function text(of: CampaignSummary, tookSeconds: number): string {
  const [first] = of.findings;
  const lines = [
    `seed ${of.seed}: ${of.nights} nights in ${tookSeconds} s, ${of.applied_nights} of them applied`,
    `keys compared: ${of.keys_compared}`,
    `wrong counts: ${of.wrong_counts}`,
    `by kind: ${Object.entries(of.by_kind)
      .map(([kind, nights]) => `${kind} ${nights}`)
      .join(', ')}`,
    `nights of a clock change: ${of.clock_change_nights}`,
    `nights with keys held because a booking was ambiguous: ${of.nights_with_ambiguous_keys}`,
    `nights with stores counted at their own time: ${of.nights_with_own_snapshots}`,
    `nights with units cancelled after the snapshot that had left before it: ${of.nights_with_cancelled_after_snapshot}`,
  ];
  if (of.plain_practice_wrong_nights !== null) {
    lines.push(
      `differences to the current count would have left ${of.plain_practice_wrong_counts} counts wrong, ` +
        `in ${of.plain_practice_wrong_nights} of the ${of.applied_nights} applied nights`,
    );
  }
  if (first !== undefined)
    lines.push(`again: npm run nights -- --seed ${of.seed} --from ${first.night} --count ${first.night + 1}`);
  return `${lines.join('\n')}\n`;
}
