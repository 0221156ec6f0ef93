import type { ProfileOperation, SupplierProfile, SupplierProfileOperation } from '@quanshu/contract'
import type {
  AccountSaid,
  Answer,
  AskOutcome,
  PlaceOutcome,
  ProductPage,
  Refused,
  SupplierAccount,
  SupplierProduct,
  Unknown,
} from '../../supplier.ts'
import { toHao } from '../hao.ts'
import { at, textAt } from '../path.ts'
import { asked } from '../settle.ts'
import { unknown, unsupported } from '../wire.ts'
import { readAccount } from './account-check.ts'
import { understand } from './answers.ts'
import { readProduct } from './catalogue.ts'
import { readPage } from './index.ts'
import { readAsked, readPlaced } from './orders.ts'
import { type BuiltRequest, buildRequest, type Values } from './request.ts'

/** What stands in for an order, and the moment that goes into the time stamp. */
export type Sample = Values & { readonly at: Date; readonly kind?: 'direct' | 'card' | 'link' }

/**
 * The request as it would be sent, and the very text that is signed, for comparing with a supplier's documentation.
 * Secrets are masked in both; the signature is the one that the true secrets make. Nothing is sent.
 */
export function dryRun(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: ProfileOperation,
  sample: Sample,
): BuiltRequest | Refused {
  const part = profile[operation]
  return part ? buildRequest(profile, account, part, sample, sample.at, true) : unsupported(operation)
}

export type ReadSample =
  | { readonly of: 'order'; readonly outcome: PlaceOutcome | AskOutcome }
  | { readonly of: 'balance'; readonly outcome: Answer<{ readonly hao: number; readonly currency: string }> }
  | { readonly of: 'products'; readonly outcome: Answer<ProductPage> }
  | { readonly of: 'product'; readonly outcome: Answer<SupplierProduct> }
  | { readonly of: 'checkAccount'; readonly outcome: Answer<AccountSaid> }
  | {
      readonly of: 'cancel'
      readonly outcome:
        | Refused
        | Unknown
        | { readonly kind: 'not_found' }
        | { readonly kind: 'done'; readonly value: string }
    }

/** How an answer, as a person has it from the supplier's documentation, would be understood. */
export function readSample(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: ProfileOperation,
  sample: Sample,
  answer: { readonly status?: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> },
): ReadSample {
  const of = operation === 'place' || operation === 'placeCards' || operation === 'ask' ? 'order' : operation
  const part: SupplierProfileOperation | undefined = profile[operation]
  if (!part) return { of, outcome: unsupported(operation) }
  const headers = new Map(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  const understood = understand(profile, account, part, {
    status: answer.status ?? 200,
    body: Buffer.from(answer.body),
    header: (name) => headers.get(name.toLowerCase()) ?? '',
  })
  const { no = '', remoteNo = null, quantity = 1, kind = 'direct' } = sample
  const about = { no, remoteNo, quantity, kind }
  if (of === 'order') {
    if (understood.kind === 'not_found') {
      return { of, outcome: operation === 'ask' ? understood : unknown('the order was taken and is not found') }
    }
    if (understood.kind !== 'ok') return { of, outcome: operation === 'ask' ? asked(understood) : understood }
    if (operation === 'ask')
      return { of, outcome: readAsked(profile, account, profile.ask.order, understood.value, about) }
    const reading = (operation === 'placeCards' ? profile.placeCards : profile.place)?.order ?? profile.place.order
    return { of, outcome: readPlaced(profile, account, reading, understood.value, about) }
  }
  if (understood.kind === 'not_found') return { of, outcome: unknown('not found') }
  if (understood.kind !== 'ok') return { of, outcome: understood }
  return readOther(profile, of, understood.value)
}

function readOther(
  profile: SupplierProfile,
  of: 'balance' | 'products' | 'product' | 'checkAccount' | 'cancel',
  value: Parameters<typeof at>[0],
): ReadSample {
  const { balance, products, product, checkAccount, cancel, currency } = profile
  if (of === 'balance' && balance) {
    const hao = toHao(textAt(value, balance.at) ?? '', balance.unit)
    return {
      of,
      outcome:
        hao === undefined ? unknown('a balance that cannot be read') : { kind: 'done', value: { hao, currency } },
    }
  }
  if (of === 'products' && products && value !== undefined)
    return { of, outcome: readPage(profile, products, value, 1) }
  if (of === 'product' && product) {
    const item = product.root === undefined ? value : at(value, product.root)
    const read = item === undefined ? undefined : readProduct(product.item, item, currency)
    return { of, outcome: read ? { kind: 'done', value: read } : unknown('a product that cannot be read') }
  }
  if (of === 'checkAccount' && checkAccount && value !== undefined)
    return { of, outcome: readAccount(checkAccount, value) }
  const state = textAt(value, cancel?.state) ?? ''
  const meaning = cancel && Object.hasOwn(cancel.states, state) ? cancel.states[state] : undefined
  return {
    of: 'cancel',
    outcome: meaning ? { kind: 'done', value: meaning } : unknown('the order itself tells how it ends'),
  }
}
