import type { Refusal } from '@quanshu/kernel'
import pg from 'pg'
import type { Log } from '../log/index.ts'

/** The connection broke after the commit was sent: whether it took effect is not known. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown'
}

/** The database cannot be reached, or did not come back in time. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

/** True when the whole transaction was rolled back by the database and may simply run again. */
export function isTransient(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK)
}

/** What the database gave up on and rolled back: it waited too long for a lock, or took too long, or met another too often. */
const GIVEN_UP = new Set([SERIALIZATION_FAILURE, DEADLOCK, '55P03', '57014'])

/** True when nothing has happened, and the same may simply be asked for again a little later. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof pg.DatabaseError && GIVEN_UP.has(error.code ?? '')
}

/** character_not_in_repertoire, untranslatable_character; half a character in JSON is an invalid_text_representation like many others. */
const UNSTORABLE = new Set(['22021', '22P05'])

/** True when a text that came from outside holds what no text of the database can, and was let through to it. */
export function isUnstorable(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false
  return UNSTORABLE.has(error.code ?? '') || (error.code === '22P02' && /surrogate/.test(error.detail ?? ''))
}

/** admin_shutdown, crash_shutdown, cannot_connect_now, and the family of connection exceptions. */
const GONE = /^(57P0[1-3]|08...)$/
const GONE_SOCKET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EHOSTUNREACH'])

/** True when the connection is lost or was never made, so that nothing more can be said over it. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return GONE.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    GONE_SOCKET.has(code) ||
    /^Connection terminated|Client has encountered a connection error|not queryable/.test(error.message)
  )
}

/** too_many_connections, and a database that takes no connections just now (object_not_in_prerequisite_state). */
const TURNED_AWAY = new Set(['53300', '55000'])

/** True when no connection was made for a reason that passes: worth waiting for, since nothing was sent. */
export function isTurnedAway(error: unknown): boolean {
  return isConnectionLost(error) || (error instanceof pg.DatabaseError && TURNED_AWAY.has(error.code ?? ''))
}

const CONSTRAINT_VIOLATIONS = new Set(['23503', '23505', '23514', '23P01'])

type MakeRefusal = (violation: { readonly table: string | undefined }) => Refusal

const refusalsByConstraint = new Map<string, MakeRefusal>()

/**
 * What a violated constraint means to a person. Modules register theirs when they are loaded:
 * `constraintRefusals.register({ sku_code_once: () => catalogErrors.skuCodeTaken() })`. Violations of constraints that
 * nobody registered are bugs and stay what they are.
 */
export const constraintRefusals = {
  register(refusals: Readonly<Record<string, MakeRefusal>>): void {
    for (const [constraint, make] of Object.entries(refusals)) {
      if (refusalsByConstraint.has(constraint)) throw new Error(`constraint ${constraint} has two refusals`)
      refusalsByConstraint.set(constraint, make)
    }
  },
}

/** The refusal that `error` stands for, else `error` itself. */
export function toRefusal(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || !CONSTRAINT_VIOLATIONS.has(error.code ?? '')) return error
  const make = refusalsByConstraint.get(error.constraint ?? '')
  return make ? make({ table: error.table }) : error
}

const TRIES_MAX = 5
const FIRST_PAUSE_MS = 10

/**
 * Runs `attempt` again while `again` says so, at most five times, with a random pause that doubles: two transactions
 * that met once should not meet again.
 */
export async function retrying<T>(attempt: () => Promise<T>, again: (error: unknown) => boolean, log: Log): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === TRIES_MAX || !again(error)) throw error
      const pauseMs = Math.random() * FIRST_PAUSE_MS * 2 ** tries
      log.debug({ err: error, tries, pauseMs }, 'transaction is tried again')
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
