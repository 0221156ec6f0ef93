import { refusalOf } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'
import type { Worker } from './model.ts'

/**
 * Calls a function of tasks and gives its answer.
 * @throws what it refuses
 */
export async function askSql<T extends object>(tx: Tx, call: RawBuilder<unknown>): Promise<T> {
  const { rows } = await sql<{ readonly answer: T | SqlRefusal | null }>`select ${call} as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('a function of tasks gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  return answer
}

/** What a function is told, with who says it. */
export const said = ({ staffId, name, any }: Worker, more: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ staffId, actor: name, any, ...more })
