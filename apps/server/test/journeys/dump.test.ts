import { randomUUID } from 'node:crypto'
import { generateSync } from 'otplib'
import { expect, test } from 'vitest'
import { codesOf, isDelivered, openHouse, PASSWORD, until } from './shop.ts'

const house = await openHouse()
// Jobs are gone when they are done, so what they carried is kept as it was put in.
await house.query(`
  create table public.job_copies (job text);
  create function public.copy_job() returns trigger language plpgsql security definer as $$
  begin
    insert into public.job_copies values (new::text);
    return new;
  end $$;
  create trigger copy after insert or update on graphile_worker._private_jobs
    for each row execute function public.copy_job();
`)

const SECRETS = {
  code: 'DUMP-CODE-7Q2X9',
  'code’s password': 'dump-code-pw-41',
  'second code': 'DUMP-CODE-8R3Y0',
  'replacing code': 'DUMP-CODE-9S4Z1',
  'unsold code': 'DUMP-UNSOLD-5511',
  'invalid line': 'DUMP-BAD-LINE-\u0007-778',
  'staff password': PASSWORD,
  'new staff password': 'another 8 battery horse',
  'query password': 'dump-query-pw-2290',
  'gateway secret': house.standIns.paygate.merchant.secret,
  'sms secret': house.standIns.sms.accessKeySecret,
  'mail secret': 'dump-smtp-secret-90',
}

test('after all that people do, a dump of every table holds no code, password, phone, second factor or key in plain', async () => {
  const shop = await house.newShop({ 'delivery.emailCarries': 'codes' })
  const { staff } = shop
  const found: Record<string, string> = { ...SECRETS }

  const goods = await shop.stock([
    `${SECRETS.code}----${SECRETS['code’s password']}`,
    SECRETS['second code'],
    SECRETS['replacing code'],
    SECRETS['unsold code'],
  ])
  const broken = await staff.call('vault.createImport', { body: { skuId: goods.skuId, fileName: 'x.txt' } })
  const lines = `${SECRETS['invalid line']}\n${SECRETS['unsold code']}\n`
  await staff.upload('vault.uploadImport', { params: { batchId: broken.id } }, lines)

  // A guest, with mail, look-ups, a replacement and a refund.
  const order = await shop.place(goods, 2, {
    contact: 'dump@example.test',
    queryPassword: SECRETS['query password'],
  })
  await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  expect(codesOf(view)[0]).toContain(SECRETS.code)
  await until('the mail', () => house.standIns.mail.control.inbox('dump@example.test')[0])
  await shop.visitor().call('orders.lookup', { body: { no: order.no, queryPassword: SECRETS['query password'] } })
  const grantId = view.lines[0]?.codes?.[1]?.grantId ?? 0
  const key = { idempotencyKey: randomUUID() }
  await staff.call('fulfilment.replaceGrant', { params: { no: order.no, grantId }, body: { reason: '坏码' } }, key)
  const { items: cards } = await staff.call('vault.searchCard', { body: { value: SECRETS['unsold code'] } })
  await staff.call('vault.revealCard', { params: { cardId: cards[0]?.id ?? 0 }, body: { reason: '核对' } })
  const body = { lineNo: null, to: 'source', reason: '退款' } as const
  await staff.call('orders.refund', { params: { no: order.no }, body }, { idempotencyKey: randomUUID() })
  await shop.seen(order, ({ state }) => state === 'refunded')

  // A member by phone code; the purchase leaves an email address, so the phone is the member's alone.
  const member = await shop.member(10_000)
  found['member’s phone'] = member.phone
  found['sign-in code'] = house.standIns.sms.control.inbox(member.phone)[0]?.params.code ?? ''
  await shop.place(goods, 1, { visitor: member.visitor, payWith: 'balance', contact: 'member@example.test' })
  await staff.call('members.getMember', { params: { id: member.id } })
  await staff.call('members.listMembers', { query: { q: member.phone } })

  // Staff with two factors, a mail server, a new password.
  const clerk = await shop.hire(['board.read', 'settings.manage', 'settings.read'])
  await clerk.call('notify.saveEmail', {
    body: {
      enabled: true,
      config: { host: '127.0.0.1', port: 2525, secure: false, user: 'shop', from: '店 <shop@example.test>' },
      secret: SECRETS['mail secret'],
    },
  })
  await clerk.call('identity.changePassword', { body: { current: PASSWORD, next: SECRETS['new staff password'] } })
  const totp = await clerk.call('identity.enrolTotp', { body: { password: SECRETS['new staff password'] } })
  found['second factor'] = totp.secret
  const { recoveryCodes } = await clerk.call('identity.confirmTotp', {
    body: { code: generateSync({ secret: totp.secret }) },
  })
  for (const [n, recovery] of recoveryCodes.entries()) found[`recovery code ${n}`] = recovery

  const dump = await dumpOf()
  // The dump is worth looking at: it holds what it may hold, and the jobs as they were.
  expect(dump.some(({ table, row }) => table === 'orders.orders' && row.includes(String(order.no)))).toBe(true)
  expect(dump.filter(({ table }) => table === 'job_copies').length).toBeGreaterThan(2)
  const leaks = Object.entries(found).flatMap(([name, secret]) => {
    expect(secret.length).toBeGreaterThanOrEqual(6)
    return formsOf(secret).flatMap((form) =>
      dump.filter(({ row }) => row.includes(form)).map(({ table, row }) => ({ name, table, row: row.slice(0, 300) })),
    )
  })
  expect(leaks).toEqual([])
})

/** Plain, and in the notations in which a careless hand stores text. Six digits alone are too short to be looked for in hex. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  if (/^\d{6}$/.test(secret)) return [`"${secret}"`, `,${secret},`, `(${secret},`, `,${secret})`]
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')]
}

async function dumpOf(): Promise<readonly { readonly table: string; readonly row: string }[]> {
  const tables = await house.query<{ name: string }>(`
    select c.oid::regclass::text as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`)
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const found = await house.query<{ row: string }>(`select t::text as row from ${name} t`)
      return found.map(({ row }) => ({ table: name, row }))
    }),
  )
  return rows.flat()
}
