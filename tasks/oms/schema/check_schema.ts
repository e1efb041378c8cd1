/** Checks whether the nightly sync can work on an OMS: what it finds is compared with what the statements need. */
import type { PoolClient } from 'pg';
import type { FoundOms, FoundServer } from './catalog/found.ts';
import { readOmsCatalog } from './catalog/read.ts';
import { columnFindings } from './findings/column_findings.ts';
import type { OmsFinding } from './findings/finding.ts';
import { indexFindings } from './findings/index_findings.ts';
import { rightFindings } from './findings/right_findings.ts';
import { sampleFindings } from './findings/sample_findings.ts';
import { serverFindings } from './findings/server_findings.ts';
import { mandatoryFindings, tableFindings } from './findings/table_findings.ts';
import { totalsFindings, totalsText } from './findings/totals_findings.ts';
import { grantsSql } from './grants/grants.ts';
import type { Severity } from './required/table.ts';
import { REQUIRED_TABLES } from './required/tables.ts';
import { readSample, type Sample, type SampleRequest } from './sample/sample.ts';

export interface OmsReport {
  readonly server: FoundServer;
  /** How the totals of the items are kept. */
  readonly totals: string;
  /** Null where there is no OMS to look at. */
  readonly sample: Sample | null;
  /** Those that block a night first. */
  readonly findings: readonly OmsFinding[];
}

const ORDER: readonly Severity[] = ['blocks', 'risk', 'note'];

/** Reads and compares. Call it in one read-only transaction. */
export async function checkSchema(client: PoolClient, request: SampleRequest): Promise<OmsReport> {
  const oms = await readOmsCatalog(client);
  const { server } = oms;
  const sample = server.hasSchema ? await readSample(client, oms, request) : null;
  return { server, totals: totalsText(oms), sample, findings: findingsOf(oms, sample) };
}

/** Returns the SQL that gives a role the least rights with which it can work nights on this OMS. */
export async function leastRights(client: PoolClient, role: string): Promise<string> {
  return grantsSql(await readOmsCatalog(client), role);
}

export function findingsOf(oms: FoundOms, sample: Sample | null): readonly OmsFinding[] {
  const ofServer = serverFindings(oms.server);
  if (!oms.server.hasSchema) return ofServer;
  const ofTables = REQUIRED_TABLES.flatMap((table) => {
    const found = oms.relations.get(table.name) ?? null;
    if (found === null) return tableFindings(table, null);
    return [tableFindings, columnFindings, mandatoryFindings, indexFindings].flatMap((compare) =>
      compare(table, found),
    );
  });
  const findings = [
    ...ofServer,
    ...rightFindings(oms),
    ...ofTables,
    ...totalsFindings(oms),
    ...(sample === null ? [] : sampleFindings(sample, oms)),
  ];
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
