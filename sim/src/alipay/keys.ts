import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { newRsaKeys, type RsaKeys } from './signing.ts'

/** The key pairs of a stand-in: its own, the one it will have after a replacement, and those of its two demo apps. */
export type KeyBook = {
  readonly platform: RsaKeys
  readonly next: RsaKeys
  readonly apps: readonly RsaKeys[]
}

/** Made once and kept beside the books: a shop's settings hold them. */
export async function keepKeys(file: string | undefined): Promise<KeyBook> {
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as KeyBook
  const [platform, next, ...apps] = await Promise.all([newRsaKeys(), newRsaKeys(), newRsaKeys(), newRsaKeys()])
  const book: KeyBook = { platform, next, apps }
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(book), { mode: 0o600 })
  }
  return book
}

export const privateKeyOf = (base64: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })
export const publicKeyOf = (base64: string): KeyObject =>
  createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })

let stranger: KeyObject | undefined

/** A key that nobody trusts, for forgeries. */
export function strangersKey(): KeyObject {
  stranger ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  return stranger
}
