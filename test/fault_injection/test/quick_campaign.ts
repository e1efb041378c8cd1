import { type CampaignResult, runCampaign } from '../campaign/campaign.ts';
import { SHAPES } from '../campaign/shapes.ts';
import { FAULTS } from '../faults.ts';

/** Those that last long are for `npm run chaos`. */
const QUICK = [
  'kill',
  'failpoint',
  'lost_hints',
  'forged_hints',
  'lost_claim',
  'drain',
  'stop',
  'deadly_task',
];

/** Runs a campaign of so many quick faults, with three workers. */
export async function quickCampaign(trials: number): Promise<CampaignResult> {
  return await runCampaign({
    trials,
    seed: 'short',
    minutes: null,
    workers: 3,
    faults: FAULTS.filter(({ name }) => QUICK.includes(name)),
    shapes: SHAPES.filter(({ dagId }) => dagId !== 'long'),
  });
}
