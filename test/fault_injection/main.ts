/** `npm run chaos -- --trials N --seed S [--minutes M] [-o json]`, or `--kills N` to measure restarts with the shipped lease. */

import { parseArgs } from 'node:util';
import { LEASE_MS } from '../../runner/testing.ts';
import { type CampaignOptions, runFaultCampaign } from './campaign/campaign.ts';
import { LASTING_LOAD } from './campaign/shapes.ts';
import { kill } from './faults/kill.ts';
import { FAULTS } from './faults.ts';
import { reportText, summarize, trialText } from './report.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    kills: { type: 'string' },
    fault: { type: 'string', multiple: true },
    output: { type: 'string', short: 'o', default: 'text' },
  },
});

const notice = (line: string) => process.stderr.write(`${line}\n`);
const faults = FAULTS.filter(({ name }) => values.fault?.includes(name) ?? true);
if (faults.length === 0) {
  notice(`--fault is one of ${FAULTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

// So that the server and the workers end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

let reported = 0;
const campaign: CampaignOptions = {
  trials: Number(values.kills ?? values.trials),
  seed: values.seed,
  minutes: values.minutes === undefined ? null : Number(values.minutes),
  faults,
  onTrial(trial, findings) {
    notice(trialText(trial));
    for (const { violation } of findings.slice(reported))
      notice(`  VIOLATION of ${violation.invariant}: ${violation.text}`);
    reported = findings.length;
  },
};
/** Many workers and long tasks, so that every killed worker has running tasks and the next kill need not wait. */
const kills = { faults: [kill], leaseMs: LEASE_MS, workers: 10, shapes: LASTING_LOAD, activeRuns: 25 };

const summary = summarize(
  await runFaultCampaign(values.kills === undefined ? campaign : { ...campaign, ...kills }),
);
process.stdout.write(
  values.output === 'json' ? `${JSON.stringify(summary, null, 2)}\n` : reportText(summary),
);
process.exitCode = summary.findings.length === 0 ? 0 : 1;
