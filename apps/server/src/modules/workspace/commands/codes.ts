import { workspaceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { Upload } from '../../../platform/http/index.ts'
import { canonical, FINGERPRINT_PURPOSE, readCardFile } from '../../vault/index.ts'
import type { Own } from '../own.ts'

export type ReadCard = { readonly lineNo: number; readonly parts: readonly string[] }

/**
 * The codes of what was pasted or uploaded.
 * @throws workspace.codes_invalid, codes_twice, vault.file_…, and what `tooMany` says of more than `wanted`
 */
export async function cardsOf(
  { stream, fileName }: Pick<Upload, 'stream' | 'fileName'>,
  wanted: number,
  tooMany: (given: number) => Error,
) {
  const cards: ReadCard[] = []
  const invalid: number[] = []
  for await (const lines of readCardFile({ bytes: stream, fileName: fileName ?? 'codes.txt', separator: 'auto' })) {
    for (const line of lines) {
      if ('parts' in line) cards.push(line)
      else if (line.reason !== 'heading') invalid.push(line.lineNo)
    }
  }
  if (invalid.length > 0) throw workspaceErrors.codesInvalid({ lines: someOf(invalid) })
  if (cards.length > wanted) throw tooMany(cards.length)
  const seen = new Set<string>()
  const twice = cards.filter(({ parts }) => seen.size === seen.add(canonical(parts)).size)
  if (twice.length > 0) throw workspaceErrors.codesTwice({ lines: linesOf(twice) })
  return cards
}

/**
 * Which of these codes the same supplier has delivered before. Of codes that others brought nothing is said here: whether the shop
 * has them is not this supplier's business, and the vault finds out.
 * @returns their positions, from 1
 */
export async function deliveredBefore(
  tx: ReadTx,
  own: Own,
  fingerprints: readonly string[],
): Promise<readonly number[]> {
  const { rows } = await sql<{ n: number }>`
    select f.n
    from jsonb_array_elements_text(${JSON.stringify(fingerprints)}::jsonb) with ordinality as f(fingerprint, n)
    join vault.cards c on c.tenant_id = ${tx.ctx.tenantId}::bigint and c.fingerprint = decode(f.fingerprint, 'base64')
    join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id
    where b.supplier_id = ${own.supplierId}::bigint
    order by f.n
  `.execute(tx.db)
  return rows.map(({ n }) => n)
}

export const linesOf = (cards: readonly (ReadCard | undefined)[]): string =>
  someOf(cards.flatMap((card) => (card ? [card.lineNo] : [])))
/** As many as a sentence bears. */
const someOf = (lines: readonly number[]): string =>
  lines.slice(0, 10).join(', ') + (lines.length > 10 ? ` … (${lines.length})` : '')

/** By what the vault knows a code again. */
export const printOf = (sealer: Sealer, { parts }: Pick<ReadCard, 'parts'>): string =>
  sealer.fingerprint(FINGERPRINT_PURPOSE, canonical(parts)).toString('base64')
