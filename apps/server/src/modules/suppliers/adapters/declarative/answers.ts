import type { RefusalAbout, SupplierProfile, SupplierProfileOperation, SupplierRule } from '@quanshu/contract'
import type { Refused, SupplierAccount, Unknown } from '../../supplier.ts'
import { isObject, type Json, parseJson } from '../json.ts'
import { textAt } from '../path.ts'
import { refused, type Sent, unknown } from '../wire.ts'
import { filler } from './request.ts'
import { isSigned } from './signing.ts'

export type Understood =
  | { readonly kind: 'ok'; readonly value: Json }
  | { readonly kind: 'not_found' }
  | Refused
  | Unknown

/**
 * What an answer says. A yes needs the code of one, and the signature where answers are signed. A no needs a rule that
 * knows it; what no rule knows is uncertain.
 */
export function understand(
  profile: SupplierProfile,
  account: SupplierAccount,
  operation: SupplierProfileOperation,
  sent: Pick<Sent, 'status' | 'body' | 'header'>,
): Understood {
  const { answers } = profile
  const rules = [...operation.rules, ...answers.rules]
  const { status } = sent
  const isRead = status === 200 || answers.http.includes(status)
  const text = sent.body.toString('utf8')
  const value = isRead ? parseJson(text) : undefined
  if (value === undefined) {
    const known = isRead
      ? undefined
      : rules.find((rule) => rule.http.includes(status) && rule.codes.length + rule.words.length === 0)
    if (known) return meaning(known, `HTTP ${status}`, '')
    return unknown(isRead ? 'an answer that is no JSON' : `HTTP ${status}`)
  }
  const code = textAt(value, answers.code)
  if (code === undefined) return unknown('an answer without a code')
  const signature = signatureIn(profile, sent, value)
  const isOk = (operation.ok ?? answers.ok).includes(code)
  if (answers.signing && (isOk || signature !== '') && !isGenuine(profile, account, sent, value, text, signature)) {
    return unknown('an answer without the supplier’s signature')
  }
  if (isOk) return { kind: 'ok', value }
  const message = textAt(value, answers.message) ?? ''
  const rule = rules.find((one) => fits(one, status, code, message))
  return rule ? meaning(rule, code, message) : unknown(`${code}: ${message}`)
}

function fits({ http, codes, words }: SupplierRule, status: number, code: string, message: string): boolean {
  if (http.length > 0 && !http.includes(status)) return false
  if (codes.length > 0 && !codes.includes(code) && !codes.includes('*')) return false
  return words.length === 0 || words.some((word) => message.includes(word))
}

function meaning({ means, about = 'other' }: SupplierRule, code: string, message: string): Understood {
  if (means === 'not_found') return { kind: 'not_found' }
  return means === 'refused' ? refused(about, code, message) : unknown(`${code}: ${message}`)
}

/** What the words of an order that failed are about, by the same rules as refusals. */
export function aboutOf(profile: SupplierProfile, words: string): RefusalAbout {
  const rule = profile.answers.rules.find(
    (one) => one.means === 'refused' && one.words.some((word) => words.includes(word)),
  )
  return rule?.about ?? 'supplier'
}

function signatureIn({ answers }: SupplierProfile, sent: Pick<Sent, 'header'>, value: Json): string {
  if (!answers.signing) return ''
  const { place, name } = answers.signing
  return place === 'header' ? sent.header(name) : (textAt(value, name) ?? '')
}

function isGenuine(
  profile: SupplierProfile,
  account: SupplierAccount,
  sent: Pick<Sent, 'header'>,
  value: Json,
  body: string,
  signature: string,
): boolean {
  const { signing } = profile.answers
  return (
    signing !== undefined &&
    isSigned(
      signing,
      {
        fields: new Map(isObject(value) ? Object.entries(value) : []),
        body,
        identity: account.identity,
        timestamp: '',
        header: sent.header,
        secret: (name) => account.secrets[name] ?? '',
        fill: filler(profile, account),
      },
      signature,
    )
  )
}
