import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { systemCtx } from '../model.ts'
import type { OpenKey } from '../queries/open-key.ts'

export type CallNote = {
  readonly operation: string
  readonly outerNo: string | null
  readonly status: number
  readonly code: string | null
  readonly reason: string | null
  readonly ip: string
  readonly elapsedMs: number
  readonly request: string
  readonly answer: string
}

const TEXT_MAX = 2_000
const SHOWN = 2

/** Writes a call into its key's log. A call whose note is lost is as good as any. */
export async function noteCall(
  platform: Pick<Platform, 'db' | 'log'>,
  key: Pick<OpenKey, 'id' | 'tenantId'>,
  note: CallNote,
): Promise<void> {
  try {
    await platform.db.write(systemCtx(key.tenantId), async (tx) => {
      await sql`
        insert into wholesale.calls (tenant_id, key_id, operation, outer_no, status, code, reason, ip, elapsed_ms, request, answer)
        values (
          ${key.tenantId}::bigint, ${key.id}::bigint, ${note.operation}, ${note.outerNo}, ${note.status}, ${note.code},
          ${note.reason}, ${note.ip}, ${Math.round(note.elapsedMs)}, ${note.request.slice(0, TEXT_MAX)},
          ${note.answer.slice(0, TEXT_MAX)}
        )
      `.execute(tx.db)
    })
  } catch (error) {
    platform.log.warn({ err: error, tenantId: key.tenantId, keyId: key.id }, 'a call of another shop was not noted')
  }
}

/** Accounts that are topped up and codes are nobody's business but the buyer's; addresses may carry tokens. */
export function masked(value: unknown): string {
  try {
    return JSON.stringify(value, maskPart)
  } catch (error) {
    // Brackets in brackets, a hundred thousand deep: read as JSON, but not to be written.
    if (!(error instanceof RangeError)) throw error
    return '…'
  }
}

function maskPart(name: string, part: unknown): unknown {
  if (name === 'cards' && Array.isArray(part)) return `${part.length} ×`
  if (name === 'lines' && Array.isArray(part)) return `${part.length} ×`
  if (name === 'items' && Array.isArray(part)) return `${part.length} ×`
  if (name === 'callbackUrl' && typeof part === 'string') return URL.canParse(part) ? new URL(part).origin : ''
  if (name !== 'fields' || typeof part !== 'object' || part === null || Array.isArray(part)) return part
  return Object.fromEntries(Object.entries(part).map(([key, text]) => [key, maskText(String(text))]))
}

const maskText = (text: string): string =>
  text.length <= SHOWN * 2 ? '••••' : `${text.slice(0, SHOWN)}••••${text.slice(-SHOWN)}`
