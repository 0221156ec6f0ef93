import { generateSecret, generateURI, verifySync } from 'otplib'

/** RFC 6238 as every authenticator speaks it: SHA-1, six digits, 30 seconds. */
const STEP_SECONDS = 30
/** One step either way for clocks that are off. */
const TOLERANCE_SECONDS = STEP_SECONDS

export function newTotpSecret(): string {
  return generateSecret()
}

/** What the QR code says. */
export function otpauthUrl(issuer: string, email: string, secret: string): string {
  return generateURI({ issuer, label: email, secret })
}

/**
 * The time step that `code` belongs to, or undefined. Steps up to `lastStep` were used and open nothing again
 * (RFC 6238, 5.2).
 */
export function matchingStep(secret: string, code: string, now: Date, lastStep: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const epoch = Math.floor(now.getTime() / 1000)
  const result = verifySync({ secret, token: code, epoch, epochTolerance: TOLERANCE_SECONDS })
  if (!result.valid) return undefined
  const step = Math.floor(epoch / STEP_SECONDS) + result.delta
  return step > lastStep ? step : undefined
}
