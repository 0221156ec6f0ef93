import { randomUUID } from 'node:crypto'
import { PASSWORD, type Shop } from './shop.ts'

/** Joins a supplier whose people work by hand, with one of them signed in. */
export async function supplierByHand(shop: Shop, name: string, settings: Record<string, string> = {}) {
  const { id } = await shop.staff.call(
    'suppliers.create',
    { body: { name, adapter: 'workspace', baseUrl: '', identity: '', settings, concurrent: 16, perMinute: 6_000 } },
    { idempotencyKey: randomUUID() },
  )
  return { id, ...(await personOf(shop, id)) }
}

/** Another person of a supplier, invited and signed in with a password of their own. */
export async function personOf(shop: Shop, supplierId: number) {
  const email = `${randomUUID()}@supplier.test`
  const { id: personId, initialPassword } = await shop.staff.call('workspace.invitePerson', {
    params: { supplierId },
    body: { name: '供应商小王', email },
  })
  const person = shop.visitor()
  await person.call('identity.signIn', { body: { email, password: initialPassword } })
  await person.call('identity.changePassword', { body: { current: initialPassword, next: PASSWORD } })
  return { person, personId, email }
}
