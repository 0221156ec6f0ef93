import { createHash, randomBytes } from 'node:crypto'

/** A bearer's secret and what is stored of it. 256 random bits need no slow hash. */
export function newToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: tokenHash(token) }
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
