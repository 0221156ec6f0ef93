import type { ReadTx } from '../../../../platform/db/index.ts'
import { colleagues } from '../../../identity/index.ts'

/** Active colleagues who may work on services, by name. */
export async function serviceStaff(tx: ReadTx): Promise<{ readonly id: number; readonly name: string }[]> {
  const able = (await colleagues(tx)).filter(({ permissions }) => permissions.has('services.work'))
  return able.map(({ id, name }) => ({ id, name }))
}
