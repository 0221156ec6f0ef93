import { createHash } from 'node:crypto'
import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { BillOutcome, GatewayAccount } from '../../gateway.ts'
import { openMerchant } from './account.ts'
import { isGzip } from './bill-reader.ts'
import { sendSigned } from './transport.ts'
import { callWechat, outcomeOf, unknown } from './wire.ts'

/** A million lines are some 50 MiB packed. */
const FILE_BYTES_MAX = 256 * 1024 * 1024
const FILE_TIMEOUT_MS = 120_000
const CHUNK_BYTES = 64 * 1024

const link = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9a-fA-F]{40}$/),
  download_url: z.url(),
})

/**
 * Asks for the day's bill, takes the file and checks its digest. The file itself comes unsigned, by design: the digest in
 * the signed answer is what proves it. Ready in the morning after the day.
 */
export async function fetchBill(outbound: Outbound, account: GatewayAccount, day: string): Promise<BillOutcome> {
  const path = `/v3/bill/tradebill?bill_date=${day}&bill_type=ALL&tar_type=GZIP`
  const answer = await callWechat(outbound, account, { method: 'GET', path })
  if (answer.kind === 'answer' && answer.code === 'NO_STATEMENT_EXIST') return { kind: 'empty' }
  if (answer.kind === 'answer' && answer.code === 'STATEMENT_CREATING') {
    return { kind: 'not_ready', message: String(answer.value.message ?? answer.code) }
  }
  const found = outcomeOf<z.infer<typeof link> | undefined>(answer, (value) => link.safeParse(value).data)
  if (!found) return unknown('no link to the bill in the answer')
  if ('kind' in found) return found

  const merchant = openMerchant(account)
  if ('kind' in merchant) return merchant
  const file = await sendSigned(outbound, merchant, {
    method: 'GET',
    path: found.download_url,
    timeoutMs: FILE_TIMEOUT_MS,
    answerMaxBytes: FILE_BYTES_MAX,
  })
  if (file.kind === 'unknown') return file
  if (file.status !== 200) return unknown(`HTTP ${file.status} instead of the bill’s file`)
  const digest = await digestOf(file.body)
  if (digest !== found.hash_value.toLowerCase()) return unknown('the bill’s file does not fit its digest')
  return {
    kind: 'done',
    fileName: `wechat-${account.merchantId}-${day}.csv.gz`,
    body: Readable.from(chunks(file.body)),
  }
}

/** SHA-1 of the file as unpacked; undefined when it cannot be unpacked. */
async function digestOf(file: Buffer): Promise<string | undefined> {
  const hash = createHash('sha1')
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk)
      done()
    },
  })
  try {
    await pipeline(Readable.from(chunks(file)), isGzip(file) ? createGunzip() : new PassThrough(), sink)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
}
