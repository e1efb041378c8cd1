import assert from 'node:assert/strict';
import { verifyNight } from '../../../tasks/oms/verify/verify.ts';
import { BUSINESS_DATE, type OmsWorld, SYSTEM } from './oms_world.ts';

/** Verifies the night from the OMS's rows, and fails on a violation of an invariant. */
export async function assertProven({ pool }: OmsWorld, businessDate = BUSINESS_DATE): Promise<void> {
  const client = await pool.connect();
  try {
    const checks = await verifyNight(client, { externalSystemId: SYSTEM, businessDate });
    for (const [name, { violations, examples }] of Object.entries(checks)) {
      assert.equal(violations, 0, `${name}: ${JSON.stringify(examples)}`);
    }
  } finally {
    client.release();
  }
}
