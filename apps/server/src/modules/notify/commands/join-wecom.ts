import { timingSafeEqual } from 'node:crypto'
import { notifyErrors } from '@quanshu/contract'
import type { MemberId, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { wecomAccount } from '../channels/accounts.ts'
import { openWecomApp, type Person } from '../channels/wecom-app.ts'
import { maskUser } from '../queries/wecom-people.ts'
import { leaveWecom } from './leave-wecom.ts'

const STATE_MAX_AGE_SECONDS = 600
const SECONDS_DIGITS = 10
/** WeCom's own browser, on phones and on desks. */
const INSIDE = /\bwxwork\//i

type House = Pick<Platform, 'db' | 'crypto' | 'clock'>
/** A member where he is signed in: another session of the same member is another place. */
export type SignedInMember = { readonly memberId: MemberId; readonly sessionToken: string }

/**
 * Where a member's browser goes to prove who he is in WeCom: inside WeCom nobody is asked anything, any other browser shows
 * a code to scan. It comes back to `backUrl` with a code and the state.
 * @throws notifyErrors.wecomNotOffered
 */
export async function startWecom(
  platform: House,
  tenantId: TenantId,
  member: SignedInMember,
  { backUrl, userAgent }: { readonly backUrl: string; readonly userAgent: string },
): Promise<string> {
  const account = await wecomAccount(platform, tenantId)
  if (!account) throw notifyErrors.wecomNotOffered()
  const until = Math.trunc(platform.clock.now().getTime() / 1000) + STATE_MAX_AGE_SECONDS
  const state = await stateOf(platform, tenantId, member, until)
  const app = { appid: account.corpId, agentid: String(account.agentId) }
  if (!INSIDE.test(userAgent)) {
    const url = new URL('/wwlogin/sso/login', account.loginUrl)
    const query = { login_type: 'CorpApp', ...app, redirect_uri: backUrl, state }
    url.search = new URLSearchParams(query).toString()
    return url.href
  }
  const url = new URL('/connect/oauth2/authorize', account.authorizeUrl)
  url.search = new URLSearchParams({
    appid: app.appid,
    redirect_uri: backUrl,
    response_type: 'code',
    scope: 'snsapi_base',
    state,
    agentid: app.agentid,
  }).toString()
  url.hash = 'wechat_redirect'
  return url.href
}

/**
 * Has a member be told by WeCom from now on, as whom the code says he is; whom he was before, he is no longer. A state that
 * was not given to this very session is not taken: nobody can join his own WeCom to somebody else's membership.
 * @throws notifyErrors.wecomStateForged, wecomNotOffered, wecomCodeSpent, wecomNotAColleague, wecomTaken, wecomRefused,
 *   wecomUnreachable
 */
export async function joinWecom(
  platform: House,
  outbound: Outbound,
  ctx: Ctx,
  member: SignedInMember,
  { code, state }: { readonly code: string; readonly state: string },
): Promise<void> {
  const until = Number(state.slice(0, SECONDS_DIGITS))
  const expected = Number.isInteger(until) ? await stateOf(platform, ctx.tenantId, member, until) : ''
  const isPast = until * 1000 < platform.clock.now().getTime()
  if (!isSame(expected, state) || isPast) throw notifyErrors.wecomStateForged()
  const app = await openWecomApp(platform, outbound, ctx.tenantId)
  if (!app) throw notifyErrors.wecomNotOffered()
  const userId = colleague(await app.personOf(code))
  const { memberId } = member
  await platform.db.write(ctx, (tx) => join(tx, { memberId, corpId: app.account.corpId, userId }))
}

/** Only letters and digits, as WeCom wants it: until when, and a seal over that, the member and the session. */
async function stateOf(
  { crypto }: House,
  tenantId: TenantId,
  { memberId, sessionToken }: SignedInMember,
  until: number,
): Promise<string> {
  const seal = await crypto.fingerprint(tenantId, 'notify.wecom_state', `${memberId} ${until} ${sessionToken}`)
  return String(until).padStart(SECONDS_DIGITS, '0') + seal.toString('hex')
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function colleague(person: Person): string {
  switch (person.kind) {
    case 'colleague':
      return person.userId
    case 'stranger':
      throw notifyErrors.wecomNotAColleague()
    case 'spent':
      throw notifyErrors.wecomCodeSpent()
    case 'refused':
      throw notifyErrors.wecomRefused({ reason: person.reason.split(' ')[0] ?? '' })
    case 'unknown':
      throw notifyErrors.wecomUnreachable()
  }
}

/** Of two members who claim one user at the same time, one gets it. @throws notifyErrors.wecomTaken */
async function join(
  tx: Tx,
  person: { readonly memberId: MemberId; readonly corpId: string; readonly userId: string },
): Promise<void> {
  const { memberId, corpId, userId } = person
  // Two at once wait here for each other.
  await sql`
    select pg_advisory_xact_lock(hashtextextended('notify.wecom_people:' || ${tx.ctx.tenantId}::bigint || ':' || ${corpId} || ':' || ${userId.toLowerCase()}, 0))
  `.execute(tx.db)
  const { rows } = await sql<{ readonly memberId: number; readonly paused: boolean }>`
    select member_id as "memberId", paused
    from notify.wecom_people
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and corp_id = ${corpId}
      and lower(user_id) = ${userId.toLowerCase()}
  `.execute(tx.db)
  const [holder] = rows
  if (holder?.memberId === memberId) return
  if (holder && !holder.paused) throw notifyErrors.wecomTaken()
  // A disabled member keeps his place only as long as nobody else proves to be the same person.
  if (holder) await leaveWecom(tx, holder.memberId as MemberId)
  await sql`
    insert into notify.wecom_people (tenant_id, member_id, corp_id, user_id)
    values (${tx.ctx.tenantId}::bigint, ${memberId}::bigint, ${corpId}, ${userId})
    on conflict (tenant_id, member_id) do update
    set corp_id = excluded.corp_id,
        user_id = excluded.user_id,
        joined_at = now()
  `.execute(tx.db)
  tx.audit({
    action: 'member.join_wecom',
    objectKind: 'member',
    objectId: memberId,
    detail: { user: maskUser(userId) },
  })
}
