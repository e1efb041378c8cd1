/** The figures of what the last night of each external system did to the OMS, and whether it was proven. */
import { defineMetrics, type GaugeMetric } from '../../runner/metrics.ts';
import { NoOms, withOms } from '../changes/oms_database.ts';
import { lastNightFigures, type NightFigures } from '../oms/figures/night_figures.ts';

/** A scrape waits for it. */
const TIMEOUT = "set local statement_timeout = '3s'";

type Nights = readonly NightFigures[];

export default defineMetrics<Nights>({
  read: async (context) => {
    try {
      return await withOms(context, async (client) => {
        await client.query(TIMEOUT);
        return await lastNightFigures(client);
      });
    } catch (error) {
      // An installation without an OMS has no figures of one.
      if (error instanceof NoOms && !error.isSet) return null;
      throw error;
    }
  },
  metrics: [
    perSystem(
      'inventory_sync_night_applied_timestamp_seconds',
      'When the last night was applied to the OMS, in Unix time.',
      ({ appliedS }) => appliedS,
    ),
    perSystem(
      'inventory_sync_night_file_rows',
      'Data rows in the reset file of the last night.',
      ({ fileRows }) => fileRows,
    ),
    perSystem(
      'inventory_sync_night_set_keys',
      'Keys (product and facility) whose count the last night set, also those that were right already.',
      ({ setKeys }) => setKeys,
    ),
    perSystem(
      'inventory_sync_night_changed_keys',
      'Keys whose count the last night changed.',
      ({ changedKeys }) => changedKeys,
    ),
    perSystem(
      'inventory_sync_night_corrected_keys',
      'Keys that the variance file of the last night corrected; absent before it was applied.',
      ({ correctedKeys }) => correctedKeys,
    ),
    perSystem(
      'inventory_sync_night_rejected_rows',
      'Rows of the applied file that the last night rejected.',
      ({ rejectedRows }) => rejectedRows,
    ),
    perSystem(
      'inventory_sync_night_held_out_keys',
      'Keys that the last night left at the count of the OMS.',
      ({ heldOutKeys }) => heldOutKeys,
    ),
    perSystem(
      'inventory_sync_night_zero_or_below_keys',
      'Keys that the last night set from stock to none.',
      ({ zeroOrBelowKeys }) => zeroOrBelowKeys,
    ),
    perSystem(
      'inventory_sync_night_wrong_keys',
      'Keys that the proof of the last night found wrong, counted once for each invariant; absent before it was checked.',
      ({ wrongKeys }) => wrongKeys,
    ),
    perSystem(
      'inventory_sync_last_proof_timestamp_seconds',
      'When the newest night that was proven right was checked, in Unix time.',
      ({ provenS }) => provenS,
    ),
  ],
});

function perSystem(
  name: string,
  help: string,
  value: (night: NightFigures) => number | null,
): GaugeMetric<Nights> {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['external_system'],
    samples: (nights) =>
      nights.flatMap((night) => {
        const found = value(night);
        return found === null ? [] : [{ labels: { external_system: night.externalSystemId }, value: found }];
      }),
  };
}
