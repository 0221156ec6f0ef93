import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { TenantId } from '@quanshu/kernel'
import { type BillOutcome, textLines } from '../../payments/index.ts'
import type { StatementLine } from '../../suppliers/index.ts'
import type { Reconciler, SourceLine } from '../model.ts'

/** Asks a supplier for a day's statement, and lays what it says down as a file of one JSON text a line. Calls the network. */
export async function fetchStatement(
  { statements }: Pick<Reconciler, 'statements'>,
  tenantId: TenantId,
  supplierId: number,
  day: string,
): Promise<BillOutcome> {
  const answer = await statements.fetch(tenantId, supplierId, day)
  if (answer === undefined) {
    return { kind: 'refused', code: 'not_offered', message: 'the interface tells no statement; upload the file' }
  }
  if (answer.kind !== 'done') return answer
  if (answer.value.length === 0) return { kind: 'empty' }
  const text = answer.value.map((line) => `${JSON.stringify(line)}\n`)
  return {
    kind: 'done',
    fileName: `statement-${day}.jsonl`,
    body: Readable.from(text.map((line) => Buffer.from(line))),
  }
}

const STATES = { done: 'done', pending: 'pending', failed: 'failed', refunded: 'failed' } as const

export async function* fetchedLines(path: string): AsyncGenerator<SourceLine> {
  let lineNo = 0
  for await (const texts of textLines(createReadStream(path))) {
    for (const text of texts) {
      lineNo += 1
      const line = JSON.parse(text) as StatementLine
      yield {
        kind: line.kind ?? 'purchase',
        lineNo,
        tradeNo: line.remoteNo,
        paymentNo: line.no,
        refundNo: '',
        amountFen: Math.ceil(line.costHao / 100),
        feeFen: 0,
        currency: line.currency,
        ...(line.own && { own: line.own }),
        state: STATES[line.state],
        at: line.at,
        raw: line.raw,
      }
    }
  }
}
