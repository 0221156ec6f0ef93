import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, opendir, realpath, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { workspaceErrors } from '@quanshu/contract'
import type { Platform } from '../../../platform/module.ts'
import { nameSeal, type Place } from './names.ts'
import { LIST_BYTES_MAX, type Problem, plainName, problemOf, takeList } from './take-list.ts'

type Deps = Pick<Platform, 'db' | 'crypto' | 'clock' | 'config' | 'log'>

const DOORS_MAX = 10_000
/** Of one supplier in one look; the next look has the rest. */
const FILES_MAX = 50
/** Looked at in one look, taken or not: nobody fills our memory with empty files, or our time with halves of them. */
const ENTRIES_MAX = 1_000
const NAMES_MAX = 10_000
/** As transfer programs call what is not whole yet. */
const HALF = /^\.|\.(?:part|partial|tmp|filepart|crdownload|lock)$|^~\$/i
/** A file that a dead process had taken is taken up again. */
const ABANDONED_MS = 10 * 60_000
const TAKING = '.taking'
/** Of a name that another is put before: file systems take 255 bytes, and a character has up to four. */
const NAME_CHARS_MAX = 50

/** How a file was at the last look: one that is the same at the next one no longer grows. */
type Look = { readonly size: number; readonly mtimeMs: number; readonly ino: number }
export type FolderWatch = { readonly look: () => Promise<number> }

/**
 * Looks into the folders of open doors. Below the root each supplier has one, by its door's name; what is taken out of it lies where no
 * writer of that folder reaches: `.taking` while it is read, then `.done` or `.refused`. Taking a file is renaming it, so of many workers
 * one has it.
 * @param abandonedMs after so long what was taken and not read is taken up again
 */
export function watchFolders(deps: Deps, root: string, abandonedMs = ABANDONED_MS): FolderWatch {
  const seen = new Map<string, Look>()
  const names = new Map<string, string>()

  async function nameOf(place: Place, sealed: string): Promise<string> {
    const known = names.get(sealed)
    if (known !== undefined) return known
    if (names.size > DOORS_MAX) names.clear()
    const at = nameSeal(place.supplierId, 'folder')
    const name = await deps.crypto.decrypt(place.tenantId, at, Buffer.from(sealed, 'base64'))
    names.set(sealed, name)
    return name
  }

  async function lookInto(place: Place, name: string): Promise<number> {
    const folder = join(root, name)
    await mkdir(folder, { recursive: true, mode: 0o770 })
    // The root's own entries are not the writers' to change; if one is a link all the same, nobody goes through it.
    if ((await realpath(folder)) !== join(await realpath(root), name)) {
      deps.log.warn({ ...place }, 'a drop folder is a link and is not read')
      return 0
    }
    let taken = 0
    let named = 0
    const there = new Set<string>()
    for await (const entry of await opendir(folder)) {
      named += 1
      if (named > NAMES_MAX) {
        deps.log.warn({ ...place }, 'a drop folder holds too many names to be read to its end')
        break
      }
      if (HALF.test(entry.name) || entry.isDirectory()) continue
      const path = join(folder, entry.name)
      there.add(path)
      if (there.size > ENTRIES_MAX) break
      if (!(await isStill(path))) continue
      if (await takeOut(place, path, entry.name)) taken += 1
      if (taken >= FILES_MAX) break
    }
    for (const path of seen.keys()) if (path.startsWith(`${folder}/`) && !there.has(path)) seen.delete(path)
    return taken
  }

  /** The same at two looks, one after the other. */
  async function isStill(path: string): Promise<boolean> {
    const now = await lstat(path).catch(() => undefined)
    if (!now) return false
    const before = seen.get(path)
    seen.set(path, { size: now.size, mtimeMs: now.mtimeMs, ino: now.ino })
    return before?.size === now.size && before.mtimeMs === now.mtimeMs && before.ino === now.ino
  }

  /** @returns whether this process had it */
  async function takeOut(place: Place, path: string, name: string): Promise<boolean> {
    seen.delete(path)
    await mkdir(join(root, TAKING), { recursive: true, mode: 0o700 })
    const claim = join(root, TAKING, `${place.tenantId}.${place.supplierId}.${randomUUID()}.${kindOf(name)}`)
    const mine = await rename(path, claim).then(
      () => true,
      // Somebody else has it.
      () => false,
    )
    if (mine) await read(place, claim, name)
    return mine
  }

  /** The claim's own name is what makes it this arrival: taken up again after a crash, it is not a second one. */
  async function read(place: Place, claim: string, name: string): Promise<void> {
    const shown = plainName(name)
    const { bytes, problem, writtenAt, size } = await bytesOf(claim, shown)
    const taken = await takeList(deps, place, {
      door: 'folder',
      identity: claim.slice(claim.lastIndexOf('/') + 1),
      name: shown,
      bytes: size,
      content: bytes,
      problem,
      writtenAt,
      sender: '',
      proof: undefined,
    })
    const to = taken && taken.state !== 'refused' ? '.done' : '.refused'
    const folder = join(root, to, `${place.tenantId}-${place.supplierId}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await rename(
      claim,
      join(
        folder,
        `${deps.clock.now().toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}-${shown.slice(-NAME_CHARS_MAX)}`,
      ),
    )
  }

  /** What a process that died had taken and not read to the end. Its name is lost with it; the rows are what counts. */
  async function takeUpAbandoned(): Promise<void> {
    const folder = join(root, TAKING)
    const entries = await opendir(folder).catch(() => undefined)
    if (!entries) return
    for await (const { name } of entries) {
      const [tenantId, supplierId] = name.split('.').map(Number)
      const path = join(folder, name)
      const { ctimeMs = Number.POSITIVE_INFINITY } = (await lstat(path).catch(() => undefined)) ?? {}
      if (!tenantId || !supplierId || Date.now() - ctimeMs < abandonedMs) continue
      // Another worker may have been quicker; what is left is looked at again.
      await read({ tenantId, supplierId } as Place, path, `list.${kindOf(name)}`).catch((error: unknown) =>
        deps.log.warn({ err: error, tenantId, supplierId }, 'a list that was taken before could not be read'),
      )
    }
  }

  return {
    /** @returns how many files were taken */
    async look() {
      const doors = await deps.db.callGlobal<readonly (Place & { readonly sealed: string })[]>(
        'suppliers.folder_doors',
        DOORS_MAX,
      )
      await takeUpAbandoned()
      let taken = 0
      for (const { tenantId, supplierId, sealed } of doors) {
        const place = { tenantId, supplierId }
        try {
          taken += await lookInto(place, await nameOf(place, sealed))
        } catch (error) {
          deps.log.error({ err: error, ...place }, 'a drop folder could not be read')
        }
      }
      return taken
    },
  }
}

/** What its name says that it is; a claim keeps it. */
const kindOf = (name: string): string => /\.(xlsx|csv)$/i.exec(name)?.[1]?.toLowerCase() ?? 'other'

type Got = {
  readonly bytes: Buffer | undefined
  readonly problem?: Problem
  readonly writtenAt: Date
  readonly size: number
}

/** A plain file of its own, opened without following anything, and whole: what changes while it is read is read again. */
async function bytesOf(path: string, fileName: string): Promise<Got> {
  const entry = await lstat(path)
  const refused = (problem: Problem): Got => ({ bytes: undefined, problem, writtenAt: entry.mtime, size: entry.size })
  // A second name of a file elsewhere would read what its writer may not.
  if (!entry.isFile() || entry.nlink > 1) return refused(problemOf(workspaceErrors.notAPlainFile({ fileName })))
  if (/\.xlsm$/i.test(fileName)) return refused(problemOf(workspaceErrors.fileHasMacros({ fileName })))
  if (!/\.(?:xlsx|csv)$/i.test(fileName)) return refused(problemOf(workspaceErrors.notAList({ fileName })))
  if (entry.size > LIST_BYTES_MAX) {
    return refused(problemOf(workspaceErrors.listTooBig({ fileName, limitMb: LIST_BYTES_MAX / 1024 / 1024 })))
  }
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    for (let turn = 0; turn < READS_MAX; turn += 1) {
      const before = await file.stat()
      const bytes = await readAll(file)
      const after = await file.stat()
      if (bytes.length === after.size && before.mtimeMs === after.mtimeMs) {
        return { bytes, writtenAt: after.mtime, size: after.size }
      }
    }
    return refused(problemOf(workspaceErrors.notAPlainFile({ fileName })))
  } finally {
    await file.close()
  }
}
const READS_MAX = 3

async function readAll(file: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let at = 0; at <= LIST_BYTES_MAX; ) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256 * 1024), 0, 256 * 1024, at)
    if (bytesRead === 0) break
    chunks.push(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return Buffer.concat(chunks)
}
