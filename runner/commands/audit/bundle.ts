/** A folder of exported rows: a file for each view, `manifest.json`, and `SHA256SUMS` for `sha256sum -c`. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';

export const manifestSchema = z.strictObject({
  business_date: z.iso.date(),
  /** The DAG; null for all DAGs. */
  dag_id: z.string().nullable(),
  exported_at: z.string(),
  exported_by: z.string(),
  /** The head of the events when the folder was written. */
  head: z.strictObject({ seal_id: z.int(), hash: z.string(), sealed_at: z.string() }).nullable(),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9_]+(\.[a-z0-9_]+)?\.(jsonl|csv)$/i),
      /** The id of the connection; null for the runner's own database. */
      connection: z.string().nullable(),
      view: z.string(),
      rows: z.int(),
      bytes: z.int(),
      sha256: z.string(),
    }),
  ),
});
export type Manifest = z.output<typeof manifestSchema>;
export type BundleFile = Manifest['files'][number];

/** Is written beside its place and renamed when it is complete; removed when it is disposed of before. */
export class Bundle implements AsyncDisposable {
  readonly #folder: string;
  readonly #part: string;
  readonly #files: BundleFile[] = [];

  private constructor(folder: string, part: string) {
    this.#folder = folder;
    this.#part = part;
  }

  static async begin(folder: string): Promise<Bundle> {
    const whole = path.resolve(folder);
    const part = path.join(path.dirname(whole), `.${path.basename(whole)}.${process.pid}.part`);
    await mkdir(path.dirname(whole), { recursive: true });
    await rm(part, { recursive: true, force: true });
    await mkdir(part);
    return new Bundle(whole, part);
  }

  /** @param portions text of the file, and how many rows it holds */
  async add(
    file: Pick<BundleFile, 'name' | 'connection' | 'view'>,
    portions: AsyncIterable<{ readonly text: string; readonly rows: number }>,
  ): Promise<BundleFile> {
    let rows = 0;
    async function* texts() {
      for await (const portion of portions) {
        rows += portion.rows;
        yield portion.text;
      }
    }
    const written = await this.#write(file.name, texts());
    const added = { ...file, rows, ...written };
    this.#files.push(added);
    return added;
  }

  /** @returns the sha256 of the manifest, which covers all of the folder */
  async finish(manifest: Omit<Manifest, 'files'>): Promise<string> {
    const text = `${JSON.stringify({ ...manifest, files: this.#files } satisfies Manifest, null, 2)}\n`;
    const { sha256 } = await this.#write(MANIFEST, [text]);
    const sums = [...this.#files, { name: MANIFEST, sha256 }].map((file) => `${file.sha256}  ${file.name}\n`);
    await this.#write(SUMS, [sums.join('')]);
    await sync(this.#part);
    await rename(this.#part, this.#folder);
    await sync(path.dirname(this.#folder));
    return sha256;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#part, { recursive: true, force: true });
  }

  async #write(name: string, texts: AsyncIterable<string> | Iterable<string>) {
    await using file = await open(path.join(this.#part, name), 'wx', 0o640);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const text of texts) bytes += await append(file, hash, text);
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  }
}

async function append(file: FileHandle, hash: Hash, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  hash.update(bytes);
  await file.appendFile(bytes);
  return bytes.length;
}

async function sync(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
