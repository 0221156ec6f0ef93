import { randomUUID } from 'node:crypto'
import { type House, PASSWORD, type Shop } from './shop.ts'

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

/** A shop with the supplier 蓝海, whose people sell A1 and A2 for 20 yuan, ten pieces of each. */
export async function shopOfLanhai(house: House) {
  const shop = await house.newShop()
  const supplier = await supplierByHand(shop, '蓝海')
  for (const remoteId of ['A1', 'A2']) {
    await supplier.person.call('workspace.addProduct', {
      body: { remoteId, name: remoteId, kind: 'card', costHao: 200_000, stock: 10 },
    })
  }
  return { shop, ...supplier }
}
