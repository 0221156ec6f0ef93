import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { BackupRefused } from './refused.ts'

/** Names inside a backup's folder. The manifest is written last: a folder without it is not a backup. */
export const MANIFEST = 'quanshu-backup.json'
export const ARCHIVE = 'base.tar'
/** The server's own list of files, which pg_verifybackup reads. */
export const SERVER_MANIFEST = 'backup_manifest'
export const KEYS = 'master.json'

const bodySchema = z.object({
  format: z.literal(1),
  /** Version of PostgreSQL, its kind of machine, and what made this cluster different from every other. */
  postgres: z.string(),
  machine: z.string(),
  systemIdentifier: z.string(),
  /** Names of the applied migrations. */
  migrations: z.array(z.string()),
  startedAt: z.iso.datetime(),
  /** By the database's clock: what was committed before is inside. */
  holdsUntil: z.iso.datetime(),
  /** By the database's clock: the log can be stopped at any moment after. */
  endedAt: z.iso.datetime(),
  wal: z.object({
    timeline: z.int(),
    start: z.string(),
    end: z.string(),
    segmentBytes: z.int(),
    /** Where the log goes on: the archive's folder and this data folder's line in it. */
    archive: z.object({ folder: z.string(), line: z.string() }).nullable(),
  }),
  /** Ids of the master keys without which codes in this backup do not open. */
  masterKeys: z.array(z.string()),
  /** Every file of the archive. */
  files: z.array(z.object({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  /** SHA-256 of the files beside the archive. */
  beside: z.record(z.string(), z.string()),
})

export type Manifest = z.infer<typeof bodySchema>

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The manifest as text, with a hash of itself. */
export function writeManifest(facts: Manifest): string {
  // In the schema's order, which is the order that a reader hashes.
  const manifest = bodySchema.parse(facts)
  return `${JSON.stringify({ ...manifest, sha256: sha256(JSON.stringify(manifest)) }, null, 1)}\n`
}

/** @throws BackupRefused when the folder holds no finished backup, or its manifest was altered */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, MANIFEST)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new BackupRefused(`${folder} holds no finished backup: ${MANIFEST} is missing.`)
    throw new BackupRefused(`${file} cannot be read: ${error.message}.`)
  })
  const parsed = bodySchema.extend({ sha256: z.string() }).safeParse(parseJson(text))
  if (!parsed.success) throw new BackupRefused(`The backup ${basename(folder)} is damaged: ${MANIFEST} is not whole.`)
  const { sha256: expected, ...manifest } = parsed.data
  if (sha256(JSON.stringify(manifest)) !== expected) {
    throw new BackupRefused(`The backup ${basename(folder)} is damaged: ${MANIFEST} was altered.`)
  }
  return manifest
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
