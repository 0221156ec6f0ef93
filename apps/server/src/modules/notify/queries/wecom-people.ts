import type { MyWecom } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { liveChannels } from '../channels/accounts.ts'

/** `zh***an`: enough to recognise one's own, for the log and the member's page. */
export const maskUser = (user: string): string =>
  user.length <= 4 ? `${user.slice(0, 1)}***` : `${user.slice(0, 2)}***${user.slice(-2)}`

/** A member as WeCom knows him. */
export type WecomPerson = { readonly userId: string; readonly joinedAt: Date }

/** Of these members who may be told by WeCom: joined, not disabled, and at the company whose app is connected and on. */
export async function wecomPeople(tx: ReadTx, memberIds: readonly number[]): Promise<ReadonlyMap<number, WecomPerson>> {
  if (memberIds.length === 0) return new Map()
  const { rows } = await sql<WecomPerson & { readonly memberId: number }>`
    select p.member_id as "memberId", p.user_id as "userId", p.joined_at as "joinedAt"
    from notify.wecom_people p
    join notify.channels c on c.tenant_id = p.tenant_id
      and c.channel = 'wecom_app'
      and c.enabled
      and c.config ->> 'corpId' = p.corp_id
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and not p.paused
      and p.member_id = any (${[...new Set(memberIds)]}::bigint[])
  `.execute(tx.db)
  return new Map(rows.map(({ memberId, ...person }) => [memberId, person]))
}

/** How many may be. */
export async function countWecomPeople(tx: ReadTx): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    select count(*) as count
    from notify.wecom_people p
    join notify.channels c on c.tenant_id = p.tenant_id
      and c.channel = 'wecom_app'
      and c.config ->> 'corpId' = p.corp_id
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and not p.paused
  `.execute(tx.db)
  return rows[0]?.count ?? 0
}

/** What a member sees of it. */
export async function readMyWecom(tx: ReadTx, memberId: MemberId): Promise<MyWecom> {
  const offered = (await liveChannels(tx)).has('wecom_app')
  const person = (await wecomPeople(tx, [memberId])).get(memberId)
  return {
    offered,
    joined: person ? { user: maskUser(person.userId), at: person.joinedAt.toISOString() } : null,
  }
}
