import { hash } from 'node:crypto'
import type { AccountCheck, AccountVerdict } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { counter } from '../../../platform/telemetry/index.ts'
import type { SupplierAccounts } from '../accounts.ts'
import type { AccountSaid, Answer } from '../supplier.ts'
import { type Asker, createThrottle } from './throttle.ts'

/** A buyer waits for it with the hand on the button; who has not said by then cannot say. */
const CHECK_MS = 2_000
/** Of which the supplier gets so many, so that its silence is known when the buyer has the answer. */
const CALL_MS = 1_800
/** An account that was opened a minute ago must be seen, and a buyer who comes back for the order is not asked for again. */
const REMEMBERED_MS = 60_000
const REMEMBERED_MAX = 10_000
/** After so many checks in a row without an answer a supplier is left alone for a while; its purchases have a breaker of their own. */
const SILENT_MAX = 3
const LEFT_ALONE_MS = 30_000
/** Checks of one supplier at a time, from this process. */
const AT_A_TIME_MAX = 4

/** What of an order of a SKU is checked, and where: from `suppliers.account_checks`. */
type Part = {
  readonly skuId: number
  readonly mode: AccountCheck
  readonly sources: readonly Source[]
}
type Source = {
  readonly supplierId: number
  readonly remoteId: string
  readonly perMinute: number
  readonly fieldMap: Readonly<Record<string, string>>
}

export type AccountAsk = {
  readonly skuId: number
  /** As the order would keep it: judged by the form's own rules before. */
  readonly form: Readonly<Record<string, string>>
  readonly asker: Asker
}
export type AccountAnswer = {
  readonly verdict: AccountVerdict
  /** Whose it is, with its middle masked; null when nobody says. */
  readonly nickname: string | null
  /** The field of the form that is wrong. */
  readonly field: string | null
  /** The shop takes no order for an account that is not valid. */
  readonly isRequired: boolean
}
export type CheckAccount = (tenantId: TenantId, ask: AccountAsk) => Promise<AccountAnswer>

type Said = Pick<AccountAnswer, 'verdict' | 'nickname'>
const UNKNOWN: Said = { verdict: 'unknown', nickname: null }
const NONE: AccountAnswer = { verdict: 'none', nickname: null, field: null, isRequired: false }

const checksTotal = counter(
  'supplier_account_checks',
  'Accounts that suppliers were asked about before an order, by what they said',
)

type Trouble = { silent: number; until: number; running: number; minute: number; calls: number }

/**
 * Asks the likeliest source that can tell whether an account may be topped up. Never throws and never takes longer than two
 * seconds: whatever stands in the way is `unknown`, and so is asking too often, so that nobody learns the limits.
 */
export function createCheckAccount(
  platform: Pick<Platform, 'db' | 'log' | 'clock' | 'config'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
): CheckAccount {
  const now = () => platform.clock.now().getTime()
  const throttle = createThrottle(now, platform.config.rateLimitFactor)
  const remembered = new Map<string, { readonly said: Promise<Said>; readonly until: number }>()
  const troubles = new Map<string, Trouble>()
  const hurried: Outbound = {
    ...outbound,
    call: (request) => outbound.call({ ...request, timeoutMs: Math.min(request.timeoutMs, CALL_MS) }),
  }

  async function ask(tenantId: TenantId, source: Source, fields: Readonly<Record<string, string>>): Promise<Said> {
    const trouble = troubleOf(troubles, `${tenantId}/${source.supplierId}`, now())
    const isBusy = trouble.running >= AT_A_TIME_MAX || trouble.calls * 2 >= source.perMinute
    if (trouble.until > now() || isBusy) return UNKNOWN
    trouble.running += 1
    trouble.calls += 1
    try {
      if (!(await platform.db.call<boolean>(tenantId, 'suppliers.take_check', source.supplierId))) return UNKNOWN
      const { adapter, account } = await accounts.get(tenantId, source.supplierId)
      const answer = await adapter.checkAccount?.(hurried, account, { remoteId: source.remoteId, fields })
      const said = answer ? saidBy(answer) : UNKNOWN
      trouble.silent = said.verdict === 'unknown' ? trouble.silent + 1 : 0
      if (trouble.silent >= SILENT_MAX) Object.assign(trouble, { silent: 0, until: now() + LEFT_ALONE_MS })
      return said
    } catch (error) {
      platform.log.warn({ err: error, tenantId, supplierId: source.supplierId }, 'an account could not be checked')
      return UNKNOWN
    } finally {
      trouble.running -= 1
    }
  }

  function askOnce(tenantId: TenantId, source: Source, fields: Readonly<Record<string, string>>): Promise<Said> {
    const key = accountKey(tenantId, source, fields)
    const known = remembered.get(key)
    if (known && known.until > now()) return known.said
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    const said = ask(tenantId, source, fields)
    remembered.set(key, { said, until: now() + REMEMBERED_MS })
    // What was not to be learned may be in a moment.
    void said.then(({ verdict }) => verdict === 'unknown' && remembered.delete(key))
    return said
  }

  async function checkPart(tenantId: TenantId, { form, asker }: AccountAsk, part: Part): Promise<AccountAnswer> {
    const isRequired = part.mode === 'require'
    for (const source of part.sources) {
      const fields = Object.fromEntries(Object.entries(source.fieldMap).map(([field, key]) => [field, form[key] ?? '']))
      if (Object.values(fields).some((value) => value === '') || Object.keys(fields).length === 0) continue
      const { adapter } = await accounts.get(tenantId, source.supplierId)
      if (!adapter.checkAccount) continue
      const isAllowed = throttle.allows(tenantId, asker, accountKey(tenantId, source, fields))
      const said = isAllowed ? await askOnce(tenantId, source, fields) : UNKNOWN
      return { ...said, field: Object.values(source.fieldMap)[0] ?? null, isRequired }
    }
    return NONE
  }

  return async (tenantId, given) => {
    const late = new Promise<AccountAnswer>((resolve) => {
      setTimeout(() => resolve({ ...NONE, verdict: 'unknown' }), CHECK_MS).unref()
    })
    const answers = async () => {
      const parts = await platform.db.callHot<readonly Part[]>(tenantId, 'suppliers.account_checks', given.skuId)
      return worstOf(await Promise.all(parts.map((part) => checkPart(tenantId, given, part))))
    }
    const answer = await Promise.race([
      answers().catch((error: unknown): AccountAnswer => {
        platform.log.warn({ err: error, tenantId, skuId: given.skuId }, 'an account could not be checked')
        return { ...NONE, verdict: 'unknown' }
      }),
      late,
    ])
    checksTotal.add(1, { verdict: answer.verdict })
    return answer
  }
}

/** In memory only, and no account in it. */
const accountKey = (tenantId: TenantId, { supplierId, remoteId }: Source, fields: Readonly<Record<string, string>>) =>
  hash('sha256', JSON.stringify([tenantId, supplierId, remoteId, fields]), 'base64url')

function troubleOf(troubles: Map<string, Trouble>, key: string, now: number): Trouble {
  const minute = Math.floor(now / 60_000)
  const known = troubles.get(key)
  if (known) return known.minute === minute ? known : Object.assign(known, { minute, calls: 0 })
  if (troubles.size >= REMEMBERED_MAX) troubles.clear()
  const fresh = { silent: 0, until: 0, running: 0, minute, calls: 0 }
  troubles.set(key, fresh)
  return fresh
}

/** A refusal about the account is a no; about anything else it says nothing of it. */
function saidBy(answer: Answer<AccountSaid>): Said {
  if (answer.kind === 'done') {
    const { ok, nickname } = answer.value
    return { verdict: ok ? 'valid' : 'invalid', nickname: ok ? maskedName(nickname) : null }
  }
  return answer.kind === 'refused' && answer.about === 'account' ? { ...UNKNOWN, verdict: 'invalid' } : UNKNOWN
}

/** Enough for its owner to recognise: the first and the last character, none of them in a name of one or two. */
export function maskedName(name: string): string | null {
  const characters = [...new Intl.Segmenter().segment(name.trim())].map(({ segment }) => segment)
  if (characters.length === 0) return null
  const [first = '', last = ''] = [characters[0], characters.at(-1)]
  return characters.length <= 2 ? `${first}*` : `${first}**${last}`
}

/** Of a bundle with several: a no counts for all of it, and then what nobody could say. */
function worstOf(answers: readonly AccountAnswer[]): AccountAnswer {
  const order: readonly AccountVerdict[] = ['invalid', 'unknown', 'valid', 'none']
  return answers.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0] ?? NONE
}
