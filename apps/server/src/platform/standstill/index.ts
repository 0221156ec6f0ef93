import type { Platform } from '../module.ts'
import { gauge } from '../telemetry/index.ts'

/** A time in which the installation stood still: as `platform.standstill` tells it. */
export type Standstill = {
  readonly kind: 'restored' | 'by_hand'
  readonly words: string | null
  readonly restoredTo: string | null
  readonly since: string
  readonly setBy: string
  /** Null: it stands still now. */
  readonly endedAt: string | null
  readonly endedBy: string | null
}

export type StandstillWatch = {
  /** What this process knows: at most two seconds old, or the last that could be learned while the database is away. */
  readonly now: () => Standstill | undefined
  /** Calls at every beginning and end from now on. */
  readonly onTurn: (turn: () => void) => void
  readonly stop: () => Promise<void>
}

const CHANNEL = 'quanshu_standstill'
/** For a notice that was lost. */
const LOOK_EVERY_MS = 2_000

let standing = false
gauge('held', '1 while the installation stands still until its operator says go on', () => (standing ? 1 : 0))

/** @returns the last standstill, open or over */
export const lastStandstill = ({ db }: Pick<Platform, 'db'>): Promise<Standstill | null> =>
  db.callGlobal<Standstill | null>('platform.standstill')

/** @returns the open one */
export async function openStandstill(platform: Pick<Platform, 'db'>): Promise<Standstill | undefined> {
  const last = await lastStandstill(platform)
  return last && last.endedAt === null ? last : undefined
}

/** Knows in memory whether the installation stands still, so that asking costs nothing. Known when it resolves. */
export async function watchStandstill(platform: Pick<Platform, 'db' | 'log'>): Promise<StandstillWatch> {
  const { db, log } = platform
  const turns: (() => void)[] = []
  let current: Standstill | undefined
  let looking: Promise<void> | undefined
  let isAskedAgain = false

  async function look(): Promise<void> {
    const fresh = await openStandstill(platform)
    const isTurn = (fresh === undefined) !== (current === undefined)
    current = fresh
    standing = fresh !== undefined
    if (!isTurn) return
    if (fresh) log.warn({ kind: fresh.kind, since: fresh.since }, 'standing still until somebody says go on')
    else log.info({}, 'going on')
    for (const turn of turns) turn()
  }

  /** What is announced during a look may have come too late for it. */
  const lookAgain = (): void => {
    isAskedAgain = true
    looking ??= (async () => {
      while (isAskedAgain) {
        isAskedAgain = false
        await look().catch((error: unknown) => log.debug({ err: error }, 'whether to stand still is not known anew'))
      }
      looking = undefined
    })()
  }

  const stopListening = await db.listen(CHANNEL, lookAgain)
  const timer = setInterval(lookAgain, LOOK_EVERY_MS)
  timer.unref()
  const stop = async (): Promise<void> => {
    clearInterval(timer)
    await stopListening()
    await looking
  }
  try {
    await look()
  } catch (error) {
    await stop()
    throw error
  }
  return { now: () => current, onTurn: (turn) => void turns.push(turn), stop }
}
