import { commonErrors, route } from '@quanshu/contract'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { testPlatform } from '../../../test/harness/index.ts'
import { handle } from './index.ts'
import { trialServer } from './trial-server.ts'

const house = await testPlatform()
await house.owner.query(`
  create schema trial;
  create table trial.notes (
    tenant_id bigint not null,
    id bigint generated always as identity,
    text text not null,
    primary key (tenant_id, id)
  );
  select platform.protect('trial.notes');
`)

const noteRoute = route({
  id: 'trial.note',
  method: 'POST',
  path: '/api/mall/notes',
  summary: 'Note',
  access: { kind: 'public' },
  idempotency: 'required',
  body: z.object({ text: z.string() }),
  response: z.object({ id: z.int() }),
})
let refuseNext = false
const note = handle(noteRoute, ({ body, once, ctx }) =>
  once(async (tx) => {
    const { rows } = await sql<{ id: number }>`
      insert into trial.notes (tenant_id, text) values (${ctx.tenantId}, ${body.text}) returning id
    `.execute(tx.db)
    if (refuseNext) throw commonErrors.conflict()
    const [row] = rows
    if (!row) throw new Error('no row')
    return row
  }),
)

async function setUp() {
  const shop = await house.newTenant()
  const { call } = await trialServer(house, shop, [note])
  const send = async (key: string | undefined, text: string, cookie = 'qs_device=aaaaaaaaaaaaaaaaaaaaaa') => {
    const headers = { cookie, ...(key === undefined ? {} : { 'idempotency-key': key }) }
    const response = await call('/api/mall/notes', { method: 'POST', json: { text }, headers })
    return {
      status: response.status,
      body: (await response.json()) as { readonly id?: number; readonly code?: string },
    }
  }
  const count = async () => {
    const { rows } = await house.owner.query('select count(*)::int as n from trial.notes where tenant_id = $1', [
      shop.tenantId,
    ])
    return rows[0].n
  }
  return { send, count }
}

test('the same key gives the same answer and one effect, however many come at once', async () => {
  const { send, count } = await setUp()
  const answers = await Promise.all(Array.from({ length: 8 }, () => send('k1', 'one')))
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]?.status).toBe(200)
  expect(await send('k1', 'one')).toEqual(answers[0])
  expect(await count()).toBe(1)
})

test('another body under the same key is refused', async () => {
  const { send, count } = await setUp()
  await send('k1', 'one')
  expect(await send('k1', 'two')).toMatchObject({ status: 422, body: { code: 'common.idempotency_key_reused' } })
  expect(await count()).toBe(1)
})

test('one caller’s key never meets another’s', async () => {
  const { send, count } = await setUp()
  const first = await send('k1', 'one')
  const second = await send('k1', 'one', 'qs_device=bbbbbbbbbbbbbbbbbbbbbb')
  const member = await send('k1', 'one', 'qs_member=5')
  expect(new Set([first.body.id, second.body.id, member.body.id]).size).toBe(3)
  expect(await count()).toBe(3)
})

test('a refusal leaves nothing behind, so the same key may try again', async () => {
  const { send, count } = await setUp()
  refuseNext = true
  expect(await send('k1', 'one')).toMatchObject({ status: 409 })
  refuseNext = false
  expect(await count()).toBe(0)
  expect(await send('k1', 'one')).toMatchObject({ status: 200 })
  expect(await count()).toBe(1)
})

test('a route that requires the key says so, and refuses nonsense as a key', async () => {
  const { send } = await setUp()
  expect(await send(undefined, 'one')).toMatchObject({ status: 400, body: { code: 'common.idempotency_key_required' } })
  expect(await send('x'.repeat(200), 'one')).toMatchObject({ status: 422, body: { errors: [{ in: 'headers' }] } })
})
