import fs from 'node:fs';
import { join } from 'node:path';
import type { NamedFile } from './packet.ts';

interface OpenDirectory {
  readonly path: string;
  readonly names: string[];
}

/** The open handles of one client: files by descriptor, directories by the names not yet sent. */
export class HandleTable {
  readonly maxOpen: number;
  readonly #open = new Map<number, number | OpenDirectory>();
  #last = 0;

  constructor(maxOpen: number) {
    this.maxOpen = maxOpen;
  }

  addFile(path: string, flags: number, mode: number): Buffer {
    return this.#add(() => fs.openSync(path, flags, mode));
  }

  addDirectory(path: string): Buffer {
    return this.#add(() => ({ path, names: fs.readdirSync(path) }));
  }

  /**
   * Returns the descriptor.
   * @throws Error if the handle is not an open file
   */
  file(handle: Buffer): number {
    const open = this.#open.get(keyOf(handle));
    if (typeof open !== 'number') throw new Error('not an open file');
    return open;
  }

  /** Returns up to `count` further entries; an entry that was removed meanwhile is skipped. */
  nextEntries(handle: Buffer, count: number): readonly NamedFile[] {
    const open = this.#open.get(keyOf(handle));
    if (open === undefined || typeof open === 'number') throw new Error('not an open directory');
    const entries: NamedFile[] = [];
    while (entries.length < count) {
      const name = open.names.shift();
      if (name === undefined) break;
      const stats = fs.lstatSync(join(open.path, name), { throwIfNoEntry: false });
      if (stats !== undefined) entries.push({ name, stats });
    }
    return entries;
  }

  close(handle: Buffer): undefined {
    const key = keyOf(handle);
    const open = this.#open.get(key);
    if (open === undefined) throw new Error('not an open handle');
    this.#open.delete(key);
    if (typeof open === 'number') fs.closeSync(open);
  }

  closeAll(): void {
    for (const open of this.#open.values()) if (typeof open === 'number') fs.closeSync(open);
    this.#open.clear();
  }

  #add(open: () => number | OpenDirectory): Buffer {
    if (this.#open.size >= this.maxOpen) throw new Error(`more than ${this.maxOpen} open handles`);
    const opened = open();
    this.#last += 1;
    this.#open.set(this.#last, opened);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(this.#last);
    return handle;
  }
}

function keyOf(handle: Buffer): number {
  return handle.length === 4 ? handle.readUInt32BE() : -1;
}
