/**
 * The POS of a pop-up store and the ERP of a warehouse: their facilities in the OMS, and a few files of each on the
 * SFTP site. Neither uses Retail Pro, so that they change no count of the world's truth.
 */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Pool } from 'pg';
import { siteFolder } from '../sftp_server/site.ts';
import type { World } from '../world/world.ts';

const POPUP = { facilityId: 'POPUP_1', externalId: 'P01', name: 'Pop-up store' } as const;
const ERP_WAREHOUSE = {
  facilityId: 'ERP_WAREHOUSE_1',
  externalId: 'L01',
  name: 'Warehouse of the ERP',
} as const;
const ERP_PRODUCTS = 40;
const ERP_ZONE = 'Europe/Berlin';

export interface FeedFile {
  /** The path below the site's files. */
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly modifiedAt: Temporal.Instant;
}

/** Returns the files, the same for the same world. One of the POS's comes twice, under two names. */
export function feedFiles(world: World): readonly FeedFile[] {
  const snapshotAt = Temporal.Instant.fromEpochMilliseconds(world.night.snapshotAtMs);
  const morning = snapshotAt.add({ hours: 12 });
  const sku = (index: number) => world.activeProducts[index]?.sku ?? '';
  const posFile = (...lines: readonly (readonly [sku: string, units: number, minutes: number])[]) =>
    `receipt,store,sku,units,sold_at\n${lines
      .map(
        ([id, units, minutes], index) =>
          `${4711 + index},${POPUP.externalId},${id},${units},${morning.add({ minutes })}\n`,
      )
      .join('')}`;
  const delivery = posFile([sku(0), 12, 0], [sku(1), 8, 0], [sku(2), 5, 0]);
  const sales = posFile([sku(0), -1, 3], [sku(0), -1, 3], [sku(1), -2, 11]);
  const returns = posFile([sku(1), 1, 22], [sku(2), -3, 24]);
  return [
    { file: 'pos/outgoing/delta_0001.csv', content: delivery, modifiedAt: morning.add({ minutes: 1 }) },
    { file: 'pos/outgoing/delta_0002.csv', content: sales, modifiedAt: morning.add({ minutes: 15 }) },
    {
      file: 'pos/outgoing/delta_0002_sent_again.csv',
      content: sales,
      modifiedAt: morning.add({ minutes: 20 }),
    },
    { file: 'pos/outgoing/delta_0003.csv', content: returns, modifiedAt: morning.add({ minutes: 30 }) },
    erpFile(world),
  ];
}

/** Returns the ERP's file, counted ten minutes into the night of its own time zone and written five minutes later. */
function erpFile(world: World): FeedFile {
  const counted = world.night.businessDate.toZonedDateTime({ timeZone: ERP_ZONE, plainTime: '00:10' });
  const said = counted.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
  const rows = world.activeProducts
    .slice(0, ERP_PRODUCTS)
    .map(
      ({ sku }, index) =>
        `${ERP_WAREHOUSE.externalId};${sku};Größe ${index % 5};${(index * 37) % 90};${said}\n`,
    );
  const text = `Lager;Artikel;Bezeichnung;Bestand;Stand\n${rows.join('')}`;
  return {
    file: `erp/export/bestand_${world.night.businessDate}.csv.gz`,
    // windows-1252 has these letters where Unicode has them.
    content: gzipSync(Buffer.from(text, 'latin1')),
    modifiedAt: counted.add({ minutes: 5 }).toInstant(),
  };
}

/** Adds the two facilities to the OMS if they are missing, and writes the files to the site. */
export async function writeFeedFiles(pool: Pool, world: World, siteDir: string): Promise<void> {
  for (const { facilityId, externalId, name } of [POPUP, ERP_WAREHOUSE]) {
    await pool.query(
      `insert into oms.facility (facility_id, external_id, facility_name, facility_type_id)
       values ($1, $2, $3, 'WAREHOUSE') on conflict (facility_id) do nothing`,
      [facilityId, externalId, name],
    );
  }
  for (const { file, content, modifiedAt } of feedFiles(world)) {
    const place = path.join(siteFolder(siteDir), file);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, content);
    const seconds = modifiedAt.epochMilliseconds / 1000;
    await utimes(place, seconds, seconds);
  }
}
