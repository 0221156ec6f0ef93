import { call } from '../api/client.ts'

export type Checked = {
  readonly verdict: 'valid' | 'invalid' | 'unknown' | 'none'
  readonly nickname: string | null
  readonly field: string | null
}

/** The server says something within two seconds; a network that does not is no reason to keep anybody waiting. */
const PATIENCE_MS = 3_500
const UNKNOWN: Checked = { verdict: 'unknown', nickname: null, field: null }

/** Whether an account may be topped up. Whatever goes wrong on the way, nobody knows, and the order goes on. */
export async function checkAccount(skuId: number, form: Readonly<Record<string, string>>): Promise<Checked> {
  const asked = call('fulfilment.checkAccount', { params: { skuId }, body: { form } }).catch(() => UNKNOWN)
  const late = new Promise<Checked>((resolve) => setTimeout(() => resolve(UNKNOWN), PATIENCE_MS))
  return await Promise.race([asked, late])
}
