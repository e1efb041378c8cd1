/** The page of what the sync did to one SKU, night by night and store by store. */
import { zoneOf } from '../../runner/history.ts';
import { definePage, HttpError, type PageRequest } from '../../runner/page.ts';
import { RejectsReplaced } from '../changes/filter_rejects.ts';
import { findFacilityId } from '../oms/changes/read_changes.ts';
import { findProduct, nearIds } from '../oms/items/read_item.ts';
import { itemBody } from './items/body.ts';
import { readItem } from './items/read.ts';
import { searchBody, unknownFacilityBody, unknownItemBody } from './items/search.ts';
import { openWithOms } from './oms/open.ts';

export default definePage({
  path: '/items/:sku?',
  nav: { href: '/items', label: 'Items' },
  open: async (request) =>
    await openWithOms(request, async (client) => {
      const { pool, versions } = request.context;
      const name = (request.params.sku ?? request.query.get('sku') ?? '').trim();
      const facility = request.query.get('facility')?.trim() || null;
      const asked = { name, facility };
      if (name === '') return { title: 'Items', topics: [], body: () => searchBody(asked) };
      const product = await findProduct(client, name);
      if (product === null) {
        const near = await nearIds(client, name);
        return {
          title: `No item ${name}`,
          topics: [],
          status: 404,
          body: () => unknownItemBody(asked, near),
        };
      }
      const facilityId = facility === null ? null : await findFacilityId(client, facility);
      if (facility !== null && facilityId === null) {
        const title = `No facility ${facility}`;
        return { title, topics: [], status: 404, body: () => unknownFacilityBody(asked) };
      }
      const item = { product, facilityId, ...pageOf(request) };
      const report = await readItem({ pool, client }, item).catch(asReplaced);
      const { newestRun } = report;
      const timezone = newestRun === null ? 'UTC' : await zoneOf(versions, newestRun.dagVersionId);
      return { title: `Item ${name}`, topics: [], body: () => itemBody({ asked, item, report, timezone }) };
    }),
});

function pageOf({ query }: PageRequest) {
  const rows = query.get('rows');
  return {
    before: instantOf(query.get('before')),
    rows: rows === 'all' || rows === 'happened' ? rows : null,
  } as const;
}

function instantOf(text: string | null): Temporal.Instant | null {
  if (text === null) return null;
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw new HttpError(400, `before is an instant, as in 2026-01-31T06:30:00Z; ${text} is none`);
  }
}

function asReplaced(error: unknown): never {
  throw error instanceof RejectsReplaced ? new HttpError(409, error.message) : error;
}
