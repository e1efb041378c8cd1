import { z } from 'zod';
import { connectionId, defineTask, FailTask } from '../runner/task.ts';
import { onOms } from './oms/shadow/on_oms.ts';
import { checkNight, INVARIANT_NAMES, type NightCheck, recordProof } from './oms/verify/verify.ts';

/** The claim of each invariant, for the sentence about a violation. */
const CLAIMS: Readonly<Record<keyof NightCheck, string>> = {
  I1: 'the details up to the snapshot sum to the external count and the variance',
  I2: 'on hand now is that and what the OMS recorded after the snapshot',
  I3: 'on hand minus available to promise is as the batches found it',
  I4: 'keys that the file does not cover are untouched',
  I5: 'each key is set and corrected at most once',
};

const EXAMPLES_IN_SENTENCE = 3;

/** The sentence on what the check of a shadow night shows, and what only that of an applied one can. */
const SHADOW_PROOF = {
  proves:
    "with the reset and the variance added, the OMS's own ledger as it stands sums to the external count and the variance, for every covered key",
  does_not_prove:
    'that the OMS takes the postings: its rights, triggers and rules are not tried, nor writers beside them, nor that they are posted once',
};

/**
 * Verifies a night against the OMS's own rows: reads every covered key back, records the result
 * (`audit.inventory_proof`), and fails the run if a key differs from what is expected. It changes no count and can be
 * repeated at any time.
 */
export default defineTask({
  type: 'verify',
  description: 'Reads a night back from the OMS and fails where a count is not what it must be',
  params: z.strictObject({
    connection: connectionId(),
    external_system_id: z.string().min(1),
  }),
  worksInShadow: true,
  async run(context) {
    const { params, run, attempt, connections, log, meter } = context;
    const businessDate = run.businessDate.toString();
    const night = { externalSystemId: params.external_system_id, businessDate };
    const pool = await connections.postgres(params.connection);
    const shadow = {
      night,
      purpose: 'proof',
      productIds: [],
      snapshot: null,
      from: 'applied',
      to: null,
    } as const;
    const { revision, checks } = await onOms(
      context,
      pool,
      { isolation: 'repeatable read', shadow },
      async (client) => {
        const found = await checkNight(client, night);
        // A proof in the OMS is of what the OMS holds, which a shadow has not changed.
        if (run.mode === 'apply') await recordProof(client, night, { ...found, attemptToken: attempt.token });
        return found;
      },
    );
    meter({ rowsIn: checks.I1.checked });
    const broken = INVARIANT_NAMES.filter((name) => checks[name].violations > 0);
    for (const name of broken) log.error('an invariant is violated', { name, ...plain(checks[name]) });
    if (broken.length > 0) throw new FailTask(broken.map((name) => sentence(name, checks[name])).join('; '));
    const { I1, I2, I3, I4, I5 } = checks;
    return {
      business_date: businessDate,
      revision,
      ...(run.mode === 'shadow' ? { shadow: SHADOW_PROOF } : {}),
      I1: plain(I1),
      I2: plain(I2),
      I3: plain(I3),
      I4: plain(I4),
      I5: plain(I5),
    };
  },
});

type Check = NightCheck[keyof NightCheck];

function plain({ checked, violations, examples }: Check) {
  return { checked, violations, examples: examples.map((key) => ({ ...key })) };
}

function sentence(name: keyof NightCheck, { checked, violations, examples }: Check): string {
  const named = examples
    .slice(0, EXAMPLES_IN_SENTENCE)
    .map(
      ({ facility_id, product_id, sku, found, expected }) =>
        `${facility_id}/${product_id}${sku === '' ? '' : ` (${sku})`} has ${found}, not ${expected}`,
    );
  const more = violations > named.length ? ', ...' : '';
  return `${name} (${CLAIMS[name]}) is violated by ${violations} of ${checked} keys: ${named.join(', ')}${more}`;
}
