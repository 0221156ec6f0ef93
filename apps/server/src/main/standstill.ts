import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import type { Platform } from '../platform/module.ts'
import { lastStandstill, openStandstill, type Standstill } from '../platform/standstill/index.ts'
import { type Account, giveTo } from './embedded-postgres/account.ts'
import { StartRefused } from './start-refused.ts'

const WORDS_MAX = 500

/** `npm run cli -- hold "<words>"` begins a standstill, without words it tells; @returns what to print */
export async function hold(platform: Platform, words: string): Promise<readonly string[]> {
  if (words === '') return await tell(platform)
  if (words.length > WORDS_MAX) throw new StartRefused(`Say why in at most ${WORDS_MAX} characters.`)
  const begun = await platform.db.callGlobal('platform.stand_still', randomUUID(), 'by_hand', words, null, whoever())
  const standing = await openStandstill(platform)
  if (!standing) throw new StartRefused('Somebody said go on at the same moment: nothing stands still. Try again.')
  if (!begun) throw new StartRefused(`The shop stands still already: ${sentenceOf(standing)}`)
  return [
    'The shop stands still: within a few seconds nobody but staff is served, and nothing is bought, delivered, refunded or sent.',
    GO_ON,
  ]
}

/** `npm run cli -- resume`; @returns what to print */
export async function resume(platform: Platform): Promise<readonly string[]> {
  const standing = await openStandstill(platform)
  const ended = await platform.db.callGlobal('platform.go_on', whoever())
  if (!ended) throw new StartRefused('The shop does not stand still: there is nothing to end.')
  return [
    ...(standing ? [`It stood still ${sentenceOf(standing)}`] : []),
    'The shop goes on: buyers are served, and workers begin again within a few seconds.',
  ]
}

const GO_ON = 'When everything has been looked at: npm run cli -- resume'

async function tell(platform: Platform): Promise<readonly string[]> {
  const last = await lastStandstill(platform)
  if (!last) return ['The shop does not stand still, and never did.']
  if (last.endedAt === null) return [`The shop stands still ${sentenceOf(last)}`, GO_ON]
  return [
    `The shop does not stand still. It did ${sentenceOf(last)}`,
    `Ended ${shown(new Date(last.endedAt))} (${last.endedBy}).`,
  ]
}

/** Since when, by whom and why. */
export function sentenceOf({ since, setBy, kind, words, restoredTo }: Standstill): string {
  const why =
    kind === 'by_hand'
      ? words
      : `restored${restoredTo === null ? '' : ` to the moment ${shown(new Date(restoredTo))}`}; see "After a restore" in docs/operations.md`
  return `since ${shown(new Date(since))} (${setBy}): ${why}`
}

/** In the shop's time, with the zone. */
export function shown(time: Date): string {
  const local = new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  return `${local} +08:00`
}

function whoever(): string {
  return `${userName()} on ${hostname()}`
}

/** A container may run as a number that no user has. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

/** Below the cluster, so that the folder with the database and this file appear at one moment. */
const MARKER = 'quanshu-standstill.json'

const markerSchema = z.object({ key: z.string(), restoredTo: z.string().nullable(), by: z.string() })

/**
 * Has the first start on a restored cluster stand still, whatever version its database is of and wherever the restore is
 * interrupted: this is written before the cluster gets its name.
 */
export function markRestored(cluster: string, account: Account | undefined, restoredTo: Date): void {
  const file = join(cluster, MARKER)
  const marker = { key: randomUUID(), restoredTo: restoredTo.toISOString(), by: `restore by ${whoever()}` }
  writeFileSync(file, JSON.stringify(marker), { mode: 0o600, flush: true })
  // A backup of a cluster that was never started copies it.
  giveTo(account, file)
}

/** Turns the mark of a restore into the row, before anybody is let in. Killed in between it is done again, and counts once. */
export async function applyRestoreMark(cluster: string, ownerUrl: string): Promise<void> {
  const file = join(cluster, MARKER)
  if (!existsSync(file)) return
  const { key, restoredTo, by } = readMarker(file)
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query('select platform.stand_still($1, $2, null, $3, $4)', [key, 'restored', restoredTo, by])
  } finally {
    await client.end()
  }
  rmSync(file)
}

/** One that cannot be read still says that somebody restored. */
function readMarker(file: string): z.infer<typeof markerSchema> {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { key: randomUUID(), restoredTo: null, by: 'restore' }
  }
}
