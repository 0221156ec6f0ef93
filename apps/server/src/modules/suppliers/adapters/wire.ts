import type { RefusalAbout } from '@quanshu/contract'
import { type Outbound, OutboundFailure, type OutboundRequest } from '../../../platform/outbound/index.ts'
import type { Refused, SupplierAccount, Unknown } from '../supplier.ts'

/** Suppliers ask their own while we wait. */
const CALL_TIMEOUT_MS = 15_000
/** A page of some hundred products with their descriptions. */
const ANSWER_MAX_BYTES = 4 * 1024 * 1024
const WORDS_MAX = 300

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason: reason.slice(0, WORDS_MAX) })
/** Bought, and what came cannot be read for certain. */
export const unreadable = (reason: string): Unknown => ({ ...unknown(reason), code: 'unreadable' })
/** Called done, without the codes that belong to it. */
export const cardless = (reason: string): Unknown => ({ ...unknown(reason), code: 'no_cards' })
export const refused = (about: RefusalAbout, code: string, message: string): Refused => ({
  kind: 'refused',
  code: code.slice(0, 60),
  message: message.slice(0, WORDS_MAX),
  about,
})
export const unsupported = (what: string): Refused => refused('other', 'unsupported', `this supplier offers no ${what}`)

export type Sent = {
  readonly kind: 'answer'
  readonly status: number
  readonly body: Buffer
  readonly header: (name: string) => string
}

/**
 * One call over the guarded way out. `refused` when it certainly never left; whether that also settles an order is for
 * the caller to say: an earlier call under the same number may have arrived.
 */
export async function send(
  outbound: Outbound,
  request: Pick<OutboundRequest, 'method' | 'url' | 'headers'> & { readonly body?: string },
): Promise<Sent | Refused | Unknown> {
  const { body } = request
  try {
    const answer = await outbound.call({
      ...request,
      headers: {
        accept: 'application/json',
        'user-agent': 'Quanshu',
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        ...request.headers,
      },
      timeoutMs: CALL_TIMEOUT_MS,
      answerMaxBytes: ANSWER_MAX_BYTES,
    })
    const header = (name: string): string => {
      const value = answer.headers[name.toLowerCase()]
      return typeof value === 'string' ? value : ''
    }
    return { kind: 'answer', status: answer.status, body: answer.body, header }
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    // By this code `fulfilment.purchase_news` knows that it may be tried again soon, and that the lane is not well.
    return error.sent ? unknown(error.message) : refused('supplier', 'not_reached', error.message)
  }
}

export const baseOf = (account: SupplierAccount): string =>
  account.baseUrl
    .trim()
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
/** A value for a header: what is no printable ASCII would end the header, or the process' patience. */
export const isHeaderSafe = (value: string): boolean => /^[\x20-\x7e]*$/.test(value)
